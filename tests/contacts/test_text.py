from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts.text import MISLEADING, SHOWN_CHARS, clean, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("line1\r\n\r\napi shutdown", "line1 api shutdown"),
        ("\u202eабв", "абв"),
        ("a\x00b", "a b"),
        ("a\u2028b\u2066c", "a b c"),
        ("\ud800x", "x"),
        ("\x07", ""),
    ],
)
def test_misleading_characters_become_one_space(text: str, expected: str) -> None:
    assert clean(text) == (expected, True)


@pytest.mark.parametrize(
    "text",
    [
        "Дарья «Даша»",
        "${system(touch /tmp/x)}",
        "{{ 7*7 }}",
        "=cmd|'/c calc'!A1",
        "%0AHangup-Cause: NORMAL_CLEARING",
        "👩‍👩‍👧 🙂",  # joined by U+200D
        "שלום\u200f!",  # a mark, not an override
        "10\u00a0кг",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert clean(text) == (text, False)


def test_composed_and_decomposed_letters_are_the_same_text() -> None:
    assert clean(unicodedata.normalize("NFD", "Алексей")) == ("Алексей", False)


@given(st.text(st.characters(exclude_categories=()), max_size=50))
def test_clean_text_is_clean_and_stays_so(text: str) -> None:
    value, replaced = clean(text)
    assert not MISLEADING.search(value)
    assert value == value.strip()
    assert replaced == bool(MISLEADING.search(text))
    assert clean(value) == (value, False)
    value.encode("utf-8")


def test_what_is_shown_has_no_control_characters() -> None:
    assert shown("a\nb\x00\u202e\ud800") == "a\\nb\\x00\\u202e\\ud800"


@given(st.text(st.characters(exclude_categories=()), max_size=3 * SHOWN_CHARS))
def test_what_is_shown_is_bounded_and_printable(text: str) -> None:
    found = shown(text)
    assert len(found) <= SHOWN_CHARS + 1
    assert not MISLEADING.search(found)
    assert found.endswith("…") or len(found) >= len(text)


def test_what_is_cut_says_so() -> None:
    assert shown("x" * SHOWN_CHARS) == "x" * SHOWN_CHARS
    assert shown("x" * (SHOWN_CHARS + 1)) == "x" * SHOWN_CHARS + "…"
    assert shown("\n" * SHOWN_CHARS) == "\\n" * (SHOWN_CHARS // 2) + "…"
