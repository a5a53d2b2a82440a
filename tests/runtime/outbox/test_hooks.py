"""Webhooks: who is told of what, in which words, and what counts as taken."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from orchestrator.domain.trunk import RestRule
from orchestrator.outside.service import Services
from orchestrator.outside.signature import signature
from orchestrator.outside.spec import ServiceSpec, Why
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.hook_request import HookRequest
from orchestrator.runtime.outbox.hooks import HookRoutes, Hooks, wants
from orchestrator.runtime.outbox.payload_samples import BODIES, sample
from orchestrator.runtime.outbox.payloads import payload
from orchestrator.runtime.outbox.routes import deliveries_of
from orchestrator.runtime.project import Project
from orchestrator.store.rows import OutboxRow
from tests.outside.http_service import Seen, answer, http_service
from tests.runtime.outbox.factories import delivery, entry
from tests.runtime.outbox.hooking import KEY, body_of, form_of, hook, services, tell

# -- who is told


def wanted(project: Project, row: OutboxRow, **hooks: dict[str, object]) -> list[str]:
    routes = HookRoutes({name: hook(**keys) for name, keys in hooks.items()}, project.store)
    return list(routes.wanted(row))


def test_each_kind_goes_to_those_that_want_it(project: Project) -> None:
    for kind in set(BODIES) - {"webhook"}:
        assert wanted(project, sample(kind), a={"on": [kind]}, b={"on": "held"}, c={}) == (
            ["a", "b"] if kind == "held" else ["a"]
        )


def test_a_withdrawn_contact_is_a_status_and_has_a_name_of_its_own(project: Project) -> None:
    def told(status: str) -> list[str]:
        row = entry("status", status=status)
        return wanted(
            project,
            row,
            all={"on": ["status"]},
            out={"on": ["withdrawn"]},
            both={"on": ["status", "withdrawn"]},
        )

    assert told("withdrawn") == ["all", "out", "both"]
    assert told("agreed") == ["all", "both"]


@pytest.mark.parametrize(
    ("keys", "is_wanted"),
    [
        ({}, True),
        ({"scenarios": ["parcel_arrived"]}, True),
        ({"scenarios": "parcel_arrived"}, True),
        ({"scenarios": ["other"]}, False),
        ({"only": {"status": ["agreed", "confirmed"]}}, True),
        ({"only": {"status": "confirmed", "was": "new"}}, True),
        ({"only": {"status": "confirmed", "was": "old"}}, False),
        ({"only": {"contact.order": "1042"}}, True),
        ({"only": {"contact": "1042"}}, False),
        ({"only": {"lead": "17"}}, True),
        ({"only": {"note": ""}}, True),
        ({"only": {"none.such": "x"}}, False),
    ],
)
def test_only_what_it_asks_for(keys: dict[str, object], is_wanted: bool) -> None:
    assert wants(hook(on="status", **keys), payload(sample("status"))) is is_wanted


def test_yes_and_no_are_words() -> None:
    told = payload(sample("consent"))
    assert wants(hook(only={"do_not_call": "yes"}), told)
    assert not wants(hook(only={"do_not_call": "no"}), told)


def test_a_rule_names_one_whatever_it_listens_to(project: Project) -> None:
    row = entry("webhook", hook="crm", rule="confirmed")
    assert wanted(project, row, crm={"only": {"status": "x"}}, other={}) == ["crm"]
    assert wanted(project, row, other={}) == ["crm"], "one that is not there is parked"
    assert wanted(project, entry("webhook", service="crm", path="x"), crm={}) == []


def test_its_deliveries_have_a_lane_and_a_key_of_their_own(project: Project) -> None:
    row = entry("email", to="office")
    told = HookRoutes({"a": hook(on="email"), "b": hook(on="email")}, project.store).wanted(row)
    made = deliveries_of(row, "shop", {}, told)
    assert [(d.delivery_id[-2:], d.lane, d.key) for d in made] == [
        (".0", "mail", f"shop-{row.entry_id}.0"),
        (".1", "hook@a", f"shop-{row.entry_id}.a"),
        (".2", "hook@b", f"shop-{row.entry_id}.b"),
    ]
    assert made[1].body["payload"] == payload(row)


def test_what_is_told_of_a_contact_stays_in_order_whichever_number_was_called() -> None:
    first, second = (
        replace(
            entry("status", caller="", number=f"+7999000000{n}"), lead_id=7, campaign_id="parcel-20261130-1"
        )
        for n in (1, 2)
    )
    chains = {deliveries_of(row, "shop", {}, {"a": payload(row)})[0].chain for row in (first, second)}
    assert chains == {"7.parcel-20261130-1"}


def test_whatever_a_rule_calls_a_webhook_its_lane_is_a_word(project: Project) -> None:
    row = entry("webhook", hook="no such:hook")
    (made,) = deliveries_of(row, "shop", {}, HookRoutes({}, project.store).wanted(row))
    assert (made.lane, made.body["hook"]) == ("hook@_", "no such:hook")


# -- what is sent


def test_without_a_body_of_its_own_it_is_the_standard_json() -> None:
    with http_service() as service:
        seen = tell(service, "result", path="calls/new")
    assert (seen.method, seen.path, seen.headers["content-type"]) == (
        "POST",
        "/api/calls/new",
        "application/json",
    )
    assert body_of(seen) == payload(sample("result"))
    assert seen.headers["idempotency-key"] == KEY
    assert "prozvon-replay" not in seen.headers


def test_the_body_is_json_whatever_contacts_are_called() -> None:
    odd = {"name": 'Анна "Ко"\n{{ lead }}', "order": "7"}
    body = '{"id": {{ contact.order }}, "name": "{{ contact.name }}", "all": {{ payload | json }}, "key": "{{ key }}"}'
    with http_service() as service:
        seen = tell(service, told={"contact": odd}, method="patch", path="o/{{ contact.order }}", body=body)
    assert (seen.method, seen.path) == ("PATCH", "/api/o/7")
    assert body_of(seen) == {
        "id": 7,
        "name": odd["name"],
        "all": {**payload(sample("status")), "contact": odd},
        "key": KEY,
    }


def test_the_body_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_text('["{{ status }}"]', encoding="utf-8")
    with http_service() as service:
        assert body_of(tell(service, method="put", body_file=file)) == ["confirmed"]


def test_a_form_has_fields_and_those_that_are_json_are_escaped_as_json() -> None:
    form = {"by": "externalId", "order": '{"note": "{{ contact.name }}"}', "text": "{{ contact.name }} & co"}
    odd = 'A"&=\n'
    with http_service() as service:
        seen = tell(service, told={"contact": {"name": odd}}, form=form)
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form_of(seen) == {"by": "externalId", "order": json.dumps({"note": odd}), "text": f"{odd} & co"}


def test_a_get_asks_by_its_query() -> None:
    with http_service() as service:
        seen = tell(service, method="get", path="ping", form={"lead": "{{ lead }}"})
    assert (seen.method, seen.query, seen.body) == ("GET", "lead=17", b"")


def test_headers_are_its_own() -> None:
    headers = {"X-Order": "{{ external_id }}", "Content-Type": "application/hal+json"}
    with http_service() as service:
        seen = tell(service, headers=headers)
    assert (seen.headers["x-order"], seen.headers["content-type"]) == ("order-1042", "application/hal+json")


def test_it_is_signed_by_both_secrets_while_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW", "n")
    monkeypatch.setenv("OLD", "o")
    ready = HookRequest("orders", hook(secret_env="NEW", old_secret_env="OLD"), now_s=lambda: 1_796_029_200.7)
    sign = ready.filled(payload(sample("status")), KEY).content.sign
    assert sign is not None
    assert sign(b"{}") == {"Prozvon-Signature": signature(("n", "o"), b"{}", 1_796_029_200)}


@pytest.mark.parametrize(
    ("keys", "why", "is_final"),
    [
        (
            {"path": "o/{{ contact.nmae }}"},
            "webhook orders: its templates cannot be filled in: path: there is no 'nmae' here",
            True,
        ),
        ({"path": "o/{{ note }}"}, "path: nothing stands where a part of the path is needed", True),
        ({"body": '{"a": {{ was }}}'}, "body: it is no JSON: Expecting value", True),
        (
            {"headers": {"X-Name": "{{ contact.name }}"}},
            "headers.X-Name: 'Анна' cannot stand in a header",
            True,
        ),
        ({"form": {"a": '{"b": {{ was }}}'}}, "form.a: it is no JSON", True),
        ({"secret_env": "NO_SUCH_SECRET"}, "its secret is not set: export NO_SUCH_SECRET=...", False),
        ({"body_file": "/no/such/file"}, "cannot read body_file /no/such/file: No such file", False),
    ],
)
def test_what_cannot_be_sent_says_why_and_is_parked_where_a_person_must_mend_it(
    keys: dict[str, object], why: str, is_final: bool
) -> None:
    with http_service() as service:
        with pytest.raises(Undelivered, match="webhook orders") as error:
            tell(service, **keys)
        assert service.seen == []
    assert why in error.value.told
    assert error.value.is_final is is_final


def test_a_file_that_is_no_template_or_too_long_is_told(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    for text, why in (("{{ x", "not a template: line 1"), ("x" * 70_000, "more than 65536 bytes")):
        file.write_text(text, encoding="utf-8")
        assert why in HookRequest("orders", hook(body_file=file)).fault


@pytest.mark.parametrize(
    ("keys", "doubt"),
    [
        ({}, ""),
        (
            {"path": "o/{{ contact.nmae }}", "body": "{{ payload | json }}", "headers": {"X-K": "{{ key }}"}},
            "",
        ),
        ({"body": "{% for each in values %}{{ loop.index }}{{ each }}{% endfor %}"}, ""),
        ({"body": '"{{ stauts }}"'}, "body: nothing is called 'stauts' (did you mean `status`?)"),
        ({"path": "o/{{ order }}"}, "path: nothing is called 'order' ("),
        ({"form": {"a": "{{ statsu }}"}}, "form.a: nothing is called 'statsu' ("),
        ({"headers": {"X-A": "{{ statsu }}"}}, "headers.X-A: nothing is called 'statsu' ("),
    ],
    ids=str,
)
def test_a_name_that_nothing_has_is_told_before_anything_happens(keys: dict[str, object], doubt: str) -> None:
    found = HookRequest("orders", hook(**keys)).doubts()
    assert found.startswith(doubt)
    assert bool(found) is bool(doubt)


def test_one_that_is_not_in_the_settings_is_parked() -> None:
    with pytest.raises(Undelivered, match=r"no webhook 'crm' in prozvon\.yaml") as error:
        Hooks({}, Services({})).carry((delivery("webhook", lane="hook@crm", hook="crm", payload={}),))
    assert error.value.is_final


def test_a_replay_says_so() -> None:
    told = payload(sample("status"))
    with http_service() as service:
        hooks = Hooks({"orders": hook()}, services(service))
        hooks.carry((delivery("status", lane="hook@orders", hook="orders", payload=told, is_replay=True),))
        hooks.carry((delivery("status", lane="hook@orders", hook="orders", payload=told),))
        first, second = service.seen
    assert (first.headers["prozvon-replay"], first.body) == ("1", second.body)
    assert "prozvon-replay" not in second.headers
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


# -- what counts as taken


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b'{"success": true, "order": {"id": 5}}', None),
        (b'{"success": false, "errorMsg": "No such order"}', "success is not 'yes'; it says: {"),
        (b'{"order": {"id": 5}}', "success is not 'yes'"),
        (b"<html>Sorry</html>", "not JSON"),
        (b"", "an empty answer"),
    ],
)
def test_an_error_inside_a_200_is_an_error(said: bytes, why: str | None) -> None:
    with http_service(answer(said)) as service:
        if why is None:
            tell(service, accepted={"success": "true"})
            return
        with pytest.raises(Undelivered) as error:
            tell(service, accepted={"success": "true"})
    assert error.value.told.startswith("webhook orders: it answered 200, but ")
    assert why in error.value.told
    assert not error.value.is_final


def test_a_refusal_is_told_with_what_the_other_side_says() -> None:
    said = '{"errorMsg":\n "Заказ не найден\u202e"}'.encode()
    with http_service(answer(said, status="404 Not Found")) as service, pytest.raises(Undelivered) as error:
        tell(service)
    assert error.value.told == 'webhook orders: it answered 404; it says: {"errorMsg": "Заказ не найден "}'
    assert error.value.is_final


# -- settings


@pytest.mark.parametrize(
    "keys",
    [
        {"body": "{}", "form": {"a": "b"}},
        {"body": "{}", "body_file": "x"},
        {"method": "get", "body": "{}"},
        {"method": "delete"},
        {"on": ["nothing"]},
        {"on": ["webhook"]},
        {"old_secret_env": "X"},
        {"path": "../x"},
        {"path": "a b"},
        {"path": "{{ x"},
        {"body": "{% if %}"},
        {"form": {"a": "{{ x | nope }}"}},
        {"headers": {"Idempotency-Key": "x"}},
        {"headers": {"Prozvon-Signature": "x"}},
        {"headers": {"X-A": "{{"}},
        {"only": {"status": []}},
        {"only": {"a b": ["x"]}},
        {"scenarios": ["No-Such"]},
        {"secret": "in the file"},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        hook(**keys)


def test_no_answer_and_no_value_of_a_contact_is_for_the_log() -> None:
    said = b'{"success": false, "errorMsg": "+79990000001 is unknown"}'
    with http_service(answer(said)) as service:
        for keys in ({"accepted": {"success": "yes"}}, {"headers": {"X-Name": "{{ contact.name }}"}}):
            with pytest.raises(Undelivered) as error:
                tell(service, **keys)
            assert "+7999" in error.value.told or "Анна" in error.value.told
            assert not {"+7999", "Анна"} & set(error.value.why.split())


def test_no_value_in_a_path_is_for_the_log() -> None:
    with http_service(answer(status="500 Oops")) as service, capture_logs() as logged:
        spec = ServiceSpec(name="crm", url=service.url, is_private=True)
        hooks = Hooks({"orders": hook(path="orders/{{ number | digits }}")}, Services({"crm": spec}))
        hooks.tell("orders", payload(sample("status")), KEY)
    assert service.seen[-1].path.removeprefix("/api/orders/").isdigit()
    (line,) = logged
    assert (line["event"], line["path"]) == ("service_failed", "")


def test_a_webhook_that_fails_keeps_no_other_from_the_same_service() -> None:
    def act(seen: Seen) -> None:
        answer(b"{}", status="500 No" if seen.path.endswith("/broken") else "200 OK")(seen)

    with http_service(act) as service:
        names = {"broken": hook(path="broken"), "well": hook(path="well")}
        hooks = Hooks(names, services(service, rest=RestRule(after=1, for_ms=9_000, most_ms=9_000)))
        told = payload(sample("status"))
        assert [hooks.tell("broken", told, KEY).why for _ in range(2)] == [Why.DOWN, Why.BREAKER]
        assert hooks.tell("well", told, KEY).was_taken
