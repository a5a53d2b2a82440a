"""How one of a scenario's tests went, and how what came of it is compared with what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orchestrator.domain.inbound import InboundCall
from orchestrator.domain.lead import Decision, Ending
from orchestrator.domain.plan import Delay
from orchestrator.runtime.rehearsal.timeline import Failure
from orchestrator.scenario.values import format_duration

NO_RESULT = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOutcome:
    """`timeline` tells the whole story, with the failures last; `calls` are the calls that were made to their end,
    each with what the rules decided; `inbound` is the call that came in, `is_missed` whether it made a callback.
    """

    __test__ = False  # not one of pytest's

    name: str
    timeline: str
    failures: tuple[Failure, ...] = ()
    calls: tuple[tuple[Ending, Decision], ...] = ()
    inbound: InboundCall | None = None
    is_missed: bool = False

    @property
    def passed(self) -> bool:
        return not self.failures


def differences(*compared: tuple[str, object, object]) -> Iterator[str]:
    """(what, expected, came) -> a line for each that differs; None expects nothing."""
    for name, expected, came in compared:
        if expected is not None and expected != came:
            yield f"{name}: expected {expected}, it is {came}"


def said_waits(delays: Iterable[Delay]) -> str:
    """`[15m, next_day]`."""
    each = ("next_day" if delay.after_s is None else format_duration(delay.after_s) for delay in delays)
    return f"[{', '.join(each)}]"


def listed(names: Iterable[str] | None) -> str | None:
    """`[sms, email]`; None expects nothing."""
    return None if names is None else f"[{', '.join(names)}]"
