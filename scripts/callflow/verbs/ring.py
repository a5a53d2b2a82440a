"""ring: the caller hears it ringing for a while; once the call is answered, silence."""

from __future__ import annotations

from .. import program as reading
from ..moves import Asking, Ring, Wait
from ..state import State


def enter(call: State, step: dict[str, object]) -> Asking:
    seconds = reading.seconds(step, "seconds", reading.WAIT_MAX_S)
    if call.is_answered:
        return Wait(seconds)
    call.note("rings")
    return Ring(seconds)
