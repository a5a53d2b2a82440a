"""Webhooks of steps, through the named services of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from orchestrator.domain.delivery import Delivery
from orchestrator.engine.telling import RULE
from orchestrator.outside.spec import Reply, Why
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.export import instant
from orchestrator.runtime.outbox import payloads
from orchestrator.store.rows import OutboxRow

_HOPELESS = frozenset({400, 404, 405, 410, 411, 413, 414, 415, 422})  # the same again would be refused again


class CallsServices(Protocol):
    """orchestrator.outside.service.Services, as far as it is used here."""

    def call(
        self,
        name: str,
        method: str,
        path: str,
        *,
        send: Mapping[str, object] | None = None,
        timeout_s: float | None = None,
        tries: int | None = None,
        key: str = "",
        apart: str = "",
    ) -> Reply: ...


class Webhooks:
    """POSTs what happened as JSON. One try each: trying again is the outbox's."""

    def __init__(self, services: CallsServices) -> None:
        self._services = services

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        for delivery in deliveries:
            service, path = delivery.text("service"), delivery.text("path")
            reply = self._services.call(
                service, "POST", path, send=payload(delivery), tries=1, key=delivery.key
            )
            if not reply.was_taken:
                raise refused(f"the service {service}", reply)


def payload(delivery: Delivery) -> dict[str, object]:
    """The body of a webhook of a step (docs/outbox.md); of a rule's, the standard one (docs/webhooks.md)."""
    if delivery.text(RULE):
        return dict(payloads.payload(_entry(delivery)))
    values, call_at = delivery.body.get("values"), delivery.text("call_at")
    return {
        "id": delivery.key,
        "at": instant(int(call_at) if call_at.isdigit() else delivery.at),
        "scenario": delivery.campaign_id,
        "call": delivery.attempt_id,
        "caller": delivery.text("caller"),
        "called": delivery.text("called"),
        "values": dict(values) if isinstance(values, dict) else {},
    }


def _entry(delivery: Delivery) -> OutboxRow:
    """The entry of the outbox that it was made of."""
    lead = delivery.text("lead_id")
    return OutboxRow(
        entry_id=delivery.delivery_id.rpartition(".")[0],
        campaign_id=delivery.campaign_id,
        lead_id=int(lead) if lead.isdigit() else 0,
        attempt_id=delivery.attempt_id,
        kind=delivery.kind,
        at=delivery.at,
        body=dict(delivery.body),
    )


def refused(who: str, reply: Reply, heard: str = "") -> Undelivered:
    """Why it was not taken. Final where asking again cannot help without a person. heard: what was answered, for those
    who may see deliveries.
    """
    return Undelivered(
        f"{who}: {reply.detail or reply.why}",
        heard=heard,
        is_final=reply.why is Why.UNKNOWN_SERVICE or reply.status in _HOPELESS,
        is_spared=reply.why is Why.BREAKER,
    )
