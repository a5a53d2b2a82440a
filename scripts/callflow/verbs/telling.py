"""What callers in a queue are told, whoever serves it: their place, the wait, the offer of a callback."""

from __future__ import annotations

from .. import program as reading
from ..moves import Play
from ..state import State
from .keys import play

OFFER, PROMISE, CALLBACK_KEY = "callback_offer", "callback_promised", "1"
MESSAGES = {"position": "queue_position", "wait": "queue_wait"}


def kinds_told(step: dict[str, object]) -> list[str]:
    """What the step wants to be told: position, wait."""
    return [kind for kind in MESSAGES if reading.flag(step, kind, otherwise=False)]


def announcement(call: State, kind: str, position: int, wait_s: int) -> Play:
    minutes = max(1, -(-wait_s // 60))  # nobody can foretell seconds
    call.told = {"queue.position": str(position), "queue.wait": str(minutes * 60)}
    action = play(call, MESSAGES[kind], is_cut_short=False)
    call.told = {}
    return action


def whole(value: object, otherwise: int) -> int:
    """A number that the orchestrator said, where it is one."""
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return int(str(value)) if is_whole else otherwise
