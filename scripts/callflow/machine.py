"""The step machine: a state and an input give a state and an action. Reads nothing else, raises nothing."""

from __future__ import annotations

from dataclasses import replace

from . import program as reading
from .messages import pick_language
from .moves import (
    Action,
    Answer,
    Answered,
    Asking,
    Consult,
    Dial,
    Dialed,
    Digits,
    Failed,
    Gather,
    Gone,
    HangUp,
    Hold,
    Input,
    Join,
    Joined,
    Music,
    Offered,
    Play,
    Played,
    Record,
    Recorded,
    Ring,
    Started,
    Tape,
    Wait,
)
from .opening import is_open
from .state import ACTIONS_PER_CALL, STEPS_BETWEEN_ACTIONS, Bounded, Over, State
from .verbs import VERBS, Verb

# The call goes on though one of these could not be carried out: there is another way, or it was no great loss.
Forgiven = (Consult, Dial, Hold, Join, Music, Record, Ring, Tape)


def start(program: dict[str, object], payload: dict[str, object]) -> State:
    """The state of a call before it is answered. A broken program shows at the first step, not here."""
    return State(program=program, payload=payload)


def step(state: State, inp: Input, now_s: float) -> tuple[State, Action]:
    """What comes after `inp`, at `now_s` seconds since answer. Once `is_over`, always HangUp.

    A program that cannot be followed ends with flow `error`, and the last entry of `path` says why.
    """
    if state.is_over:
        return state, HangUp()
    call = state.copy()
    call.now_s = max(call.now_s, now_s)  # NaN and clocks going back change nothing
    try:
        action = _answer(call, inp)
    except reading.ProgramError as broken:
        return _over(call, "error", str(broken)), HangUp()
    except Over as over:
        return _over(call, over.flow), HangUp()
    call.pending, call.asked_s = action, call.now_s
    return call, action


def broken_off(state: State) -> State:
    """The end of a call whose driver has failed: what was entered and recorded until then is kept."""
    call = state.copy()
    _leave(call)
    return _over(call, "error", "the step failed")


def _over(call: State, flow: str, why: str = "") -> State:
    if why:
        call.note(f"error at line {call.line}: {why[:100]}")
    call.flow, call.pending, call.frames = flow, None, ()
    return call


def _answer(call: State, inp: Input) -> Asking:
    if isinstance(inp, Gone):
        if call.now_s > call.asked_s:  # hung up in the middle of it: the beginning was heard
            _mark_heard(call)
        _leave(call)
        raise Over("left")
    if isinstance(inp, Failed) and not isinstance(call.pending, Forgiven):
        _leave(call)
        raise reading.ProgramError(inp.reason)
    if call.pending is None:
        return _begin(call, inp.party if isinstance(inp, Started) else "unknown")
    call.has_no_music |= isinstance(inp, Failed) and isinstance(call.pending, (Hold, Music))
    _mark_heard(call)
    if isinstance(call.pending, (Answer, Tape)):
        return _answered(call)
    verb, current = _current(call)
    action = verb.reply(call, current, _as_asked(call.pending, inp))
    return _counted(call, action) if action is not None else _walk(call)


def _leave(call: State) -> None:
    """The call breaks off: what the step under way has in hand is kept."""
    if call.memory is not None:
        verb, current = _current(call)
        verb.leave(call, current)


def _as_asked(pending: Asking, inp: Input) -> Input:
    """The input in the shape the pending action asks for, so that a driver's slip cannot derail a call."""
    if isinstance(pending, Record):
        return inp if isinstance(inp, Recorded) else Recorded(0.0, "failed")
    if isinstance(pending, Dial):
        return inp if isinstance(inp, Dialed) else Dialed("failed")
    if isinstance(pending, Join):
        return inp if isinstance(inp, Joined) else Joined("missed", why="failed")
    if isinstance(inp, Offered) and (isinstance(pending, Hold) or getattr(pending, "offers", False)):
        return inp
    if isinstance(pending, Consult):
        return inp if isinstance(inp, Answered) else Answered(None)
    typed = inp.value if isinstance(inp, Digits) else inp.digit if isinstance(inp, Played) else ""
    return Digits(typed) if isinstance(pending, Gather) else Played(typed[:1])


