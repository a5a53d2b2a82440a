"""The story of one scenario test: a lead, and its calls one after another as the rules make them due."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callflow.machine import start
from callflow.state import State
from orchestrator.domain.call_event import CallFacts, FlowEnd, Party
from orchestrator.domain.lead import Attempt, Contact, Decision, Ending, LeadState, NextKind, WaitReason
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.plan import Delay, MachinePolicy
from orchestrator.engine import hours
from orchestrator.engine.ending import ending_of
from orchestrator.engine.rules import decide
from orchestrator.runtime.budgets import next_day_at
from orchestrator.runtime.rehearsal.rehearsed_answers import RehearsedAnswers
from orchestrator.runtime.rehearsal.rehearsed_flow import RehearsedFlow
from orchestrator.runtime.rehearsal.scripted_call import Misfit, ScriptedCall
from orchestrator.runtime.rehearsal.timeline import Entry, Failure
from orchestrator.runtime.rehearsal.told_notes import notes_of, told_by_rules, told_entry, told_note
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal_moves import Move, MoveKind
from orchestrator.scenario.speech import spoken

ANSWER_MS = 5_000  # from the originate to the answer
SOUND_S = 2.0  # of a recording that is not at hand

# Move -> what the network says, and after how long (None: when the scenario's ring time is over)
UNANSWERED: dict[MoveKind, tuple[str, str | None, int | None]] = {
    MoveKind.BUSY: ("USER_BUSY", "486", 3_000),
    MoveKind.NO_ANSWER: ("NO_ANSWER", None, None),
    MoveKind.REJECTED: ("CALL_REJECTED", "603", 4_000),
    MoveKind.INVALID_NUMBER: ("UNALLOCATED_NUMBER", "404", 1_000),
    MoveKind.CONGESTION: ("NORMAL_CIRCUIT_CONGESTION", "503", 1_000),
    MoveKind.FAILED: ("RECOVERY_ON_TIMER_EXPIRE", "504", 10_000),
}


class Stuck(Exception):  # noqa: N818  # no fault of ours: told to the scenario's author
    """The story cannot go on."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.text)
        self.failure = failure


