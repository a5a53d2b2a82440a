"""A whisper is made on the caller's side and read on the agent's."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from fake_legs import packed
from flow_inbound import begin, inbound
from flow_programs import ask
from hypothesis import given
from hypothesis import strategies as st

from callflow import machine
from callflow.moves import Digits, File, Text
from callflow.state import State
from callflow.whispering import WHISPER_MAX, Whisper, whisper_of, whisper_text

FILE = "0" * 32 + ".wav"
MESSAGES = {
    "call": {
        "ru": [
            {"text": "Звонок о заказе"},
            {"file": FILE},
            {"var": "code", "filter": "digits"},
            {"var": "sum", "filter": "number"},
        ]
    },
    "long": {"ru": [{"text": "x" * 3000}]},
    **{name: {"ru": [{"text": name}]} for name in ("enter", "hello")},
}


def caller(code: str = "42", *, private: bool = False, **payload: Any) -> State:
    made = inbound(
        {"start": [ask(private=private), {"do": "answer"}, ask()]}, messages=MESSAGES, languages=["ru"]
    )
    state, _ = begin(made, **{"c": {"sum": "21"}, **payload})
    state, _ = machine.step(state, Digits(), 1.0)
    state, _ = machine.step(state, Digits(code), 2.0)
    return state


def test_what_the_call_knows_is_filled_in_and_the_pieces_come_with_it() -> None:
    state = caller("421", v={"ru": "0123abcd"})
    text = whisper_text(state, {"whisper": "call", "accept": "1"})
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    found = whisper_of(text)
    assert (found.accept, found.language, found.tag) == ("1", "ru", "0123abcd")
    assert whisper_of(text, "fr") == found
    assert found.parts[:3] == (Text("Звонок о заказе"), File(FILE), Text("4 2 1"))
    assert found.parts[3] == Text("21", ("двадцать один",)) or isinstance(found.parts[3], Text)


def test_an_agent_hears_it_in_their_own_language_where_the_program_speaks_it() -> None:
    messages = {name: {"ru": [{"text": "да"}], "en": [{"text": "yes"}]} for name in ("call", "enter")}
    made = inbound({"start": [ask()]}, messages=messages)
    state, _ = begin(made, l="ru", v={"ru": "0123abcd", "en": "0123abce"})
    text = whisper_text(state, {"whisper": "call"})
    assert whisper_of(text) == whisper_of(text, "fr") == Whisper((Text("да"),), "", "ru", "0123abcd")
    assert whisper_of(text, "en") == Whisper((Text("yes"),), "", "en", "0123abce")


def test_what_a_contacts_columns_say_is_there_in_the_contacts_language_alone() -> None:
    messages = {name: {each: [{"said": 0}] for each in ("ru", "en")} for name in ("call", "enter")}
    state, _ = begin(
        inbound({"start": [ask()]}, messages=messages), l="en", s={"call": ["two"], "enter": ["x"]}
    )
    text = whisper_text(state, {"whisper": "call"})
    assert whisper_of(text, "ru") == Whisper((Text("two"),), "", "en", "")


def test_other_languages_are_left_out_first() -> None:
    messages = {name: {each: [{"text": each * 900}] for each in ("ru", "en")} for name in ("call", "enter")}
    state, _ = begin(inbound({"start": [ask()]}, messages=messages), l="ru")
    text = whisper_text(state, {"whisper": "call"})
    assert len(text) <= WHISPER_MAX
    assert whisper_of(text, "en").parts == (Text("ru" * 900),)


def test_one_voice_may_be_named_for_all_languages() -> None:
    assert whisper_of(whisper_text(caller(v="0123abcd"), {"accept": "1"})).tag == "0123abcd"
    assert whisper_of(whisper_text(caller(v=7), {"accept": "1"})).tag == ""


def test_no_whisper_is_no_text() -> None:
    assert whisper_text(caller(), {"whisper": None, "accept": ""}) == ""


def test_what_is_private_stays_with_the_caller() -> None:
    state = caller("421", private=True)
    assert whisper_of(whisper_text(state, {"whisper": "call", "accept": "1"})) == Whisper((), "1", "ru", "")


def test_too_much_is_left_out_and_the_key_is_asked_for_all_the_same() -> None:
    text = whisper_text(caller(), {"whisper": "long", "accept": "5"})
    assert len(text) <= WHISPER_MAX
    assert whisper_of(text) == Whisper((), "5", "ru", "")


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"a": "12", "l": "ru", "v": {}, "p": {}},
        {"a": "", "l": 5, "v": {}, "p": {}},
        {"a": "", "l": "ru", "v": "", "p": {}},
        {"a": "", "l": "ru", "v": {"ru": 5}, "p": {}},
        {"a": "", "l": "ru", "v": {}, "p": {"ru": [{"f": "../x.wav"}]}},
        {"a": "", "l": "ru", "v": {}, "p": {"ru": [{"t": "x"}]}},
        {"a": "", "l": "ru", "v": {}, "p": {"ru": [5]}},
    ],
)
def test_what_is_no_whisper_is_none(body: object) -> None:
    assert whisper_of(packed(body)) == Whisper()


def test_a_language_that_is_none_is_left_out() -> None:
    assert whisper_of(packed({"a": "1", "l": "${x}", "v": {}, "p": {}})) == Whisper((), "1", "", "")


@given(st.text(max_size=200))
def test_whatever_comes_is_read_without_a_fault(text: str) -> None:
    assert isinstance(whisper_of(text), Whisper)
    assert isinstance(whisper_of(base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode()), Whisper)
