"""A contact centre at work: what its report says is what the export and the list of calls say, to the last call."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.domain.lead import Campaign
from orchestrator.engine.floor.orders import Figure
from orchestrator.runtime.export import rows, write_csv
from orchestrator.runtime.inbound.call_rows import CALL_COLUMNS, calls_of, row_of
from orchestrator.runtime.project import Project
from orchestrator.runtime.report import By, Report, Row, report
from orchestrator.store.figures import Scope
from tests.runtime.factories import DAY, NOON, launched
from tests.runtime.operators.bench import (
    HELP,
    ORDERS,
    PEOPLE,
    SETTINGS,
    call_in,
    channels,
    figures,
    opened,
    say,
    state,
    switch,
    until,
    worker,
)

SPEED = 60.0
MOSCOW = ZoneInfo("Europe/Moscow")
TARIFFS = """\
tariffs:
  agent_hour: 360
  gateways: {{main: {{attempt: 0.1, minute: 6, per: second}}}}
  incoming: {{minute: 3}}
"""
# Numbers that end in 9 never answer, and are called again; those that end in 3 hang up after six seconds
PEOPLE_OF_THE_DAY = PEOPLE.replace(
    "  nobody:", "  hasty: {kind: person, answers: 1.0, rings: 3, stays: 6, weight: 0}\n  nobody:"
).replace("callee: nobody}", 'callee: nobody}\n  - {match: "*3", callee: hasty}')
ORDERS_OF_THE_DAY = ORDERS.replace("{retry: 2h}}", "{retry: 1m}, abandoned: {retry: 1m}}")
LEADS = (*range(1, 9), 9, 19)


class World:
    """What is left of the day."""

    def __init__(self, project: Project, campaign: Campaign) -> None:
        self.project = project
        exported, called = io.StringIO(), io.StringIO()
        write_csv(exported, rows(project.store, campaign))
        write_csv(called, map(row_of, calls_of(project.store, 0, NOON + 9 * DAY)), CALL_COLUMNS)
        self.attempts = [row for row in _read(exported) if row["attempt_id"]]
        self.calls = _read(called)
        self.campaign = campaign.campaign_id

    def report(self, by: By, **options: object) -> Report:
        return report(self.project, by=by, since=NOON, until=NOON + DAY, **options)  # type: ignore[arg-type]  # as there

    def row(self, by: By, **options: object) -> Row:
        (row,) = self.report(by, **options).rows
        return row


def _read(text: io.StringIO) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.getvalue(), newline="")))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with (
        TemporaryDirectory(prefix="pz-") as folder,
        opened(
            Path(folder),
            settings=SETTINGS + TARIFFS,
            people=PEOPLE_OF_THE_DAY,
            speed=SPEED,
            help=HELP,
            orders=ORDERS_OF_THE_DAY,
        ) as project,
        switch(project) as its,
    ):
        campaign = launched(project, *LEADS, scenario="orders")
        with worker(project):
            call_in(its, caller="+79160000001")  # nobody is at work: sorry
            until(lambda: len(list(project.store.calls(0, NOON + DAY))) == 1, "the first caller was told so")
            say(project, "anna", "available")
            callers = [f"+7916000001{index}" for index in range(4)]
            for index, caller in enumerate(callers):
                call_in(
                    its, *([["answered", 4_000 + 900 * index, "hang_up"]] if index > 1 else []), caller=caller
                )
            say(project, "boris", "available")
            until(lambda: project.store.counts(campaign.campaign_id).done == len(LEADS), "all leads are done")
            call_in(its, caller=callers[0])  # once more
            until(lambda: len(list(project.store.calls(0, NOON + DAY))) == 6, "all calls are recorded")
            until(lambda: channels(its) == 0, "no channel is left")
            for name in ("anna", "boris"):
                say(project, name, "offline")
                until(lambda: state(project, name) is AgentState.OFFLINE, "the last wrap-up is over")  # noqa: B023
            counted = lambda: figures(project)[Scope.QUEUE, "help:sales"]["today"]  # noqa: E731
            until(lambda: dict(counted())["offered"] == 5, "all was counted")  # type: ignore[call-overload]
            assert not any("_after_" in name for name in dict(counted()))  # type: ignore[call-overload]
        yield World(project, campaign)


def by_people(attempts: list[dict[str, str]]) -> int:
    return sum(row["disposition"] in ("answered", "abandoned") for row in attempts)


def test_the_campaigns_ratios_are_those_of_its_export(world: World) -> None:
    row, attempts = world.row(By.CAMPAIGN), world.attempts
    assert len(attempts) >= len(LEADS) + 2
    answered = [each for each in attempts if each["answered_at"]]
    said = {kpi.name: (kpi.part, kpi.whole) for kpi in row.kpis}
    assert said["answer_seizure_ratio"] == (len(answered), len(attempts))
    assert said["average_call_duration"] == (
        pytest.approx(sum(float(each["talk_s"]) for each in answered)),
        len(answered),
    )
    assert said["answer_rate"] == (by_people(attempts), len(attempts))
    abandoned = sum(each["abandoned"] == "True" for each in attempts)
    connected = sum(bool(each["agent"]) and each["abandoned"] == "False" for each in attempts)
    assert said["abandonment_outbound"] == (abandoned, abandoned + connected)
    settled = [each for each in attempts if each["disposition"] == "answered" and each["phase"] == "done"]
    last = {each["lead"]: each["attempt"] for each in attempts}
    settled = [each for each in settled if last[each["lead"]] == each["attempt"]]
    assert said["attempts_to_success"] == (sum(int(each["attempt"]) for each in settled), len(settled))
    dispositions = Counter(f"attempts_{each['disposition']}" for each in attempts)
    assert {name: row.sums[name] for name in dispositions} == dispositions


def test_the_campaigns_hours_are_those_of_its_export(world: World) -> None:
    (table,) = [each for each in world.row(By.CAMPAIGN).tables if each.name == "answer_rate_by_hour"]
    hours: Counter[int] = Counter()
    for each in world.attempts:
        hours[dt.datetime.fromisoformat(each["claimed_at"]).astimezone(MOSCOW).hour] += 1
    assert {row[1]: row[2] for row in table.rows} == hours


def test_the_history_counts_the_same_attempts(world: World) -> None:
    counted: Counter[str] = Counter()
    for quarter in world.project.store.quarters.read(Scope.CAMPAIGN, NOON, NOON + DAY):
        counted.update(quarter.sums)
    row = world.row(By.CAMPAIGN)
    assert counted["attempts"] == len(world.attempts) == row.sums["attempts"]
    assert counted["attempts_talk_ms"] == row.sums["attempts_talk_ms"]


def test_the_projects_calls_are_those_of_the_list(world: World) -> None:
    sums, calls = world.row(By.PROJECT, name="shop").sums, world.calls
    assert sums["calls_in"] == len(calls) == 6
    ends = Counter(f"calls_in_{each['end']}" for each in calls)
    assert {name: sums[name] for name in ends} == ends
    assert sums["calls_in_reached"] == sum(bool(each["reached"]) for each in calls)
    talk = sum(float(each["talk_s"] or 0) for each in calls)
    assert sums["calls_in_ms"] == pytest.approx(1_000 * talk)
    assert sums["attempts"] == len(world.attempts)


def test_the_queue_counts_the_callers_of_the_list(world: World) -> None:
    row = next(each for each in world.report(By.QUEUE).rows if each.name == "help:sales")
    taken = [each for each in world.calls if each["reached"]]
    gave_up = [each for each in world.calls if not each["reached"] and each["end"] in ("queue", "hung_up")]
    assert (row.sums[Figure.OFFERED], row.sums[Figure.ANSWERED]) == (5, len(taken))
    assert row.sums[Figure.ABANDONED] + 1 == len(gave_up)  # and one came while nobody was at work
    level = row.kpi("service_level")
    assert level is not None
    own = row.sums.get(Figure.ANSWERED_IN_TIME, 0)
    assert (level.part, level.whole) == (own, 5)
    first_calls = row.kpi("first_call_resolution")
    assert first_calls is not None
    assert first_calls.whole == 1  # one called again: that is decided; for the others the window goes on
    assert first_calls.part == 0


def test_agents_took_what_export_and_list_say_they_took(world: World) -> None:
    taken = Counter(each["agent"] for each in world.attempts if each["agent"])
    taken.update(each["reached"] for each in world.calls if each["reached"])
    found = {row.name: row.sums.get(Figure.HANDLED, 0) for row in world.report(By.AGENT).rows}
    assert {name: found[name] for name in taken} == taken
    total = world.report(By.AGENT).total
    assert total.sums[Figure.HANDLED] == taken.total()


def test_time_of_wrap_ups_is_shared_out_to_campaigns_and_queues_without_loss(world: World) -> None:
    campaign = world.row(By.CAMPAIGN).sums[Figure.WRAP_UP_MS]
    queues = {row.name: row.sums.get(Figure.WRAP_UP_MS, 0) for row in world.report(By.QUEUE).rows}
    agents = world.report(By.AGENT).total.sums
    assert campaign == queues["orders:sales"] > 0
    assert sum(queues.values()) == agents[Figure.WRAP_UP_MS] == agents[Figure.WRAPPING_MS]


def test_money_is_that_of_the_tariffs(world: World) -> None:
    row = world.row(By.CAMPAIGN)
    seconds = sum(
        -(-round(float(each["talk_s"]) * 1_000) // 1_000) for each in world.attempts if each["talk_s"]
    )
    assert row.sums["cost_calls_micros"] == 100_000 * len(world.attempts) + seconds * 100_000
    handling = sum(row.sums.get(name, 0) for name in (Figure.TALK_MS, Figure.HOLD_MS, Figure.WRAP_UP_MS))
    assert row.sums["cost_agents_micros"] == pytest.approx(handling * 100, abs=1)
    paid = world.report(By.AGENT).total
    assert paid.sums["cost_agents_micros"] > row.sums["cost_agents_micros"]
    cost = row.kpi("cost_per_call")
    assert cost is not None
    assert cost.value == pytest.approx(
        (row.sums["cost_calls_micros"] + row.sums["cost_agents_micros"]) / 1e6 / len(world.attempts)
    )
    minutes = sum(
        -(-round(float(each["talk_s"]) * 1_000) // 60_000) for each in world.calls if each["talk_s"]
    )
    whole = world.row(By.PROJECT, name="shop").sums["cost_calls_micros"]
    assert whole == row.sums["cost_calls_micros"] + minutes * 3_000_000


def test_the_total_is_of_sums_and_not_of_ratios(world: World) -> None:
    for by in By:
        found = world.report(by)
        for name in {name for row in found.rows for name in row.sums if not name.startswith("serving_")}:
            assert found.total.sums[name] == sum(row.sums.get(name, 0) for row in found.rows), name


@pytest.mark.parametrize("seconds", [1, 7, 20, 3600])
def test_service_levels_of_any_seconds_are_there_for_queue_and_project(world: World, seconds: int) -> None:
    of_queues = world.report(By.QUEUE, service_level_s=seconds).total.kpi("service_level")
    of_projects = world.report(By.PROJECT, service_level_s=seconds).total.kpi("service_level")
    assert of_queues == of_projects
    assert of_queues is not None
    waits = [table for row in world.report(By.QUEUE).rows for table in row.tables if table.name == "waits"]
    assert of_queues.part == sum(
        int(str(row[1])) for table in waits for row in table.rows if int(str(row[0])) < seconds
    )
