"""The pattern of the week: what part of the calls is answered at each hour of each weekday."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

SLOTS = 7 * 24
_KEEP = 0.6  # of what is known of an hour, when the same hour of the next week is added
_OTHER_DAYS = 0.3  # what an hour of another weekday is worth
_ENOUGH_CALLS = 60.0
_MOST_TIMES = 3.0
_MINUTE = 60_000


class Pattern:
    """Learns by the hour, and tells when the next hour is known to be better or worse."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._calls = [0.0] * SLOTS
        self._answers = [0.0] * SLOTS
        self._now_calls = self._now_answers = 0
        self._slot: int | None = None
        self._minute = -1

    def ended(self, *, is_answered: bool) -> None:
        """A call of this hour was answered by a person, or ended otherwise."""
        self._now_calls += 1
        self._now_answers += is_answered

    def turn(self, now: int) -> float:
        """How many times as many answers as until now are to be expected: 1.0, but when the hour changes."""
        minute = now // _MINUTE
        if minute == self._minute:
            return 1.0
        self._minute = minute
        local = datetime.fromtimestamp(now / 1_000, self._zone)
        slot = local.weekday() * 24 + local.hour
        before, self._slot = self._slot, slot
        if before is None or before == slot:
            return 1.0
        # What the hours were worth in earlier weeks: today's own figures would hide the step they are part of
        was, will = self.rate(before), self.rate(slot)
        self._keep(before)
        if was is None or will is None:
            return 1.0
        return min(max(will / was, 1 / _MOST_TIMES), _MOST_TIMES)

    def rate(self, slot: int) -> float | None:
        """Answered of called at this hour of the week, other weekdays helping out; None: not known, or none."""
        calls = answers = 0.0
        for day in range(7):
            at = (slot + 24 * day) % SLOTS
            weight = _OTHER_DAYS if day else 1.0
            calls += weight * self._calls[at]
            answers += weight * self._answers[at]
        return answers / calls if calls >= _ENOUGH_CALLS and answers > 0 else None

    def _keep(self, slot: int) -> None:
        if self._now_calls:
            self._calls[slot] = _KEEP * self._calls[slot] + self._now_calls
            self._answers[slot] = _KEEP * self._answers[slot] + self._now_answers
            self._now_calls = self._now_answers = 0

    def dump(self) -> dict[str, list[float]]:
        """For JSON: [slot, calls, answers] one after another of what is known, and the hour that runs."""
        rows: list[float] = []
        for slot in range(SLOTS):
            if self._calls[slot]:
                rows += [float(slot), round(self._calls[slot], 1), round(self._answers[slot], 1)]
        now = (
            [float(self._slot), float(self._now_calls), float(self._now_answers)]
            if self._slot is not None
            else []
        )
        return {"hours": rows, "now": now}

    def load(self, kept: dict[str, list[float]]) -> None:
        """Takes over what `dump` gave. Raises KeyError, TypeError, ValueError or IndexError for what it never gave."""
        rows, now = [float(each) for each in kept["hours"]], [float(each) for each in kept["now"]]
        for slot, calls, answers in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
            if not 0 <= slot < SLOTS or not 0 <= answers <= calls < 1e12:
                raise ValueError("not an hour of the week")
            self._calls[int(slot)], self._answers[int(slot)] = calls, answers
        if now:
            slot, calls, answers = now
            if not 0 <= slot < SLOTS or not 0 <= answers <= calls < 1e12:
                raise ValueError("not an hour of the week")
            self._slot, self._now_calls, self._now_answers = int(slot), int(calls), int(answers)
