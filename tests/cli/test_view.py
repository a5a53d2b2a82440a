"""Figures on a terminal, and as one line where there is none."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import pytest
from rich.console import Console

from orchestrator.cli.call import show_preview
from orchestrator.cli.follow import plain_line
from orchestrator.cli.view import figures_table, instant
from orchestrator.domain.lead import CampaignState, WaitReason
from orchestrator.runtime.figures import Figures
from orchestrator.store import CampaignCounts, Failure, Reason, RestRow, Why
from tests.runtime.factories import NOON

ITEM = Figures(
    campaign_id="parcel-20261130-1",
    title="A [bold]parcel[/bold] waits",
    state=CampaignState.RUNNING,
    source="list.csv",
    created_at=NOON,
    at=NOON,
    workers=1,
    up=("main",),
    counts=CampaignCounts(
        leads=10,
        ready=3,
        waiting=2,
        dialing=1,
        done=3,
        held=1,
        attempts=8,
        answered=2,
        by_status={"confirmed": 2, "new": 8},
        by_disposition={"answered": 2, "busy": 6},
        by_result={"confirmed": 2},
    ),
)


def _shown(item: Figures) -> str:
    out = io.StringIO()
    Console(file=out, width=100).print(figures_table(item))
    return out.getvalue()


def test_the_table_has_every_figure() -> None:
    shown = _shown(ITEM)
    for part in (
        "parcel-20261130-1  running  2026-11-30 09:00:00 UTC",
        "leads 10   to call 3   waiting 2   on the line 1   done 3   held 1",
        "attempts 8   answered 2   answer-seizure ratio 25.0%",
    ):
        assert part in shown
    rows = [line.split() for line in shown.splitlines()]
    assert ["busy", "6", "confirmed", "2", "new", "8"] in rows  # the most frequent first, each list by itself
    assert ["answered", "2", "confirmed", "2"] in rows


def test_a_title_is_shown_as_it_is_written() -> None:
    assert "A [bold]parcel[/bold] waits" in _shown(ITEM)


def test_before_the_first_attempt_there_is_no_ratio() -> None:
    assert "ratio" not in _shown(replace(ITEM, counts=CampaignCounts(leads=3, ready=3)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"workers": 0, "up": ()}, "no worker is running: start one with `prozvon run`"),
        ({"up": ()}, "no worker is connected to a switch (yet): its log says why"),
    ],
)
def test_why_nothing_happens_is_said(changes: dict[str, object], said: str) -> None:
    stuck = replace(ITEM, **changes)  # type: ignore[arg-type]  # fields of Figures
    assert said in _shown(stuck)
    assert said not in _shown(ITEM)
    assert said not in _shown(replace(stuck, state=CampaignState.PAUSED))
    assert said not in _shown(replace(stuck, counts=CampaignCounts(leads=1, done=1)))


def test_the_plain_line_says_it_all_in_one() -> None:
    assert plain_line(ITEM) == (
        "parcel-20261130-1 running: 4/10 done, 1 held, 1 on the line, 3 to call, 2 waiting, 8 attempts, 2 answered"
    )


def test_a_gateway_that_rests_is_told_beside_the_figures() -> None:
    row = RestRow(
        switch="main",
        gateway="spare",
        fails=5,
        until=NOON + 90_000,
        trial=None,
        failures=(Failure(at=NOON, why="GATEWAY_DOWN"),),
    )
    said = (
        "gateway spare of switch main rests until 2026-11-30 09:01:30 UTC: 5 failed in a row, the last with "
        "GATEWAY_DOWN"
    )
    resting = replace(ITEM, rests=(row,))
    assert said in " ".join(_shown(resting).split())
    assert plain_line(resting).endswith(f"2 answered; {said}")
    assert said not in " ".join(_shown(replace(resting, state=CampaignState.PAUSED)).split())


def test_an_instant_is_told_in_the_machines_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Omsk")
    time.tzset()
    assert instant(NOON) == "Mon 2026-11-30 15:00 +06"
    monkeypatch.undo()
    time.tzset()
    assert (instant(None), instant(0)) == ("-", "-")


def test_the_preview_counts_now_later_and_never(capsys: pytest.CaptureFixture[str]) -> None:
    counts = {
        WaitReason.NEXT: 5,
        WaitReason.HOURS: 3,
        WaitReason.PER_DAY: 2,
        WaitReason.DO_NOT_CALL: 1,
        WaitReason.LIFETIME: 1,
    }
    show_preview(Why(reasons=tuple(Reason(reason=r, count=n, earliest_at=None) for r, n in counts.items())))
    said = capsys.readouterr()
    assert said.err.startswith("now 5, later 5, never 2\n")
    assert said.out == ""
