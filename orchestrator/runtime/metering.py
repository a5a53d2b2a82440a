"""What a worker measures of itself: how fast switches take calls, how late their events are. Sums that only grow.

Meters are named `WHAT SWITCH BUCKET`, as they stand in the store (docs/keys.md, `meters`): a count for each bucket, the
sum of times in microseconds. Whoever reads them makes histograms of them, over all workers there ever were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from orchestrator.store.meters import Measured

# Upper bounds in seconds. A switch that is well takes an originate in milliseconds; two seconds are what a line bears.
BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OVER: Final = "over"  # the bucket of all that was longer
SUM: Final = "us"


class Times(StrEnum):
    """What is measured in time."""

    ORIGINATE = "originate"  # from writing an originate to the switch's word that it took it; real time
    EVENT = "event"  # from an event of a call on the switch to our having heard it


class Tallies(StrEnum):
    """What is only counted."""

    REFUSED = "refused"  # originates that a switch did not take, or whose fate was not told
    DROPPED = "dropped"  # events thrown away because we were too slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """buckets: (upper bound in seconds, how many took no longer), the counts grow; count: of all."""

    buckets: tuple[tuple[float, int], ...]
    count: int
    sum_s: float


class Metering:
    """One process' sums. holder: what tells it from another process of the same worker."""

    def __init__(self, holder: str) -> None:
        self._holder = holder
        self._sums: Counter[str] = Counter()

    def time(self, what: Times, switch: str, seconds: float) -> None:
        """A clock that is behind another one gives less than nothing: that counts as none."""
        took_s = max(0.0, seconds)
        bucket = next((f"{bound:g}" for bound in BUCKETS_S if took_s <= bound), OVER)
        self._sums[f"{what.value} {switch} {bucket}"] += 1
        self._sums[f"{what.value} {switch} {SUM}"] += round(took_s * 1e6)

    def count(self, what: Tallies, switch: str, how_many: int = 1) -> None:
        self._sums[f"{what.value} {switch}"] += how_many

    def measured(self) -> Measured:
        """To be said with a heartbeat."""
        return Measured(holder=self._holder, sums=dict(self._sums))


def histograms(sums: Mapping[str, int], what: Times) -> dict[str, Histogram]:
    """Switch -> how long it took, of the store's meters."""
    switches = {name.split(" ")[1] for name in sums if name.startswith(f"{what.value} ")}
    return {switch: _histogram(sums, f"{what.value} {switch}") for switch in sorted(switches)}


def tallies(sums: Mapping[str, int], what: Tallies) -> dict[str, int]:
    """Switch -> how many, of the store's meters."""
    return {
        name.split(" ")[1]: count for name, count in sorted(sums.items()) if name.startswith(f"{what.value} ")
    }


def _histogram(sums: Mapping[str, int], prefix: str) -> Histogram:
    counted, buckets = 0, []
    for bound in BUCKETS_S:
        counted += sums.get(f"{prefix} {bound:g}", 0)
        buckets.append((bound, counted))
    return Histogram(
        buckets=tuple(buckets),
        count=counted + sums.get(f"{prefix} {OVER}", 0),
        sum_s=sums.get(f"{prefix} {SUM}", 0) / 1e6,
    )
