from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.simulator.separate import find_close, separate, take_brackets

PLAIN = st.text(string.ascii_letters + string.digits + "_+.:/@-", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "delim", "limit", "parts"),
    [
        ("a b c", " ", 10, ["a", "b", "c"]),
        ("a  b", " ", 10, ["a", "b"]),
        ("a 'b c' d", " ", 10, ["a", "b c", "d"]),
        ("a b c", " ", 2, ["a", "b c"]),
        ("a=b=c", "=", 2, ["a", "b=c"]),
        ("a=", "=", 2, ["a"]),
        (r"a\,b,c", ",", 9, ["a,b", "c"]),
        ("'a,b',c", ",", 9, ["a,b", "c"]),
        (r"x\ny", ",", 9, ["x\ny"]),
        (r"x\sy", ",", 9, ["x y"]),
        ("a ,b ", ",", 9, ["a", "b"]),
        ("it's,fine", ",", 9, ["it's", "fine"]),
        ("^^;a,b;c", ",", 9, ["a,b", "c"]),
        ("", ",", 9, []),
    ],
)
def test_a_line_is_taken_apart_as_by_the_switch(text: str, delim: str, limit: int, parts: list[str]) -> None:
    assert separate(text, delim, limit) == parts


@given(st.lists(PLAIN, min_size=1, max_size=9))
def test_plain_words_come_back_as_they_were(words: list[str]) -> None:
    assert separate(" ".join(words), " ", 10) == words
    assert separate(",".join(words), ",", 10) == words


@given(st.text(st.sampled_from(" '\\,=^{}ab"), max_size=30), st.sampled_from(" ,="), st.integers(1, 10))
def test_any_line_is_taken_apart_within_its_limit(text: str, delim: str, limit: int) -> None:
    assert len(separate(text, delim, limit)) <= limit


@given(st.text(st.sampled_from(" '\\,=ab"), max_size=30), st.sampled_from(" ,="))
def test_lines_without_quotes_take_the_short_way_to_the_same_parts(text: str, delim: str) -> None:
    bare = "a" + text.replace("'", "").replace("\\", "")
    quoted = bare + delim + "'x'"
    assert separate(quoted, delim, 99)[: len(separate(bare, delim, 99))] == separate(bare, delim, 99)


def test_brackets_nest_and_nothing_escapes_them() -> None:
    assert find_close("{a{b}c}d", "{", "}") == 6
    assert find_close(r"{a\}b}", "{", "}") == 3
    assert find_close("  [a]", "[", "]") == 4
    assert find_close("{a", "{", "}") == -1
    assert find_close("a{b}", "{", "}") == -1


def test_several_brackets_are_one_set_of_variables() -> None:
    assert take_brackets("{a=1,b=2}{c=3,a=4}sofia/x", "{", "}") == ({"b": "2", "c": "3", "a": "4"}, "sofia/x")
    assert take_brackets("sofia/x", "{", "}") == ({}, "sofia/x")
    assert take_brackets("{a=1", "{", "}") is None
    assert take_brackets("{^^;a=1,2;b=3}x", "{", "}") == ({"a": "1,2", "b": "3"}, "x")


@given(st.dictionaries(PLAIN.filter(lambda text: "=" not in text), PLAIN, max_size=6))
def test_variables_of_plain_characters_arrive_unchanged(variables: dict[str, str]) -> None:
    text = "{" + ",".join(f"{name}={value}" for name, value in variables.items()) + "}rest"
    assert take_brackets(text, "{", "}") == (variables, "rest")
