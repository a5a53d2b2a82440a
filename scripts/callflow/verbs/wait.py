"""wait: stays silent for a while. A key cuts it short and is kept for the next menu or ask."""

from __future__ import annotations

from .. import program as reading
from ..moves import Wait
from ..state import State


def enter(call: State, step: dict[str, object]) -> Wait:
    del call
    return Wait(reading.seconds(step, "seconds", reading.WAIT_MAX_S))
