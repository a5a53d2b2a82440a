"""The story of a test of calls that come in: the caller's own call, and the callbacks that come of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from callflow.state import State
from orchestrator.contacts.zones import zone_key
from orchestrator.domain.call_event import FlowEnd, Party
from orchestrator.domain.inbound import CallEnd, InboundCall, MissedDecision
from orchestrator.domain.plan import Delay
from orchestrator.engine.hours import next_open
from orchestrator.engine.missed import PROMISED, CallbackRules, can_reach_people, decide
from orchestrator.runtime.rehearsal.rehearsed_answers import RehearsedAnswers
from orchestrator.runtime.rehearsal.story import Story, Stuck, failure, flow_of, local_time, play, zone_name
from orchestrator.runtime.rehearsal.timeline import Entry
from orchestrator.runtime.rehearsal.told_notes import notes_of, told_note
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal_moves import Move

NEXT_OPENING = "next_opening"  # of a note that promises a callback


@dataclass(slots=True, kw_only=True)
class InboundStory:
    """`take` plays the call that comes in, `call_back` each callback after it. Times are epoch ms.

    call, decision: what is recorded of the call, and what it means for callbacks. callbacks: the story of the lead,
    None while nobody is called back. last: where the flow of the last call ended.
    """

    compiled: Compiled
    caller: str
    called: str
    language: str
    answers: RehearsedAnswers
    began_at: int
    call: InboundCall | None = None
    decision: MissedDecision = field(default_factory=MissedDecision)
    callbacks: Story | None = None
    waits: list[Delay] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    last: State | None = None

    def take(self, moves: tuple[Move, ...]) -> None:
        """Raises Stuck where a move does not fit."""
        when = f"{local_time(self.began_at, self.compiled.zone)} ({self.compiled.zone})"
        who = self.caller or "somebody without a number"
        self._note(f"{who} calls {self.called}, {when}", at=self.began_at)
        flow = flow_of(self.compiled, inbound_payload(self.caller, self.called, self.began_at, self.language))
        try:
            ended_at = play(
                flow, self.answers, Party.UNKNOWN, moves, moves, self.entries, self.began_at, self.began_at
            )
        finally:
            self.last = flow.state
        self.call = recorded(self.compiled, flow.state, self.began_at, ended_at)
        self.decision = decide(self.call, callback_rules(self.compiled, self.caller), now=ended_at)
        self._tell(self.call)

    def call_back(self, moves: tuple[Move, ...]) -> None:
        """The next callback, as the rules make it due. Raises Stuck."""
        if self.callbacks is None:
            self.callbacks = self._begun(moves[0])
        story = self.callbacks
        made = len(story.waits)
        try:
            story.call(moves)
        finally:
            self.waits += story.waits[made:]
            self.entries += story.entries
            story.entries.clear()
            self.last = story.flow or self.last

    def _begun(self, move: Move) -> Story:
        """The lead of the callbacks, due for the first time."""
        callback, program = self.decision.callback, self.compiled.callback
        assert self.call is not None  # noqa: S101  # it was taken before
        if callback is None or program is None:
            why = "nobody is called back by this scenario" if program is None else self._no_callback()
            raise Stuck(failure(move, f"this callback is never made: {why}"))
        wait_s = self._first_wait_s(callback.due_at)
        self.waits += [Delay(after_s=wait_s)] if wait_s else []  # at once is no wait
        return Story(
            compiled=program,
            contact=callback.contact,
            began_at=self.began_at,
            now=callback.due_at,
            answers=self.answers,
            what="callback",
        )

    def _first_wait_s(self, due_at: int) -> int:
        """A promise for the next opening is counted in whole minutes: nobody knows how long the call will be."""
        assert self.call is not None  # noqa: S101  # as above
        wait_s = max(0, due_at - self.call.ended_at) // 1000
        promises = [note.body.get("when") for note in self.call.notes if note.kind == "callback"]
        return round(wait_s / 60) * 60 if promises and promises[-1] == NEXT_OPENING else wait_s

    def _no_callback(self) -> str:
        assert self.call is not None  # noqa: S101  # as above
        if self.call.reached:
            return f"{self.call.reached} took the call"
        return f"the call was not missed, it ended as `{self.call.end}`"

    def _tell(self, call: InboundCall) -> None:
        result = f", result {call.result}" if call.result else ""
        reached = f", reached {call.reached}" if call.reached else ", reached nobody"
        self._note(f"over: {call.end}{result}{reached}", at=call.ended_at)
        for note in call.notes:
            self._note(f"then {told_note(note)}")
        self._note(told_decision(self.compiled, self.decision))

    def _note(self, text: str, *, at: int | None = None) -> None:
        self.entries.append(Entry(at_s=None if at is None else (at - self.began_at) / 1000, text=text))


def inbound_payload(caller: str, called: str, at: int, language: str) -> dict[str, object]:
    """What the entry script begins a call with that came in at `at` (epoch ms)."""
    return {"caller": caller, "called": called, "at": at // 1000, "id": "test", "c": {}, "l": language}


def recorded(compiled: Compiled, state: State, began_at: int, ended_at: int) -> InboundCall:
    """What is kept of a call whose flow ended in `state`."""
    return InboundCall(
        call_id="test",
        switch="test",
        scenario=compiled.name,
        program=compiled.digest,
        caller=str(state.payload.get("caller", "")),
        called=str(state.payload.get("called", "")),
        began_at=began_at,
        answered_at=began_at if state.is_answered else None,
        ended_at=ended_at,
        cause="NORMAL_CLEARING",
        flow=FlowEnd(state.flow),
        language=state.language,
        result=state.result,
        path=state.path,
        heard=state.heard,
        values=tuple(state.values.items()),
        reached=state.reached,
        end=CallEnd(state.end),
        notes=notes_of(state),
        recordings=state.recordings,
        queue_wait_s=None if state.queue_wait_s is None else round(state.queue_wait_s),
    )


def callback_rules(compiled: Compiled, caller: str) -> CallbackRules:
    """How the scenario calls a caller back."""
    back = compiled.callback
    zone = zone_key(caller, back.plan.zone) if back and caller else None
    return CallbackRules(
        plan=compiled.missed,
        campaign_id=back.name if back else "",
        hours=compiled.hours,
        zone=compiled.zone,
        caller_zone=zone or compiled.zone,
        languages=compiled.languages,
        has_people=can_reach_people(compiled.program),
    )


def told_decision(compiled: Compiled, decision: MissedDecision) -> str:
    """Whether the call was missed, and when its caller is called back: not before the hours of callbacks open."""
    if not decision.why:
        return "not missed"
    what = "a callback was promised" if decision.why == PROMISED else f"missed ({decision.why})"
    callback, back = decision.callback, compiled.callback
    if callback is None or back is None:
        why = decision.fate.replace("_", " ") if callback is None else "the scenario has no flow for it"
        return f"{what}; no callback: {why}"
    zone = callback.contact.zones[0]
    opening = next_open(back.plan.hours, zone, callback.due_at)
    return f"{what}; the callback is due {local_time(opening or callback.due_at, zone)} ({zone_name(zone)})"
