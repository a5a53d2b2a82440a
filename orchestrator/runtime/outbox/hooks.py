"""Webhooks of the settings: which entries of the outbox they want, how they are told, and what counts as taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import structlog

from orchestrator.domain.delivery import Delivery
from orchestrator.outside.answers import Unreadable, fields_of, read_json
from orchestrator.outside.service import Services
from orchestrator.outside.spec import Reply
from orchestrator.outside.template import NotFilled
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.hook_request import HookRequest
from orchestrator.runtime.outbox.payload_fields import Json
from orchestrator.runtime.outbox.payloads import Payloads
from orchestrator.runtime.outbox.telling import refused
from orchestrator.runtime.settings_parts.hook_settings import Webhook
from orchestrator.store import Store
from orchestrator.store.rows import OutboxRow

log = structlog.get_logger()

HOOK: Final = "hook"  # lanes are hook@NAME
WITHDRAWN: Final = "withdrawn"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
_CHARS = 150  # of an answer that is told

Webhooks = Mapping[str, Webhook]


def lane_of(name: str) -> str:
    """One that is no name (a rule may have said anything) waits in a lane of its own, for a person to see."""
    return f"{HOOK}@{name if _NAME.match(name) else '_'}"


def is_hooks(lane: str) -> bool:
    """Whether what waits there is a webhook's."""
    return lane.startswith(f"{HOOK}@")


class HookRoutes:
    """Finds who wants to be told of an entry. What is told is fixed here: the same with every try."""

    def __init__(self, webhooks: Webhooks, store: Store) -> None:
        self._webhooks = webhooks
        self._payloads = Payloads(store)

    def wanted(self, entry: OutboxRow) -> dict[str, Json]:
        """Webhook -> its payload, in the order of the settings. KnownError when the store is away."""
        named = str(entry.body.get(HOOK) or "")
        asked = [name for name, hook in self._webhooks.items() if _listens(hook, entry)]
        if entry.kind == "webhook" and named and named not in asked:
            asked.append(named)  # one that is not there is parked, for a person to see
        if not asked:
            return {}
        told = self._payloads.of(entry)
        return {name: told for name in asked if name == named or wants(self._webhooks[name], told)}


def _listens(hook: Webhook, entry: OutboxRow) -> bool:
    is_withdrawn = entry.kind == "status" and entry.body.get("status") == WITHDRAWN
    return entry.kind in hook.on or (is_withdrawn and WITHDRAWN in hook.on)


def wants(hook: Webhook, told: Json) -> bool:
    """Whether a payload of a kind that it listens to is one that it wants."""
    if hook.scenarios and told["scenario"] not in hook.scenarios:
        return False
    return all(field_text(told, field) in texts for field, texts in hook.only.items())


def field_text(told: Mapping[str, object], path: str) -> str:
    """A field of a payload as the settings name it and its values: `values.meter`; "" when there is none."""
    value: object = told
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    match value:
        case None | dict() | list():
            return ""
        case bool():
            return "yes" if value else "no"
    return str(value)


class Hooks:
    """Tells them. One try each: trying again is the outbox's."""

    def __init__(self, webhooks: Webhooks, services: Services) -> None:
        self._webhooks = webhooks
        self._services = services
        self._requests = {name: HookRequest(name, hook) for name, hook in webhooks.items()}
        for name, ready in self._requests.items():
            if why := ready.fault or ready.doubts():
                log.warning("webhook_may_not_work", webhook=name, why=why)

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        for delivery in deliveries:
            told = delivery.body.get("payload")
            reply = self.tell(
                delivery.text(HOOK),
                told if isinstance(told, dict) else {},
                delivery.key,
                is_replay=bool(delivery.body.get("is_replay")),
            )
            if fault := self.refusal(delivery.text(HOOK), reply):
                raise fault

    def tell(self, name: str, told: Json, key: str, *, is_replay: bool = False) -> Reply:
        """What its service answered. Undelivered when it could not be asked."""
        hook, ready = self._webhooks.get(name), self._requests.get(name)
        if hook is None or ready is None:
            raise Undelivered(f"no webhook {name!r} in prozvon.yaml", is_final=True)
        if ready.fault:
            raise Undelivered(f"webhook {name}: {ready.fault}")
        try:
            filled = ready.filled(told, key, is_replay=is_replay)
        except NotFilled as error:
            why = f"webhook {name}: its templates cannot be filled in"
            raise Undelivered(why, heard=f": {error.why}", is_final=True) from None
        return self._services.call(
            hook.service,
            hook.method.upper(),
            filled.path,
            send=filled.content,
            timeout_s=hook.timeout_s,
            tries=1,
            key=key,
            apart=f"webhook {name}",
        )

    def refusal(self, name: str, reply: Reply) -> Undelivered | None:
        """Why it did not take what it was told; None when it did."""
        said = _said(reply)
        if not reply.was_taken:
            return refused(f"webhook {name}", reply, said)
        missing = _not_accepted(self._webhooks[name].accepted, reply)
        if not missing:
            return None
        return Undelivered(f"webhook {name}: it answered {reply.status}, but {missing}", heard=said)


def _not_accepted(accepted: Mapping[str, str], reply: Reply) -> str:
    """What the answer should have said; "" when it says so."""
    if not accepted:
        return ""
    answer = read_json(reply.body, reply.content_type)
    if isinstance(answer, Unreadable):
        return f"its answer is {answer.why}"
    found = fields_of(answer, accepted)
    wrong = next((field for field, text in accepted.items() if found.get(field) != text), "")
    return f"{wrong} is not {accepted[wrong]!r}" if wrong else ""


def _said(reply: Reply) -> str:
    """How its answer begins, for people; one line."""
    begins = " ".join("".join(c if c.isprintable() else " " for c in reply.text[: 4 * _CHARS]).split())
    return f"; it says: {begins[:_CHARS]}" if begins and begins != "{}" else ""


def of_hook(project: str, entry_id: str, name: str, told: Json) -> dict[str, object]:
    """What a webhook's delivery differs in from others. Its key says the webhook's name, so that it stays the same
    whatever else is in the settings.
    """
    body = {HOOK: name, "caller": told["number"] or "", "payload": told}
    return {"key": f"{project}-{entry_id}.{name}", "body": body}
