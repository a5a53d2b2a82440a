"""The keys about webhooks, each in a test in which it makes the difference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.hook_request import HookRequest
from orchestrator.runtime.outbox.hooks import HookRoutes, Hooks
from orchestrator.runtime.outbox.payload_samples import sample
from orchestrator.runtime.outbox.payloads import payload
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.settings_parts.service_settings import services_of
from tests.outside.http_service import HttpService, Seen, answer, http_service
from tests.runtime.test_settings_act import acts

TOLD = payload(sample("status"))


def _settings(folder: Path, at: HttpService | None = None, /, **keys: object) -> Settings:
    url = at.url if at else "http://127.0.0.1:9/api/"
    parts = {
        "services": {name: {"url": f"{url}{name}/", "private": "yes"} for name in ("crm", "other")},
        "webhooks": {"orders": {"service": "crm", **keys}},
    }
    (folder / "prozvon.yaml").write_text("".join(f"{k}: {json.dumps(v)}\n" for k, v in parts.items()))
    return load_settings(folder)


def _told(folder: Path, at: HttpService, /, **keys: object) -> Seen:
    settings = _settings(folder, at, **keys)
    hooks = Hooks(settings.webhooks, services_of(settings.services))
    if fault := hooks.refusal("orders", hooks.tell("orders", TOLD, "k")):
        raise fault
    return at.seen[-1]


@acts("webhooks.NAME.service", "webhooks.NAME.path", "webhooks.NAME.method")
def test_they_go_to_their_place(tmp_path: Path) -> None:
    with http_service() as service:
        seen = _told(tmp_path, service)
        assert (seen.method, seen.path) == ("POST", "/api/crm/")
        seen = _told(tmp_path, service, service="other", path="a/{{ external_id }}", method="patch")
        assert (seen.method, seen.path) == ("PATCH", "/api/other/a/order-1042")
    with pytest.raises(KnownError, match=r"webhooks\.orders\.service: no service 'none' under `services:`"):
        _settings(tmp_path, service="none")
    with pytest.raises(KnownError, match="where the service's token goes"):
        _settings(tmp_path, headers={"authorization": "x"})


@acts("webhooks.NAME.on", "webhooks.NAME.scenarios", "webhooks.NAME.only")
def test_they_are_told_what_they_ask_for(project: Project, tmp_path: Path) -> None:
    for keys, is_wanted in (
        ({}, False),
        ({"on": ["status"]}, True),
        ({"on": ["result"]}, False),
        ({"on": ["status"], "scenarios": ["parcel_arrived"]}, True),
        ({"on": ["status"], "scenarios": ["other"]}, False),
        ({"on": ["status"], "only": {"status": ["confirmed"]}}, True),
        ({"on": ["status"], "only": {"status": ["other"]}}, False),
    ):
        routes = HookRoutes(_settings(tmp_path, **keys).webhooks, project.store)
        assert bool(routes.wanted(sample("status"))) is is_wanted


@acts("webhooks.NAME.headers", "webhooks.NAME.body", "webhooks.NAME.body_file", "webhooks.NAME.form")
def test_they_say_it_in_the_others_words(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('["{{ status }}"]')
    with http_service() as service:
        assert json.loads(_told(tmp_path, service).body) == TOLD
        assert _told(tmp_path, service, body='{"a": {{ lead }}}').body == b'{"a": 17}'
        assert _told(tmp_path, service, body_file="body.json").body == b'["confirmed"]'
        assert _told(tmp_path, service, form={"a": "{{ lead }}"}).body == b"a=17"
        assert _told(tmp_path, service, headers={"X-Lead": "{{ lead }}"}).headers["x-lead"] == "17"


@acts("webhooks.NAME.secret_env", "webhooks.NAME.old_secret_env")
def test_they_are_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW", "n")
    monkeypatch.setenv("OLD", "o")
    keys: dict[str, object] = {}
    with http_service() as service:
        for count, more in ((0, {}), (1, {"secret_env": "NEW"}), (2, {"old_secret_env": "OLD"})):
            keys |= more
            assert _told(tmp_path, service, **keys).headers.get("prozvon-signature", "").count("v1=") == count
    monkeypatch.delenv("OLD")
    hook = _settings(tmp_path, **keys).webhooks["orders"]
    assert HookRequest("orders", hook).fault == "its secret is not set: export OLD=..."


@acts("webhooks.NAME.accepted")
def test_an_answer_may_have_to_say_that_it_took_it(tmp_path: Path) -> None:
    with http_service(answer(b'{"success": false}')) as service:
        _told(tmp_path, service)
        with pytest.raises(Undelivered, match="success is not 'yes'"):
            _told(tmp_path, service, accepted={"success": "yes"})


@acts("webhooks.NAME.timeout_s")
def test_nobody_is_waited_for_for_ever(tmp_path: Path) -> None:
    with http_service(Seen.never_answer) as service, pytest.raises(Undelivered, match="not through in time"):
        _told(tmp_path, service, timeout_s=0.1)
