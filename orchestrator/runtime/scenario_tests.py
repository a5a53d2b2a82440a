"""Runs the `tests:` of a scenario offline, in virtual time, with the switch's own flow and the worker's own rules."""

from __future__ import annotations

import datetime as dt
import json
import wave
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callflow.machine import start

from orchestrator.contacts.reader import read_contacts
from orchestrator.contacts.row import Refused
from orchestrator.domain.call_event import CallFacts, FlowEnd, Party
from orchestrator.domain.lead import Attempt, Contact, Decision, Ending, LeadState, NextKind, WaitReason
from orchestrator.domain.plan import Delay, MachinePolicy
from orchestrator.engine import hours
from orchestrator.engine.ending import ending_of
from orchestrator.engine.rules import decide
from orchestrator.runtime.budgets import next_day_at
from orchestrator.runtime.scripted_call import Misfit, ScriptedCall
from orchestrator.runtime.timeline import Entry, Failure, render
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal import Move, MoveKind, ScenarioTest
from orchestrator.scenario.speech import spoken
from orchestrator.scenario.values import format_duration

REGION = "RU"  # numbers of tests are written in full anyway
A_PHONE = "+79990000001"  # for a test that does not care
FIRST_MOMENT = dt.datetime(
    2026, 12, 1, 12
)  # a Tuesday noon; tests without `at` begin here, or at the next opening
ANSWER_MS = 5_000
SOUND_S = 2.0  # of a recording whose length cannot be read

