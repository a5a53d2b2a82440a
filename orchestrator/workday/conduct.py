"""A simulated day as data: who works when, who is called and who calls, by hours of the day. Free of chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from orchestrator.workday.workload import Customers, Talks

Value = TypeVar("Value")

HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Course(Generic[Value]):
    """Something that changes over the day. steps: (seconds since midnight, value from then on), in order; before the
    first one the first one holds.
    """

    steps: tuple[tuple[float, Value], ...]

    def at(self, second: float) -> Value:
        """The value at that second of the day."""
        found = self.steps[0][1]
        for begins, value in self.steps:
            if begins > second:
                break
            found = value
        return found


def always(value: Value) -> Course[Value]:
    """The same all day."""
    return Course(((0.0, value),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephones:
    """How agents take a call. is_standing: their legs are up all the time; else they pick up after 1 s + Exp(answer_s -
    1 s), never sooner, and miss a share of the calls altogether.
    """

    is_standing: bool = True
    answer_s: float = 4.0
    misses: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Who calls by themselves: so many an hour, each with an own patience (exponential) before they hang up."""

    per_hour: Course[float] = field(default_factory=lambda: always(0.0))
    patience_s: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """The day. begins_s: seconds since midnight at which work begins; lasts_s. staff: share of the agents who work.
    break_every_s, break_s: each agent goes on a break so often (at random), for so long; 0: never. invite_s: from the
    decision to call to the INVITE. seed: of all chance.
    """

    agents: int
    begins_s: float = 9 * HOUR_S
    lasts_s: float = 8 * HOUR_S
    customers: Course[Customers] = field(default_factory=lambda: always(Customers()))
    talks: Course[Talks] = field(default_factory=lambda: always(Talks()))
    staff: Course[float] = field(default_factory=lambda: always(1.0))
    telephones: Telephones = Telephones()
    callers: Callers = field(default_factory=Callers)
    break_every_s: float = 0.0
    break_s: float = 600.0
    invite_s: float = 0.0
    seed: int = 1
