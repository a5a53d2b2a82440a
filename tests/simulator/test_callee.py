from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.simulator.callee import Callee, call_for, local_hour
from orchestrator.simulator.causes import Q850, SIP, known_cause, sip_cause
from orchestrator.simulator.population import SIP_OF, Outcome, Population
from orchestrator.simulator.population_file import load_population
from tests.simulator.bench import START_MS, population

NUMBER = "+79990000001"


def called(people: Population, **how: Any) -> Callee:
    return call_for(people, **({"seed": 1, "number": NUMBER, "try_number": 1, "at_ms": START_MS} | how))


def reactions(callee: Callee) -> list[tuple[tuple[float, str, bool], ...]]:
    heard = [("hello", False), ("choice", True), (None, True), ("choice", True)]
    return [
        tuple(
            (press.after_s, press.key, press.hangs_up) for press in callee.hears(message, is_prompt=is_prompt)
        )
        for message, is_prompt in heard
    ]


@settings(max_examples=60)
@given(
    st.sampled_from(["everyday", "demo", "hard"]),
    st.integers(0, 2**31),
    st.from_regex(r"\+7\d{10}", fullmatch=True),
    st.integers(1, 9),
)
def test_a_callee_is_a_function_of_seed_number_and_try(
    name: str, seed: int, number: str, try_number: int
) -> None:
    people = load_population(name)
    one, two = (called(people, seed=seed, number=number, try_number=try_number) for _ in range(2))
    assert reactions(one) == reactions(two)
    assert one == two
    assert one.rings_s >= 0
    assert (one.sip_status is None) == (one.outcome not in SIP_OF)
    assert [sound.begin_s for sound in one.sounds] == sorted(sound.begin_s for sound in one.sounds)
    assert all(sound.begin_s <= sound.end_s for sound in one.sounds)


def test_a_number_keeps_its_kind_and_its_tries_differ() -> None:
    people = load_population("demo")
    for last in range(50):
        number = f"+7999{last:07d}"
        tries = [called(people, number=number, try_number=count) for count in range(1, 9)]
        assert len({callee.name for callee in tries}) == 1
    outcomes = {
        called(people, number=f"+7999{n:07d}", try_number=t).outcome for n in range(40) for t in (1, 2, 3)
    }
    assert len(outcomes) > 5


def test_another_seed_gives_other_callees() -> None:
    people = load_population("demo")
    names = [[called(people, seed=seed, number=f"+7999{n:07d}").name for n in range(40)] for seed in (1, 2)]
    assert names[0] != names[1]


def test_kinds_come_by_their_weight_and_rules_before_them() -> None:
    people = Population.model_validate(
        {
            "population": "x",
            "callees": {
                "a": {"kind": "person", "weight": 3},
                "b": {"kind": "busy"},
                "c": {"kind": "invalid", "weight": 0},
            },
            "numbers": [{"match": "+7999000000?", "callee": "c"}],
        }
    )
    names = Counter(called(people, number=f"+7998{n:07d}").name for n in range(1200))
    assert names["a"] / 1200 == pytest.approx(0.75, abs=0.05)
    assert set(names) == {"a", "b"}
    assert called(people).name == "c"


def test_answers_follow_the_hour_where_the_number_lives() -> None:
    people = population(a={"kind": "person", "answers": {"13-14": 1.0}, "otherwise": {"busy": 1}})
    moscow, vladivostok = "+74951234567", "+74232123456"
    assert local_hour("number", moscow, START_MS) == 13
    assert local_hour("number", vladivostok, START_MS) == 20
    assert local_hour("Asia/Tokyo", moscow, START_MS) == 19
    assert local_hour("number", "nonsense", START_MS) == 10
    assert called(people, number=moscow).outcome is Outcome.ANSWERED
    assert called(people, number=vladivostok).outcome is Outcome.BUSY


