"""Turns for everything else a worker does, while it reads rows."""

from __future__ import annotations

import time

from orchestrator.esl.turns import BREATH_S, give_turn


class Breath:
    """Called before each row; a turn is given when ours has lasted long enough."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._since > BREATH_S:
            give_turn()
            self._since = time.monotonic()
