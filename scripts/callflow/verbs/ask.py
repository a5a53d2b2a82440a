"""ask: plays a prompt and collects digits into a variable.

Fewer than `min` digits plays `invalid` (if given) and asks again; no digits at all asks again; both use up
one of `tries`. Then `otherwise`, or without one the next step with the variable as it was.
"""

from __future__ import annotations

from .. import program as reading
from ..messages import parts_of
from ..moves import Asking, Gather, Input, Play
from ..state import Over, State
from .keys import give_up, missed, play, typed_in

_DIGITS = frozenset("0123456789")


def enter(call: State, step: dict[str, object]) -> Asking | None:
    if call.is_machine:
        return play(call, reading.name(step, "prompt"))
    return _gather(call, step)


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    if call.is_machine:
        raise Over("ended")
    if isinstance(call.pending, Play):  # `invalid` is over
        call.carry(typed_in(inp))
        return _gather(call, step)
    return _accept(call, step, typed_in(inp))


def _gather(call: State, step: dict[str, object]) -> Asking | None:
    """Ask; or, where everything was typed ahead, answer at once."""
    most, end = _most(step), reading.key_or_none(step, "end")
    typed, is_complete = call.take_carried(most, end)
    if is_complete:
        return _accept(call, step, typed)
    prompt = reading.name(step, "prompt")
    timeout_s = reading.seconds(step, "timeout", reading.TIMEOUT_MAX_S)
    return Gather(prompt, parts_of(call, prompt), _least(step), most, timeout_s, end, typed)


def _accept(call: State, step: dict[str, object], typed: str) -> Asking | None:
    end = reading.key_or_none(step, "end")
    value = typed.partition(end)[0] if end else typed
    call.note(f"digits {len(value)}" if value else "no digits")
    if _least(step) <= len(value) <= _most(step) and _DIGITS.issuperset(value):
        call.set(reading.name(step, "into"), value)
        return None
    if not missed(call, step, typed):
        return give_up(call, step)
    invalid = reading.name_or_none(step, "invalid")
    if value and invalid is not None:
        return play(call, invalid)
    return _gather(call, step)


def _least(step: dict[str, object]) -> int:
    return reading.count(step, "min", 1, reading.DIGITS_MAX)


def _most(step: dict[str, object]) -> int:
    return reading.count(step, "max", _least(step), reading.DIGITS_MAX)
