"""`prozvon agent screen` and `prozvon agent outcome`, and what is shown of a call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.cli.screen_view import shown
from orchestrator.runtime.project import Project
from orchestrator.store.floor import FloorChanges
from orchestrator.store.screens import ScreenEvent
from tests.cli.commands import prozvon

STAFF = "agents:\n  anna: {dial: user/1001}\n  boris: {dial: user/1002}\n"
BODY = {
    "call_id": "call-1",
    "number": "+79990000001",
    "queue": "orders:sales",
    "scenario": "orders",
    "waited_ms": 65_000,
    "contact": {"name": "Анна\x1b[2J", "order": "1042"},
    "script": "Hello,\ndo you confirm?",
    "outcomes": ["sold", "refused"],
    "history": [
        {"at": 0, "campaign": f"c-{n}", "agent": "boris", "outcome": "refused", "note": "dear"}
        for n in range(7)
    ],
}


@pytest.fixture
def staffed(folder: Path) -> Path:
    (folder / "agents.yaml").write_text(STAFF, encoding="utf-8")
    return folder


def _write(project: Project, *events: ScreenEvent) -> None:
    token = project.store.floor.lead("worker-1", 60_000)
    assert token is not None
    project.store.floor.write(token, FloorChanges(screens=events))


def _event(kind: str = "rings", **body: object) -> ScreenEvent:
    return ScreenEvent(agent_id="anna", kind=kind, at=1_790_000_000_000, body={**BODY, **body})


def test_a_call_is_shown_with_card_history_and_script() -> None:
    lines = list(shown(_event()))
    assert lines[0].endswith("a call comes: +79990000001, orders:sales, waited 1:05")
    assert "  order  1042" in lines
    assert "  and 2 before" in lines
    assert lines[-2:] == ["  Hello,", "  do you confirm?"]


def test_what_contacts_hold_moves_no_cursor() -> None:
    assert "\x1b" not in "".join(shown(_event()))


def test_while_they_talk_the_outcomes_are_at_hand() -> None:
    assert list(shown(_event("talks"), with_card=False))[-1] == "  1 sold   2 refused"


def test_a_body_of_another_shape_is_shown_as_far_as_it_goes() -> None:
    odd = ScreenEvent(
        agent_id="anna",
        kind="dances",
        at=0,
        body={"contact": 7, "history": [1], "outcomes": "x", "number": None},
    )
    [line] = shown(odd)
    assert "dances: number withheld" in line


def test_the_latest_call_is_shown_once(project: Project, staffed: Path) -> None:
    _write(project, _event(call_id="call-0", number="+79990000009"), _event(), _event("talks"))
    said = prozvon(staffed, "agent", "screen", "anna", "--once")
    assert said.code == 0
    assert "+79990000009" not in said.out
    assert said.out.count("do you confirm?") == 1
    assert said.out.count("+79990000001") == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("screen", "ann"), "no agent 'ann' in the agents file (there are: anna, boris)"),
        (("outcome", "anna", "sold"), "anna has had no call lately"),
        (("outcome", "carl", "sold"), "no agent 'carl'"),
        (("available", "carl"), "no agent 'carl'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(staffed: Path, arguments: tuple[str, ...], why: str) -> None:
    assert why in prozvon(staffed, "agent", *arguments).refusal


def test_an_outcome_says_something_and_one_thing_comes_next(staffed: Path) -> None:
    assert prozvon(staffed, "agent", "outcome", "anna").code == 2
    both = ("--do-not-call", "--wrong-person")
    assert "only one thing" in prozvon(staffed, "agent", "outcome", "anna", "sold", *both).err


def test_an_outcome_of_a_call_that_came_in_needs_its_scenarios_desk(project: Project, staffed: Path) -> None:
    _write(project, _event("talks"), _event("over"), _event("missed", call_id="call-2"))
    assert "desk has no outcome 'sold'" in prozvon(staffed, "agent", "outcome", "anna", "sold").refusal
    noted = prozvon(staffed, "agent", "outcome", "anna", "--note", "asked for a discount")
    assert (noted.code, noted.err) == (0, "stored\n")
    kept = project.store.outcomes.of("call-1", now=project.clock.now_ms())
    assert kept is not None
    assert (kept.agent_id, kept.note) == ("anna", "asked for a discount")


def test_calling_back_needs_a_scenario_that_does(project: Project, staffed: Path) -> None:
    _write(project, _event("over"))
    said = prozvon(staffed, "agent", "outcome", "anna", "--call-back-at", "in 2h")
    assert "calls nobody back" in said.refusal
    over = prozvon(staffed, "agent", "outcome", "anna", "--call-back-at", "2001-01-01")
    assert "is over" in over.refusal


def test_agents_are_listed_with_where_they_are(project: Project, staffed: Path) -> None:
    said = prozvon(staffed, "agent", "list")
    assert [line.split()[:3] for line in said.out.splitlines()[1:]] == [
        ["anna", "-", "offline"],
        ["boris", "-", "offline"],
    ]
    assert project.store.floor.leader() is None


def test_agents_who_were_added_are_listed_too_and_why_one_is_none(project: Project, staffed: Path) -> None:
    project.store.added_agents.put("vera", {"dial": "user/1003"})
    project.store.added_agents.put("zoya", {"dial": "user/1001"})
    said = prozvon(staffed, "agent", "list", "--json")
    assert [json.loads(line)["agent"] for line in said.out.splitlines()] == ["anna", "boris", "vera"]
    assert "zoya was added and is no agent now: `user/1001` is the telephone of `anna` already" in said.err
