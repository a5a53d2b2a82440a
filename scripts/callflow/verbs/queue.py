"""queue: the caller waits with music until one of the queue's people answers. Where agents serve it: `line.py`.

Its numbers are rung in rounds, one after the other or all at once. In between the caller is told their place and the
wait, and is offered a callback: a key, from the offer on at any time, leaves a note of it and ends the call. How many
wait, and where in the line, only the orchestrator knows (`Consult`); when it is silent, nobody is turned away and
nothing is told, and the rounds go on. Full, after `max_wait`, or without anybody to ring: `overflow`, or the next step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .. import program as reading
from ..moves import Answered, Asking, Consult, Dialed, Input, Music, Wait
from ..state import Bounded, Over, State
from . import line
from .dialing import RING_MAX_S, dial, has_talked
from .keys import give_up, play, typed_in
from .telling import CALLBACK_KEY, OFFER, PROMISE, announcement, kinds_told, whole

PAUSE_S = 8.0  # between two rounds: whoever is busy or does not answer is left alone for so long at least
RING_MIN_S = 3.0  # for less nobody is rung
ASK_S = 1.0  # for the orchestrator
VISIT = 25  # actions that being in a queue counts for, however long


@dataclass(frozen=True)
class Waiting(Bounded):
    """A caller in the queue. phase: what is under way: join, ask, wait, position, waiting, offer, promise, leave.

    turns: actions so far. next: index of the number to ring next. position, wait_s: as the orchestrator said, 0 and -1
    when not known. told_s: when the caller was told last. way: where to go after `leave`, "" for the next step.
    """

    name: str
    numbers: tuple[str, ...]
    in_turn: bool
    ring_s: float
    began_s: float
    phase: str = "join"
    turns: int = 0
    next: int = 0
    position: int = 0
    wait_s: int = -1
    told_s: float = -1.0
    is_silent: bool = False  # the orchestrator does not answer
    is_offered: bool = False
    is_paused: bool = True  # a round may begin
    way: str = ""


def enter(call: State, step: dict[str, object]) -> Asking | None:
    if call.is_machine:  # nobody wants to be rung for an answering machine
        raise Over("ended")
    name = reading.name(step, "name")
    queue = reading.mapping(reading.mapping(call.program.get("queues"), "queues").get(name), "such queue")
    if queue.get("by") == line.BY:
        return line.enter(call, step, name)
    numbers = reading.numbers(queue, "numbers")
    ring_s = reading.seconds(queue, "ring", RING_MAX_S)
    waiting = Waiting(name, numbers, reading.order(queue) == "in_turn", ring_s, call.now_s)
    call.has_come_to("queue")
    call.note("queue " + name)
    if not numbers:
        return give_up(call, step, "overflow")
    call.memory = waiting
    call.actions += VISIT  # none of the others is counted; a flow that comes back for ever ends all the same
    body: dict[str, object] = {
        "queue": name,
        "max_waiting": _most(step, len(numbers)),
        "agents": len(numbers),
    }
    return Consult("queue_join", body, ASK_S)


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    if isinstance(call.memory, line.Line):
        return line.reply(call, step, inp)
    waiting = _waiting(call)
    if waiting.phase == "leave":
        call.memory = None
        return give_up(call, step, waiting.way) if waiting.way else None
    if waiting.phase == "promise":
        raise Over("ended")
    call.memory = replace(waiting, turns=waiting.turns + 1)
    if isinstance(inp, Answered):
        return _hear_desk(call, step, inp)
    if isinstance(inp, Dialed):
        return _hear_dialed(call, step, inp)
    if waiting.is_offered and typed_in(inp) == CALLBACK_KEY:
        return _promise(call)
    return _go_on(call, step)


def leave(call: State, step: dict[str, object]) -> None:
    """The caller hung up, or is let go of."""
    if isinstance(call.memory, line.Line):
        line.leave(call, step)
        return
    waiting = _waiting(call)
    if waiting.phase in ("leave", "promise"):
        return
    waited_s = call.now_s - waiting.began_s
    call.queue_wait_s = (call.queue_wait_s or 0.0) + waited_s
    call.note(f"queue {waiting.name} waited {waited_s:.0f} s")


def _hear_desk(call: State, step: dict[str, object], inp: Answered) -> Asking | None:
    waiting = _waiting(call)
    if inp.body is None:
        call.memory = replace(waiting, is_silent=True, position=0, wait_s=-1)
        return _go_on(call, step)
    if inp.body.get("ok") is False and waiting.phase == "join" and inp.body.get("why") == "full":
        leave(call, step)
        call.note(f"queue {waiting.name} full")
        call.memory = None  # never in it: nobody is told that it was left
        return give_up(call, step, "overflow")
    position, wait_s = whole(inp.body.get("position"), 0), whole(inp.body.get("wait_s"), -1)
    call.memory = replace(waiting, position=position, wait_s=wait_s)
    return _go_on(call, step)


def _hear_dialed(call: State, step: dict[str, object], inp: Dialed) -> Asking | None:
    waiting = _waiting(call)
    if inp.outcome == "key" and waiting.is_offered:
        return _promise(call)
    if has_talked(call, inp):
        talk_s = max(0.0, min(inp.seconds, call.now_s - call.asked_s))
        call.memory = replace(waiting, began_s=waiting.began_s + talk_s)  # the talk was no waiting
        return _depart(call, step, "", reached=True)
    return _go_on(call, step)


def _go_on(call: State, step: dict[str, object]) -> Asking | None:
    """What comes next: an announcement, the offer, a round, a pause; or the end of waiting."""
    waiting = _waiting(call)
    waited_s = call.now_s - waiting.began_s
    left_s = reading.seconds(step, "max_wait", reading.QUEUE_MAX_S) - waited_s
    turns_max = (left_s + waited_s) / PAUSE_S * (len(waiting.numbers) + 6) + 50
    if left_s < RING_MIN_S or waiting.turns > turns_max:
        return _depart(call, step, "overflow", reached=False)
    return _tell(call, step) or _offer(call, step, waited_s) or _ring_or_pause(call, step, left_s)


def _tell(call: State, step: dict[str, object]) -> Asking | None:
    """The place and the wait, at first and then every so often; asked for again where they are old."""
    waiting = _waiting(call)
    every_s = reading.seconds(step, "every", reading.QUEUE_MAX_S)
    kinds = kinds_told(step)
    if waiting.phase not in ("ask", *kinds):
        is_due = waiting.told_s < 0 or (every_s > 0 and call.now_s - waiting.told_s >= every_s)
        if not kinds or not is_due or waiting.is_silent:
            return None
        first = waiting.told_s < 0
        waiting = replace(waiting, phase="ask", told_s=call.now_s)
        call.memory = waiting
        if not first:
            return Consult("queue_wait", {"queue": waiting.name}, ASK_S)
    later = kinds[kinds.index(waiting.phase) + 1 :] if waiting.phase in kinds else kinds
    for kind in later:
        call.memory = replace(waiting, phase=kind)
        known = waiting.position > 0 if kind == "position" else waiting.wait_s >= 0
        if known:
            return announcement(call, kind, waiting.position, waiting.wait_s)
    call.memory = replace(waiting, phase="round")
    return None


def _offer(call: State, step: dict[str, object], waited_s: float) -> Asking | None:
    waiting = _waiting(call)
    after = step.get("callback_after")
    if after is None or waiting.is_offered:
        return None
    if waited_s < reading.seconds(step, "callback_after", reading.QUEUE_MAX_S):
        return None
    call.memory = replace(waiting, is_offered=True, phase="round")
    if not call.lookup("caller"):  # withheld: nobody could call back
        call.memory = replace(waiting, phase="round")
        return None
    return play(call, OFFER)


def _ring_or_pause(call: State, step: dict[str, object], left_s: float) -> Asking:
    waiting = _waiting(call)
    key = CALLBACK_KEY if waiting.is_offered else ""
    if not waiting.is_paused:
        call.memory = replace(waiting, is_paused=True, phase="round")
        source = "" if call.has_no_music else reading.music(step, "music")
        seconds = min(PAUSE_S, left_s)
        return Music(source, seconds, key) if source else Wait(seconds)
    count = 1 if waiting.in_turn else len(waiting.numbers)
    following = (waiting.next + count) % len(waiting.numbers)
    call.memory = replace(waiting, next=following, is_paused=following != 0, phase="round")
    numbers = waiting.numbers[waiting.next : waiting.next + count]
    return dial(call, step, numbers, min(waiting.ring_s, left_s), key)


def _promise(call: State) -> Asking:
    """They want to be called back: the first who is free does it."""
    call.leave_note({"do": "callback", "when": 0}, "callback")
    leave(call, {})
    call.memory = replace(_waiting(call), phase="promise")
    return play(call, PROMISE)


def _depart(call: State, step: dict[str, object], way: str, *, reached: bool) -> Asking:
    leave(call, step)
    waiting = _waiting(call)
    call.memory = replace(waiting, phase="leave", way=way)
    return Consult("queue_leave", {"queue": waiting.name, "reached": reached}, ASK_S, quiet=True)


def _most(step: dict[str, object], agents: int) -> int | None:
    """How many may wait at once; None for any number."""
    limit = step.get("max_waiting")
    if isinstance(limit, dict):
        return agents * reading.count(limit, "per_agent", 1, 1000)
    return None if limit is None else reading.count(step, "max_waiting", 0, 10**6)


def _waiting(call: State) -> Waiting:
    assert isinstance(call.memory, Waiting)  # noqa: S101  # `enter` has put it there
    return call.memory
