"""Numbers that nobody knew before the call, in pieces that were made before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.pieces import KEYS, NUMBER_DIGITS, NUMBERS, pieces


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0", ["0"]),
        ("7", ["7"]),
        ("42", ["42"]),
        ("100", ["100"]),
        ("342", ["300", "42"]),
        ("1000", ["1000"]),
        ("1042", ["1000", "42"]),
        ("21300", ["21000", "300"]),
        ("100000", ["100000"]),
        ("321042", ["300", "21000", "42"]),
        ("500500", ["500000", "500"]),
        ("1234567", ["1", "2", "3", "4", "5", "6", "7"]),
        ("007", ["0", "0", "7"]),
        ("00", ["0", "0"]),
        ("1 0 4 2", ["1", "0", "4", "2"]),
        ("1 * #", ["1", "*", "#"]),
        ("", []),
        ("*", []),
        ("1  2", []),
        ("12 34", []),
        ("-5", []),
        ("2.5", []),
        ("Анна", []),
        ("１２", []),
        ("12\n", []),
    ],
)
def test_what_is_made_of_digits_is_said_in_pieces(text: str, said: list[str]) -> None:
    assert list(pieces(text)) == said


@given(st.integers(0, 10**NUMBER_DIGITS - 1))
def test_every_number_is_said_in_at_most_four_pieces_that_are_all_prepared(number: int) -> None:
    said = pieces(str(number))
    assert 1 <= len(said) <= 4
    assert set(said) <= set(NUMBERS)


@given(st.integers(0, 10**NUMBER_DIGITS - 1))
def test_the_pieces_add_up(number: int) -> None:
    values = [int(piece) for piece in pieces(str(number))]
    if len(values) > 1 and values[0] < 1000 <= values[1]:
        values[0] *= 1000
    assert sum(values) == number


@given(st.text("0123456789", min_size=1, max_size=20))
def test_every_code_is_said_in_prepared_pieces(text: str) -> None:
    assert pieces(text)
    assert set(pieces(text)) <= set(NUMBERS)
    assert set(pieces(" ".join(text)) or (text,)) <= set(KEYS) | set(NUMBERS)
