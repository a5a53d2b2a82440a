"""say: plays a message. A key cuts it short and is kept for the next menu or ask; without `barge_in` it is neither.

With `early` it is played before the call is answered, if it is not yet.
"""

from __future__ import annotations

from .. import program as reading
from ..moves import Asking
from ..state import State
from .keys import barge_in, play


def is_for_answered(call: State, step: dict[str, object]) -> bool:
    del call
    return not reading.flag(step, "early", otherwise=False)


def enter(call: State, step: dict[str, object]) -> Asking | None:
    return play(call, reading.name(step, "message"), is_cut_short=barge_in(call, step))
