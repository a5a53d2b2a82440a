"""Webhooks of steps: what is sent, what counts as taken, and what is worth another try."""

from __future__ import annotations

import json

import pytest

from orchestrator.outside.service import Services
from orchestrator.outside.spec import ServiceSpec
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.telling import Webhooks
from tests.outside.http_service import HttpService, Seen, answer, http_service
from tests.runtime.outbox.factories import delivery

HOOK = delivery("webhook", service="crm", path="calls/new", values={"meter": "42"})


def services(service: HttpService, *, timeout_s: float = 5.0) -> Services:
    return Services({"crm": ServiceSpec(name="crm", url=service.url, is_private=True, timeout_s=timeout_s)})


def test_a_webhook_is_json_with_an_idempotency_key() -> None:
    with http_service() as service:
        for _ in range(2):
            Webhooks(services(service)).carry((HOOK,))
        first, again = service.seen
        assert (first.method, first.path) == ("POST", "/api/calls/new")
        assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == HOOK.key
        assert json.loads(first.body) == {
            "id": HOOK.key,
            "at": "2026-11-30T09:00:00.000Z",
            "scenario": "shop_line",
            "call": "uuid-1",
            "caller": "+79990000001",
            "called": "+74950000001",
            "values": {"meter": "42"},
        }


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        ("404 Not Found", True),
        ("422 No", True),
        ("401 Who", False),
        ("403 No", False),
        ("408 Slow", False),
        ("409 Again", False),
        ("429 Many", False),
        ("500 Broken", False),
        ("503 Down", False),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now(status: str, is_final: bool) -> None:
    with http_service(answer(b"{}", status=status)) as service:
        with pytest.raises(Undelivered, match=status[:3]) as error:
            Webhooks(services(service)).carry((HOOK,))
        assert error.value.is_final is is_final
        assert len(service.seen) == 1  # trying again is the outbox's


@pytest.mark.parametrize("body", [b"not JSON", b"", b"x" * 2_000_000])
def test_taken_is_taken_whatever_the_answer_says(body: bytes) -> None:
    with http_service(answer(body)) as service:
        Webhooks(services(service)).carry((HOOK,))


def test_a_service_that_hangs_is_given_up() -> None:
    with http_service(Seen.never_answer) as service, pytest.raises(Undelivered) as error:
        Webhooks(services(service, timeout_s=0.2)).carry((HOOK,))
    assert not error.value.is_final


def test_a_service_that_is_not_in_the_settings_waits_for_a_person() -> None:
    with pytest.raises(Undelivered, match="no service 'crm' in") as error:
        Webhooks(Services({})).carry((HOOK,))
    assert error.value.is_final
