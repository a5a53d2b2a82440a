"""Agents' phones of a population: who is at them, and what they do in talks."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.simulator.callee import Callee, call_for
from orchestrator.simulator.population import Outcome, Population
from orchestrator.simulator.population_file import check_population
from tests.simulator.bench import START_MS

CALLS = 2000


def people(**agent: Any) -> Population:
    return Population.model_validate(
        {
            "population": "desk",
            "callees": {"people": {"kind": "busy"}},
            "agents": {"anna": {"phones": ["+7999001*", "user/1001"]} | agent},
        }
    )


def called(population: Population, number: str = "user/1001", try_number: int = 1) -> Callee:
    return call_for(population, seed=1, number=number, try_number=try_number, at_ms=START_MS)


def test_a_phone_comes_before_the_callees_by_number_and_by_user() -> None:
    names = [
        called(people(), number).name for number in ("user/1001", "+79990010042", "+79990020042", "user/1002")
    ]
    assert names == ["anna", "anna", "people", "people"]


def test_phones_are_picked_up_within_seconds_and_refused_as_often_as_is_said() -> None:
    population = people(answers=0.9, otherwise={"rejected": 1, "unreachable": 1})
    calls = [called(population, try_number=number) for number in range(CALLS)]
    outcomes = Counter(call.outcome for call in calls)
    assert outcomes[Outcome.ANSWERED] == pytest.approx(0.9 * CALLS, rel=0.03)
    assert outcomes[Outcome.REJECTED] == pytest.approx(0.05 * CALLS, rel=0.3)
    rings = [call.rings_s for call in calls if call.outcome is Outcome.ANSWERED]
    assert sum(rings) / len(rings) == pytest.approx(4, rel=0.05)
    assert max(rings) <= 60


def test_a_talk_is_ended_after_its_length_by_hanging_up_or_by_keys() -> None:
    (end,) = called(people(talks=90)).talks()
    assert (end.after_s, end.hangs_up) == (90, True)
    keys = called(people(talks=90, ends_with="*7", key_gap=0.5)).talks()
    assert [(press.key, press.after_s, press.hangs_up) for press in keys] == [
        ("*", 90, False),
        ("7", 90.5, False),
    ]
    assert called(people()).talks() == ()


def test_no_talk_is_longer_than_four_hours() -> None:
    (end,) = called(people(talks=10**6)).talks()
    assert end.after_s == 4 * 3600


def test_a_share_of_talks_ends_at_a_random_moment_of_them() -> None:
    population = people(talks=100, leaves=0.25, ends_with="*7")
    ends = [called(population, try_number=number).talks() for number in range(CALLS)]
    early = [presses[0].after_s for presses in ends if presses[0].hangs_up]
    assert len(early) == pytest.approx(0.25 * CALLS, rel=0.1)
    assert sum(early) / len(early) == pytest.approx(50, rel=0.1)
    assert max(early) <= 100


def test_codes_are_pressed_in_talks_by_weight_and_each_talk_is_its_own() -> None:
    callee = called(people(in_talk={"*4": 1, "nothing": 3}, in_talk_after=5))
    talks = [callee.talks() for _ in range(CALLS)]
    pressed = ["".join(press.key for press in presses) for presses in talks if presses]
    assert set(pressed) == {"*4"}
    assert len(pressed) == pytest.approx(0.25 * CALLS, rel=0.1)
    assert next(presses for presses in talks if presses)[0].after_s == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phones": []}, "at least 1 item"),
        ({"phones": ["sofia/a/1"]}, "neither a number nor user/NAME"),
        ({"ends_with": "hello"}, "of the keys 0-9"),
        ({"in_talk": {"*7" * 9: 1}}, "up to 16 of the keys"),
        ({"leaves": 1.5}, "less than or equal to 1"),
        ({"kind": "machine"}, "person"),
    ],
)
def test_what_no_phone_can_be_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        people(**wrong)


def test_a_name_is_a_callees_or_an_agents() -> None:
    with pytest.raises(ValidationError, match="one of the callees and one of the agents"):
        Population.model_validate(
            {"population": "x", "callees": {"a": {"kind": "busy"}}, "agents": {"a": {"phones": ["1"]}}}
        )


def test_a_misspelt_key_of_a_phone_is_told_with_its_line() -> None:
    text = "population: x\ncallees: {a: {kind: busy}}\nagents:\n  b:\n    phones: ['1']\n    leave: 0.5\n"
    _, (problem,) = check_population(text, "x.yaml")
    assert (problem.line, problem.code, problem.hint) == (6, "U002", "did you mean `leaves`?")
