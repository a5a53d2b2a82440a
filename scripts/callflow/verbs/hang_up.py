"""hang_up: ends the call."""

from __future__ import annotations

from ..state import Over, State


def enter(call: State, step: dict[str, object]) -> None:
    del call, step
    raise Over("ended")
