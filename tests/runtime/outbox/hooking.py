"""Webhooks as the tests make them: settings in a few words, a service on loopback, and deliverers that tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from orchestrator.outside.service import Services
from orchestrator.outside.spec import ServiceSpec
from orchestrator.runtime.outbox.hooks import Hooks
from orchestrator.runtime.outbox.payload_samples import sample
from orchestrator.runtime.outbox.payloads import payload
from orchestrator.runtime.settings_parts.hook_settings import Webhook
from tests.outside.http_service import HttpService, Seen

KEY = "shop-1796029200000-0.orders"


def hook(**keys: object) -> Webhook:
    """One at the service `crm`, as settings say it."""
    return Webhook.model_validate({"service": "crm", **keys})


def services(service: HttpService, **more: Any) -> Services:
    keys = {"name": "crm", "url": service.url, "is_private": True, **more}
    return Services({"crm": ServiceSpec(**keys)}, is_logged=False)


def tell(
    service: HttpService, kind: str = "status", told: Mapping[str, object] | None = None, **keys: object
) -> Seen:
    """What the service is asked by a webhook with these keys, and an entry that it takes. Raises Undelivered."""
    hooks = Hooks({"orders": hook(**keys)}, services(service))
    what = {**payload(sample(kind)), **(told or {})}
    if fault := hooks.refusal("orders", hooks.tell("orders", what, KEY)):
        raise fault
    return service.seen[-1]


def body_of(seen: Seen) -> Any:
    return json.loads(seen.body)


def form_of(seen: Seen) -> dict[str, str]:
    return dict(parse_qsl(seen.body.decode(), keep_blank_values=True, strict_parsing=True))
