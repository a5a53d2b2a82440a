"""call: runs a block, and goes on with the next step at its end."""

from __future__ import annotations

from .. import program as reading
from ..state import State


def enter(call: State, step: dict[str, object]) -> None:
    call.call(reading.name(step, "block"))
