"""Lists that are dropped into a folder: loaded once, whatever happens, and put away with a report."""

from __future__ import annotations

import csv
import itertools
import json
import os
from pathlib import Path

import pytest

from orchestrator.domain.lead import CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.intake.rounds import carry_out
from orchestrator.runtime.intake.turns import our_turn
from orchestrator.runtime.lead_desk import close_campaign
from orchestrator.store.intake import NotOurs
from tests.runtime.factories import NOON, SCENARIO, contacts, number
from tests.runtime.intake.factories import (
    DROP,
    Killing,
    called,
    campaigns,
    drop,
    intakes,
    leads,
    put_away,
    report,
    source,
    work,
    work_watched,
)


def test_a_dropped_list_goes_into_an_open_campaign(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        assert work(project) == ""  # the folder is made
        drop(project, "orders.csv", contacts(1, 2) + b"12,Short\n")
        drop(project, "half.csv.part", contacts(3))
        assert work(project) == ""
        (campaign,) = campaigns(project)
        assert (campaign.is_open, campaign.state, campaign.source) == (
            True,
            CampaignState.RUNNING,
            "intake orders",
        )
        assert called(project) == [number(1), number(2)]
        said = report(project)
        wanted = {
            "file": "orders.csv",
            "intake": "orders",
            "scenario": "greeting",
            "campaign": campaign.campaign_id,
            "taken_at": "2026-11-30T09:00:00.000Z",
            "outcome": "done",
            "why": None,
            "rows": 3,
            "added": 2,
            "refused": 1,
            "refused_rows": "20261130T090000Z_orders.csv.refused.csv",
        }
        assert {key: said[key] for key in wanted} == wanted
        assert [(each["code"], each["rows"], each["first"]) for each in said["reasons"]] == [
            ("phone_too_short", 1, ["4"])
        ]
        refused = (project.folder / "drop" / "done" / said["refused_rows"]).read_text(encoding="utf-8-sig")
        assert [(row["line"], row["code"]) for row in csv.DictReader(refused.splitlines())] == [
            ("4", "phone_too_short")
        ]
        assert [path.name for path in (project.folder / "drop").iterdir() if path.is_file()] == [
            "half.csv.part"
        ]
        row = project.store.intakes.read("orders")
        assert (row.counts, row.files, row.at) == ({"added": 2, "refused": 1, "files": 1}, {}, NOON)
        (error,) = project.store.intakes.errors("orders")
        assert (error.where, error.code) == ("orders.csv line 4", "phone_too_short")


def test_the_next_list_goes_into_the_same_campaign_and_adds_nobody_twice(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        for rows in ((1, 2), (2, 3)):
            drop(project, "orders.csv", contacts(*rows))
            assert work(project) == ""
        assert called(project) == [number(1), number(2), number(3)]
        assert len(campaigns(project)) == 1
        assert put_away(project, "done") == ["orders-2.csv", "orders.csv"]
        assert project.store.intakes.read("orders").counts == {"added": 3, "already": 1, "files": 2}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "C101"),
        (b"PK\x03\x04\x00\x00spreadsheet", "C102"),
        (b"name\nAnna\n", "C105"),
        (b"phone,name\n12,Anna\n", "no row of it can be called"),
    ],
)
def test_a_list_of_which_nothing_can_be_called_has_failed(short_tmp: Path, data: bytes, why: str) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        drop(project, "orders.csv", data)
        assert work(project) == ""  # the list is at fault, and the intake goes on
        assert put_away(project, "failed") == ["orders.csv"]
        assert put_away(project, "taken") == []
        assert why in report(project, "failed")["why"]
        assert len(project.store.intakes.errors("orders")) == 1
        assert project.store.intakes.read("orders").counts["files_failed"] == 1


