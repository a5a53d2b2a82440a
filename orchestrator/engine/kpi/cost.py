"""What calls cost by a table of tariffs. Sums of units first, money last; in millionths of the currency, exact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from orchestrator.engine.kpi.attempts import Usage
from orchestrator.engine.kpi.sums import HOUR_MS

MICROS: Final = 1_000_000
INCOMING: Final = ""  # the gateway that calls which came in are used of


class Billing(StrEnum):
    """What a tariff's minutes are counted by."""

    SECOND = "second"  # seconds begun, a sixtieth of the minute's price each
    MINUTE = "minute"  # minutes begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Of one gateway. attempt: of each call made, taken or not; minute: from answer to end."""

    attempt: Decimal = Decimal(0)
    minute: Decimal = Decimal(0)
    per: Billing = Billing.MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariffs:
    """gateways: by name; INCOMING for calls that came in. agent_hour: of an agent who is paid for it."""

    currency: str = ""
    agent_hour: Decimal = Decimal(0)
    gateways: Mapping[str, Tariff] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        return bool(self.gateways) or bool(self.agent_hour)

    def of_calls(self, usage: Usage) -> int:
        """In millionths; calls of a gateway without a tariff cost nothing (`unknown` names it)."""
        return _micros(sum(self._parts(usage), Decimal(0)))

    def of_agents(self, ms: int) -> int:
        """In millionths, for so many milliseconds of agents' time."""
        return _micros(self.agent_hour * ms / HOUR_MS)

    def unknown(self, usage: Usage) -> list[str]:
        """Gateways with calls, and without a tariff."""
        return sorted(name for name, calls in usage.calls.items() if calls and name not in self.gateways)

    def _parts(self, usage: Usage) -> Iterator[Decimal]:
        for name, calls in usage.calls.items():
            tariff = self.gateways.get(name)
            if tariff is None:
                continue
            yield tariff.attempt * calls
            is_by_minute = tariff.per is Billing.MINUTE
            yield tariff.minute * (usage.minutes[name] if is_by_minute else Decimal(usage.seconds[name]) / 60)


def _micros(amount: Decimal) -> int:
    return int((amount * MICROS).to_integral_value(ROUND_HALF_UP))
