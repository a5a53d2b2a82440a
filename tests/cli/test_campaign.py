"""`prozvon campaign`: looked at, steered, exported."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import CampaignState
from orchestrator.runtime.export import COLUMNS
from orchestrator.runtime.project import Project
from tests.cli.commands import Said, prozvon
from tests.runtime.factories import claimed, contacts, launched, loaded, settled, wait_until

ID = "greeting-20261130-1"


@pytest.fixture
def called(project: Project, folder: Path) -> Path:
    """A running campaign: one agreed, one not reached, one never dialed. A worker is alive."""
    campaign = launched(project, 1, 2, 3)
    first, second = claimed(project, campaign, 2)
    settled(project, first, Disposition.ANSWERED, result="agreed")
    settled(project, second)
    project.store.heartbeat("w1", 60_000, {"up": "main"})
    return folder


def _campaign(folder: Path, *arguments: str) -> Said:
    return prozvon(folder, "campaign", *arguments)


# Looking


def test_without_campaigns_it_says_how_to_begin(folder: Path) -> None:
    said = _campaign(folder, "list")
    assert (said.code, said.out) == (0, "")
    assert said.err == "no campaigns yet: prozvon call SCENARIO CONTACTS\n"
    assert _campaign(folder, "list", "--json").out == ""


def test_all_campaigns_are_listed_in_the_order_they_came(called: Path, project: Project) -> None:
    launched(project, 7, 8)
    said = _campaign(called, "list")
    assert (said.code, said.err) == (0, "")
    head, first, second = [line.split() for line in said.out.splitlines()]
    assert head == ["campaign", "state", "leads", "done", "held", "to", "call", "attempts", "answered"]
    assert first == [ID, "running", "3", "1", "0", "2", "2", "1"]
    assert second == ["greeting-20261130-2", "running", "2", "0", "0", "2", "0", "0"]


def test_campaigns_as_json_are_one_a_line(called: Path, project: Project) -> None:
    launched(project, 7)
    items = [json.loads(line) for line in _campaign(called, "list", "--json").out.splitlines()]
    assert [(item["campaign"], item["leads"]) for item in items] == [(ID, 3), ("greeting-20261130-2", 1)]


@pytest.mark.parametrize("name", [ID, "greeting"])
def test_a_campaign_is_shown(called: Path, name: str) -> None:
    said = _campaign(called, "show", name)
    assert (said.code, said.err) == (0, "")
    for part in (
        f"{ID}  running  2026-11-30 09:00:00 UTC  A greeting",
        "leads 3   to call 1   waiting 1   on the line 0   done 1   held 0",
        "attempts 2   answered 1   answer-seizure ratio 50.0%",
        "agreed",
        "no_answer",
    ):
        assert part in said.out
    assert "no worker" not in said.out


def test_a_campaign_as_json_has_every_figure(called: Path) -> None:
    found = json.loads(_campaign(called, "show", "greeting", "--json").out)
    assert (found["state"], found["leads"], found["ready"], found["waiting"], found["done"]) == (
        "running",
        3,
        1,
        1,
        1,
    )
    assert (found["by_disposition"], found["by_result"]) == ({"answered": 1, "no_answer": 1}, {"agreed": 1})
    assert (found["workers"], found["switches_up"], found["answer_seizure_ratio"]) == (1, ["main"], 0.5)


def test_it_says_that_nobody_is_calling(project: Project, folder: Path) -> None:
    launched(project, 1)
    assert "no worker is running: start one with `prozvon run`" in _campaign(folder, "show", "greeting").out
    project.store.heartbeat("w1", 60_000, {"up": ""})
    assert "no worker is connected to a switch" in _campaign(folder, "show", "greeting").out


@pytest.mark.parametrize("command", ["show", "pause", "resume", "stop", "export"])
def test_a_campaign_that_is_not_there_is_one_clear_line(folder: Path, command: str) -> None:
    assert _campaign(folder, command, "parcel").refusal.startswith(
        "no campaign 'parcel' (there are: none yet)"
    )


# Steering


def test_a_campaign_is_paused_resumed_and_stopped(called: Path, project: Project) -> None:
    for command, state in (
        ("pause", "paused"),
        ("resume", "running"),
        ("pause", "paused"),
        ("stop", "stopped"),
    ):
        said = _campaign(called, command, "greeting")
        assert (said.code, said.out, said.err) == (0, "", f"{ID} is {state}\n")
        assert project.campaign(ID).state.value == state


def test_calls_under_way_are_told_when_it_halts(called: Path, project: Project) -> None:
    claimed(project, project.campaign(ID))
    assert _campaign(called, "pause", ID).err == f"{ID} is paused; 1 calls under way go on to their end\n"


@pytest.mark.parametrize(
    ("before", "command"),
    [
        (CampaignState.RUNNING, "resume"),
        (CampaignState.PAUSED, "pause"),
        (CampaignState.STOPPED, "pause"),
        (CampaignState.STOPPED, "resume"),
        (CampaignState.STOPPED, "stop"),
        (CampaignState.FINISHED, "stop"),
        (CampaignState.FINISHED, "resume"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(
    called: Path, project: Project, before: CampaignState, command: str
) -> None:
    project.store.set_state(ID, before, among=frozenset(CampaignState), now=0)
    assert _campaign(called, command, ID).refusal == f"cannot {command} {ID}: it is {before.value}"
    assert project.campaign(ID).state is before


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_a_campaign_being_loaded_is_neither_paused_nor_resumed(
    project: Project, folder: Path, command: str
) -> None:
    loaded(project, contacts(1))
    assert _campaign(folder, command, ID).refusal == f"cannot {command} {ID}: it is loading"


def test_stopping_a_campaign_that_was_never_launched_removes_it(project: Project, folder: Path) -> None:
    loaded(project, contacts(1))
    assert _campaign(folder, "stop", "greeting").code == 0
    assert project.store.campaigns() == ()


def test_resuming_starts_a_worker_when_there_is_none(project: Project, folder: Path) -> None:
    launched(project, 1)
    assert _campaign(folder, "pause", ID).code == 0
    said = _campaign(folder, "resume", ID)
    assert (said.code, said.err) == (
        0,
        f"started a worker in the background (prozvon run)\n{ID} is running\n",
    )
    (worker,) = project.store.workers().values()
    assert int(worker["pid"]) > 0
    assert _campaign(folder, "stop", ID).code == 0
    wait_until(lambda: not project.store.workers(), "the worker finds nothing more to call")


def test_without_a_worker_that_starts_a_campaign_stays_paused(project: Project, folder: Path) -> None:
    launched(project, 1)
    assert _campaign(folder, "pause", ID).code == 0
    (folder / "data" / "logs").touch()
    assert _campaign(folder, "resume", ID).refusal.startswith("cannot start a worker: ")
    assert project.campaign(ID).state is CampaignState.PAUSED


# Exporting


def test_the_export_goes_to_standard_output(called: Path) -> None:
    said = _campaign(called, "export", "greeting")
    assert (said.code, said.err) == (0, "3 rows\n")
    table = list(csv.DictReader(io.StringIO(said.out, newline="")))
    assert [row["disposition"] for row in table] == ["answered", "no_answer", ""]
    assert list(table[0]) == list(COLUMNS)


def test_the_export_as_json_is_one_row_a_line(called: Path) -> None:
    said = _campaign(called, "export", "greeting", "--format", "jsonl")
    found = [json.loads(line) for line in said.out.splitlines()]
    assert [row["result"] for row in found] == ["agreed", None, None]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_export_goes_to_a_file_whole_and_private(called: Path, kind: str) -> None:
    path = called / f"out.{kind}"
    path.write_text("the export of yesterday", encoding="utf-8")
    path.chmod(0o644)
    said = _campaign(called, "export", "greeting", "--format", kind, "-o", str(path))
    assert (said.code, said.out, said.err) == (0, "", "3 rows\n")
    printed = _campaign(called, "export", "greeting", "--format", kind).out
    assert path.read_text(encoding="utf-8") == printed  # both with the line breaks that Python reads
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(called.glob(".*.draft"))


@pytest.mark.parametrize(
    ("target", "said"),
    [("nowhere/out.csv", "No such file or directory"), ("prozvon.yaml/out.csv", "Not a directory")],
)
def test_an_export_that_cannot_be_written_is_one_clear_line(called: Path, target: str, said: str) -> None:
    found = _campaign(called, "export", "greeting", "-o", str(called / target))
    assert found.refusal == f"cannot write {called / target}: {said}"


def test_an_export_that_fails_leaves_the_old_file(called: Path) -> None:
    path = called / "out.csv"
    path.write_text("the export of yesterday", encoding="utf-8")
    assert _campaign(called, "export", "gone", "-o", str(path)).code == 1
    assert path.read_text(encoding="utf-8") == "the export of yesterday"
    assert not list(called.glob(".*.draft"))
