"""say: plays a message. A key cuts it short and is kept for the next menu or ask."""

from __future__ import annotations

from .. import program as reading
from ..moves import Asking
from ..state import State
from .keys import play


def enter(call: State, step: dict[str, object]) -> Asking | None:
    return play(call, reading.name(step, "message"))
