"""SMS: whether one may be sent now, and to whom; a gateway sends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from orchestrator.contacts.numbers import normalize
from orchestrator.contacts.zones import zone_key
from orchestrator.domain.delivery import Delivery
from orchestrator.domain.message import Suppressed, TypedLimit
from orchestrator.domain.plan import ZoneRule, ZoneSource
from orchestrator.engine import hours
from orchestrator.engine.sms_size import SEGMENTS_MAX, sms_size
from orchestrator.engine.telling import RULE
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.correspondence import Correspondence, message_of
from orchestrator.runtime.outbox.place import NotYet
from orchestrator.runtime.settings_parts.sms_settings import Sms

QUIET = "quiet hours"
UTC = "UTC"
_BY_NUMBER = ZoneRule(source=ZoneSource.CONTACT)


class SmsGateway(Protocol):
    """Sends one SMS; what it calls it, or "". Undelivered when it does not take it. The same key is the same SMS."""

    def send(self, number: str, text: str, key: str) -> str: ...


class ShortMessages:
    """region: how numbers are read that callers have typed (ISO 3166)."""

    def __init__(
        self,
        gateway: SmsGateway,
        correspondence: Correspondence,
        settings: Sms,
        region: str,
        now_ms: Callable[[], int],
    ) -> None:
        self._gateway = gateway
        self._correspondence = correspondence
        self._settings = settings
        self._region = region
        self._now_ms = now_ms

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        for delivery in deliveries:
            self._one(delivery)

    def _one(self, delivery: Delivery) -> None:
        """Undelivered, or NotYet, when it is not through."""
        text = delivery.text("text")
        number = normalize(delivery.target, self._region) if delivery.target.strip() else ""
        size = sms_size(text)
        due = self._correspondence.send(
            message_of(
                delivery, to=number if isinstance(number, str) else delivery.target, segments=size.segments
            ),
            lambda: self._sent(delivery, text),
            not_listed=_of_contact(delivery, number) if isinstance(number, str) else (),
            refused=_refused(number, text, size.segments),
            typed=self._limit(delivery, number) if isinstance(number, str) else None,
            not_before=self._quiet(delivery, number) if isinstance(number, str) else None,
        )
        if due is not None:
            raise NotYet(due, QUIET)

    def _sent(self, delivery: Delivery, text: str) -> str:
        number = normalize(delivery.target, self._region)
        if not isinstance(number, str):
            raise Undelivered(f"it is no number for an SMS: {number}", is_final=True)
        return self._gateway.send(number, text, delivery.key)

    def _limit(self, delivery: Delivery, number: str) -> TypedLimit | None:
        if not delivery.body.get("typed"):
            return None
        settings = self._settings
        return TypedLimit(
            day=f"{hours.local_day(_zone(delivery, number), self._now_ms())[0]:%Y%m%d}",
            per_number=settings.per_number.day,
            per_call=settings.per_call,
        )

    def _quiet(self, delivery: Delivery, number: str) -> tuple[int, str] | None:
        """Whom a rule writes to is not woken; who asks for an SMS in a call is awake."""
        if not delivery.text(RULE):
            return None
        zone, now = _zone(delivery, number), self._now_ms()
        if hours.is_open(self._settings.hours, zone, now):
            return None
        opening = hours.next_open(self._settings.hours, zone, now)
        return (now + hours.HORIZON_MS if opening is None else opening), QUIET


def _refused(number: object, text: str, segments: int) -> Suppressed | None:
    if number == "":
        return Suppressed.NO_ADDRESS
    if not text.strip():
        return Suppressed.NO_TEXT
    return Suppressed.TOO_LONG if segments > SEGMENTS_MAX else None


def _of_contact(delivery: Delivery, number: str) -> tuple[str, ...]:
    """Numbers that may not be on the do-not-call list: the one that was called as well as the one that is written to.
    An SMS that somebody asked for in a call is an answer, and colleagues are no contacts.
    """
    return (number, delivery.text("number")) if delivery.body.get("to_contact") else ()


def _zone(delivery: Delivery, number: str) -> str:
    return delivery.text("zone") or zone_key(number, _BY_NUMBER) or UTC
