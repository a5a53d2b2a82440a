"""transfer: as forward, but the call ends when the talk ends."""

from __future__ import annotations

from ..moves import Asking, Dialed, Input
from ..state import Over, State
from .forward import enter as _ring
from .forward import reply as _go_on


def enter(call: State, step: dict[str, object]) -> Asking | None:
    return _ring(call, step)


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    action = _go_on(call, step, inp)
    if isinstance(inp, Dialed) and inp.outcome == "talked":
        raise Over("ended")
    return action
