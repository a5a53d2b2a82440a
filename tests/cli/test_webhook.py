"""`prozvon webhook`: what there is, what would be sent, what is answered, telling again."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.runtime.project import open_project
from tests.cli.commands import prozvon
from tests.outside.http_service import HttpService, answer, http_service
from tests.runtime.factories import SETTINGS, make_folder
from tests.runtime.outbox.factories import left_behind

HOOKS = {
    "orders": {
        "service": "crm",
        "path": "orders/{{ external_id }}",
        "on": ["status"],
        "form": {"order": '{"status": "{{ status }}", "id": {{ contact.order }}}'},
        "headers": {"X-Kind": "{{ kind }}"},
        "accepted": {"success": "yes"},
        "secret_env": "HOOK_SECRET",
    },
    "plain": {"service": "crm"},
}


@pytest.fixture
def service() -> Iterator[HttpService]:
    with http_service(answer(b'{"success": true}')) as made:
        yield made


@pytest.fixture
def folder(short_tmp: Path, service: HttpService, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOOK_SECRET", "s3cret")
    monkeypatch.setenv("CRM_TOKEN", "t0ken")
    crm = {"url": service.url, "private": "yes", "token_env": "CRM_TOKEN", "header": "X-API-KEY"}
    parts = {"services": {"crm": crm}, "webhooks": HOOKS}
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in parts.items())
    return make_folder(short_tmp / "p", settings=SETTINGS + lines.replace("{", "{{").replace("}", "}}"))


def test_the_list_says_where_they_go_and_how_they_stand(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [json.loads(line) for line in prozvon(folder, "webhook", "list", "--json").out.splitlines()]
    assert [(row["webhook"], row["method"], row["on"], row["signed"]) for row in rows] == [
        ("orders", "POST", ["status"], True),
        ("plain", "POST", [], False),
    ]
    assert rows[0]["url"].endswith("/api/orders/{{ external_id }}")
    assert [row["fault"] for row in rows] == ["", ""]
    monkeypatch.delenv("HOOK_SECRET")
    settings = folder / "prozvon.yaml"
    settings.write_text(settings.read_text().replace('"plain": {', '"plain": {"body": "{{ stauts }}", '))
    said = prozvon(folder, "webhook", "list")
    assert "what rules tell it" in said.out
    assert "orders: its secret is not set: export HOOK_SECRET=..." in said.err
    assert "plain: body: nothing is called 'stauts' (did you mean `status`?)" in said.err


def test_a_dry_run_shows_what_would_be_sent_and_no_token(folder: Path, service: HttpService) -> None:
    said = prozvon(
        folder, "webhook", "try", "orders", "--sample", "status", "--column", "order=7", "--dry-run"
    )
    assert said.code == 0
    assert said.out.startswith(f"POST {service.url}orders/order-1042\n")
    for part in (
        "Content-Type: application/x-www-form-urlencoded",
        "X-Kind: status",
        "Idempotency-Key: test-1796029200000-0.orders-sample",
        "Prozvon-Signature: t=",
        "X-API-KEY: (the token in CRM_TOKEN)",
        "order=%7B%22status%22%3A+%22confirmed%22%2C+%22id%22%3A+7%7D",
    ):
        assert part in said.out
    assert "t0ken" not in said.out + said.err
    assert "s3cret" not in said.out + said.err
    assert service.seen == []


def test_a_dry_run_shows_how_a_get_is_signed_too(folder: Path, service: HttpService) -> None:
    settings = folder / "prozvon.yaml"
    get = '"plain": {"method": "get", "form": {"s": "{{ status }}"}, "secret_env": "HOOK_SECRET", '
    settings.write_text(settings.read_text().replace('"plain": {', get))
    said = prozvon(folder, "webhook", "try", "plain", "--sample", "status", "--dry-run")
    (shown,) = [line for line in said.out.splitlines() if line.startswith("Prozvon-Signature: ")]
    at = shown.partition("t=")[2].partition(",")[0]
    path = "/" + service.url.split("/", 3)[3]
    signed = hmac.new(b"s3cret", f"{at}.{path}?s=confirmed".encode(), "sha256").hexdigest()
    assert shown.endswith(f",v1={signed}")


def test_a_try_tells_what_was_answered(folder: Path, service: HttpService) -> None:
    said = prozvon(folder, "webhook", "try", "orders", "--sample", "status")
    assert (said.code, len(service.seen)) == (0, 1)
    assert said.err.startswith("taken: 200, 17 bytes, ")
    service.act = answer(b'{"success": false, "errorMsg": "No"}')
    said = prozvon(folder, "webhook", "try", "orders", "--sample", "status")
    assert said.code == 1
    assert "it answered 200, but success is not 'yes'" in said.err
    assert "it would be tried again" in said.err


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (
            ["try", "none", "--sample", "status"],
            1,
            "no webhook 'none' in prozvon.yaml (there are: orders, plain)",
        ),
        (["try", "orders"], 2, "say what to tell"),
        (["try", "orders", "--sample", "status", "--entry", "1-0"], 2, "say what to tell"),
        (["try", "orders", "--entry", "1-0", "--column", "a=b"], 2, "goes together with --sample"),
        (["try", "orders", "--sample", "status", "--column", "a"], 2, "is not NAME=VALUE"),
        (["try", "orders", "--entry", "1-0"], 1, "the outbox has no entry '1-0'"),
        (["try", "orders", "--sample", "call"], 1, "path: nothing stands where a part of the path is needed"),
        (["replay", "--since", "2h", "--to", "none"], 1, "no webhook 'none'"),
        (["replay", "--since", "whenever"], 1, "not a time"),
        (["replay"], 2, "--since"),
    ],
    ids=str,
)
def test_a_mistake_is_told(folder: Path, words: list[str], code: int, why: str) -> None:
    said = prozvon(folder, "webhook", *words)
    assert said.code == code
    assert why in " ".join(said.err.split())


def test_an_entry_is_told_with_its_own_key(folder: Path, service: HttpService) -> None:
    with open_project(folder) as project:
        name = left_behind(project, "status", {"status": "x"})
    assert prozvon(folder, "webhook", "try", "plain", "--entry", f"{name}.0").code == 0
    (seen,) = service.seen
    assert seen.headers["idempotency-key"] == f"test-{name}.plain"
    assert seen.headers["prozvon-replay"] == "1"
    assert json.loads(seen.body)["status"] == "x"


def test_what_happened_is_told_again(folder: Path) -> None:
    with open_project(folder) as project:
        for status in ("a", "b"):
            left_behind(project, "status", {"status": status})
    words = ["webhook", "replay", "--since", "2h", "--kind", "status"]
    said = prozvon(folder, *words, "--dry-run")
    assert (said.code, said.out) == (0, "orders\t2\n")
    assert "2 would be told again" in said.err
    assert "2 will be told again, 0 wait already" in prozvon(folder, *words).err
    said = prozvon(folder, *words, "--until", "1h")
    assert "nothing of that time is for a webhook" in said.err
    assert "0 will be told again, 2 wait already" in prozvon(folder, *words).err
    with open_project(folder) as project:
        assert {row.delivery.lane for row in project.store.deliveries.rows()} == {"hook@orders"}


def test_a_project_without_any_says_so(short_tmp: Path) -> None:
    folder = make_folder(short_tmp / "p")
    assert "no webhooks: name them" in prozvon(folder, "webhook", "list").err
