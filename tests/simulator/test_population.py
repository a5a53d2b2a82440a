from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.problem import KnownError
from orchestrator.simulator.chance import Spread, chance, pick
from orchestrator.simulator.population import Population
from orchestrator.simulator.population_file import SHIPPED, check_population, load_population

GOOD = """\
population: good
timezone: Europe/Moscow
callees:
  people:
    kind: person
    weight: 3
    answers: {8-12: 0.5, 12-20: 0.25}
    otherwise: {busy: 1}
    rings: {gamma: {mean: 8, sd: 4}}
    keys:
      choice: {1: 3, "0": 1, nothing: 1}
  machines: {kind: machine}
numbers:
  - {match: "+7999000*", callee: machines}
"""


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check_population(text, "p.yaml")[1]]


def test_a_population_is_read_as_it_is_written() -> None:
    population, found = check_population(GOOD, "p.yaml")
    assert found == []
    assert population is not None
    people = population.callees["people"]
    assert people.keys == {"choice": {"1": 3, "0": 1, "nothing": 1}}
    assert [people.answers_at(hour) for hour in (7, 8, 11, 12, 19, 20)] == [0, 0.5, 0.5, 0.25, 0.25, 0]
    assert population.rule_for("+79990001234") == "machines"
    assert population.rule_for("+79990011234") is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("weight: 3", "wieght: 3"), "p.yaml:6:5: U002 unknown key `wieght` (did you mean `weight`?)"),
        (("timezone:", "time_zone:"), "p.yaml:2:1: U002 unknown key `time_zone` (did you mean `timezone`?)"),
        (("mean: 8", "maen: 8"), "p.yaml:9:21: U002 unknown key `maen` (did you mean `mean`?)"),
        (("gamma:", "gama:"), "p.yaml:9:13: U002 unknown key `gama` (did you mean `gamma`?)"),
        (("match:", "macth:"), "p.yaml:14:6: U002 unknown key `macth` (did you mean `match`?)"),
        (("    weight: 3", "    weight: 3\n    weight: 4"), "p.yaml:7:5: U003 `weight` stands here twice"),
        (
            ("kind: machine", "kind: mashine"),
            "p.yaml:12:14: U004 callees.machines.kind: Input should be 'person'",
        ),
        (("8-12", "12-8"), "`12-8` is not a span of hours such as 8-12"),
        (("8-12", "8-25"), "`8-25` is not a span of hours such as 8-12"),
        (
            ("0.25", "1.25"),
            "p.yaml:7:26: U004 callees.people.answers.12-20: Input should be less than or equal to 1",
        ),
        (("busy: 1", "answered: 1"), "`otherwise` is what happens when nobody answers"),
        (("busy: 1", "busy: 0"), "at least one weight must be above 0"),
        (
            ('"0": 1', '"x": 1'),
            "`x` of choice: keys are 0-9 * # A-D, N for any digit, nothing, hang_up, flood",
        ),
        (("sd: 4", "sd: 0"), "Input should be greater than 0"),
        (("{gamma: {mean: 8, sd: 4}}", "{}"), "one of fixed, uniform, gamma, lognormal"),
        (("{gamma: {mean: 8, sd: 4}}", "{uniform: [2, 1]}"), "uniform is [least, most]"),
        (("{gamma: {mean: 8, sd: 4}}", "-1"), "Input should be greater than or equal to 0"),
        (("Europe/Moscow", "Europe/Moskow"), "`Europe/Moskow` is neither `number` nor an IANA timezone"),
        (
            ("callee: machines", "callee: machine"),
            "`machine` is not one of the callees (did you mean `machines`?)",
        ),
        (("callee: machines", "callee: xyz"), "`xyz` is not one of the callees"),
        (
            ("population: good", "population: [good]"),
            "p.yaml:1:1: U004 population: Input should be a valid string",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_hint(change: tuple[str, str], problem: str) -> None:
    found = problems(GOOD.replace(*change))
    assert any(problem in one for one in found), found


def test_every_mistake_is_reported_at_once() -> None:
    text = GOOD.replace("weight:", "wieght:").replace("0.5", "5").replace("kind: machine", "kind: x")
    assert len(problems(text)) == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "p.yaml: U004 the file is empty"),
        ("[1]", "p.yaml:1:1: U004 the file: Input should be a valid dictionary or instance of Population"),
        ("a: [1\n", "p.yaml:2:1: U001 expected ',' or ']', but got '<stream end>'"),
        ("a: \x00", "p.yaml: U001 special characters are not allowed"),
    ],
)
def test_a_file_that_is_no_population_is_a_problem_too(text: str, problem: str) -> None:
    assert problem in problems(text)


@pytest.mark.parametrize("name", ["everyday", "demo", "hard"])
def test_shipped_populations_are_valid(name: str) -> None:
    assert load_population(name).population == name


def test_the_test_knows_all_shipped_populations() -> None:
    assert sorted(path.stem for path in SHIPPED.glob("*.yaml")) == ["demo", "everyday", "hard"]


def test_a_population_is_loaded_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, "utf-8")
    assert load_population(path).population == "good"
    path.write_text(GOOD.replace("weight", "wieght"), "utf-8")
    with pytest.raises(KnownError, match="did you mean `weight`"):
        load_population(path)
    with pytest.raises(KnownError, match="shipped: demo, everyday, hard"):
        load_population("nosuch")


@given(
    st.one_of(
        st.floats(0, 1e4).map(lambda value: {"fixed": value}),
        st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda pair: {"uniform": sorted(pair)}),
        st.tuples(st.floats(0.1, 100), st.floats(0.1, 100)).map(
            lambda pair: {"gamma": {"mean": pair[0], "sd": pair[1]}}
        ),
        st.tuples(st.floats(0.1, 100), st.floats(0.1, 3)).map(
            lambda pair: {"lognormal": {"median": pair[0], "sigma": pair[1]}}
        ),
    ),
    st.integers(),
    st.one_of(st.none(), st.floats(0, 50)),
)
def test_what_is_drawn_is_never_negative_nor_above_its_cap(
    shape: dict[str, object], seed: int, cap: float | None
) -> None:
    value = Spread.model_validate(shape | {"at_most": cap}).draw(chance(seed))
    assert value >= 0
    assert cap is None or value <= cap


def test_distributions_have_the_mean_they_were_given() -> None:
    rng = chance("mean")
    spread = Spread.model_validate({"gamma": {"mean": 9, "sd": 5}})
    values = [spread.draw(rng) for _ in range(4000)]
    mean = sum(values) / len(values)
    assert mean == pytest.approx(9, rel=0.05)
    assert sum((value - mean) ** 2 for value in values) / len(values) == pytest.approx(25, rel=0.15)
    median = sorted(
        Spread.model_validate({"lognormal": {"median": 20, "sigma": 0.5}}).draw(rng) for _ in range(2001)
    )
    assert median[1000] == pytest.approx(20, rel=0.1)


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 10), min_size=1), st.integers())
def test_only_what_has_weight_is_picked(weights: dict[str, float], seed: int) -> None:
    if sum(weights.values()) > 0:
        assert weights[pick(weights, chance(seed))] > 0


def test_a_bare_number_is_a_fixed_time() -> None:
    population = Population.model_validate(
        {"population": "x", "callees": {"a": {"kind": "person", "rings": "5", "answers": "0.5"}}}
    )
    assert population.callees["a"].rings.draw(chance(1)) == 5
    assert population.callees["a"].answers_at(3) == 0.5
