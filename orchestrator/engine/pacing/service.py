"""When a busy agent becomes free: the lengths of talks and wrap-ups, learned by elapsed time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orchestrator.engine.pacing.ring import NODES_S, Floats, moments

BINS = 48
_FIRST_S, _LAST_S = 1.0, 14_400.0
_EDGES = np.concatenate(([0.0], np.geomspace(_FIRST_S, _LAST_S, BINS)))
_WIDTHS = np.diff(_EDGES)
_MIDDLES = 0.5 * (_EDGES[:-1] + _EDGES[1:])
_SECONDS = np.arange(int(_LAST_S) + 1)
# Which bin each whole second falls into: a look-up costs less than a logarithm
BIN_OF = np.minimum(np.searchsorted(_EDGES, _SECONDS, side="right") - 1, BINS - 1).astype(np.int64)
_FORGET_ENDS = 400.0
_PRIOR_ENDS = 4.0
_USUAL_TALK_S, _USUAL_WRAP_S = 150.0, 20.0
_LONGEST_S = _LAST_S - 1.0


def bins_of(elapsed_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bin of each elapsed time; a negative one counts as 0."""
    found: NDArray[np.int64] = BIN_OF[np.minimum(np.maximum(elapsed_ms, 0) // 1_000, int(_LAST_S))]
    return found


class Lengths:
    """The hazard of an end, by elapsed time, of something that has the usual length until more is known."""

    def __init__(self, usual_s: float) -> None:
        self._ends: Floats = _PRIOR_ENDS * -np.diff(np.exp(-_EDGES / usual_s))
        self._exposure: Floats = self._ends * usual_s + 1e-9
        self._new: list[float] = []
        self.ends = 0  # seen in all
        self._hazard: Floats = self._ends / self._exposure

    def ended(self, length_ms: int) -> None:
        """One is over after so long. What is negative, or longer than four hours, was no talk but a clock's jump."""
        if 0 <= length_ms < 1_000 * _LONGEST_S:
            self._new.append(length_ms / 1_000)
            self.ends += 1

    def refresh(self, running_ms: NDArray[np.int64]) -> None:
        """Computes the hazard anew; who still runs counts for as long as he has run."""
        self._settle()
        running = np.minimum(np.maximum(running_ms, 0) / 1_000, _LONGEST_S)
        self._hazard = self._ends / (self._exposure + _exposed(running))

    def _settle(self) -> None:
        if self._new:
            lengths = np.array(self._new)
            self._new = []
            fade = math.exp(-len(lengths) / _FORGET_ENDS)
            bins = BIN_OF[lengths.astype(np.int64)]
            self._ends = self._ends * fade + np.bincount(bins, minlength=BINS)
            self._exposure = self._exposure * fade + _exposed(lengths)

    def cumulated(self, seconds: Floats) -> Floats:
        """The hazard summed up from 0 to each of these times."""
        sums = np.concatenate(([0.0], np.cumsum(self._hazard * _WIDTHS)))
        return np.interp(seconds, _EDGES, sums)

    def mean_s(self) -> float | None:
        """The expected length; None before any has ended."""
        if not self.ends:
            return None
        alive = np.exp(-self.cumulated(_EDGES))
        return float(((alive[:-1] + alive[1:]) / 2 * _WIDTHS).sum())

    def dump(self) -> dict[str, list[float]]:
        """All that was learned, as lists of numbers."""
        self._settle()
        return {
            "ends": [round(each, 4) for each in self._ends.tolist()],
            "exposure": [round(each, 2) for each in self._exposure.tolist()],
            "seen": [float(self.ends)],
        }

    def load(self, kept: dict[str, list[float]]) -> None:
        """Takes over what `dump` gave. Raises KeyError, TypeError or ValueError for what it never gave."""
        ends, exposure = (np.array(kept[name], dtype=np.float64) for name in ("ends", "exposure"))
        for row in (ends, exposure):
            if row.shape != (BINS,) or not np.isfinite(row).all() or (row < 0).any():
                raise ValueError("not a table of lengths of this size")
        (seen,) = (int(each) for each in kept["seen"])
        self._ends, self._exposure, self.ends = ends, exposure + 1e-9, seen


def _exposed(seconds: Floats) -> Floats:
    """How long these times together were in each bin."""
    bins = BIN_OF[seconds.astype(np.int64)]
    counts = np.bincount(bins, minlength=BINS)
    beyond = np.cumsum(counts[::-1])[::-1] - counts
    partial = np.bincount(bins, weights=seconds - _EDGES[bins], minlength=BINS)
    return np.asarray(beyond * _WIDTHS + np.maximum(partial, 0.0), dtype=np.float64)


class ServiceModel:
    """Talk, then wrap-up, then free. The tables have a row for each bin of elapsed time.

    talk_table, wrap_table: `moments` of being free within each of `NODES_S` plus the patience of who waits.
    """

    talk_table: Floats
    wrap_table: Floats

    def __init__(self, patience_s: float) -> None:
        self.talk = Lengths(_USUAL_TALK_S)
        self.wrap = Lengths(_USUAL_WRAP_S)
        self.horizons = np.array(NODES_S) + patience_s
        self._seconds = np.arange(math.ceil(float(self.horizons[-1])) + 1.0)
        nobody = np.zeros(0, dtype=np.int64)
        self.refresh(nobody, nobody)

    def refresh(self, talking_ms: NDArray[np.int64], wrapping_ms: NDArray[np.int64]) -> None:
        """Computes the tables anew, with those who talk and write up now."""
        self.talk.refresh(talking_ms)
        self.wrap.refresh(wrapping_ms)
        until = self.wrap.cumulated(_MIDDLES[:, None] + self.horizons)
        free = -np.expm1(-(until - self.wrap.cumulated(_MIDDLES)[:, None]))
        self.wrap_table = moments(free)
        # A talk that ends within this second has the rest of the time for its wrap-up
        alive = np.exp(-self.talk.cumulated(_MIDDLES[:, None] + self._seconds))
        ending = (alive[:, :-1] - alive[:, 1:]) / np.maximum(alive[:, :1], 1e-12)
        rest = np.maximum(self.horizons - (self._seconds[:-1, None] + 0.5), 0.0)
        free = ending @ -np.expm1(-self.wrap.cumulated(rest))
        self.talk_table = moments(np.minimum(np.maximum(free, 0.0), 1.0))
