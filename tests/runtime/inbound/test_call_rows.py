"""Calls as rows, and what a caller did and heard on one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestrator.runtime.export import CALLBACK_COLUMNS
from orchestrator.runtime.inbound.call_path import readable
from orchestrator.runtime.inbound.call_rows import CALL_COLUMNS, calls_of, row_of
from orchestrator.runtime.project import Project
from tests.runtime.factories import NOON, number
from tests.runtime.inbound.lines import taking_calls
from tests.runtime.inbound.test_callbacks import miss

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), ""),
        (("0.0 start",), "0:00 start"),
        (
            ("0.0 start", "0.1 hears hello", "4.2 key 1", "64.9 talked 10 s +79990000001"),
            "0:00 start → hears hello → 0:04 key 1 → 1:04 talked 10 s +79990000001",
        ),
        (("x y", "5.0 a", "5.9 b", "9999999.0 c"), "x y → 0:05 a → b → 9999999.0 c"),
        (("٣.0 a", "-1 b", "7"), "٣.0 a → -1 b → 0:07 "),
    ],
)
def test_a_path_on_one_line(path: tuple[str, ...], line: str) -> None:
    assert readable(path) == line


def test_a_row_has_every_column(project: Project) -> None:
    taking_calls(project)
    miss(project, 1)
    miss(project, 2, "talked", prozvon_reached="+79990009999", prozvon_end="flow", answer_uepoch="0")
    first, second = map(row_of, calls_of(project.store, 0, NOON))
    assert tuple(first) == tuple(second) == tuple(CALL_COLUMNS)
    assert (first["path"], first["talk_s"], first["missed"]) == (
        "0:00 start → hears hello → 0:04 key 1",
        29.0,
        "queue",
    )
    assert (first["callback"], first["callback_campaign"], first["callback_lead"]) == (
        "added",
        "shop_line-missed",
        1,
    )
    assert (second["talk_s"], second["callback_campaign"], second["reached"]) == (None, "", "+79990009999")


def test_rows_are_picked_by_caller_scenario_and_whether_they_were_missed(project: Project) -> None:
    taking_calls(project)
    miss(project, 1)
    miss(project, 2, prozvon_reached="+79990009999")

    def callers(**options: object) -> list[object]:
        return [row.call.caller for row in calls_of(project.store, 0, NOON, **options)]  # type: ignore[arg-type]  # as there

    assert callers() == [number(1), number(2)]
    assert callers(number=number(2)) == [number(2)]
    assert callers(is_missed=True) == [number(1)]
    assert callers(scenario="other") == []


@pytest.mark.parametrize(("page", "columns"), [("calls", CALL_COLUMNS), ("missed", CALLBACK_COLUMNS)])
def test_every_column_is_documented(page: str, columns: dict[str, str]) -> None:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    table = text.split("| column | meaning |\n|---|---|\n")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \| (.*?) \|$", table, re.M) == list(columns.items())
