"""Faults on request: what a network, a client's connection and a crash do to events. Seeded.

Set when the switch is made, or while it runs with the command `prozvon_fault` that only the simulator has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from orchestrator.simulator.chance import chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Shares are 0..1, per event and client. Counts are of events delivered; None or 0: never."""

    drop_after: int | None = None  # close every client's connection after so many events, again and again
    drop: float = 0.0  # close the connection instead of delivering
    delay: float = 0.0  # deliver later
    delay_s: float = 0.5  # at most so much later, in real seconds
    double: float = 0.0  # deliver twice
    lose: float = 0.0  # deliver never
    late_job: float = 0.0  # announce the job of an answered originate only after its call has ended
    refuse_auth: float = 0.0  # answer the right password with -ERR invalid
    no_cdr: float = 0.0  # write no CDR
    disk_full: float = 0.0  # what is recorded cannot be written
    crash_after: int | None = None  # crash after so many events


NONE = Faults()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What becomes of one event on one connection: when, in real seconds from now."""

    after_s: float


class FaultLine:
    """The faults of one switch, drawn from one seed."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self.faults = faults
        self._rng: random.Random = chance(seed, "faults")
        self.delivered = 0

    @property
    def is_quiet(self) -> bool:
        return self.faults is NONE or self.faults == NONE

    def happens(self, share: float) -> bool:
        return share > 0 and self._rng.random() < share

    def deliveries(self) -> Iterator[Delivery]:
        """How often one event arrives, and when."""
        faults = self.faults
        if self.happens(faults.lose):
            return
        times = 2 if self.happens(faults.double) else 1
        for _ in range(times):
            late = self.happens(faults.delay)
            yield Delivery(self._rng.uniform(0, faults.delay_s) if late else 0.0)

    def drops(self, delivered: int) -> bool:
        """Whether a connection that has had `delivered` events is to be closed now."""
        after = self.faults.drop_after
        return bool(after and delivered >= after) or self.happens(self.faults.drop)

    def crashes(self) -> bool:
        self.delivered += 1
        after = self.faults.crash_after
        return bool(after and self.delivered >= after)

    def set(self, words: str) -> str:
        """`name value ...` changes faults, `none` ends them all. Returns the switch's answer."""
        parts = words.split()
        if parts == ["none"]:
            self.faults = NONE
            return "+OK\n"
        if not parts or len(parts) % 2:
            return f"-USAGE: none|<name> <value> ...: {', '.join(field.name for field in fields(Faults))}\n"
        known = {field.name for field in fields(Faults)}
        changes: dict[str, float | int] = {}
        for name, value in zip(parts[::2], parts[1::2], strict=True):
            if name not in known:
                return f"-ERR no fault is called {name}\n"
            try:
                changes[name] = int(value) if name in ("drop_after", "crash_after") else float(value)
            except ValueError:
                return f"-ERR {value} is not a number\n"
        self.faults = replace(self.faults, **changes)  # type: ignore[arg-type]  # numbers, as checked
        self.delivered = 0
        return "+OK\n"
