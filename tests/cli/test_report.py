"""`prozvon report`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.runtime.project import open_project
from orchestrator.store.figures import Scope
from orchestrator.store.floor import FloorChanges
from orchestrator.store.quarters import Count
from tests.cli.commands import prozvon
from tests.runtime.factories import HOUR, NOON, SETTINGS, claimed, launched, make_folder, settled

TARIFFS = "tariffs: {{agent_hour: 360, gateways: {{main: {{attempt: 0.5}}}}}}\n"
DAY = ("--since", "2026-11-30", "--until", "2026-12-01")
QUEUE = {
    "offered": 4,
    "answered": 3,
    "answered_after_3": 2,
    "answered_after_30": 1,
    "abandoned": 1,
    "abandoned_after_9": 1,
    "handled": 3,
    "talk_ms": 90_000,
}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A day at work: five calls of a campaign, four callers in a queue."""
    with TemporaryDirectory(prefix="pz-") as place:
        made = make_folder(Path(place) / "p", settings=SETTINGS + TARIFFS)
        with open_project(made) as project:
            first, second = claimed(project, launched(project, 1, 2), 2)
            settled(project, first, Disposition.ANSWERED, result="agreed", talk_s=40)
            settled(project, second)
            token = project.store.floor.lead("w1", 60_000)
            assert token is not None
            counts = tuple(
                Count(at=NOON - HOUR, scope=scope, name=name, figure=figure, amount=amount)
                for scope, name in ((Scope.QUEUE, "=sales"), (Scope.PROJECT, "test"))
                for figure, amount in QUEUE.items()
            )
            project.store.floor.write(token, FloorChanges(counts=counts))
            yield made


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_rows_stand_beside_each_other_and_each_ratio_tells_what_it_was_made_of(folder: Path) -> None:
    said = prozvon(folder, "report", "--by", "campaign", *DAY)
    assert said.code == 0
    assert "greeting-20261130-1" in said.out
    assert "Answer-seizure ratio" in said.out
    assert "50.0 %" in said.out
    assert "1 / 2" in said.out
    assert "results by step" in said.out.replace("\n", " ")
    assert "12:00  50% of 2" in said.out  # on Monday


def test_a_period_without_anything_says_so(folder: Path) -> None:
    said = prozvon(folder, "report", "--by", "agent", "--since", "2025-01-01", "--until", "2025-01-02")
    assert "nothing happened during this time" in said.out


def test_csv_has_a_line_a_row_and_one_for_the_total(folder: Path) -> None:
    said = prozvon(folder, "report", "--by", "queue", "--service-level", "20", *DAY, "--format", "csv")
    row, total = table(said.out)
    assert row["queue"] == "'=sales"  # no formula
    assert (total["queue"], float(total["service_level"]), total["answered"]) == ("total", 0.5, "3")
    assert "answered_after_3" not in row


def test_csv_of_one_breakdown(folder: Path) -> None:
    asked = ("report", "--by", "campaign", *DAY, "--format", "csv", "--table")
    (line,) = table(prozvon(folder, *asked, "answer_rate_by_hour").out)
    assert (line["campaign"], line["weekday"], line["hour"], line["rate"]) == (
        "greeting-20261130-1",
        "mon",
        "12",
        "0.5",
    )
    assert "no breakdown 'golf' in this report (there are: " in prozvon(folder, *asked, "golf").refusal
    assert prozvon(folder, "report", "--table", "results").code == 2


def test_json_is_what_the_api_gives(folder: Path) -> None:
    said = json.loads(prozvon(folder, "report", "--by", "project", *DAY, "--format", "json").out)
    (row,) = said["rows"]
    assert row["name"] == "test"
    assert row["kpis"]["answer_seizure_ratio"] == {"value": 0.5, "unit": "share", "part": 1, "whole": 2}
    assert row["kpis"]["cost_per_call"]["part"] == 10  # 90 s of an agent, two calls
    assert said["currency"] == "RUB"


def test_success_is_what_is_said_to_be_one(folder: Path) -> None:
    asked = ("report", "--by", "campaign", *DAY, "--format", "json", "--success")
    found = [json.loads(prozvon(folder, *asked, status).out) for status in ("agreed", "sold")]
    assert [each["total"]["sums"].get("leads_settled") for each in found] == [1, None]


def test_the_page_goes_into_a_file_that_is_whole_or_not_there(folder: Path) -> None:
    out = folder / "report.html"
    said = prozvon(folder, "report", *DAY, "--format", "html", "--language", "ru", "--out", str(out))
    assert (said.code, said.out) == (0, "")
    text = out.read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert text.endswith("</html>\n")
    assert sorted(path.name for path in folder.glob("*report*")) == ["report.html"]
    nowhere = folder / "no" / "report.html"
    assert "cannot write" in prozvon(folder, "report", "--format", "html", "--out", str(nowhere)).refusal


def test_a_table_goes_into_a_file_too(folder: Path) -> None:
    out = folder / "report.txt"
    prozvon(folder, "report", "--by", "queue", *DAY, "--out", str(out))
    assert "Average handling time" in out.read_text("utf-8")


def test_dates_are_of_the_zone_that_is_named(folder: Path) -> None:
    def since(*zone: str) -> str:
        said = prozvon(folder, "report", "--since", "2026-11-30", *zone, "--format", "json")
        found: str = json.loads(said.out)["since"]
        return found

    assert since("--zone", "Europe/Moscow") == "2026-11-29T21:00:00.000Z"
    assert since("--zone", "Asia/Omsk") == "2026-11-29T18:00:00.000Z"
    refused = prozvon(folder, "report", "--zone", "Mars/Base").refusal
    assert "'Mars/Base' is not a time zone" in refused


def test_what_whoever_reads_must_know_is_said(folder: Path) -> None:
    said = prozvon(folder, "report", "--by", "queue", *DAY, "--format", "csv")
    assert "callers left out of the service level" in said.err  # no scenario says the queue's N