# Move -> what the network says, and after how long (None: the scenario's ring time)
UNANSWERED: dict[MoveKind, tuple[str, str | None, int | None]] = {
    MoveKind.BUSY: ("USER_BUSY", "486", 3_000),
    MoveKind.NO_ANSWER: ("NO_ANSWER", None, None),
    MoveKind.REJECTED: ("CALL_REJECTED", "603", 4_000),
    MoveKind.INVALID_NUMBER: ("UNALLOCATED_NUMBER", "404", 1_000),
    MoveKind.CONGESTION: ("NORMAL_CIRCUIT_CONGESTION", "503", 1_000),
    MoveKind.FAILED: ("RECOVERY_ON_TIMER_EXPIRE", "504", 10_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOutcome:
    """How one test went. `timeline` tells the whole story, failures last."""

    __test__ = False  # not one of pytest's

    name: str
    passed: bool
    timeline: str
    failures: tuple[Failure, ...] = ()


class _Stuck(Exception):  # noqa: N818  # told to the author as a Failure
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.text)
        self.failure = failure


@dataclass(slots=True, kw_only=True)
class _Story:
    """A test under way."""

    compiled: Compiled
    test: ScenarioTest
    contact: Contact
    began_at: int
    now: int
    state: LeadState = field(default_factory=LeadState)
    decision: Decision | None = None
    endings: list[Ending] = field(default_factory=list)
    waits: list[Delay] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    days: Counter[tuple[str, dt.date]] = field(default_factory=Counter)

    def note(self, text: str, *, at: int | None = None, place: str = "") -> None:
        at_s = None if at is None else (at - self.began_at) / 1000
        self.entries.append(Entry(at_s=at_s, text=text, place=place))


def run_tests(compiled: Compiled) -> list[TestOutcome]:
    """Every test of a freshly compiled scenario, in the order of the file. Nothing is dialed, no clock is read."""
    return [run_test(compiled, test) for test in compiled.tests]


def run_test(compiled: Compiled, test: ScenarioTest) -> TestOutcome:
    """One test: its calls one after the other as the rules make them due, then what must have come of them."""
    contact = _contact_of(compiled, test)
    if isinstance(contact, Failure):
        return TestOutcome(name=test.name, passed=False, timeline=render((), (contact,)), failures=(contact,))
    began_at = _first_moment(compiled, test, contact)
    story = _Story(compiled=compiled, test=test, contact=contact, began_at=began_at, now=began_at)
    try:
        for number, moves in enumerate(test.calls, start=1):
            _call(story, number, moves)
        failures = tuple(_unmet(story))
    except _Stuck as stuck:
        failures = (stuck.failure,)
    return TestOutcome(
        name=test.name, passed=not failures, timeline=render(story.entries, failures), failures=failures
    )


# -- before the calls ---------------------------------------------------------------------------------------


def _contact_of(compiled: Compiled, test: ScenarioTest) -> Contact | Failure:
    """The test's contact, read as a row of a list is."""
    row = {"phone": A_PHONE, **test.contact}
    if test.language is not None:
        row["language"] = test.language
    rows = list(
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
    if isinstance(rows[0], Refused):
        return Failure(place=_place(test), text=f"the contact is refused: {rows[0].column}: {rows[0].reason}")
    return rows[0].contact


def _first_moment(compiled: Compiled, test: ScenarioTest, contact: Contact) -> int:
    zone = contact.zones[0]
    local = (test.at or FIRST_MOMENT).replace(tzinfo=_clock(zone))
    return round(local.timestamp() * 1000)


def _clock(zone_key: str) -> ZoneInfo:
    """The clock that times are shown by: of a joined key, that of its first zone."""
    try:
        return ZoneInfo(zone_key)
    except ZoneInfoNotFoundError:
        return ZoneInfo(zone_key.split("+")[0])


# -- one call -----------------------------------------------------------------------------------------------


def _call(story: _Story, number: int, moves: tuple[Move, ...]) -> None:
    """Wait until the next call may be made, make it, and let the rules decide."""
    attempt = _claimed(story, number, moves[0])
    zone = attempt.zone
    story.note(f"call {number} to {attempt.number}, {_when(story.now, zone)} ({zone})", at=story.now)
    facts = _unanswered(story, moves[0]) or _answered(story, moves)
    ending = ending_of(attempt, facts, now=story.now, overrides={})
    plan = story.compiled.plan
    decision = decide(plan, attempt, ending, next_day_at=lambda key, at: next_day_at(plan, key, at))
    story.endings.append(ending)
    story.state, story.decision = decision.state, decision
    if not decision.uncount_number:
        story.days[attempt.number, hours.local_day(zone, attempt.claimed_at)[0]] += 1
    _tell(story, ending, decision)


def _claimed(story: _Story, number: int, move: Move) -> Attempt:
    """The attempt, claimed when the rules, calling hours and the cap per day allow it."""
    decision, plan = story.decision, story.compiled.plan
    if decision is not None:
        if decision.next.kind is not NextKind.DUE:
            held = "held for a person" if decision.next.kind is NextKind.HELD else "done"
            text = f"call {number} is never made: after call {number - 1} the lead is {held}"
            raise _Stuck(Failure(place=_place(move), text=f"{text}, status {story.state.status}"))
        _note_wait(story, decision)
        story.now = max(story.now, decision.next.at)
    zone, phone = story.contact.zones[story.state.phone], story.contact.numbers[story.state.phone]
    while True:
        opening = hours.next_open(plan.hours, zone, story.now)
        if opening is None:
            raise _Stuck(Failure(place=_place(move), text="calling hours never open"))
        if opening > story.now:
            story.note(f"outside calling hours: not before {_when(opening, zone)}", at=story.now)
        day, midnight = hours.local_day(zone, opening)
        story.now = opening
        if plan.per_day is None or story.days[phone, day] < plan.per_day:
            break
        story.note(f"the number had its calls of the day ({plan.per_day}): not before tomorrow", at=opening)
        story.now = midnight
    return Attempt(
        attempt_id=f"{story.compiled.name}-{number}",
        campaign_id=story.compiled.name,
        lead_id=1,
        number=phone,
        zone=zone,
        contact=story.contact,
        state=story.state,
        gateway=plan.gateways[0].name,
        switch="test",
        switch_uuid="test",
        worker_id="test",
        claimed_at=story.now,
    )


def _note_wait(story: _Story, decision: Decision) -> None:
    """A number given up makes the next one due at once, which is no wait."""
    left_ms = decision.next.at - story.endings[-1].ended_at
    if decision.next.reason is WaitReason.NEXT_DAY:
        story.waits.append(Delay())
    elif left_ms:
        story.waits.append(Delay(after_s=left_ms // 1000))


def _unanswered(story: _Story, move: Move) -> CallFacts | None:
    """What the network says of a call that nobody takes; None when somebody does."""
    said = UNANSWERED.get(move.kind)
    if said is None:
        return None
    cause, sip_status, after_ms = said
    story.now += story.compiled.plan.ring_s * 1000 if after_ms is None else after_ms
    return CallFacts(cause=cause, sip_status=sip_status, ended_at=story.now)


def _answered(story: _Story, moves: tuple[Move, ...]) -> CallFacts:
    """A conversation, or a machine that is talked to."""
    compiled, contact = story.compiled, story.contact
    answered_at = story.now = story.now + ANSWER_MS
    party = _party(compiled, moves[0])
    story.note(f"answered{f' by a {party}' if party != Party.UNKNOWN else ''}", at=answered_at)
    payload: dict[str, object] = {
        "c": contact.fields,
        "l": contact.language,
        "s": spoken(compiled, contact.fields, contact.language),
    }
    call = ScriptedCall(
        state=start(compiled.program, payload),
        sound_s=lambda name: _sound_s(compiled, name),
        sound_name=lambda name: compiled.sounds[name].name if name in compiled.sounds else name,
        place_of=lambda line: f"{compiled.source.name if compiled.source else compiled.name}:{line}",
    )
    try:
        call.run(party, moves[1:])
        failure = None
    except Misfit as misfit:
        failure = Failure(place=_place(misfit.move), text=str(misfit))
    for entry in call.entries:
        at = None if entry.at_s is None else answered_at + round(entry.at_s * 1000)
        story.note(entry.text, at=at, place=entry.place)
    story.now = answered_at + round(call.now_s * 1000)
    if failure is None and call.state.flow == FlowEnd.ERROR:
        failure = Failure(place=_place(moves[0]), text=f"the flow broke off: {call.state.path[-1]}")
    if failure is not None:
        raise _Stuck(failure)
    return CallFacts(
        cause="NORMAL_CLEARING",
        answered_at=answered_at,
        ended_at=story.now,
        party=Party(call.state.party),
        flow=FlowEnd(call.state.flow),
        result=call.state.result,
        path=call.state.path,
        heard=call.state.heard,
        values=tuple(call.state.values.items()),
    )


def _party(compiled: Compiled, move: Move) -> Party:
    """Who the switch says has answered: without detection it cannot tell."""
    if compiled.program["machine"] == MachinePolicy.OFF:
        return Party.UNKNOWN
    return Party.MACHINE if move.kind is MoveKind.MACHINE else Party.HUMAN


def _sound_s(compiled: Compiled, name: str) -> float:
    try:
        with wave.open(str(compiled.sounds[name])) as sound:
            return sound.getnframes() / sound.getframerate()
    except (KeyError, OSError, EOFError, wave.Error):
        return SOUND_S


# -- after the calls ----------------------------------------------------------------------------------------


def _tell(story: _Story, ending: Ending, decision: Decision) -> None:
    """What the call came to and what the rules made of it, into the timeline."""
    result = f", result {ending.result}" if ending.result else ""
    cause = f" ({ending.cause})" if ending.answered_at is None else ""
    story.note(f"{ending.disposition}{cause}{result}", at=ending.ended_at)
    state, what_next = decision.state, decision.next
    match what_next.kind:
        case NextKind.DUE:
            zone = story.contact.zones[state.phone]
            moved = f" on {story.contact.numbers[state.phone]}" if state.phone != story.state.phone else ""
            what = f"again {_when(what_next.at, zone)}{moved}"
        case NextKind.HELD:
            what = "held for a person"
        case _:
            what = "done"
    attempts = f"{state.attempts} of {story.compiled.plan.attempts} attempts"
    story.note(f"rule {decision.rule}: {what}; status {state.status}, {attempts}")


def _unmet(story: _Story) -> Iterator[Failure]:
    """Every expectation that did not come true."""
    expect, place = story.test.expect, _place(story.test)
    last = story.endings[-1]
    waits = None if expect.waits is None else _waits(expect.waits)
    compared = (
        ("result", expect.result, last.result or "none"),
        ("status", expect.status, story.state.status),
        ("attempts", expect.attempts, story.state.attempts),
        ("waits", waits, _waits(tuple(story.waits))),
        ("disposition", expect.disposition, last.disposition.value),
    )
    for name, expected, came in compared:
        if expected is not None and expected != came:
            yield Failure(place=place, text=f"{name}: expected {expected}, it is {came}")


def _waits(delays: tuple[Delay, ...]) -> str:
    said = ("next_day" if delay.after_s is None else format_duration(delay.after_s) for delay in delays)
    return f"[{', '.join(said)}]"


def _when(at: int, zone_key: str) -> str:
    return f"{dt.datetime.fromtimestamp(at / 1000, _clock(zone_key)):%a %Y-%m-%d %H:%M}"


def _place(marked: ScenarioTest | Move) -> str:
    return f"{marked.mark.file}:{marked.mark.line}"
