"""Small makers of real things for the tests of runtime and cli: a project folder, campaigns, dialed attempts.

A made project runs on a simulated clock that stands (all but): NOON, a Monday in Moscow, until somebody moves it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Campaign, Ending
from orchestrator.engine.rules import decide
from orchestrator.runtime.budgets import next_day_at, zones_at
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.launch import LoadReport, Source, load, new_campaign, start
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled
from orchestrator.simulator.clock import SharedClock
from orchestrator.store import ClaimRequest, GatewayBudget
from tests.ports import free_port

NOON = 1_796_029_200_000  # 2026-11-30 12:00 in Moscow, a Monday
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
STANDING = 1e-9  # the speed of a clock that moves only when it is told to
LIMIT_S = 30.0

SCENARIO = """\
scenario: greeting
title: A greeting
kind: robocall
languages: [en]
contact: {name: text}
messages:
  hello: {en: "Hello, {{ name }}. Press 1 to agree."}
flow:
  start:
    - menu: {prompt: hello, keys: {1: agree}, otherwise: silent}
  agree: [{result: agreed}]
  silent: [{result: no_choice}]
dial:
  gateways: [main]
  caller_id: +74951234567
  hours: {daily: 09:00-20:00}
  timezone: Europe/Moscow
  attempts: 3
  per_day: 2
rules:
  agreed: {status: agreed}
  no_choice: {retry: 1h, status: heard}
  no_answer: {retry: [2h, next_day]}
tests:
  - name: agrees
    call: [answers, hears: hello, presses: 1]
    expect: {status: agreed}
"""

SETTINGS = """\
project: test
fsync: everysec
clock: simulated
lease_s: 2
reconcile_s: 2
speech: {{engine: switch}}
switches:
  main:
    port: {port}
    gateways:
      main: {{cps: 100, channels: 50}}
"""


def make_folder(
    folder: Path,
    *,
    settings: str = SETTINGS,
    scenario: str = SCENARIO,
    speed: float = STANDING,
    port: int | None = None,
) -> Path:
    """A project in `folder`: settings, one scenario, and the clock at NOON."""
    (folder / "scenarios").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "prozvon.yaml").write_text(settings.format(port=port or free_port()), encoding="utf-8")
    (folder / "scenarios" / "greeting.yaml").write_text(scenario, encoding="utf-8")
    SharedClock.create(folder / "data" / "clock", start_ms=NOON, speed=speed).close()
    return folder


def number(index: int) -> str:
    return f"+7999000{index:04}"


def contacts(*indexes: int) -> bytes:
    """A list of contacts as a file has it: one row for each index."""
    rows = (f"{number(index)},Person {index}" for index in indexes)
    return "\n".join(["phone,name", *rows, ""]).encode()


def compiled(project: Project, name: str = "greeting") -> Compiled:
    found, problems = find_scenario(project.settings, name)
    assert problems == []
    assert found is not None
    return found


def loaded(
    project: Project, rows: bytes, *, again: bool = False, scenario: str = "greeting"
) -> tuple[Campaign, LoadReport]:
    """A campaign still in LOADING, and what became of the rows."""
    program = compiled(project, scenario)
    campaign = new_campaign(project, program, "list.csv")
    source = Source(name="list.csv", chunks=[rows])
    return campaign, load(project, campaign, program, source, again=again)


def launched(project: Project, *indexes: int, again: bool = False, scenario: str = "greeting") -> Campaign:
    """A running campaign of `contacts(*indexes)`."""
    campaign, report = loaded(project, contacts(*indexes), again=again, scenario=scenario)
    assert report.added == len(indexes)
    start(project, campaign)
    found = project.store.campaign(campaign.campaign_id)
    assert found is not None
    return found


_ids = itertools.count(1)


def claimed(
    project: Project, campaign: Campaign, count: int = 1, *, worker_id: str = "w1", uuid: str = "core-1"
) -> list[Attempt]:
    """Attempts as a worker claims them now."""
    plan = Bundles(project.store).of(campaign).plan
    now = project.clock.now_ms()
    limits = project.settings.limits.per_number
    request = ClaimRequest(
        campaign_id=campaign.campaign_id,
        worker_id=worker_id,
        now=now,
        attempt_ids=tuple(f"attempt-{next(_ids)}" for _ in range(count)),
        zones=zones_at(plan, project.store.zones(campaign.campaign_id), now).open,
        per_day=plan.per_day,
        gateways=(
            GatewayBudget(
                switch="main", switch_uuid=uuid, gateway="main", weight=None, cps=1e6, channels=1000
            ),
        ),
        project_per_day=limits.day,
        project_ever=limits.ever,
        consent=plan.consent,
    )
    return list(project.store.claim(request).attempts)


def settled(
    project: Project,
    attempt: Attempt,
    disposition: Disposition = Disposition.NO_ANSWER,
    *,
    result: str | None = None,
    talk_s: int = 30,
    values: Iterable[tuple[str, str]] = (),
) -> Ending:
    """End an attempt now, as the rules of its campaign have it."""
    now = project.clock.now_ms()
    is_taken = disposition in (Disposition.ANSWERED, Disposition.MACHINE)
    ending = Ending(
        attempt_id=attempt.attempt_id,
        disposition=disposition,
        cause="NORMAL_CLEARING" if is_taken else "NO_ANSWER",
        result=result,
        path=("0.0 start", "4.2 key 1") if result else (),
        heard=("hello",) if is_taken else (),
        values=tuple(values),
        answered_at=now - talk_s * 1000 if is_taken else None,
        ended_at=now,
    )
    campaign = project.store.campaign(attempt.campaign_id)
    assert campaign is not None
    plan = Bundles(project.store).of(campaign).plan
    decision = decide(plan, attempt, ending, next_day_at=lambda zone, at: next_day_at(plan, zone, at))
    assert project.store.finish(attempt, ending, decision, now)
    return ending


def move_clock(project: Project, by_ms: int) -> None:
    """Let `by_ms` of business time pass."""
    assert isinstance(project.clock, SharedClock)
    project.clock.jump_to(project.clock.now_ms() + by_ms)


def wait_until(is_so: Callable[[], object], what: str, *, limit_s: float = LIMIT_S) -> None:
    """Look until it is so. AssertionError with `what` after `limit_s` real seconds."""
    deadline = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline, f"waited {limit_s:g} s in vain: {what}"
        time.sleep(0.02)  # between looks, not instead of them