def _mark_heard(call: State) -> None:
    pending = call.pending
    if isinstance(pending, Play) or (isinstance(pending, Gather) and not pending.typed):
        call.hear(pending.message)


def _begin(call: State, party: str) -> Asking:
    """The first step: in which language, with a person or a machine, at which block; the call's recording first."""
    reading.check_head(call.program)
    call.language = pick_language(call.program, call.payload)
    policy = call.program["machine"]
    call.party = party if party in ("human", "machine") else "unknown"
    call.is_answered = call.program["kind"] != "ivr"
    if call.party == "machine":
        call.note("machine")
        if policy == "hang_up":
            raise Over("ended")
        if policy == "leave_message":
            call.is_machine = True
        else:  # the author wants it treated as human, and so it is reported; the path keeps what was heard
            call.party = "human"
    entry = reading.name({"entry": "start", **call.program}, "entry")
    closed = reading.name_or_none(call.program, "closed_entry")
    if closed is not None and not is_open(call.program, call.at_s):
        call.has_come_to("closed")
        entry = closed
    call.enter(entry)
    return _answered(call) if call.is_answered else _walk(call)


def _answered(call: State) -> Asking:
    """The call is answered now: record it, if it is to be; then the step that wanted it answered."""
    if isinstance(call.pending, Answer):
        call.is_answered = True
        call.note("answered")
    record = reading.mapping_or_none(call.program, "record")
    if record is not None and not call.tape:
        call.tape = call.name_recording("call")
        call.keep_recording(call.tape)
        return _counted(call, Tape(call.tape, reading.flag(record, "stereo", otherwise=False)))
    if not call.is_entering:
        return _walk(call)
    call.is_entering = False
    verb, current = _current(call)
    action = verb.enter(call, current)
    return _counted(call, action) if action is not None else _walk(call)


def _walk(call: State) -> Asking:
    """Run steps until one wants something done."""
    for _ in range(STEPS_BETWEEN_ACTIONS):
        while call.frames and call.frames[-1][1] >= len(call.frames[-1][0]):
            call.frames = call.frames[:-1]
        if not call.frames:
            if call.come_back():
                continue
            raise Over("ended")
        steps, index = call.frames[-1]
        call.frames = (*call.frames[:-1], (steps, index + 1))
        call.tries, call.repeats, call.memory = 0, 0, None
        verb, current = _current(call)
        if not call.is_answered and verb.is_for_answered(call, current):
            call.is_entering = True
            return _counted(call, Answer())
        action = verb.enter(call, current)
        if action is not None:
            return _counted(call, action)
    raise reading.ProgramError("too many steps without a word")


def _counted(call: State, action: Asking) -> Asking:
    if not isinstance(call.memory, Bounded):
        call.actions += 1
    if call.actions > ACTIONS_PER_CALL:
        raise reading.ProgramError("the call goes on for ever")
    if call.is_stale and isinstance(
        action, (Play, Gather, Wait, Music, Hold, Record, Dial)
    ):  # those that take keys
        call.is_stale = False
        action = replace(action, flush=True)
    return action


def _current(call: State) -> tuple[Verb, dict[str, object]]:
    """The step under way: the one before the next of the innermost frame."""
    steps, following = call.frames[-1]
    current = reading.mapping(steps[following - 1], "step")
    call.line = reading.count({"line": 0, **current}, "line", 0, 10**9)
    verb = VERBS.get(reading.name(current, "do"))
    if verb is None:
        raise reading.ProgramError("unknown verb")
    return verb, current
