"""queue, where agents take the calls: the caller waits with music, and joins the leg that an offer names.

Who is offered whom, only the orchestrator decides: the call says that it is there (`line_join`, then `line_here` every
so often), and is told by offers what to do: to join an agent's leg, to wait on (held, or transferred), or to go. When
it has heard nothing for `silent` seconds, or has waited for `max_wait`, the caller goes to `overflow`. Somebody whom we
have called is not to hear silence: whom nobody has taken `within` so many seconds hears `abandoned` and the call ends,
or, with a hold message, waits on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .. import program as reading
from ..moves import Answered, Asking, Consult, Hold, Input, Join, Joined, Offered
from ..state import Bounded, Over, State
from ..whispering import whisper_text
from .dialing import STEREO, is_taped
from .keys import give_up, play, typed_in
from .telling import CALLBACK_KEY, OFFER, PROMISE, announcement, kinds_told, whole

BY = "floor"  # `by` of queues that agents serve
ASK_S = 1.0  # for the orchestrator
HERE_S = 10.0  # between two words that the caller is there
AGAIN_S = 3.0  # the same, while nobody answers
SILENT_S = 30.0  # where the step says nothing
HELD_MAX_S = 600.0  # by one agent, or until one is free
VISIT = 50  # actions that being in a queue counts for, however long
WAIT_ON = 5  # the same, of being held or transferred: nobody is so for ever
TURNS_MIN, TURNS_PER_S = 60, 2.0  # actions of one visit that are no sign of a fault
LAST_S = 0.05  # what is due so soon is due now
GOING = ("leave", "promise", "abandoned", "over")  # phases of a caller who is in the line no more

_LEG = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LINK = re.compile(r"[A-Za-z0-9_.:/@+{}-]{1,200}")
_QUEUE = re.compile(r"[A-Za-z0-9_.:-]{1,130}")  # a name, or that of another scenario's
_AGENT = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True)
class Line(Bounded):
    """A caller in the line. phase: what is under way: join, hold, here, hold_message, position, wait, offer, talk,
    unmet; and of going: leave, promise, abandoned, over.

    queue: "" while the caller is held, or waits for one agent. began_s: when they came, talks left out. since_s: when
    `max_wait` began to count. heard_s, here_s, told_s: when the orchestrator was heard, was told that the caller is
    there, when the caller was told their place. way: where to go after `leave`, "" for the next step. agent: who is
    being joined.
    """

    queue: str
    began_s: float
    since_s: float
    heard_s: float
    here_s: float
    phase: str = "join"
    turns: int = 0
    position: int = 0
    wait_s: int = -1
    told_s: float = -1.0
    is_offered: bool = False  # a callback
    is_heard: bool = False  # what was asked last was answered
    is_free: bool = True  # somebody is, as far as was said
    is_unsaid: bool = True  # the hold message
    has_talked: bool = False
    way: str = ""
    agent: str = ""


def enter(call: State, step: dict[str, object], name: str) -> Asking:
    call.has_come_to("queue")
    call.note("queue " + name)
    line = Line(name, call.now_s, call.now_s, call.now_s, call.now_s)
    call.memory = line
    call.actions += VISIT
    return Consult("line_join", _body(call, step, line), ASK_S, offers=True)


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    line = _line(call)
    if line.phase == "leave":
        call.memory = None
        return give_up(call, step, line.way) if line.way else None
    if line.phase in ("promise", "abandoned"):  # told that they go; now the last words
        call.memory = replace(line, phase="over")
        promise = reading.name_or_none(step, "promise") or PROMISE
        message = promise if line.phase == "promise" else reading.name(step, "abandoned")
        return play(call, message, is_cut_short=line.phase == "promise")
    if line.phase == "over":
        raise Over("ended")
    call.memory = line = replace(line, turns=line.turns + 1)
    if isinstance(inp, Joined):
        return _hear_joined(call, step, inp)
    if isinstance(inp, Offered):
        return _hear_offer(call, step, inp.body)
    if isinstance(inp, Answered) and line.phase in ("join", "here"):
        return _hear_desk(call, step, inp.body)
    if line.is_offered and typed_in(inp) == CALLBACK_KEY:
        return _promise(call, step)
    return _go_on(call, step)


def leave(call: State, step: dict[str, object]) -> None:
    """The caller hung up, or is let go of."""
    del step
    line = _line(call)
    if line.phase in GOING:
        return
    waited_s = call.now_s - line.began_s
    call.queue_wait_s = (call.queue_wait_s or 0.0) + waited_s
    call.note(f"queue {line.queue or 'held'} waited {waited_s:.0f} s")


# -- what the orchestrator says


def _hear_desk(call: State, step: dict[str, object], body: dict[str, object] | None) -> Asking | None:
    line = _line(call)
    if body is None:
        call.memory = replace(line, is_heard=False, position=0, wait_s=-1)
        return _go_on(call, step)
    call.memory = line = replace(
        line,
        heard_s=call.now_s,
        is_heard=True,
        position=whole(body.get("position"), 0),
        wait_s=whole(body.get("wait_s"), -1),
        is_free=body.get("free") is not False,
    )
    if body.get("ok") is not False:
        return _go_on(call, step)
    if line.phase == "join":
        call.note(f"queue {line.queue} {_why(body)}")
    return _turn_away(call, step, _why(body))


def _hear_offer(call: State, step: dict[str, object], body: dict[str, object]) -> Asking | None:
    """Join a leg, wait on, or go. What cannot be understood is told, and the caller waits on."""
    line = replace(_line(call), heard_s=call.now_s, is_heard=True)
    call.memory = line
    leg, link, agent = body.get("join"), body.get("dial") or "", body.get("agent")
    if isinstance(leg, str) and _LEG.fullmatch(leg) and isinstance(link, str):
        if link and not _LINK.fullmatch(link):
            return _unmet(call, leg, "link")
        call.memory = replace(
            line, phase="talk", agent=agent if isinstance(agent, str) and _AGENT.fullmatch(agent) else ""
        )
        is_wanted = body.get("record") is True or is_taped(call, step)
        tape = call.name_recording("talk") if is_wanted and not call.tape else ""
        return Join(leg, link, tape, stereo=step.get("record") == STEREO)
    if body.get("wait") is True:
        return _wait_on(call, step, body)
    if "go" in body:
        return _turn_away(call, step, _why(body, "go"))
    return _go_on(call, step)


def _hear_joined(call: State, step: dict[str, object], inp: Joined) -> Asking | None:
    line, asked = _line(call), call.pending
    assert isinstance(asked, Join)  # noqa: S101  # nothing else is answered by a Joined
    if inp.outcome != "talked":
        call.note(f"missed {line.agent or 'agent'}")
        return _unmet(call, asked.leg, inp.why)
    talk_s = max(0.0, min(inp.seconds, call.now_s - call.asked_s))
    call.reached = line.agent or "agent"
    call.meet(asked.leg, talk_s)
    call.note(f"talked {talk_s:.0f} s {call.reached}")
    if call.abandoned:
        call.abandoned = "late"
    if asked.tape:
        call.keep_recording(asked.tape)
    # the talk was no waiting, and whoever was in it has been heard of
    line = replace(line, began_s=line.began_s + talk_s, heard_s=call.now_s, has_talked=True, phase="hold")
    call.memory = line
    offer = inp.offer or {}
    return _hear_offer(call, step, offer) if offer else _depart(call, step, "after_talk", "talked")


def _wait_on(call: State, step: dict[str, object], body: dict[str, object]) -> Asking | None:
    """Held, or transferred: waiting begins anew, in the queue that is named."""
    named = body.get("queue")
    queue = named if isinstance(named, str) and _QUEUE.fullmatch(named) else ""
    call.note("queue " + queue if queue else "held")
    call.actions += WAIT_ON
    call.memory = replace(
        _line(call),
        queue=queue,
        phase="hold",
        since_s=call.now_s,
        here_s=call.now_s,
        position=0,
        wait_s=-1,
        told_s=-1.0,
        is_offered=False,
    )
    return _go_on(call, step)


# -- what comes next


def _go_on(call: State, step: dict[str, object]) -> Asking | None:
    line = _line(call)
    if line.turns > TURNS_MIN + (call.now_s - line.began_s) * TURNS_PER_S:
        raise reading.ProgramError("waiting goes round and round")
    limit_s = HELD_MAX_S if not line.queue else reading.seconds_or(step, "max_wait", reading.QUEUE_MAX_S)
    left_s = line.since_s + limit_s - call.now_s
    if left_s < LAST_S:
        return _turn_away(call, step, "max_wait")
    bearable_s = reading.seconds_or(step, "silent", reading.QUEUE_MAX_S, SILENT_S)
    silent_s = line.heard_s + bearable_s - call.now_s
    if silent_s < LAST_S and not line.is_heard:  # and not: nobody was asked, while a long message was said
        return _turn_away(call, step, "silent")
    within_s = _within(call, step)
    if within_s is not None and within_s < LAST_S:
        call.abandoned = "true"
        if reading.name_or_none(step, "hold_message") is None:
            return _abandon(call, step, "within")
        within_s = None
    here_s = line.here_s + min(HERE_S if line.is_heard else AGAIN_S, bearable_s / 3) - call.now_s
    if here_s < LAST_S:
        call.memory = line = replace(line, here_s=call.now_s, phase="here")
        return Consult("line_here", _body(call, step, line), ASK_S, offers=True)
    return _say_something(call, step) or _hold(call, step, within_s, left_s, silent_s, here_s)


def _say_something(call: State, step: dict[str, object]) -> Asking | None:
    """The hold message, the place in the line, the offer of a callback: what is due now."""
    line = _line(call)
    message = reading.name_or_none(step, "hold_message")
    is_wanted = call.abandoned == "true" or not line.is_free
    if message is not None and line.is_unsaid and is_wanted and not line.has_talked:
        call.memory = replace(line, is_unsaid=False, phase="hold_message")
        return replace(play(call, message), offers=True)
    if not line.queue:
        return None
    kinds = kinds_told(step)
    is_due = line.is_heard and not line.is_free and _is_to_be_told(call, step)  # free: an offer is on its way
    if line.phase in kinds or is_due:
        later = kinds[kinds.index(line.phase) + 1 :] if line.phase in kinds else kinds
        for kind in later:
            call.memory = replace(line, phase=kind, told_s=call.now_s)
            if line.position > 0 if kind == "position" else line.wait_s >= 0:
                return replace(announcement(call, kind, line.position, line.wait_s), offers=True)
    after = step.get("callback_after")
    if after is None or line.is_offered or line.has_talked or not call.lookup("caller"):
        return None
    if call.now_s - line.began_s < reading.seconds(step, "callback_after", reading.QUEUE_MAX_S):
        return None
    call.memory = replace(line, is_offered=True, phase="offer")
    return replace(play(call, OFFER), offers=True)


def _is_to_be_told(call: State, step: dict[str, object]) -> bool:
    line = _line(call)
    if line.told_s < 0:
        return True
    every_s = reading.seconds_or(step, "every", reading.QUEUE_MAX_S, 0.0)
    return every_s > 0 and call.now_s - line.told_s >= every_s


def _hold(call: State, step: dict[str, object], within_s: float | None, *due_s: float) -> Hold:
    line = _line(call)
    soonest_s = min(due_s)
    if within_s is not None:
        soonest_s = min(soonest_s, within_s)
    if step.get("callback_after") is not None and not line.is_offered:
        after_s = line.began_s + reading.seconds(step, "callback_after", reading.QUEUE_MAX_S) - call.now_s
        soonest_s = min(soonest_s, after_s) if after_s > LAST_S else soonest_s
    every_s = reading.seconds_or(step, "every", reading.QUEUE_MAX_S, 0.0)
    if every_s > 0 and line.told_s >= 0:
        told_s = line.told_s + every_s - call.now_s
        soonest_s = min(soonest_s, told_s) if told_s > LAST_S else soonest_s
    call.memory = replace(line, phase="hold")
    source = "" if call.has_no_music else reading.music(step, "music")
    return Hold(source, round(soonest_s, 3), CALLBACK_KEY if line.is_offered else "")


# -- ways out


def _turn_away(call: State, step: dict[str, object], why: str) -> Asking | None:
    """The line is over for this caller, and nobody has taken them."""
    line = _line(call)
    if line.has_talked and why == "ended":
        return _depart(call, step, "after_talk", why)
    if reading.name_or_none(step, "abandoned") is not None and not line.has_talked:
        call.abandoned = "true"
        return _abandon(call, step, why)
    return _depart(call, step, "overflow", why)


def _abandon(call: State, step: dict[str, object], why: str) -> Asking:
    """Somebody whom we have called hears why, and the call ends."""
    call.note("abandoned " + why)
    return _depart(call, step, "", "abandoned", phase="abandoned")


def _promise(call: State, step: dict[str, object]) -> Asking:
    """They want to be called back, and keep their place in the line."""
    call.leave_note({"do": "callback", "when": 0, "queue": _line(call).queue}, "callback")
    return _depart(call, step, "", "callback", phase="promise")


def _unmet(call: State, leg: str, why: str) -> Asking:
    line = _line(call)
    call.memory = replace(line, phase="unmet")
    return Consult("line_unmet", {"queue": line.queue, "leg": leg, "why": why}, ASK_S, quiet=True)


def _depart(call: State, step: dict[str, object], way: str, why: str, phase: str = "leave") -> Asking:
    leave(call, step)
    line = _line(call)
    call.memory = replace(line, phase=phase, way=way)
    return Consult("line_leave", {"queue": line.queue, "why": why}, ASK_S, quiet=True)


# -- small things


def _within(call: State, step: dict[str, object]) -> float | None:
    """Seconds until somebody has to be there; None where nobody asks for it, or any more."""
    line = _line(call)
    if step.get("within") is None or line.has_talked or call.abandoned:
        return None
    return line.since_s + reading.seconds(step, "within", reading.QUEUE_MAX_S) - call.now_s


def _body(call: State, step: dict[str, object], line: Line) -> dict[str, object]:
    """What the orchestrator is told of who waits: one that has just begun knows no more than this."""
    queues = reading.mapping(call.program.get("queues"), "queues")
    queue = reading.mapping_or_none(queues, line.queue) or {}
    named = reading.name_or_none(queue, "priority") if queue.get("priority") else None
    kind = str(call.program["kind"])
    most = step.get("max_waiting")
    return {
        "queue": line.queue,
        "kind": {"ivr": "inbound", "callback": "callback"}.get(kind, "dialed"),
        "waited_s": round(call.now_s - line.began_s, 1),
        "max_wait": step.get("max_wait"),
        "max_waiting": most if isinstance(most, (int, dict)) else None,
        "within": step.get("within"),
        "priority_value": call.lookup(named) if named is not None else "",
        "whisper": whisper_text(call, step),
    }


def _why(body: dict[str, object], key: str = "why") -> str:
    """A short word, whatever was said."""
    said = body.get(key)
    return said if isinstance(said, str) and reading.is_word(said) else "refused"


def _line(call: State) -> Line:
    assert isinstance(call.memory, Line)  # noqa: S101  # `enter` has put it there
    return call.memory
