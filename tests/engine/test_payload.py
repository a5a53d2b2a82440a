"""Contact data goes there and back, and nothing in it can be syntax."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.engine.payload import LIMIT, decode, encode

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), anything, max_size=5))
def test_what_goes_in_comes_out_and_travels_as_plain_letters(value: dict[str, object]) -> None:
    text = encode(value)
    assert re.fullmatch(r"[A-Za-z0-9_=-]+", text)
    assert decode(text) == value


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert decode(encode({"name": "a\ud800b"})) == {"name": "a?b"}


def test_padding_may_be_missing() -> None:
    assert decode(encode({"a": 1}).rstrip("=")) == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!!",
        "A",
        "_undef_",
        "й",
        base64.urlsafe_b64encode(b"{").decode(),
        base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode(),
        base64.urlsafe_b64encode(b"[" * 20_000).decode(),
        base64.urlsafe_b64encode(b"9" * 10_000).decode(),
        "W10=" + "A" * LIMIT,
    ],
)
def test_garbage_is_nothing(text: str) -> None:
    assert decode(text) is None


@given(st.text())
def test_decoding_never_raises(text: str) -> None:
    decode(text)
