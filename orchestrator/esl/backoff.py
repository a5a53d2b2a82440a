"""How long to wait before trying again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Delays that double from `first_s` to `most_s`, each spread over its upper half.

    The spread keeps many workers from coming back to a restarted switch in one instant.
    """

    first_s: float = 0.5
    most_s: float = 10.0

    def delay_s(self, failures: int, chance: Callable[[], float]) -> float:
        """Before the next try, after `failures` (1 or more) in a row. `chance` gives 0 <= x < 1."""
        whole = min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 60))
        return whole * (0.5 + chance() / 2)
