"""record: records the caller, and lets them listen to it and keep it or speak again (`review`).

The variable `into` holds the recording's name then, or "" when less than `min` was said. Whoever hangs up has left
what was recorded until then; whoever does not answer the review has, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .. import program as reading
from ..moves import Asking, Input, Play, Record, Recorded, Recording
from ..state import Over, State
from .keys import one_key, play, typed_in

REVIEW_S = 5.0
REVIEWS_MAX = 3  # that nothing is pressed, or something else: then it is kept
ROUNDS_MAX = 20  # of listening and speaking again


@dataclass(frozen=True)
class Take:
    """A recording under way: `seconds` are there so far."""

    name: str
    seconds: float = 0.0
    asked: int = 0
    rounds: int = 0
    is_over: bool = False  # recorded, and being reviewed
    has_failed: bool = False  # it could not be written: no fault of the caller's


def enter(call: State, step: dict[str, object]) -> Asking | None:
    return begin(call, step, "prompt", reading.name(step, "into"))


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    action = go_on(call, step, inp)
    if action is None:
        finish(call, step)
    return action


def leave(call: State, step: dict[str, object]) -> None:
    finish(call, step)


def finish(call: State, step: dict[str, object]) -> None:
    """Keep the recording, if there is one, and note what is to become of it."""
    into, (name, seconds, has_failed) = reading.name(step, "into"), taken(call, step)
    call.set(into, name)
    email = reading.name_or_none(step, "email")
    if name or (has_failed and email is not None):  # people are told who spoke, though nothing of it is left
        note: dict[str, object] = {"do": "recording", "recording": name, "name": into, "seconds": seconds}
        call.leave_note(
            {**note, **({"email": email} if email is not None else {})}, f"recorded {seconds:.0f} s"
        )


def begin(call: State, step: dict[str, object], prompt: str, what: str) -> Asking:
    """The prompt, if there is one, or the recording itself."""
    if call.is_machine:
        raise Over("ended")
    call.memory = Take(call.name_recording(what))
    message = reading.name_or_none(step, prompt)
    return play(call, message) if message is not None else _record(call, step)


def go_on(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    """What follows in recording and reviewing; None when it is finished."""
    take = _take(call)
    if isinstance(inp, Recorded):
        has_failed = inp.end == "failed"
        call.memory = replace(take, seconds=inp.seconds, asked=0, is_over=True, has_failed=has_failed)
        review = reading.mapping_or_none(step, "review")
        if review is None or inp.end == "gone" or inp.seconds < _least(step):
            return None
        return _review(call, review)
    if not take.is_over:  # the prompt is over, perhaps by a key: it is not for anything else
        return _record(call, step)
    review = reading.mapping(step.get("review"), "review")
    key = typed_in(inp)[:1]
    if isinstance(call.pending, Play) and not key:  # listened to the end
        return _review(call, review)
    return _choose(call, step, review, key)


def _choose(call: State, step: dict[str, object], review: dict[str, object], key: str) -> Asking | None:
    take = _take(call)
    call.note("key " + key if key else "no key")
    if key and key == reading.key_or_none(review, "keep"):
        return None
    if take.rounds >= ROUNDS_MAX:
        return None
    if key and key == reading.key_or_none(review, "again"):
        call.memory = replace(take, seconds=0.0, is_over=False, rounds=take.rounds + 1)
        return _record(call, step)
    if key and key == reading.key_or_none(review, "listen"):
        call.memory = replace(take, rounds=take.rounds + 1)
        call.note("hears the recording")
        return Play("", (Recording(take.name),))
    if key:
        call.drop_keys()
    call.memory = replace(take, asked=take.asked + 1)
    return _review(call, review) if take.asked + 1 < REVIEWS_MAX else None


def _review(call: State, review: dict[str, object]) -> Asking:
    return one_key(call, reading.name(review, "prompt"), REVIEW_S)


def _record(call: State, step: dict[str, object]) -> Record:
    call.carried = ""
    return Record(
        _take(call).name,
        reading.seconds(step, "max", reading.RECORD_MAX_S),
        reading.seconds(step, "silence", reading.TIMEOUT_MAX_S),
        reading.key_or_none(step, "end"),
        reading.flag(step, "beep", otherwise=True),
    )


def taken(call: State, step: dict[str, object]) -> tuple[str, float, bool]:
    """(name, seconds, False) of what was recorded; ("", 0, whether it could not be written) when that is of no use."""
    take = _take(call)
    call.memory = None
    if take.seconds <= 0 or take.seconds < _least(step):
        call.note("recording failed" if take.has_failed else "nothing recorded")
        return "", 0.0, take.has_failed
    call.keep_recording(take.name)
    return take.name, round(take.seconds, 1), False


def _least(step: dict[str, object]) -> float:
    return reading.seconds({"min": 1.0, **step}, "min", reading.TIMEOUT_MAX_S)


def _take(call: State) -> Take:
    assert isinstance(call.memory, Take)  # noqa: S101  # `begin` has put it there
    return call.memory
