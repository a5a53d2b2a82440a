"""`prozvon intake`: how it stands, doing it now, what was refused."""

from __future__ import annotations

import json
from pathlib import Path

from orchestrator.runtime.project import Project
from tests.cli.commands import Said, prozvon
from tests.outside.http_service import answer, http_service
from tests.runtime.factories import NOON, contacts, number
from tests.runtime.intake.factories import COLUMNS, DROP, POLL, called, drop, intakes

TWO = f"{DROP % ''}, shop: {{scenario: greeting, service: crm, path: v5/orders, {COLUMNS}}}"


def intake(project: Project, *arguments: str) -> Said:
    return prozvon(project.folder, "intake", *arguments)


def test_without_intakes_it_says_where_they_would_be(tmp_path: Path) -> None:
    said = prozvon(tmp_path, "intake", "list")
    assert (said.code, said.out) == (0, "")
    assert "`intake:` in prozvon.yaml" in said.err


def test_intakes_are_listed_as_they_stand(short_tmp: Path) -> None:
    with (
        http_service(answer(status="503 Busy")) as service,
        intakes(short_tmp / "p", TWO, url=service.url) as project,
    ):
        said = intake(project, "list")
        assert "crm/v5/orders" in said.out
        assert "no worker is running" in said.err
        drop(project, "a.csv", contacts(1) + b"12,Anna\n")
        assert intake(project, "run", "orders").code == 0
        assert "it answered 503" in intake(project, "run", "shop").refusal
        drop(project, "b.csv", contacts(2))
        rows = [json.loads(line) for line in intake(project, "list", "--json").out.splitlines()]
        assert rows[0] == {
            "intake": "orders",
            "from": str(project.folder / "drop"),
            "scenario": "greeting",
            "campaign": "greeting-20261130-1",
            "files": 1,
            "cursor": None,
            "at": NOON,
            "due_at": None,
            "why": None,
            "fails": 0,
            "worker": None,
            "counts": {"added": 1, "refused": 1, "files": 1},
        }
        assert (rows[1]["intake"], rows[1]["fails"]) == ("shop", 1)
        assert rows[1]["due_at"] == NOON + 60_000
        said = intake(project, "list")
        assert "1 files wait" in said.out
        assert "1 added, 1 refused" in said.out
        assert "it answered 503" in " ".join(said.out.split())


def test_files_are_loaded_now_once_they_are_whole(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", (DROP % "").replace("0s", "0.3s")) as project:
        said = intake(project, "run", "orders")
        assert (said.code, said.err.splitlines()[0]) == (0, "no file is there")
        drop(project, "a.csv", contacts(1, 2))
        drop(project, "b.csv", b"name\nAnna\n")
        said = intake(project, "run", "orders")
        assert said.code == 1
        assert "a.csv: 2 added" in said.err
        assert "b.csv: no rows (C105 no column `phone`" in said.err
        assert said.err.endswith("prozvon: not loaded: b.csv; `prozvon intake errors orders` says why\n")
        assert called(project) == [number(1), number(2)]


def test_a_service_is_asked_now_whether_or_not_it_is_due(short_tmp: Path) -> None:
    body = json.dumps([{"id": 1, "tel": number(1), "name": "Anna"}]).encode()
    with (
        http_service(answer(body)) as service,
        intakes(short_tmp / "p", POLL % COLUMNS, url=service.url) as project,
    ):
        assert "1 added" in intake(project, "run", "orders").err
        assert "1 already" in intake(project, "run", "orders").err
        service.act = answer(b"[]")
        assert "nothing new" in intake(project, "run", "orders").err


def test_what_was_refused_is_shown(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        assert "nothing was refused" in intake(project, "errors", "orders").err
        drop(project, "a.csv", contacts(1) + b"12,Anna\n+7999,Boris\n")
        intake(project, "run", "orders")
        said = intake(project, "errors", "orders")
        lines = said.out.splitlines()
        assert lines[0].startswith("2026-11-30 09:00:00 UTC  a.csv line 4: phone: ")
        assert lines[1].endswith("(phone_too_short)")
        said = intake(project, "errors", "orders", "--json", "--limit", "1")
        assert json.loads(said.out)["where"] == "a.csv line 4"


def test_a_service_is_asked_from_where_one_says(short_tmp: Path) -> None:
    keys = f"{COLUMNS}, cursor: {{send: since, max: at, begin: 3}}"
    body = json.dumps([{"id": 1, "tel": number(1), "name": "Anna", "at": 9}]).encode()
    with (
        http_service(answer(body)) as service,
        intakes(short_tmp / "p", POLL % keys, url=service.url) as project,
    ):
        intake(project, "run", "orders")
        said = intake(project, "rewind", "orders", "--to", "5")
        assert "asked anew from 5" in said.err
        intake(project, "run", "orders")
        intake(project, "rewind", "orders")
        intake(project, "run", "orders")
        assert [seen.query for seen in service.seen] == [
            "since=3",
            "since=9",
            "since=5",
            "since=9",
            "since=3",
            "since=9",
        ]
        assert called(project) == [number(1)]


def test_what_cannot_be_done_is_told(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        for command in ("run", "errors", "rewind"):
            assert (
                "no intake 'shop' in prozvon.yaml (there are: orders)"
                in intake(project, command, "shop").refusal
            )
        assert "put the files into it once more" in intake(project, "rewind", "orders").refusal
        assert project.store.intakes.begin("orders", "w7", 60_000)
        assert "w7 works on orders right now" in intake(project, "run", "orders").refusal
        assert "w7 is at it" in " ".join(intake(project, "list").out.split())


def test_a_source_that_is_being_worked_on_is_not_rewound(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", POLL % COLUMNS) as project:
        assert project.store.intakes.begin("orders", "w7", 60_000)
        assert "being worked on right now" in intake(project, "rewind", "orders").refusal
