"""Questions come from calls: only what is whole and in bounds is one, and no answer can be more than an answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.esl.protocol import Core
from orchestrator.runtime.inbound.questions import QUESTION_CHARS, What, answer_line, question_of
from tests.esl.streams import ready_core
from tests.runtime.inbound.questions import answer_in, asking, event


def test_a_question_is_read_whole() -> None:
    found = question_of("main", asking(3, "fetch", service="crm"))
    assert found is not None
    assert (found.call_id, found.switch, found.scenario, found.number) == ("call-1", "main", "shop_line", 3)
    assert (found.what, found.body["service"]) == (What.FETCH, "crm")


@pytest.mark.parametrize("padding", ["", "="])
def test_padding_makes_no_difference(padding: str) -> None:
    asked = asking(1, "fetch", x="12")
    assert question_of("main", {**asked, "Prozvon-Ask": f"{asked['Prozvon-Ask']}{padding}"}) is not None


@pytest.mark.parametrize(
    "values",
    [
        {"Unique-ID": None},
        {"Unique-ID": ""},
        {"Unique-ID": "a b"},
        {"Unique-ID": "a\napi hupall"},
        {"Unique-ID": "x" * 65},
        {"Unique-ID": ["a", "b"]},
        {"Prozvon-Ask": None},
        {"Prozvon-Ask": ""},
        {"Prozvon-Ask": ["a", "b"]},
        {"Prozvon-Ask": "!!!!"},
        {"Prozvon-Ask": "A"},
        {"Prozvon-Ask": "e30"},
        {"Prozvon-Ask": "A" * (QUESTION_CHARS + 1)},
    ],
)
def test_an_event_that_is_not_as_it_should_be_is_no_question(values: dict[str, object]) -> None:
    assert question_of("main", {**asking(1, "fetch"), **values}) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "null",
        '"fetch"',
        "{",
        '{"n": 1}',
        '{"n": "1", "what": "fetch"}',
        '{"n": true, "what": "fetch"}',
        '{"n": 0, "what": "fetch"}',
        '{"n": 1.0, "what": "fetch"}',
        '{"n": 99999999, "what": "fetch"}',
        '{"n": 1, "what": "hangup"}',
        '{"n": 1, "what": ["fetch"]}',
        '{"n": 1, "what": "fetch", "a": ' + "[" * 5_000,
        '{"n": ' + "1" * 5_000 + ', "what": "fetch"}',
        '{"n": 1, "what": "fetch"}\ud800',
    ],
)
def test_a_text_that_says_nothing_we_know_is_no_question(text: str) -> None:
    assert question_of("main", event(text)) is None


@given(
    st.dictionaries(
        st.sampled_from(["Unique-ID", "Prozvon-Ask", "variable_prozvon_scenario"]),
        st.text() | st.lists(st.text()),
    )
)
def test_no_event_raises(values: dict[str, object]) -> None:
    question_of("main", {**asking(1, "fetch"), **values})


@pytest.mark.parametrize("scenario", ["a b", "", "a:b", "x" * 65])
def test_a_scenario_that_is_no_name_is_not_known(scenario: str) -> None:
    found = question_of("main", asking(1, "fetch", scenario=scenario))
    assert found is not None
    assert found.scenario == ""


@given(st.dictionaries(st.text(), st.text() | st.none() | st.integers()))
def test_an_answer_is_one_word_of_one_command(answer: dict[str, object]) -> None:
    question = question_of("main", asking(7, "fetch"))
    assert question is not None
    line = answer_line(question, answer)
    core: Core = ready_core()
    core.send_api(line)  # raises when it may not be sent
    call, number, found = answer_in(line)
    assert (call, number) == ("call-1", 7)
    assert found == json.loads(json.dumps(answer).encode("utf-8", "replace"))
