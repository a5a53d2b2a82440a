"""Webhooks and short messages, through the named services of the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from orchestrator.contacts.numbers import normalize
from orchestrator.domain.delivery import Delivery
from orchestrator.outside.spec import Reply, Why
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.export import instant
from orchestrator.runtime.settings_parts.notify_settings import Sms

_PLACES = re.compile(r"\{(to|digits|text|key)\}")
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
    """The body of a webhook: docs/outbox.md."""
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


class ShortMessages:
    """Asks the service of `sms:`. region: how numbers are read that callers have typed (ISO 3166)."""

    def __init__(self, services: CallsServices, settings: Sms, region: str) -> None:
        self._services = services
        self._settings = settings
        self._region = region

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        for delivery in deliveries:
            self._one(delivery)

    def _one(self, delivery: Delivery) -> None:
        settings = self._settings
        if settings.service is None:
            raise Undelivered(
                "no service for SMS in the settings: write `sms:` into prozvon.yaml", is_final=True
            )
        number = normalize(delivery.target, self._region)
        if not isinstance(number, str):
            raise Undelivered(f"it is no number for an SMS: {number}", is_final=True)
        known = {"to": number, "digits": number[1:], "text": delivery.text("text"), "key": delivery.key}
        reply = self._services.call(
            settings.service,
            settings.method.upper(),
            settings.path,
            send={name: filled(text, known) for name, text in settings.send.items()},
            timeout_s=settings.timeout_s,
            tries=1,
            key=delivery.key,
        )
        if not reply.was_taken:
            raise refused(f"the SMS service {settings.service}", reply)
        if settings.accepted and settings.accepted not in reply.body.decode("utf-8", "replace"):
            said = " ".join(reply.body[:200].decode("utf-8", "replace").split())
            raise Undelivered(f"the SMS service {settings.service} answered {reply.status}, and says: {said}")


def filled(text: str, known: Mapping[str, str]) -> str:
    """Places filled in once: what a caller has said is no template."""
    return _PLACES.sub(lambda found: known[found[1]], text)


def refused(who: str, reply: Reply) -> Undelivered:
    """Why it was not taken. Final where asking again cannot help without a person."""
    is_final = reply.why is Why.UNKNOWN_SERVICE or reply.status in _HOPELESS
    return Undelivered(f"{who}: {reply.detail or reply.why}", is_final=is_final)