@dataclass(slots=True, kw_only=True)
class Story:
    """`call` plays one call; then `endings`, `decisions`, `waits` (the rules' delay before each later call), `state`
    and `entries` tell what became of the lead. Times are epoch ms; the clock is the story's own. `flow`: where the
    flow of the last call that was answered ended.
    """

    compiled: Compiled
    contact: Contact
    began_at: int
    now: int
    answers: RehearsedAnswers = field(default_factory=lambda: RehearsedAnswers({}, {}))
    what: str = "call"
    flow: State | None = None
    state: LeadState = field(default_factory=LeadState)
    endings: list[Ending] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    waits: list[Delay] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    _calls_of_day: Counter[tuple[str, dt.date]] = field(default_factory=Counter)

    def call(self, moves: tuple[Move, ...]) -> None:
        """Wait until the next call may be made, make it, and let the rules decide. Raises Stuck."""
        attempt = self._claim(moves[0])
        number = len(self.endings) + 1
        when = f"{local_time(self.now, attempt.zone)} ({zone_name(attempt.zone)})"
        self._note(f"{self.what} {number} to {attempt.number}, {when}", at=self.now)
        self.flow = None
        self._settle(attempt, self._unanswered(moves[0]) or self._answered(moves), moves)

    def settle_first(self, facts: CallFacts) -> None:
        """Let the rules decide about a first call that was made elsewhere."""
        self._settle(self._attempt(), facts)

    def _settle(self, attempt: Attempt, facts: CallFacts, moves: tuple[Move, ...] = ()) -> None:
        ending = ending_of(attempt, facts, now=self.now, overrides={})
        plan = self.compiled.plan
        outcome = _outcome(attempt, facts, moves, self.now)
        decision = decide(
            plan,
            attempt,
            ending,
            next_day_at=lambda key, at: next_day_at(plan, key, at),
            outcome=outcome,
        )
        if outcome is not None:
            self._note(f"{outcome.agent_id} notes {outcome.outcome}")
        self.endings.append(ending)
        self.decisions.append(decision)
        self.state = decision.state
        if not decision.uncount_number:
            self._calls_of_day[attempt.number, hours.local_day(attempt.zone, attempt.claimed_at)[0]] += 1
        self._tell(attempt, ending, decision)

    def _note(self, text: str, *, at: int | None = None) -> None:
        self.entries.append(Entry(at_s=None if at is None else (at - self.began_at) / 1000, text=text))

    # -- before the call --------------------------------------------------------------------------------------

    def _claim(self, move: Move) -> Attempt:
        """The attempt, at the moment when the rules, calling hours and the cap per day allow it."""
        if self.decisions:
            self._wait_for(self.decisions[-1], move)
        phone = self.contact.numbers[self.state.phone]
        zone = self.contact.zones[self.state.phone]
        self.now = self._allowed(phone, zone, move)
        return self._attempt()

    def _attempt(self) -> Attempt:
        return Attempt(
            attempt_id=f"{self.compiled.name}-{len(self.endings) + 1}",
            campaign_id=self.compiled.name,
            lead_id=1,
            number=self.contact.numbers[self.state.phone],
            zone=self.contact.zones[self.state.phone],
            contact=self.contact,
            state=self.state,
            gateway=next((share.name for share in self.compiled.plan.gateways), ""),
            switch="test",
            switch_uuid="test",
            worker_id="test",
            claimed_at=self.now,
        )

    def _wait_for(self, decision: Decision, move: Move) -> None:
        """A number that is given up makes the next one due at once, which is no wait."""
        what_next, made = decision.next, len(self.endings)
        if what_next.kind is not NextKind.DUE:
            state = "held for a person" if what_next.kind is NextKind.HELD else "done"
            text = f"call {made + 1} is never made: after call {made} the lead is {state}"
            raise Stuck(failure(move, f"{text}, status {self.state.status}"))
        if what_next.reason is WaitReason.NEXT_DAY:
            self.waits.append(Delay())
        elif what_next.at > self.endings[-1].ended_at:
            self.waits.append(Delay(after_s=(what_next.at - self.endings[-1].ended_at) // 1000))
        self.now = max(self.now, what_next.at)

    def _allowed(self, phone: str, zone: str, move: Move) -> int:
        """The first moment from now on that calling hours and the cap per day allow."""
        plan, at = self.compiled.plan, self.now
        while True:
            opening = hours.next_open(plan.hours, zone, at)
            if opening is None:
                raise Stuck(failure(move, "calling hours do not open within a year"))
            if opening > at:
                self._note(f"outside calling hours, not before {local_time(opening, zone)}", at=at)
            day, midnight = hours.local_day(zone, opening)
            if plan.per_day is None or self._calls_of_day[phone, day] < plan.per_day:
                return opening
            self._note(f"the number had its calls of the day (per_day: {plan.per_day})", at=opening)
            at = midnight

    # -- the call ---------------------------------------------------------------------------------------------

    def _unanswered(self, move: Move) -> CallFacts | None:
        """What the network says of a call that nobody takes; None when somebody does."""
        said = UNANSWERED.get(move.kind)
        if said is None:
            return None
        cause, sip_status, after_ms = said
        self.now += self.compiled.plan.ring_s * 1000 if after_ms is None else after_ms
        return CallFacts(cause=cause, sip_status=sip_status, ended_at=self.now)

    def _answered(self, moves: tuple[Move, ...]) -> CallFacts:
        """A conversation, or a machine that is talked to. Raises Stuck where a move does not fit."""
        self.now = answered_at = self.now + ANSWER_MS
        party = _party(self.compiled, moves[0])
        self._note("answered" if party is Party.UNKNOWN else f"answered by a {party}", at=answered_at)
        flow = flow_of(self.compiled, called_payload(self.compiled, self.contact, answered_at))
        self.now = play(flow, self.answers, party, moves, moves[1:], self.entries, answered_at, self.began_at)
        self.flow = state = flow.state
        return facts_of(state, answered_at, self.now)

    # -- after the call ---------------------------------------------------------------------------------------

    def _tell(self, attempt: Attempt, ending: Ending, decision: Decision) -> None:
        """What the call came to and what the rules made of it."""
        cause = f" ({ending.cause})" if ending.answered_at is None else ""
        result = f", result {ending.result}" if ending.result else ""
        over = "" if ending.answered_at is None else "over: "
        self._note(f"{over}{ending.disposition}{cause}{result}", at=ending.ended_at)
        for note in ending.notes:
            self._note(f"then {told_note(note)}")
        state = decision.state
        attempts = f"{state.attempts} of {self.compiled.plan.attempts} attempts"
        what_next = self._what_next(attempt, decision)
        self._note(f"rule {decision.rule}: {what_next}; status {state.status}, {attempts}")
        for entry in told_by_rules([decision]):
            self._note(f"then {told_entry(entry)}")

    def _what_next(self, attempt: Attempt, decision: Decision) -> str:
        if decision.next.kind is NextKind.HELD:
            return "held for a person"
        if decision.next.kind is NextKind.DONE:
            return "done"
        number = self.contact.numbers[decision.state.phone]
        on = f" on {number}" if number != attempt.number else ""
        return f"again {local_time(decision.next.at, self.contact.zones[decision.state.phone])}{on}"


def _outcome(attempt: Attempt, facts: CallFacts, moves: tuple[Move, ...], now: int) -> Outcome | None:
    """What the agent says that the call came to, where the test says so."""
    said = [move.text for move in moves if move.kind is MoveKind.OUTCOME]
    if not said:
        return None
    return Outcome(
        outcome_id="test",
        call_id=attempt.attempt_id,
        agent_id=facts.reached,
        outcome=said[-1],
        said_at=now,
    )


def flow_of(compiled: Compiled, payload: dict[str, object]) -> RehearsedFlow:
    """The flow of one call, before anything has happened in it."""
    sounds = compiled.sounds
    return RehearsedFlow(
        state=start(compiled.program, payload),
        sound_s=lambda name: sounds[name].seconds if name in sounds else SOUND_S,
        sound_name=lambda name: sounds[name].path.name if name in sounds else name,
        agents={
            rules.queue_id.partition(":")[2]: tuple(agent for agent, _ in rules.agents)
            for rules in compiled.queues
        },
    )


def play(
    flow: RehearsedFlow,
    answers: RehearsedAnswers,
    party: str,
    moves: tuple[Move, ...],
    made: tuple[Move, ...],
    entries: list[Entry],
    at: int,
    began_at: int,
) -> int:
    """Play a call whose flow begins at `at` (epoch ms) with the moves `made`; when it is over. `moves`: all of the
    call, the first for what fits nowhere else. What happens is added to `entries`. Raises Stuck where a move does not
    fit.
    """
    call = ScriptedCall(flow=flow, answers=answers)
    misfit = None
    try:
        call.run(party, made)
    except Misfit as found:
        misfit = failure(found.move or moves[0], str(found))
    entries += [
        Entry(at_s=(at - began_at) / 1000 + (entry.at_s or 0.0), text=entry.text) for entry in call.entries
    ]
    if misfit is None and flow.state.flow == FlowEnd.ERROR:
        misfit = failure(moves[0], f"the flow broke off: {flow.state.path[-1]}")
    if misfit is not None:
        raise Stuck(misfit)
    return at + round(flow.now_s * 1000)


def facts_of(state: State, answered_at: int, ended_at: int) -> CallFacts:
    """What a switch would tell of an answered call whose flow came to this. Times are epoch ms."""
    return CallFacts(
        cause="NORMAL_CLEARING",
        answered_at=answered_at,
        ended_at=ended_at,
        party=Party(state.party),
        flow=FlowEnd(state.flow),
        result=state.result,
        path=state.path,
        heard=state.heard,
        values=tuple(state.values.items()),
        notes=notes_of(state),
        reached=state.reached,
        is_abandoned=bool(state.abandoned),
    )


def failure(move: Move, text: str) -> Failure:
    return Failure(place=f"{move.mark.file}:{move.mark.line}", text=text)


def clock_of(zone_key: str) -> ZoneInfo:
    """The clock that times are shown by: of a joined key, that of its first zone."""
    try:
        return ZoneInfo(zone_key)
    except ZoneInfoNotFoundError:
        return ZoneInfo(zone_key.split("+")[0])


def zone_name(zone_key: str) -> str:
    """The zone whose clock is shown, and of how many."""
    shown = clock_of(zone_key).key
    return shown if shown == zone_key else f"{shown}, in any of {zone_key.count('+') + 1} zones"


def local_time(at: int, zone_key: str) -> str:
    return f"{dt.datetime.fromtimestamp(at / 1000, clock_of(zone_key)):%a %Y-%m-%d %H:%M}"


def called_payload(compiled: Compiled, contact: Contact, at: int) -> dict[str, object]:
    """What the switch knows of a call that is placed, and answered at `at` (epoch ms)."""
    words = spoken(compiled, contact.fields, contact.language)
    return {"c": contact.fields, "l": contact.language, "s": words, "id": "test", "at": at // 1000}


def _party(compiled: Compiled, move: Move) -> Party:
    """Who the switch says has answered: without detection it cannot tell."""
    if compiled.program["machine"] == MachinePolicy.OFF:
        return Party.UNKNOWN
    return Party.MACHINE if move.kind is MoveKind.MACHINE else Party.HUMAN
