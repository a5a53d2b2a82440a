"""Runs one test of a scenario for calls that come in: the caller's call, the callbacks, and what must come of them."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.inbound import Note
from orchestrator.engine.hours import next_open
from orchestrator.runtime.rehearsal.inbound_story import InboundStory
from orchestrator.runtime.rehearsal.rehearsed_answers import RehearsedAnswers
from orchestrator.runtime.rehearsal.story import Stuck, clock_of
from orchestrator.runtime.rehearsal.test_outcome import (
    NO_RESULT,
    TestOutcome,
    differences,
    listed,
    said_waits,
)
from orchestrator.runtime.rehearsal.timeline import Failure, render
from orchestrator.runtime.rehearsal.told_notes import notes_of, told_by_rules, told_name
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal import FIRST_MOMENT, ScenarioTest

IVR = "ivr"
A_CALLER = "+79990000001"  # for a test that does not care
A_NUMBER = "+74950000000"  # where the scenario takes whatever is called
NOBODY = "none"
ONE_DIGIT = "?"


def run_inbound_test(compiled: Compiled, test: ScenarioTest) -> TestOutcome:
    """The first call is the caller's, the others are callbacks."""
    place = f"{test.mark.file}:{test.mark.line}"
    story = InboundStory(
        compiled=compiled,
        caller=A_CALLER if test.caller is None else test.caller,
        called=test.called or a_number_of(compiled),
        language=test.language or "",
        answers=RehearsedAnswers(test.services, test.queues),
        began_at=began_at(compiled, test),
    )
    try:
        first, *others = test.calls
        story.take(first)
        for moves in others:
            story.call_back(moves)
        failures = tuple(Failure(place=place, text=text) for text in _unmet(test, story))
    except Stuck as stuck:
        failures = (stuck.failure,)
    back = story.callbacks
    return TestOutcome(
        name=test.name,
        timeline=render(story.entries, failures),
        failures=failures,
        calls=tuple(zip(back.endings, back.decisions, strict=True)) if back else (),
        inbound=story.call,
        is_missed=story.decision.callback is not None,
    )


def a_number_of(compiled: Compiled) -> str:
    """A number that leads to the scenario: the first it claims, any digit where it claims any."""
    written = next((number for number in compiled.routes if number.startswith("+")), A_NUMBER)
    return written.replace(ONE_DIGIT, "0")


def began_at(compiled: Compiled, test: ScenarioTest) -> int:
    """Epoch ms. Without `at`: the first moment from FIRST_MOMENT on that is within the scenario's hours."""
    local = (test.at or FIRST_MOMENT).replace(tzinfo=clock_of(compiled.zone))
    at = round(local.timestamp() * 1000)
    opening = next_open(compiled.hours, compiled.zone, at) if test.at is None else None
    return at if opening is None else opening


def _unmet(test: ScenarioTest, story: InboundStory) -> Iterator[str]:
    """Every expectation that did not come true."""
    expect, back, last = test.expect, story.callbacks, story.last
    assert last is not None  # noqa: S101  # a call was taken
    result = last.result if back is None or back.flow is not None else None
    notes = notes_of(last)
    yield from differences(
        ("result", None if expect.result is None else expect.result or NO_RESULT, result or NO_RESULT),
        ("reached", None if expect.reached is None else expect.reached or NOBODY, last.reached or NOBODY),
        ("missed", _yes_no(expect.missed), _yes_no(story.decision.callback is not None)),
        ("status", expect.status, back.state.status if back else NO_RESULT),
        ("attempts", expect.attempts, back.state.attempts if back else 0),
        ("waits", None if expect.waits is None else said_waits(expect.waits), said_waits(story.waits)),
        ("disposition", expect.disposition, back.endings[-1].disposition.value if back else NO_RESULT),
        ("notes", listed(expect.notes), listed(note.kind for note in notes)),
        ("told", listed(expect.told), listed(map(told_name, told_by_rules(back.decisions if back else ())))),
    )
    values = dict(last.values)
    for name, value in expect.values.items():
        yield from differences((f"values: {name}", value, values.get(name, "")))
    for into, row in expect.stored.items():
        yield from _unstored(into, dict(row), notes)


def _unstored(into: str, row: dict[str, str], notes: tuple[Note, ...]) -> Iterator[str]:
    """A row is stored when one of the set has all that is expected."""
    rows = [note.body["values"] for note in notes if note.kind == "row" and note.body.get("into") == into]
    if not rows:
        yield f"stored: expected a row in {into}, there is none"
    elif not any(isinstance(have, dict) and row.items() <= have.items() for have in rows):
        yield f"stored: expected {row} in {into}, it is {rows[-1]}"


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"
