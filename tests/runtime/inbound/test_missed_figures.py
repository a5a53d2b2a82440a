"""How missed calls came out, counted."""

from __future__ import annotations

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.runtime.inbound.missed_figures import MissedFigures, missed_figures, percentile
from orchestrator.runtime.project import Project
from tests.runtime.factories import DAY, HOUR, MINUTE, NOON, claimed, launched, move_clock, settled
from tests.runtime.inbound.lines import BEGAN, taking_calls
from tests.runtime.inbound.test_callbacks import MISSED, miss

MOSCOW = {"shop_line": "Europe/Moscow"}


def counted(project: Project, **options: object) -> list[MissedFigures]:
    return missed_figures(project.store, 0, NOON + 9 * DAY, zones=MOSCOW, **options)  # type: ignore[arg-type]  # as there


def test_every_way_a_callback_may_end_is_counted_once(project: Project) -> None:
    taking_calls(project)
    for caller in range(1, 7):
        miss(project, caller)
    miss(project, 1, "again", at=BEGAN + 1)
    miss(project, None, "withheld")  # type: ignore[arg-type]  # no number
    miss(project, 2, "talked", at=BEGAN + 31_000, prozvon_reached="+79990009999", prozvon_end="flow")
    move_clock(project, 10 * MINUTE)
    campaign = project.campaign(MISSED)
    reached, unheard, busy = claimed(project, campaign, 3)
    settled(project, reached, Disposition.ANSWERED, talk_s=0)
    settled(project, unheard, Disposition.NO_ANSWER)
    settled(project, busy, Disposition.INVALID_NUMBER)
    other = launched(project, 6)
    settled(project, claimed(project, other)[0], Disposition.ANSWERED, talk_s=0)
    (found,) = counted(project)
    assert (found.calls, found.missed) == (9, 8)
    assert found.by_why == {"queue": 8}
    assert found.by_fate == {"added": 6, "merged": 1, "withheld": 1}
    assert (found.callbacks, found.called_back, found.attempts) == (6, 3, 3)
    assert (found.reached, found.called_again, found.reached_elsewhere) == (1, 1, 1)
    assert (found.not_reached, found.waiting) == (1, 2)
    assert found.as_json()["time_to_success_s"] == {"median": 630.0, "p90": 630.0}
    assert "took_s" not in found.as_json()


def test_an_attempt_under_way_counts(project: Project) -> None:
    taking_calls(project)
    miss(project, 1)
    move_clock(project, 10 * MINUTE)
    claimed(project, project.campaign(MISSED))
    (found,) = counted(project)
    assert (found.called_back, found.attempts, found.waiting) == (1, 1, 1)


def test_days_are_those_of_the_scenarios_clock(project: Project) -> None:
    taking_calls(project)
    midnight = NOON - 12 * HOUR
    miss(project, 1, at=midnight - 1)
    miss(project, 2, at=midnight)
    assert [each.day for each in counted(project, by_day=True)] == ["2026-11-29", "2026-11-30"]
    utc = missed_figures(project.store, 0, NOON, zones={}, by_day=True)
    assert [(each.day, each.callbacks) for each in utc] == [("2026-11-29", 2)]


def test_a_span_and_a_scenario_of_ones_own(project: Project) -> None:
    taking_calls(project)
    miss(project, 1)
    assert counted(project, scenario="other") == []
    assert missed_figures(project.store, BEGAN + 1, NOON, zones={}) == []


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 50, None), ([7], 90, 7), ([3, 1, 2], 50, 2), ([1, 2, 3, 4], 50, 2), (list(range(1, 11)), 90, 9)],
)
def test_percentiles_by_nearest_rank(values: list[float], percent: int, expected: float | None) -> None:
    assert percentile(values, percent) == expected