def test_what_is_wrong_with_a_list_is_told_in_a_line_that_names_it_once(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        drop(project, "orders.csv", b"tel,fio\n1,Anna\n")
        assert work(project) == ""
        said = (
            "no column `phone` (the numbers to call); no column `name` (the scenario declares it as required)"
        )
        (error,) = project.store.intakes.errors("orders")
        assert (error.where, error.what) == ("orders.csv", said)
        assert report(project, "failed")["why"] == f"C105 {said}"


def test_a_header_alone_is_done(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        drop(project, "orders.csv", b"phone,name,colour\n")
        assert work(project) == ""
        said = report(project)
        assert said["rows"] == 0
        assert [remark.split(": ")[1][:4] for remark in said["remarks"]] == ["C201", "C203"]


def test_each_file_may_be_a_campaign_of_its_own(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % ", each_file: campaign") as project:
        drop(project, "a.csv", contacts(1, 2))
        drop(project, "b.csv", contacts(2, 3))
        assert work(project) == ""
        found = [
            (each.is_open, each.state, project.store.counts(each.campaign_id).leads)
            for each in campaigns(project)
        ]
        assert found == [(False, CampaignState.RUNNING, 2), (False, CampaignState.RUNNING, 1)]
        drop(project, "c.csv", contacts(1))
        drop(project, "d.csv", b"phone,name\n12,Anna\n")
        assert work(project) == ""
        assert len(campaigns(project)) == 2  # a campaign of nobody is none
        assert put_away(project, "failed") == ["d.csv"]


def test_a_campaign_of_a_file_that_was_stopped_while_it_was_loaded_is_over(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % ", each_file: campaign") as project:
        drop(project, "a.csv", contacts(*range(600)))

        def stop(write: int, is_before: bool) -> None:
            if (write, is_before) == (2, False):
                (campaign,) = campaigns(project)
                loading = frozenset({CampaignState.LOADING})
                assert project.store.set_state(
                    campaign.campaign_id, CampaignState.STOPPED, among=loading, now=NOON
                )

        work_watched(project, stop)
        assert "stopped" in project.store.intakes.read("orders").why
        assert work(project) == ""
        assert "is stopped" in report(project, "failed")["why"]


@pytest.mark.parametrize("each_file", ["rows", "campaign"])
def test_killed_anywhere_nothing_is_lost_and_nothing_is_there_twice(short_tmp: Path, each_file: str) -> None:
    """Before and after each step that is kept; then another worker goes on."""
    with intakes(short_tmp / "p", DROP % f", each_file: {each_file}") as project:
        wanted: list[str] = []
        for at in itertools.count():
            rows = [10 * at + each for each in range(7)]
            bad = rows.pop(4)
            wanted += map(number, rows)
            data = contacts(*rows[:4], bad, *rows[4:]).replace(number(bad).encode(), b"12")
            drop(project, "orders.csv", data)
            killing = Killing(at)
            work_watched(project, killing, step=2)
            if not killing.has_happened:
                break
            assert work(project) == ""
        assert (
            at == 2 * 7
        )  # its campaign, 2, 4, 6 rows, the last one, that it is through, that it is put away
        assert called(project) == wanted
        assert {each.state for each in campaigns(project)} == {CampaignState.RUNNING}
        assert len(campaigns(project)) == (1 if each_file == "rows" else at + 1)
        row = project.store.intakes.read("orders")
        assert (row.files, row.counts["files"]) == ({}, at + 1)
        assert put_away(project, "taken") == []
        done = project.folder / "drop" / "done"
        for path in done.glob("*.report.json"):
            said = json.loads(path.read_text(encoding="utf-8"))
            assert (said["rows"], said["refused"]) == (7, 1)
            assert said["added"] + said["already"] + said["merged"] == 6
            refused = (done / said["refused_rows"]).read_text(encoding="utf-8-sig")
            assert [row["line"] for row in csv.DictReader(refused.splitlines())] == ["6"]


def test_a_worker_that_lost_its_turn_keeps_nothing_and_the_other_one_finishes(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        drop(project, "orders.csv", contacts(*range(600)))

        def sleep_through_the_lease(write: int, is_before: bool) -> None:
            if (write, is_before) == (2, True):
                key = "{prozvon:test}:intake:orders:lease"
                project.store._db.client.delete(key)  # as time does
                assert work(project) == ""

        with pytest.raises(NotOurs):
            work_watched(project, sleep_through_the_lease)
        assert len(called(project)) == 600
        assert put_away(project, "done") == ["orders.csv"]
        assert project.store.intakes.read("orders").counts["files"] == 1


def test_the_campaign_may_be_closed_while_a_file_is_loaded(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        drop(project, "orders.csv", contacts(*range(600)))

        def close(write: int, is_before: bool) -> None:
            if (write, is_before) == (2, False):
                assert close_campaign(project, campaigns(project)[0].campaign_id)

        work_watched(project, close)
        assert project.store.intakes.read("orders").why
        assert work(project) == ""
        assert leads(project) == [500, 100]
        assert report(project)["added"] == 600


def test_a_scenario_with_mistakes_holds_the_file_until_it_is_mended(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        scenario = project.settings.scenarios / "greeting.yaml"
        scenario.write_text(SCENARIO.replace("kind: robocall", "kind: what"), encoding="utf-8")
        drop(project, "orders.csv", contacts(1))
        for fails in (1, 2):
            assert "the scenario greeting has mistakes" in work(project)
            row = project.store.intakes.read("orders")
            assert (row.fails, row.why[:12]) == (fails, "the scenario")
        assert put_away(project, "taken") == ["orders.csv"]
        scenario.write_text(SCENARIO, encoding="utf-8")
        assert work(project) == ""
        assert called(project) == [number(1)]
        assert project.store.intakes.read("orders").fails == 0


def test_a_file_that_goes_before_it_is_taken_is_nobodys(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        path = drop(project, "orders.csv", contacts(1))
        found = source(project)
        assert found.look()
        path.unlink()
        turn = project.store.intakes.begin("orders", "w1", 60_000)
        assert turn is not None
        found.work(turn)
        assert campaigns(project) == []


def test_a_name_may_hold_anything(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        work(project)
        folder = bytes(project.folder / "drop")
        for name in (
            b"\xff\xfe.csv",
            "заказы на завтра.csv".encode(),
            b"a\nb;$(x).csv",
            b"x" * 250,
            "я".encode() * 127,
        ):
            Path((folder + b"/" + name).decode(errors="surrogateescape")).write_bytes(contacts(1))
        assert work(project) == ""
        assert put_away(project, "done") == [
            "__.csv",
            "a_b_(x).csv",
            "x" * 150,
            "заказы на завтра.csv",
            "я" * 75,
        ]


def test_a_folder_that_cannot_be_there_is_told(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        (project.folder / "drop").write_text("a file")
        with pytest.raises(KnownError, match=r"the folder .*drop: "):
            source(project).look()


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_file_that_becomes_a_link_at_the_last_moment_leads_nowhere(short_tmp: Path, kind: str) -> None:
    secret = short_tmp / "secret.csv"
    secret.write_bytes(contacts(7))
    with intakes(short_tmp / "p", DROP % "") as project:
        path = drop(project, "orders.csv", contacts(1))
        found = source(project)
        assert found.look()
        path.unlink()
        path.symlink_to(secret) if kind == "link" else os.mkfifo(path)
        with our_turn(project, "orders", "w1") as turn:
            assert turn is not None
            assert carry_out(project, found, turn) == ""
        assert (campaigns(project), put_away(project, "failed")) == ([], ["orders.csv"])
        (project.folder / "drop" / "taken" / "here.csv").symlink_to(secret)
        assert work(project) == ""
        assert campaigns(project) == []
