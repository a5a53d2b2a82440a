"""The settings of docs/crm/ against services that look at what they are asked as those CRMs do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import pytest

from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.hooks import Hooks, wants
from orchestrator.runtime.outbox.payload_samples import sample
from orchestrator.runtime.outbox.payloads import Json, payload
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.settings_parts.service_settings import services_of
from tests.outside.http_service import HttpService, Seen, answer, http_service

DOCS = Path(__file__).resolve().parents[3] / "docs" / "crm"
ORDERS = {"order-1042", "A/7 Ж"}
STATUSES = {"client-confirmed", "no-call"}
PIPELINE, FIELDS = 1_000_001, {1_000_004, 1_000_005}


def refuses(seen: Seen, status: str, **said: object) -> None:
    answer(json.dumps({"success": False, **said}).encode(), status=status)(seen)


def retailcrm(seen: Seen) -> None:
    """POST orders/UID/edit: `by`, `site` and `order` (JSON) in a form; the key in a header."""
    if seen.headers.get("x-api-key") != "k3y":
        return refuses(seen, "403 Forbidden", errorMsg='Wrong "apiKey" value')
    found = re.fullmatch(r"/api/v5/orders/([^/]+)/edit", seen.path)
    if seen.method != "POST" or found is None:
        return refuses(seen, "404 Not Found", errorMsg="Method not found")
    if seen.headers["content-type"] != "application/x-www-form-urlencoded":
        return refuses(seen, "400 Bad Request", errorMsg="Parameter 'order' is missing")
    form = dict(parse_qsl(seen.body.decode(), keep_blank_values=True, strict_parsing=True))
    order = json.loads(form["order"])
    if form["by"] not in ("id", "externalId") or form["site"] != "YOUR-SHOP" or not isinstance(order, dict):
        return refuses(seen, "400 Bad Request", errorMsg="Errors in the input parameters")
    if unquote(found[1]) not in ORDERS:
        return refuses(seen, "404 Not Found", errorMsg="Not found")
    if order.get("status", "no-call") not in STATUSES or not set(order) <= {
        "status",
        "statusComment",
        "managerComment",
    }:
        return refuses(seen, "400 Bad Request", errorMsg="Errors in the entity format")
    return answer(b'{"success": true, "id": 12, "order": {"id": 12}}')(seen)


def problem(seen: Seen, status: str, **said: object) -> None:
    body = {
        "title": status[4:],
        "type": f"https://httpstatus.es/{status[:3]}",
        "status": int(status[:3]),
        **said,
    }
    answer(json.dumps(body).encode(), status=status, kind="application/problem+json")(seen)


def amocrm(seen: Seen) -> None:
    """PATCH leads/ID: an object; POST leads/ID/notes: a list."""
    if seen.headers.get("authorization") != "Bearer k3y":
        return problem(seen, "401 Unauthorized")
    found = re.fullmatch(r"/api/v4/leads/(\d+)(/notes)?", seen.path)
    if found is None or (seen.method, bool(found[2])) not in (("PATCH", False), ("POST", True)):
        return problem(seen, "404 Not Found")
    said = json.loads(seen.body)
    if seen.headers["content-type"] != "application/json" or not (_notes(said) if found[2] else _lead(said)):
        return problem(seen, "400 Bad Request", detail="Request validation failed")
    told = {"id": int(found[1]), "updated_at": 1_796_029_200}
    body = {"_embedded": {"notes": [told]}} if found[2] else told
    return answer(json.dumps(body).encode(), kind="application/hal+json")(seen)


def _lead(said: object) -> bool:
    return (
        isinstance(said, dict)
        and said["pipeline_id"] == PIPELINE
        and isinstance(said["status_id"], int)
        and {field["field_id"] for field in said["custom_fields_values"]} == FIELDS
        and all("value" in value for field in said["custom_fields_values"] for value in field["values"])
    )


def _notes(said: object) -> bool:
    return isinstance(said, list) and all(
        note["note_type"] == "common" and isinstance(note["params"]["text"], str) for note in said
    )


@contextmanager
def crm(
    name: str, act: Callable[[Seen], None], folder: Path
) -> Iterator[tuple[HttpService, Settings, Hooks]]:
    """The settings as they are written, but for the address."""
    text = (DOCS / f"{name}.yaml").read_text(encoding="utf-8")
    with http_service(act) as service:
        here, replaced = re.subn(
            r"url: https://YOURS[a-z.]+/api/", f"private: yes\n    url: {service.url}", text
        )
        assert replaced == 1
        (folder / "prozvon.yaml").write_text(here, encoding="utf-8")
        settings = load_settings(folder)
        yield service, settings, Hooks(settings.webhooks, services_of(settings.services))


def tell(hooks: Hooks, settings: Settings, kind: str, **more: object) -> list[str]:
    """Tell those that want it; which they were. Raises Undelivered."""
    told: Json = {**payload(sample(kind)), **more}
    asked = [name for name, hook in settings.webhooks.items() if kind in hook.on and wants(hook, told)]
    for name in asked:
        if fault := hooks.refusal(name, hooks.tell(name, told, f"shop-1-0.{name}")):
            raise fault
    return asked


def test_retailcrm_takes_what_calls_came_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETAILCRM_KEY", "k3y")
    with crm("retailcrm", retailcrm, tmp_path) as (service, settings, hooks):
        for status in ("confirmed", "not_reached", "bad_number"):
            assert tell(hooks, settings, "status", status=status) == ["retailcrm_status"]
        assert tell(hooks, settings, "status", status="heard") == []
        odd = {"external_id": "A/7 Ж", "agent": "anna", "outcome": None, "note": 'Просит "завтра"\nи {{ b }}'}
        assert tell(hooks, settings, "outcome", **odd) == ["retailcrm_agent"]
        orders = [json.loads(dict(parse_qsl(seen.body.decode()))["order"]) for seen in service.seen]
    assert orders[0] == {"status": "client-confirmed", "statusComment": "Calls: confirmed, 30.11.2026 12:00"}
    assert [order.get("status") for order in orders] == ["client-confirmed", "no-call", "no-call", None]
    assert orders[-1] == {"managerComment": 'anna:  Просит "завтра"\nи {{ b }}'}


@pytest.mark.parametrize(
    ("key", "more", "why", "is_final"),
    [
        ("wrong", {}, 'it answered 403; it says: {"success": false, "errorMsg": "Wrong', False),
        ("k3y", {"external_id": "no-such"}, '"errorMsg": "Not found"', True),
        ("k3y", {"external_id": None}, "nothing stands where a part of the path is needed", True),
    ],
)
def test_what_retailcrm_refuses_is_told_in_its_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    more: dict[str, object],
    why: str,
    is_final: bool,
) -> None:
    monkeypatch.setenv("RETAILCRM_KEY", key)
    with crm("retailcrm", retailcrm, tmp_path) as (_, settings, hooks), pytest.raises(Undelivered) as error:
        tell(hooks, settings, "status", **more)
    assert why in error.value.told
    assert error.value.is_final is is_final


def test_a_retailcrm_at_its_limit_or_with_an_error_inside_is_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETAILCRM_KEY", "k3y")
    limit = b'{"success": false, "errorMsg": "Rate limit exceeded"}'
    for act, why in (
        (answer(limit, status="503 Busy"), "it answered 503; it says: "),
        (answer(limit), "it answered 200, but success is not 'yes'; it says: "),
    ):
        with crm("retailcrm", act, tmp_path) as (_, settings, hooks), pytest.raises(Undelivered) as error:
            tell(hooks, settings, "status")
        assert why in error.value.told
        assert not error.value.is_final


def test_amocrm_takes_what_calls_came_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMOCRM_TOKEN", "k3y")
    deal = {"external_id": "17657"}
    with crm("amocrm", amocrm, tmp_path) as (service, settings, hooks):
        assert tell(hooks, settings, "status", **deal) == ["amocrm_status"]
        assert tell(hooks, settings, "status", status="not_reached", **deal) == ["amocrm_status"]
        assert tell(hooks, settings, "result", values={"a": '1"', "b": "2"}, **deal) == ["amocrm_result"]
        assert tell(hooks, settings, "outcome", note='"Да"', **deal) == ["amocrm_outcome"]
        said = [json.loads(seen.body) for seen in service.seen]
    assert [each["status_id"] for each in said[:2]] == [142, 1_000_003]
    assert said[0]["custom_fields_values"] == [
        {"field_id": 1_000_004, "values": [{"value": "confirmed"}]},
        {"field_id": 1_000_005, "values": [{"value": 1_796_029_200}]},
    ]
    texts = [each[0]["params"]["text"] for each in said[2:]]
    assert texts == ['Call to +79990000001: confirmed, a 1", b 2', 'anna: sold\n"Да"']


@pytest.mark.parametrize(
    ("key", "deal", "why", "is_final"),
    [("wrong", "17657", "it answered 401", False), ("k3y", "x", "it answered 404", True)],
)
def test_what_amocrm_refuses_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, deal: str, why: str, is_final: bool
) -> None:
    monkeypatch.setenv("AMOCRM_TOKEN", key)
    with crm("amocrm", amocrm, tmp_path) as (_, settings, hooks), pytest.raises(Undelivered) as error:
        tell(hooks, settings, "status", external_id=deal)
    assert why in error.value.told
    assert error.value.is_final is is_final
