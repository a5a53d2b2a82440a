"""goto: goes on at the beginning of a block; nothing comes back from there."""

from __future__ import annotations

from .. import program as reading
from ..state import State


def enter(call: State, step: dict[str, object]) -> None:
    call.enter(reading.name(step, "block"))
