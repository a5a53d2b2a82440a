"""`prozvon why`: the reasons, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.runtime.project import Project
from tests.cli.commands import prozvon
from tests.runtime.factories import HOUR, NOON, claimed, launched, number, settled


@pytest.fixture
def waiting(project: Project, folder: Path) -> Path:
    """Three leads: one is tried again in two hours, two wait for a worker."""
    campaign = launched(project, 1, 2, 3)
    settled(project, claimed(project, campaign)[0])
    return folder


def test_reasons_are_summed_the_most_frequent_first(waiting: Path) -> None:
    said = prozvon(waiting, "why", "greeting")
    assert (said.code, said.err) == (0, "")
    head, first, second = said.out.splitlines()
    assert head.split() == ["leads", "reason", "first", "of", "them", "at", "which", "means"]
    assert first.split()[:3] == ["2", "no_worker", "-"]
    assert second.split()[:2] == ["1", "retry"]
    assert "2026-11-30" in second
    assert second.rstrip().endswith("waits for its next attempt, by the scenario's rules")


def test_reasons_as_json(waiting: Path) -> None:
    found = json.loads(prozvon(waiting, "why", "greeting", "--json").out)
    assert sorted(found, key=lambda item: item["leads"]) == [
        {"reason": "retry", "leads": 1, "earliest_at": NOON + 2 * HOUR},
        {"reason": "no_worker", "leads": 2, "earliest_at": None},
    ]


def test_a_switch_nobody_dials_on_is_told_with_its_reason(waiting: Path, project: Project) -> None:
    fault = "the switch has not been deployed to: `prozvon deploy`"
    project.store.heartbeat("w1", 60_000, {"up": "spare", "down": json.dumps({"main": fault})})
    project.store.heartbeat(
        "w2", 60_000, {"up": "", "down": json.dumps({"main": fault, "spare": "no route"})}
    )
    said = prozvon(waiting, "why", "greeting")
    assert said.err == f"switch main: {fault}\n"
    assert "switch_down" in said.out


@pytest.mark.parametrize("phone", ["8 (999) 000-00-01", number(1), "79990000001"])
def test_one_lead_is_found_however_its_number_is_written(waiting: Path, phone: str) -> None:
    found = json.loads(prozvon(waiting, "why", "greeting", phone, "--json").out)
    assert found == [{"reason": "retry", "leads": 1, "earliest_at": NOON + 2 * HOUR}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("parcel",), "no campaign 'parcel'"),
        (("greeting", number(9)), f"{number(9)} is not in greeting-20261130-1"),
        (("greeting", "12"), "not a telephone number: '12'"),
    ],
)
def test_what_is_not_there_is_one_clear_line(waiting: Path, arguments: tuple[str, ...], said: str) -> None:
    assert prozvon(waiting, "why", *arguments).refusal.startswith(said)
