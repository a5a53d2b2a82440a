"""The keys about intakes, each in a test in which it makes the difference."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import load_settings
from tests.outside.http_service import Seen, answer, http_service
from tests.runtime.factories import MINUTE, SCENARIO, contacts, move_clock, number
from tests.runtime.intake.factories import (
    COLUMNS,
    called,
    campaigns,
    drop,
    intakes,
    leads,
    source,
    work,
)
from tests.runtime.test_settings_act import acts

SOURCE = "orders: {scenario: greeting, service: crm, path: orders, %s}"
ONE = json.dumps([{"id": 1, "tel": number(1), "name": "Anna", "at": 7, "state": "new"}]).encode()


@acts("intake.NAME.folder", "intake.NAME.scenario")
def test_lists_of_a_folder_are_called_by_its_scenario(short_tmp: Path) -> None:
    part = "orders: {scenario: other, folder: lists, settle: 0s}"
    with intakes(short_tmp / "p", part) as project:
        other = SCENARIO.replace("scenario: greeting", "scenario: other")
        (project.settings.scenarios / "other.yaml").write_text(other, encoding="utf-8")
        (project.folder / "lists").mkdir()
        (project.folder / "lists" / "a.csv").write_bytes(contacts(1))
        assert work(project) == ""
        assert [each.scenario for each in campaigns(project)] == ["other"]


@acts("intake.NAME.each_file", "intake.NAME.again")
@pytest.mark.parametrize(
    ("keys", "found"),
    [("each_file: rows", [1]), ("each_file: campaign", [1]), ("each_file: campaign, again: yes", [1, 1])],
)
def test_files_are_rows_or_campaigns(short_tmp: Path, keys: str, found: list[int]) -> None:
    part = f"orders: {{scenario: greeting, folder: drop, settle: 0s, {keys}}}"
    with intakes(short_tmp / "p", part) as project:
        for _ in range(2):
            drop(project, "a.csv", contacts(1))
            assert work(project) == ""
        assert leads(project) == found
        assert {each.is_open for each in campaigns(project)} == {keys == "each_file: rows"}


@acts("intake.NAME.settle")
@pytest.mark.parametrize(("settle", "is_whole"), [("0s", True), ("1h", False)])
def test_a_file_settles_for_so_long(short_tmp: Path, settle: str, is_whole: bool) -> None:
    part = f"orders: {{scenario: greeting, folder: drop, settle: {settle}}}"
    with intakes(short_tmp / "p", part) as project:
        drop(project, "a.csv", contacts(1))
        assert source(project).look() is is_whole


@acts("intake.NAME.service", "intake.NAME.path", "intake.NAME.method", "intake.NAME.send")
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_service_is_asked_as_told(short_tmp: Path, method: str) -> None:
    part = SOURCE.replace("path: orders", f"path: v5/list, method: {method}, send: {{limit: 100}}") % COLUMNS
    with http_service(answer(ONE)) as service, intakes(short_tmp / "p", part, url=service.url) as project:
        assert work(project) == ""
        (seen,) = service.seen
        assert (seen.method, seen.path) == (method.upper(), "/api/v5/list")
        sent = parse_qs(seen.query) if method == "get" else json.loads(seen.body)
        assert sent == ({"limit": ["100"]} if method == "get" else {"limit": "100"})


@acts("intake.NAME.every")
def test_a_service_is_asked_so_often(short_tmp: Path) -> None:
    part = SOURCE % f"every: 5m, {COLUMNS}"
    with http_service(answer(ONE)) as service, intakes(short_tmp / "p", part, url=service.url) as project:
        assert work(project) == ""
        for _ in range(5):
            move_clock(project, MINUTE)
            assert work(project) == ""
        assert len(service.seen) == 2


@acts("intake.NAME.timeout")
def test_a_question_takes_so_long_at_most(short_tmp: Path) -> None:
    part = SOURCE % f"timeout: 0.1s, {COLUMNS}"
    with (
        http_service(Seen.never_answer) as service,
        intakes(short_tmp / "p", part, url=service.url) as project,
    ):
        began = time.monotonic()
        assert "not through in time" in work(project)
        assert time.monotonic() - began < 5


@acts(
    "intake.NAME.cursor.send",
    "intake.NAME.cursor.max",
    "intake.NAME.cursor.from",
    "intake.NAME.cursor.begin",
)
@pytest.mark.parametrize(
    ("cursor", "sent"),
    [
        ("send: since, max: at", [[], ["7"]]),
        ("send: since, max: at, begin: 3", [["3"], ["7"]]),
        ("send: after, from: 0.tel", [[], [number(1)]]),
    ],
)
def test_the_next_question_goes_on_from_the_cursor(
    short_tmp: Path, cursor: str, sent: list[list[str]]
) -> None:
    part = SOURCE % f"cursor: {{{cursor}}}, {COLUMNS}"
    with http_service(answer(ONE)) as service, intakes(short_tmp / "p", part, url=service.url) as project:
        assert work(project) == ""
        name = cursor.split(",")[0].removeprefix("send: ")
        assert [parse_qs(seen.query).get(name, []) for seen in service.seen] == sent


@acts("intake.NAME.pages.send", "intake.NAME.pages.first", "intake.NAME.pages.last", "intake.NAME.pages.from")
@pytest.mark.parametrize(
    ("pages", "sent"),
    [
        ("send: page", [["1"], ["2"]]),
        ("send: p, first: 0", [["0"], ["1"]]),
        ("send: token, from: 0.at", [[], ["7"]]),
        ("send: page, last: 0.id", [["1"]]),
    ],
)
def test_pages_are_asked_for(short_tmp: Path, pages: str, sent: list[list[str]]) -> None:
    part = SOURCE % f"pages: {{{pages}}}, {COLUMNS}"
    with http_service() as service, intakes(short_tmp / "p", part, url=service.url) as project:
        service.act = lambda seen: answer(ONE if len(service.seen) == 1 else b"[]")(seen)
        assert work(project) == ""
        name = pages.split(",")[0].removeprefix("send: ")
        assert [parse_qs(seen.query).get(name, []) for seen in service.seen] == sent


@acts("intake.NAME.items", "intake.NAME.columns", "intake.NAME.fixed")
def test_columns_come_from_items(short_tmp: Path) -> None:
    columns = "columns: {phone: person.tel, external_id: id}, fixed: {name: Somebody}"
    body = json.dumps({"data": {"orders": [{"id": 5, "person": {"tel": number(1)}}]}}).encode()
    part = SOURCE % f"items: data.orders, {columns}"
    with http_service(answer(body)) as service, intakes(short_tmp / "p", part, url=service.url) as project:
        assert work(project) == ""
        (lead,) = project.store.leads(campaigns(project)[0].campaign_id)
        assert (lead.contact.numbers, lead.contact.external_id) == ((number(1),), "5")
        assert lead.contact.fields == {"name": "Somebody"}


@acts("intake.NAME.only", "intake.NAME.withdraw.when", "intake.NAME.withdraw.note")
@pytest.mark.parametrize(
    ("keys", "found", "counts"),
    [
        ("only: {state: [new]}", [number(1)], {"added": 1}),
        ("only: {state: [sent]}", [], {"skipped": 1}),
        ("withdraw: {when: {state: new}, note: paid}", [], {"not_here": 1}),
        ("withdraw: {when: {state: [old]}}", [number(1)], {"added": 1}),
    ],
)
def test_only_some_items_are_called(
    short_tmp: Path, keys: str, found: list[str], counts: dict[str, int]
) -> None:
    part = SOURCE % f"{keys}, {COLUMNS}"
    with http_service(answer(ONE)) as service, intakes(short_tmp / "p", part, url=service.url) as project:
        assert work(project) == ""
        assert called(project) == found
        assert project.store.intakes.read("orders").counts == {**counts, "rounds": 1}


def test_a_note_goes_with_a_withdrawal(short_tmp: Path) -> None:
    part = SOURCE % f"withdraw: {{when: {{state: [paid]}}, note: no longer wanted}}, {COLUMNS}"
    with http_service(answer(ONE)) as service, intakes(short_tmp / "p", part, url=service.url) as project:
        assert work(project) == ""
        service.act = answer(ONE.replace(b'"new"', b'"paid"'))
        assert work(project, is_early=True) == ""
        (told,) = [entry for entry in project.store.outbox() if entry.kind == "status"]
        assert (told.body["note"], told.body["by"]) == ("no longer wanted", "intake-orders")


GOOD = "scenario: greeting, service: crm, path: orders, columns: {phone: tel}"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("folder: x", "intake.a.scenario: Field required"),
        ("scenario: Greeting, folder: x", "intake.a.scenario: the name of a scenario"),
        ("scenario: greeting", "intake.a: one of `folder`"),
        ("scenario: greeting, folder: x, service: crm", "intake.a: one of `folder`"),
        ("scenario: greeting, folder: x, path: y", "intake.a: path: is for a `service`"),
        ("scenario: greeting, folder: x, again: yes", "intake.a: again: needs `each_file: campaign`"),
        ("scenario: greeting, folder: x, settle: 5", "intake.a.settle: a duration: 30s"),
        ("scenario: greeting, folder: x, settle: 2h", "intake.a.settle: Input should be less than"),
        (f"{GOOD}, settle: 5s", "intake.a: settle: is for a `folder`"),
        (f"{GOOD}, every: 0.5s", "intake.a.every: Input should be greater than"),
        (f"{GOOD}, service: erp", "stands here twice"),
        (GOOD.replace("crm", "erp"), "intake.a.service: no service 'erp' under `services:`"),
        ("scenario: greeting, service: crm, columns: {phone: tel}", "intake.a: path: what the service"),
        (GOOD.replace("path: orders", "path: ../x"), "intake.a.path: a path has no part of dots alone"),
        (GOOD.replace("phone: tel", "name: tel"), "intake.a: columns: needs `phone`"),
        (GOOD.replace("phone: tel", "phone: a..b"), "intake.a.columns.phone: names with points between"),
        (f"{GOOD}, fixed: {{phone: 1}}", "intake.a: phone: is in `columns` and in `fixed`"),
        (f"{GOOD}, withdraw: {{when: {{status: [paid]}}}}", "withdraw: needs a column `external_id`"),
        (f"{GOOD}, withdraw: {{when: {{}}}}", "intake.a.withdraw.when: Dictionary should have at least 1"),
        (f"{GOOD}, only: {{status: []}}", "intake.a.only.status: Value should have at least 1"),
        (f"{GOOD}, cursor: {{send: since}}", "intake.a.cursor: one of `from`"),
        (f"{GOOD}, cursor: {{send: since, max: a, from: b}}", "intake.a.cursor: one of `from`"),
        (f"{GOOD}, cursor: {{send: x, max: a}}, pages: {{send: x}}", "intake.a: send: what `cursor`"),
        (f"{GOOD}, send: {{x: 1}}, pages: {{send: x}}", "intake.a: send: what `cursor`"),
        (f"{GOOD}, pages: {{send: x, first: 2}}", "intake.a.pages.first: Input should be less than"),
        (f"{GOOD}, pages: {{send: x, from: a, last: b}}", "intake.a.pages: last: is the number of a page"),
        (f"{GOOD}, method: patch", "intake.a.method: Input should be 'get' or 'post'"),
        (f"{GOOD}, colums: x", r"intake.a.colums: unknown key \(did you mean `columns`\?\)"),
    ],
)
def test_what_cannot_be_an_intake_is_told(tmp_path: Path, keys: str, said: str) -> None:
    text = f"services: {{crm: {{url: https://crm.example/}}}}\nintake: {{a: {{{keys}}}}}\n"
    (tmp_path / "prozvon.yaml").write_text(text)
    with pytest.raises(KnownError, match=said):
        load_settings(tmp_path)


def test_two_intakes_do_not_share_a_folder(tmp_path: Path) -> None:
    one = "{scenario: greeting, folder: drop}"
    (tmp_path / "prozvon.yaml").write_text(f"intake: {{a: {one}, b: {one}}}\n")
    with pytest.raises(KnownError, match=r"intake\.b\.folder: is that of intake\.a too"):
        load_settings(tmp_path)


def test_paths_are_below_the_project(tmp_path: Path) -> None:
    (tmp_path / "prozvon.yaml").write_text("intake: {a: {scenario: greeting, folder: drop/orders}}\n")
    assert load_settings(tmp_path).intake["a"].folder == tmp_path.resolve() / "drop" / "orders"
