"""What a simulated day is judged by: occupancy, abandonment, its worst hour, lines."""

from __future__ import annotations

from dataclasses import dataclass

_HOUR = 3_600_000
_MINUTE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Figures of one campaign's day; occupancy and lines are the whole team's. Fractions from 0 to 1.

    abandoned: of calls answered by a person. worst_hour: the same over the worst 60 minutes on end.
    """

    occupancy: float
    abandoned: float
    worst_hour: float
    talks_per_hour: float
    dials_per_talk: float
    lines: float
    lines_peak: int
    answered: int


class Recorder:
    """Counts what falls between two instants."""

    def __init__(self, since: int, until: int, campaigns: int) -> None:
        self._since, self._until = since, until
        self._answered: list[list[tuple[int, bool]]] = [[] for _ in range(campaigns)]
        self._dials = [0] * campaigns
        self._present = self._busy = self._lines = self._peak = 0
        self._at = since
        self._present_ms = self._busy_ms = self._line_ms = 0

    def _move(self, now: int) -> None:
        if now > self._at:
            passed = now - self._at
            self._present_ms += passed * self._present
            self._busy_ms += passed * self._busy
            self._line_ms += passed * self._lines
            self._at = now

    def came(self, now: int) -> None:
        self._move(now)
        self._present += 1

    def left(self, now: int) -> None:
        self._move(now)
        self._present -= 1

    def busy(self, now: int, change: int) -> None:
        self._move(now)
        self._busy += change

    def line(self, now: int, change: int) -> None:
        self._move(now)
        self._lines += change
        if self._lines > self._peak and now >= self._since:
            self._peak = self._lines

    def dial(self, now: int, campaign: int) -> None:
        self._dials[campaign] += now >= self._since

    def ended(self, now: int, campaign: int, *, was_abandoned: bool) -> None:
        if now >= self._since:
            self._answered[campaign].append((now, was_abandoned))

    def close(self, now: int) -> None:
        self._move(now)

    def measured(self) -> list[Measured]:
        hours = self._present_ms / _HOUR
        span = self._until - self._since
        found = []
        for answered, dials in zip(self._answered, self._dials, strict=True):
            abandoned = sum(was for _, was in answered)
            talks = len(answered) - abandoned
            found.append(
                Measured(
                    occupancy=self._busy_ms / max(1, self._present_ms),
                    abandoned=abandoned / max(1, len(answered)),
                    worst_hour=_worst(answered, self._since, self._until),
                    talks_per_hour=talks / max(1e-9, hours),
                    dials_per_talk=dials / max(1, talks),
                    lines=self._line_ms / span,
                    lines_peak=self._peak,
                    answered=len(answered),
                )
            )
        return found


def _worst(answered: list[tuple[int, bool]], since: int, until: int) -> float:
    """Abandonment of the worst whole hour, of all that begin on a minute. An hour in which hardly anybody was
    called (under a fifth of the usual) says nothing and does not count.
    """
    minutes = (until - since) // _MINUTE + 1
    calls, lost = [0] * (minutes + 1), [0] * (minutes + 1)
    for at, was_abandoned in answered:
        minute = min(minutes - 1, (at - since) // _MINUTE)
        calls[minute + 1] += 1
        lost[minute + 1] += was_abandoned
    for i in range(minutes):
        calls[i + 1] += calls[i]
        lost[i + 1] += lost[i]
    width = min(60, minutes)
    least = 0.2 * calls[minutes] * width / minutes
    worst = 0.0
    for i in range(minutes - width + 1):
        inside = calls[i + width] - calls[i]
        if inside > least:
            worst = max(worst, (lost[i + width] - lost[i]) / inside)
    return worst
