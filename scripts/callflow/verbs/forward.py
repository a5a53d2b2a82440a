"""forward: rings numbers, one after the other or all at once, and lets the caller talk with who answers.

After the talk the flow goes on with the next step, if the caller is still there. Nobody there: `otherwise`, or without
one the next step too. A call that is not answered yet is answered by whoever answers, and costs the caller nothing
until then; where the talk is to be recorded it is answered first.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import program as reading
from ..moves import Asking, Dialed, Input
from ..state import Over, State
from .dialing import RING_MAX_S, dial, has_talked, is_recorded
from .keys import give_up


@dataclass(frozen=True)
class _Left:
    """Numbers that were not rung yet."""

    numbers: tuple[str, ...]


def is_for_answered(call: State, step: dict[str, object]) -> bool:
    return is_recorded(step) or call.program.get("record") is not None


def enter(call: State, step: dict[str, object]) -> Asking | None:
    if call.is_machine:  # nobody wants to be rung for an answering machine
        raise Over("ended")
    return _ring(call, step, reading.numbers(step, "to"))


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    if isinstance(inp, Dialed) and has_talked(call, inp):
        return None
    return _ring(call, step, call.memory.numbers if isinstance(call.memory, _Left) else ())


def _ring(call: State, step: dict[str, object], numbers: tuple[str, ...]) -> Asking | None:
    if not numbers:
        return give_up(call, step)
    count = len(numbers) if reading.order(step) == "all_at_once" else 1
    call.memory = _Left(numbers[count:])
    return dial(call, step, numbers[:count], reading.seconds(step, "ring", RING_MAX_S))
