"""`prozvon gateway`, and where else a gateway that rests is told of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Decision, Ending, Next, NextKind
from orchestrator.domain.trunk import RestRule, TrunkSign, TrunkWord
from orchestrator.runtime.project import Project
from tests.cli.commands import prozvon
from tests.runtime.factories import MINUTE, NOON, SETTINGS, claimed, launched, make_folder, move_clock

WHY = "NORMAL_TEMPORARY_FAILURE, sip 503"


@pytest.fixture
def folder(short_tmp: Path) -> Path:
    """Two switches that both have `main`."""
    settings = SETTINGS + "  second:\n    gateways:\n      main: {{}}\n      spare: {{cps: 3, channels: 7}}\n"
    return make_folder(short_tmp / "p", settings=settings)


def _fail(project: Project, sign: TrunkSign = TrunkSign.FAILS, *, after: int = 1) -> None:
    """A call of a campaign fails by `main` of switch `main`."""
    campaign = next(iter(project.store.campaigns()), None) or launched(project, *range(9))
    [attempt] = claimed(project, campaign)
    now = project.clock.now_ms()
    rest = RestRule(after=after, for_ms=MINUTE, most_ms=MINUTE)
    decision = Decision(
        rule="congestion",
        state=replace(attempt.state, tries=1),
        next=Next(kind=NextKind.DUE, at=now),
        uncount_number=True,
        trunk=TrunkWord(sign=sign, at=now, why=WHY, rest=rest),
    )
    ending = Ending(attempt_id=attempt.attempt_id, disposition=Disposition.CONGESTION, cause="", ended_at=now)
    assert project.store.finish(attempt, ending, decision, now)


def _states(folder: Path) -> dict[tuple[str, str], str]:
    rows = [json.loads(line) for line in prozvon(folder, "gateway", "list", "--json").out.splitlines()]
    return {(row["switch"], row["gateway"]): row["state"] for row in rows}


def test_every_gateway_is_listed_with_what_it_takes(project: Project, folder: Path) -> None:
    claimed(project, launched(project, 1, 2), 2)
    said = prozvon(folder, "gateway", "list")
    assert (said.code, said.err) == (0, "")
    assert [line.split() for line in said.out.splitlines()] == [
        ["gateway", "switch", "cps", "channels", "on", "the", "line", "state"],
        ["main", "main", "100.0", "50", "2", "takes", "calls"],
        ["main", "second", "5.0", "30", "0", "takes", "calls"],
        ["spare", "second", "3.0", "7", "0", "takes", "calls"],
    ]


def test_a_gateway_that_rests_is_listed_with_the_cause(project: Project, folder: Path) -> None:
    _fail(project)
    said = prozvon(folder, "gateway", "list")
    assert "rests until 2026-11-30 09:01:00 UTC" in said.out.splitlines()[1]
    assert said.err == (
        "gateway main of switch main rests until 2026-11-30 09:01:00 UTC: 1 failed in a row, the last with "
        f"{WHY}\n"
    )
    row = json.loads(prozvon(folder, "gateway", "list", "--json").out.splitlines()[0])
    assert (row["until"], row["fails"], row["live"]) == (NOON + MINUTE, 1, 0)
    assert row["failures"] == [{"at": NOON, "why": WHY}]


def test_one_that_has_failed_and_does_not_rest_yet_takes_calls(project: Project, folder: Path) -> None:
    _fail(project, after=5)
    said = prozvon(folder, "gateway", "list")
    assert "takes calls" in said.out.splitlines()[1]
    assert said.err.startswith("gateway main of switch main takes calls: 1 failed in a row")


def test_after_its_rest_it_is_being_tried(project: Project, folder: Path) -> None:
    _fail(project)
    move_clock(project, MINUTE)
    assert _states(folder)["main", "main"] == "is about to be tried by one call"
    claimed(project, project.campaign("greeting"))
    assert _states(folder)["main", "main"] == "is being tried by one call"


def test_a_switch_that_turns_calls_down_holds_all_its_gateways(project: Project, folder: Path) -> None:
    _fail(project, TrunkSign.REFUSED)
    said = prozvon(folder, "gateway", "list")
    assert said.err == (
        "switch main turns calls down, and is left alone until 2026-11-30 09:01:00 UTC: "
        "is it paused, or at its sessions per second or at once?\n"
    )
    assert set(_states(folder).values()) == {
        "turns calls down, and is left alone until 2026-11-30 09:01:00 UTC",
        "takes calls",
    }


def test_a_person_lets_a_gateway_rest_on_all_its_switches_or_one(project: Project, folder: Path) -> None:
    said = prozvon(folder, "gateway", "rest", "main", "--for", "1h30m")
    assert said.err.splitlines() == [
        f"gateway main of switch {on} rests for 1h30m" for on in ("main", "second")
    ]
    rests = "rests until 2026-11-30 10:30:00 UTC"
    assert _states(folder) == {
        ("main", "main"): rests,
        ("second", "main"): rests,
        ("second", "spare"): "takes calls",
    }
    assert "a person let it rest" in prozvon(folder, "gateway", "list").err
    woken = prozvon(folder, "gateway", "wake", "main", "--switch", "second")
    assert woken.err == "gateway main of switch second takes calls again\n"
    assert _states(folder)["main", "main"] == rests
    assert _states(folder)["second", "main"] == "takes calls"
    assert "had not failed" in prozvon(folder, "gateway", "wake", "spare").err


def test_waking_a_gateway_wakes_its_switch(project: Project, folder: Path) -> None:
    _fail(project, TrunkSign.REFUSED)
    assert "takes calls again" in prozvon(folder, "gateway", "wake", "main", "--switch", "main").err
    assert project.store.rests() == ()


@pytest.mark.parametrize("command", ["rest", "wake"])
@pytest.mark.parametrize(
    ("arguments", "where"), [(("gone",), ""), (("spare", "--switch", "main"), " on switch main")]
)
def test_a_gateway_that_is_not_there_is_told(
    folder: Path, command: str, arguments: tuple[str, ...], where: str
) -> None:
    assert prozvon(folder, "gateway", command, *arguments).refusal == (
        f"no gateway '{arguments[0]}'{where} in prozvon.yaml "
        "(there are: main on main, main on second, spare on second)"
    )


@pytest.mark.parametrize("duration", ["soon", "0s", "31d", ""])
def test_a_rest_has_a_length(folder: Path, duration: str) -> None:
    said = prozvon(folder, "gateway", "rest", "main", "--for", duration)
    assert said.code == 2
    assert "is not a duration of 1s to 30d" in said.err


# Elsewhere


def test_why_tells_until_when_and_for_what_cause(project: Project, folder: Path) -> None:
    project.store.heartbeat("w1", 60_000, {"up": "main"})
    _fail(project)
    found = json.loads(prozvon(folder, "why", "greeting", "--json").out)
    assert found == [{"reason": "gateway_rest", "leads": 9, "earliest_at": NOON + MINUTE}]
    said = prozvon(folder, "why", "greeting")
    assert "the gateways rest after failures of their own" in said.out
    assert f"the last with {WHY}" in said.err


def test_the_figures_of_a_campaign_tell_of_gateways_that_rest(project: Project, folder: Path) -> None:
    _fail(project, after=2)
    assert json.loads(prozvon(folder, "campaign", "show", "greeting", "--json").out)["gateways_resting"] == []
    _fail(project, after=2)
    shown = " ".join(prozvon(folder, "campaign", "show", "greeting").out.split())
    assert f"2 failed in a row, the last with {WHY}" in shown
    [row] = json.loads(prozvon(folder, "campaign", "show", "greeting", "--json").out)["gateways_resting"]
    assert (row["gateway"], row["until"], row["failures"][0]["why"]) == ("main", NOON + MINUTE, WHY)
