"""`prozvon calls` and `prozvon missed`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from orchestrator.cli.span import instant_of
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.inbound.call_rows import CALL_COLUMNS
from orchestrator.runtime.project import Project
from tests.cli.commands import prozvon
from tests.runtime.factories import DAY, HOUR, NOON, number
from tests.runtime.inbound.lines import taking_calls
from tests.runtime.inbound.test_callbacks import miss


@pytest.fixture
def called(project: Project, folder: Path) -> Path:
    """Three calls: one missed, one in which the caller reached somebody, one withheld of two days ago."""
    taking_calls(project)
    miss(project, None, "old", at=NOON - 2 * DAY)  # type: ignore[arg-type]  # no number
    miss(project, 1)
    miss(project, 2, prozvon_reached="+79990009999", prozvon_end="flow")
    return folder


def test_calls_of_the_last_day_are_listed_each_with_its_path(called: Path) -> None:
    said = prozvon(called, "calls")
    assert said.code == 0
    assert number(1) in said.out
    assert "0:00 start → hears hello" in said.out
    assert "with +79990009999" in said.out
    assert "withheld" not in said.out
    assert said.err.strip() == "2 calls"


def test_as_json_one_object_a_line(called: Path) -> None:
    said = prozvon(called, "calls", "--since", "7d", "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["caller"] for line in lines] == ["", number(1), number(2)]
    assert list(lines[0]) == list(CALL_COLUMNS)


def test_as_csv_with_a_header(called: Path) -> None:
    said = prozvon(called, "calls", "--csv", "--missed", "--scenario", "shop_line")
    (row,) = csv.DictReader(io.StringIO(said.out))
    assert (row["caller"], row["end"], row["path"]) == (
        number(1),
        "queue",
        "0:00 start → hears hello → 0:04 key 1",
    )


def test_of_one_caller_and_until_a_time(called: Path) -> None:
    assert prozvon(called, "calls", "--number", "8 (999) 000-00-02").err.strip() == "1 calls"
    said = prozvon(called, "calls", "--since", "7d", "--until", "1d")
    assert said.err.strip() == "1 calls"
    assert "withheld" in said.out


def test_no_calls_are_no_table(folder: Path, project: Project) -> None:
    said = prozvon(folder, "calls")
    assert (said.out, said.err.strip(), said.code) == ("", "0 calls", 0)


def test_a_wrong_time_or_number_is_one_line(folder: Path, project: Project) -> None:
    for arguments in (("--since", "yesterday"), ("--number", "me")):
        said = prozvon(folder, "calls", *arguments)
        assert said.code == 1
        assert len(said.err.strip().splitlines()) == 1


def test_missed_calls_by_scenario_and_day(called: Path) -> None:
    said = prozvon(called, "missed")
    assert said.code == 0
    assert "shop_line" in said.out
    assert prozvon(called, "missed", "--by-day").out.count("shop_line") == 2
    lines = [
        json.loads(line) for line in prozvon(called, "missed", "--json", "--since", "1d").out.splitlines()
    ]
    assert [(line["scenario"], line["calls"], line["missed"], line["callbacks"]) for line in lines] == [
        ("shop_line", 2, 1, 1)
    ]
    assert lines[0]["time_to_success_s"] == {"median": None, "p90": None}


def test_without_calls_it_says_so(folder: Path, project: Project) -> None:
    assert "no calls came in" in prozvon(folder, "missed", "--until", "1h").err


def test_a_stopped_standing_campaign_can_be_resumed(called: Path, project: Project) -> None:
    project.store.heartbeat("w1", 60_000, {"up": "main"})
    assert prozvon(called, "campaign", "stop", "shop_line").code == 0
    assert prozvon(called, "campaign", "resume", "shop_line").code == 0
    assert prozvon(called, "campaign", "show", "shop_line").out.startswith("shop_line-missed  running")


def test_its_export_has_the_missed_calls_in_it(called: Path) -> None:
    said = prozvon(called, "campaign", "export", "shop_line")
    (row,) = csv.DictReader(io.StringIO(said.out))
    assert (row["numbers"], row["missed_calls"], row["promised"]) == (number(1), "1", "False")
    assert (
        json.loads(prozvon(called, "campaign", "export", "shop_line", "--format", "jsonl").out)[
            "missed_calls"
        ]
        == 1
    )


def test_spans_and_dates() -> None:
    assert instant_of("30m", NOON) == NOON - HOUR // 2
    assert instant_of("2w", NOON) == NOON - 14 * DAY
    assert instant_of("2026-11-30T09:00:00+00:00", 0) == NOON
    assert instant_of("2026-11-30", 0) < instant_of("2026-11-30T15:00", 0)
    for wrong in ("", "7", "d7", "7y", "2026-13-01", "0001-01-01"):
        with pytest.raises(KnownError, match="not a time"):
            instant_of(wrong, NOON)
