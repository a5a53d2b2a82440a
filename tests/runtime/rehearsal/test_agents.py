"""Queues with agents, played without a switch: by tests of scenarios, and on the telephone of `prozvon try`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from orchestrator.domain.lead import Contact
from orchestrator.runtime.rehearsal.phone import Phone
from orchestrator.runtime.rehearsal.phone_answers import read_queues, read_services
from orchestrator.runtime.rehearsal.phone_keys import KeysHand
from orchestrator.runtime.rehearsal.rehearsed_answers import RehearsedAnswers
from orchestrator.runtime.rehearsal.scenario_tests import run_test
from orchestrator.runtime.rehearsal.trying import Trial
from orchestrator.runtime.rehearsal.walk_test import Given, as_test
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario
from orchestrator.scenario.rehearsal_moves import parse_move
from orchestrator.scenario.source import Map, Text
from tests.runtime.phones import Notes

SHIPPED = Path(__file__).resolve().parents[3] / "scenarios"
NOON = 1_796_115_600_000
FIELDS = {"name": "Ада", "order": "1", "amount": "100", "tier": "gold"}
VISIT = {"doctor": "доктор Ким", "day": "2026-12-03", "at": "10:30"}


@cache
def shipped(name: str) -> Compiled:
    [scenario], problems = check_path(SHIPPED / f"{name}.yaml")
    assert problems == []
    return compile_scenario(scenario)


def played(name: str, *moves: str | tuple[str, str]) -> list[str]:
    """What went otherwise than these moves say; nothing when all of them fit."""
    compiled = shipped(name)
    made = tuple(
        parse_move(Text.at(move) if isinstance(move, str) else Map.at({Text.at(move[0]): Text.at(move[1])}))
        for move in moves
    )
    test = replace(compiled.tests[0], calls=(made,), services={}, queues={})
    expect = replace(test.expect, status=None, reached=None, attempts=None, result=None)
    return [failure.text for failure in run_test(compiled, replace(test, expect=expect)).failures]


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ((("takes", "vera"),), "`vera` is no agent of the queue `sales`"),
        (
            (("hears", "abandoned"), ("takes", "anna")),
            "expected `anna` to take the call, but the call is over",
        ),
        ((("hears", "abandoned"), "nobody_takes"), "expected somebody to be rung, but the call is over"),
        ((("takes", "+79990000001"),), "expected `+79990000001` to be rung, but the call is over"),
    ],
)
def test_a_move_that_does_not_fit_a_queue_of_agents_is_told(
    moves: tuple[str | tuple[str, str], ...], told: str
) -> None:
    assert played("new_orders", "answers", *moves) == [told]


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ((("takes", "vera"),), "expected `vera` to take the call, but `choice` asks for a key"),
        (("nobody_takes",), "expected somebody to be rung, but `choice` asks for a key"),
        ((("presses", "0"), ("takes", "vera"), ("hears", "how_was_it"), ("presses", "1")), None),
        ((("presses", "0"), ("waits", "20s"), "hangs_up"), None),
    ],
)
def test_a_question_is_not_let_pass_on_the_way_to_an_agent(
    moves: tuple[str | tuple[str, str], ...], told: str | None
) -> None:
    assert played("visit_reminder", "answers", *moves) == ([] if told is None else [told])


def tried(name: str, keys: str, *queues: str) -> tuple[Trial, Phone, Notes]:
    compiled, notes = shipped(name), Notes()
    contact = Contact(
        numbers=("+79990000001",), zones=("Europe/Moscow",), fields={**FIELDS, **VISIT}, language="ru"
    )
    trial = Trial(
        compiled=compiled,
        at=NOON,
        zone="Europe/Moscow",
        contact=contact if compiled.kind != "ivr" else None,
        caller="+79990000001",
        called="+74950000008",
    )
    answers = RehearsedAnswers(read_services(("crm=404",)), read_queues(queues))
    phone = Phone(flow=trial.flow(), hand=KeysHand.of(keys), screen=notes, answers=answers)
    phone.run(trial.party)
    return trial, phone, notes


@pytest.mark.parametrize(
    ("keys", "reached"), [("t", "anna"), ("t:boris", "boris"), ("w70", ""), ("w12 h", ""), ("t:vera", "")]
)
def test_somebody_at_the_keyboard_says_which_agent_takes_the_call(keys: str, reached: str) -> None:
    trial, phone, notes = tried("new_orders", keys)
    assert phone.flow.state.reached == reached
    assert (f"{reached} takes the call; they talk for 30s" in notes.shown) == bool(reached)
    assert any("rule abandoned" in line for line in trial.report(phone.flow)) == (not reached)


def test_a_walk_through_a_queue_becomes_a_test() -> None:
    trial, phone, _ = tried("new_orders", "t:boris")
    told = as_test(trial, phone, Given(name="walk", contact={"phone": "+79990000001", **FIELDS}))
    assert told["call"] == ["answers", {"hears": "please_wait"}, {"takes": "boris"}]
    assert told["expect"]["reached"] == "boris"


@pytest.mark.parametrize("why", ["full", "closed", "no_agents"])
def test_whoever_is_not_let_into_a_queue_was_abandoned(why: str) -> None:
    trial, phone, _ = tried("new_orders", "t", f"sales={why}")
    assert phone.flow.state.reached == ""
    assert any("rule abandoned" in line for line in trial.report(phone.flow))


def test_a_key_takes_the_offer_to_be_called_back_while_music_plays() -> None:
    _, phone, _ = tried("help_line", "1 w70 1")
    assert [note["do"] for note in phone.flow.state.notes] == ["callback"]
    assert phone.flow.state.reached == ""


def test_nobody_who_is_assigned_has_a_name_here() -> None:
    _, phone, notes = tried("visit_reminder", "0 t", "operators=3")
    assert phone.flow.state.reached == "agent"
    assert any("waits for an agent of operators" in line for line in notes.shown)
