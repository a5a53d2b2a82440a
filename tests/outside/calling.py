"""One call of one service, as the tests make it."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.outside.service import Services
from orchestrator.outside.spec import Reply, ServiceSpec
from tests.outside.http_service import Seen, http_service

MB = 1_000_000


def services(url: str, **more: object) -> Services:
    return Services({"crm": spec(url, **more)}, chance=lambda: 0.0)


def spec(url: str, **more: object) -> ServiceSpec:
    keys: dict[str, object] = {"name": "crm", "url": url, "is_private": True, "timeout_s": 2.0, **more}
    return ServiceSpec(**keys)  # type: ignore[arg-type]  # a test's own keys


def asked(act: Callable[[Seen], None], method: str = "GET", **more: object) -> tuple[Reply, int]:
    """The reply of one call, and how often the service was asked."""
    with http_service(act) as service:
        reply = services(service.url, **more).call("crm", method, "orders", send={"order": "7"})
        return reply, len(service.seen)
