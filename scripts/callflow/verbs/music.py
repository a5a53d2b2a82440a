"""music: plays music for a while. A key cuts it short and is kept for the next menu or ask."""

from __future__ import annotations

from .. import program as reading
from ..moves import Asking, Music, Wait
from ..state import State


def enter(call: State, step: dict[str, object]) -> Asking:
    seconds = reading.seconds(step, "seconds", reading.WAIT_MAX_S)
    source = reading.music(step, "source")
    if not source or call.has_no_music:
        return Wait(seconds)
    call.note("hears music")
    return Music(source, seconds)
