"""ask: plays a prompt and collects digits into a variable; with `confirm` the caller hears them and agrees first.

Fewer than `min` digits, or digits that fail the `check`, play `invalid` (if given) and ask again; no digits at all
and digits that the caller takes back ask again; all use up one of `tries`. Then `otherwise`, or without one the next
step with the variable as it was. A `private` variable appears in no path, value or note.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import program as reading
from ..checks import checked
from ..messages import is_private, parts_of
from ..moves import Asking, Gather, Input, Play
from ..state import Over, State
from .keys import barge_in, give_up, missed, play, typed_in

_DIGITS = frozenset("0123456789")
CONFIRM_S = 5.0
CONFIRMS_MAX = 3  # of one entry, said again when nothing is pressed or something else


@dataclass(frozen=True)
class _Entered:
    """What was entered and is being confirmed; how often it was said."""

    value: str
    said: int = 1


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
    if isinstance(call.memory, _Entered):
        return _hear_confirmed(call, step, call.memory, typed_in(inp))
    return _accept(call, step, typed_in(inp))


def _gather(call: State, step: dict[str, object]) -> Asking | None:
    """Ask; or, where everything was typed ahead, answer at once."""
    is_cut_short = barge_in(call, step)
    most, end = _most(step), reading.key_or_none(step, "end")
    typed, is_complete = call.take_carried(most, end)
    if is_complete:
        return _accept(call, step, typed)
    prompt = reading.name(step, "prompt")
    timeout_s = reading.seconds(step, "timeout", reading.TIMEOUT_MAX_S)
    return Gather(
        prompt,
        parts_of(call, prompt),
        _least(step),
        most,
        timeout_s,
        end,
        typed,
        barge_in=is_cut_short,
        private=_is_private(step) or is_private(call, prompt),
    )


def _accept(call: State, step: dict[str, object], typed: str) -> Asking | None:
    end = reading.key_or_none(step, "end")
    value = typed.partition(end)[0] if end else typed
    call.note(f"digits {len(value)}" if value else "no digits")
    if _least(step) <= len(value) <= _most(step) and _DIGITS.issuperset(value):
        meant = checked(step.get("check"), value)
        if meant is not None:
            return _keep(call, step, meant)
    return _again(call, step, typed, value)


def _again(call: State, step: dict[str, object], typed: str, value: str) -> Asking | None:
    if not missed(call, step, typed):
        return give_up(call, step)
    invalid = reading.name_or_none(step, "invalid")
    if value and invalid is not None:
        return play(call, invalid)
    return _gather(call, step)


def _keep(call: State, step: dict[str, object], value: str) -> Asking | None:
    if _is_private(step):
        call.drop_keys()  # what was typed on may belong to it, and would stand in the path as the key of a menu
    if reading.mapping_or_none(step, "confirm") is None:
        call.set(reading.name(step, "into"), value, private=_is_private(step))
        return None
    return _confirm(call, step, _Entered(value))


def _confirm(call: State, step: dict[str, object], entered: _Entered) -> Asking | None:
    """Say what was entered, and wait for the key that agrees or that takes it back."""
    call.memory = entered
    key, call.carried = call.carried[:1], call.carried[1:]
    if key:  # typed on: whoever knows the way need not hear it
        return _hear_confirmed(call, step, entered, key)
    prompt = reading.name(reading.mapping(step.get("confirm"), "confirm"), "prompt")
    call.told = {"entered": entered.value, reading.name(step, "into"): entered.value}
    parts, private = parts_of(call, prompt), _is_private(step) or is_private(call, prompt)
    call.told = {}
    return Gather(prompt, parts, 1, 1, CONFIRM_S, private=private)


def _hear_confirmed(call: State, step: dict[str, object], entered: _Entered, typed: str) -> Asking | None:
    confirm = reading.mapping(step.get("confirm"), "confirm")
    call.carry(typed[1:])
    if typed[:1] == reading.key_or_none(confirm, "accept") != "":
        call.note("confirmed")
        call.memory = None
        call.set(reading.name(step, "into"), entered.value, private=_is_private(step))
        return None
    if typed[:1] != reading.key_or_none(confirm, "again") or not typed:
        call.drop_keys()
        if entered.said < CONFIRMS_MAX:
            return _confirm(call, step, _Entered(entered.value, entered.said + 1))
    call.note("not confirmed")
    call.memory = None
    return _again(call, step, "", "")


def _is_private(step: dict[str, object]) -> bool:
    return reading.flag(step, "private", otherwise=False)


def _least(step: dict[str, object]) -> int:
    return reading.count(step, "min", 1, reading.DIGITS_MAX)


def _most(step: dict[str, object]) -> int:
    return reading.count(step, "max", _least(step), reading.DIGITS_MAX)