def test_a_call_not_answered_may_go_to_voicemail() -> None:
    people = population(a={"kind": "person", "answers": 0, "voicemail": 1})
    callee = called(people)
    assert (callee.outcome, callee.is_machine) == (Outcome.ANSWERED, True)
    assert [sound.kind for sound in callee.sounds] == ["speech", "beep"]


def test_a_machine_greets_beeps_and_presses_nothing() -> None:
    callee = called(population(a={"kind": "machine", "keys": {"any": {"1": 1}}}))
    assert callee.sounds[0].end_s - callee.sounds[0].begin_s >= 5
    assert callee.sounds[1].kind == "beep"
    assert callee.hears("choice", is_prompt=True) == ()


def test_keys_are_chosen_by_message_then_by_order_then_for_any_prompt() -> None:
    keys = {
        "choice": {"1": 1},
        "#2": {"2": 1},
        "any": {"3": 1},
        "bye": {"hang_up": 1},
        "quiet": {"nothing": 1},
    }
    callee = called(population(a={"kind": "person", "keys": keys, "presses_after": 2}))

    def pressed(message: str | None, *, is_prompt: bool) -> str:
        return "".join(press.key for press in callee.hears(message, is_prompt=is_prompt))

    assert pressed("choice", is_prompt=True) == "1"
    assert pressed("other", is_prompt=True) == "2"
    assert pressed("other", is_prompt=True) == "3"
    assert pressed(None, is_prompt=True) == "3"
    assert pressed("other", is_prompt=False) == ""
    assert pressed("quiet", is_prompt=True) == ""
    (press,) = callee.hears("bye", is_prompt=False)
    assert press.hangs_up
    assert press.after_s == 2


def test_several_keys_come_one_after_another_and_n_is_any_digit() -> None:
    keys = {"code": {"NN#": 1}, "mash": {"flood": 1}}
    callee = called(population(a={"kind": "person", "keys": keys, "presses_after": 1, "key_gap": 0.5}))
    presses = callee.hears("code", is_prompt=True)
    assert [press.after_s for press in presses] == [1, 1.5, 2]
    assert presses[0].key.isdigit()
    assert presses[2].key == "#"
    assert len(callee.hears("mash", is_prompt=True)) == 40


@pytest.mark.parametrize("kind", [outcome.value for outcome in Outcome if outcome is not Outcome.ANSWERED])
def test_other_kinds_are_the_outcome_they_are_named_after(kind: str) -> None:
    callee = called(population(a={"kind": kind}))
    assert callee.outcome.value == kind
    assert callee.sip_status in SIP_OF.get(callee.outcome, {None: 1.0})


def test_a_carriers_own_sip_answers_are_used() -> None:
    assert called(population(a={"kind": "failed", "sip": {"491": 1}})).sip_status == 491
    assert sip_cause(491) == ("Unknown", "NORMAL_UNSPECIFIED")


def test_every_sip_answer_has_a_known_cause() -> None:
    assert {cause for _, cause in SIP.values()} <= set(Q850)
    assert sip_cause(486) == ("Busy Here", "USER_BUSY")
    assert [known_cause(text) for text in ("user_busy", "17", "999", "nonsense")] == [
        "USER_BUSY",
        "USER_BUSY",
        None,
        None,
    ]


def test_the_demo_population_shows_every_outcome_and_every_key_of_a_menu() -> None:
    people = load_population("demo")
    outcomes: Counter[Outcome] = Counter()
    keys: Counter[str] = Counter()
    for number in range(1000):
        for try_number in (1, 2):
            callee = called(people, number=f"+7999{number:07d}", try_number=try_number, at_ms=START_MS)
            outcomes[callee.outcome] += 1
            if callee.outcome is Outcome.ANSWERED:
                presses = callee.hears("choice", is_prompt=True)
                keys["hangs_up" if presses and presses[0].hangs_up else "".join(p.key for p in presses)] += 1
    assert set(outcomes) == set(Outcome)
    assert min(keys[key] for key in ("1", "2", "0", "*", "9", "", "hangs_up")) >= 5
