"""The part of `prozvon.yaml` about what calls cost: for reports, nothing is ever held back for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from orchestrator.engine.kpi.cost import INCOMING, Billing, Tariff, Tariffs
from orchestrator.runtime.settings_parts.switch_settings import Name, Strict

Price = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=6, max_digits=13)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class GatewayTariff(Strict):
    """What a carrier takes."""

    attempt: Price = Decimal(0)  # for each call, taken or not
    minute: Price = Decimal(0)  # from answer to end
    per: Billing = Billing.MINUTE  # minutes begun, or seconds begun

    def tariff(self) -> Tariff:
        return Tariff(attempt=self.attempt, minute=self.minute, per=self.per)


class TariffsPart(Strict):
    """`tariffs:`."""

    currency: Currency = "RUB"
    agent_hour: Price = Decimal(0)  # what an agent's hour costs
    incoming: GatewayTariff | None = None  # calls that come in
    gateways: dict[Name, GatewayTariff] = Field(default_factory=dict)  # by name, on whichever switch

    def table(self) -> Tariffs:
        found = {name: each.tariff() for name, each in self.gateways.items()}
        if self.incoming is not None:
            found[INCOMING] = self.incoming.tariff()
        return Tariffs(currency=self.currency, agent_hour=self.agent_hour, gateways=found)
