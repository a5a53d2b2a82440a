"""Runs the `tests:` of a scenario offline, in virtual time, with the switch's own flow and the worker's own rules."""

from __future__ import annotations

import json
from collections.abc import Iterator

from orchestrator.contacts.reader import read_contacts
from orchestrator.contacts.row import Refused
from orchestrator.domain.lead import Contact
from orchestrator.runtime.rehearsal.inbound_tests import IVR, NOBODY, run_inbound_test
from orchestrator.runtime.rehearsal.rehearsed_answers import RehearsedAnswers
from orchestrator.runtime.rehearsal.story import Story, Stuck, clock_of
from orchestrator.runtime.rehearsal.test_outcome import (
    NO_RESULT,
    TestOutcome,
    differences,
    listed,
    said_waits,
)
from orchestrator.runtime.rehearsal.timeline import Failure, render
from orchestrator.runtime.rehearsal.told_notes import told_by_rules, told_name
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal import FIRST_MOMENT, ScenarioTest

REGION = "RU"  # for a number of a test that is not written in full
A_PHONE = "+79990000001"  # for a test that does not care


def run_tests(compiled: Compiled) -> list[TestOutcome]:
    """Every test of a freshly compiled scenario, in the order of the file. Nothing is dialed, no clock is read."""
    return [run_test(compiled, test) for test in compiled.tests]


def run_test(compiled: Compiled, test: ScenarioTest) -> TestOutcome:
    """One test: its calls one after another as the rules make them due, then what must have come of them."""
    if compiled.program["kind"] == IVR:
        return run_inbound_test(compiled, test)
    place = f"{test.mark.file}:{test.mark.line}"
    contact = _contact_of(compiled, test)
    if isinstance(contact, Refused):
        refusal = Failure(place=place, text=f"the contact is refused: {contact.column}: {contact.reason}")
        return TestOutcome(name=test.name, timeline=render((), (refusal,)), failures=(refusal,))
    began_at = _began_at(test, contact)
    answers = RehearsedAnswers(test.services, test.queues)
    story = Story(compiled=compiled, contact=contact, began_at=began_at, now=began_at, answers=answers)
    try:
        for moves in test.calls:
            story.call(moves)
        failures = tuple(Failure(place=place, text=text) for text in _unmet(test, story))
    except Stuck as stuck:
        failures = (stuck.failure,)
    return TestOutcome(
        name=test.name,
        timeline=render(story.entries, failures),
        failures=failures,
        calls=tuple(zip(story.endings, story.decisions, strict=True)),
    )


def _contact_of(compiled: Compiled, test: ScenarioTest) -> Contact | Refused:
    """The test's contact, read as a row of a list is."""
    row = {"phone": A_PHONE, **test.contact}
    if test.language is not None:
        row["language"] = test.language
    read = next(
        read_contacts(
            [json.dumps(row, ensure_ascii=False).encode()],
            columns=compiled.columns,
            languages=compiled.languages,
            region=REGION,
            zone_rule=compiled.plan.zone,
            name=test.name,
            format="jsonl",
        )
    )
    return read if isinstance(read, Refused) else read.contact


def _began_at(test: ScenarioTest, contact: Contact) -> int:
    local = (test.at or FIRST_MOMENT).replace(tzinfo=clock_of(contact.zones[0]))
    return round(local.timestamp() * 1000)


def _unmet(test: ScenarioTest, story: Story) -> Iterator[str]:
    """Every expectation that did not come true."""
    expect, last = test.expect, story.endings[-1]
    return differences(
        ("result", None if expect.result is None else expect.result or NO_RESULT, last.result or NO_RESULT),
        ("status", expect.status, story.state.status),
        ("attempts", expect.attempts, story.state.attempts),
        ("waits", None if expect.waits is None else said_waits(expect.waits), said_waits(story.waits)),
        ("disposition", expect.disposition, last.disposition.value),
        ("reached", None if expect.reached is None else expect.reached or NOBODY, last.reached or NOBODY),
        ("notes", listed(expect.notes), listed(note.kind for note in last.notes)),
        ("told", listed(expect.told), listed(map(told_name, told_by_rules(story.decisions)))),
    )
