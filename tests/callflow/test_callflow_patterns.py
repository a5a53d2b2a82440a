"""Digits against patterns: what `re` says, in a time that nobody can stretch."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.checks import checked, has_luhn
from callflow.patterns import matches, readable
from callflow.program import ProgramError

ATOM = st.sampled_from(["0", "7", r"\d", ".", "[0-4]", "[^05]", "[13579]", "[0-25-7]", "[^1-8]"])
TIMES = st.sampled_from(["", "", "?", "*", "+", "{2}", "{0}", "{1,}", "{0,3}", "{2,4}"])
BRANCH = st.lists(st.builds(str.__add__, ATOM, TIMES), max_size=5).map("".join)
PATTERN = st.lists(BRANCH, min_size=1, max_size=3).map("|".join).filter(bool)


@given(PATTERN, st.text("0123456789", max_size=12))
def test_it_says_what_the_library_says(pattern: str, digits: str) -> None:
    readable(pattern)
    assert matches(pattern, digits) == bool(re.fullmatch(pattern, digits))


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a",
        "(1)",
        "1{",
        "1{2",
        "1{4,2}",
        "1{,3}",
        "[",
        "[]",
        "[9-0]",
        "[a]",
        "^1$",
        "1++",
        r"\w",
        "1" * 201,
        "*",
    ],
)
def test_what_is_no_pattern_is_an_error(pattern: str) -> None:
    with pytest.raises(ProgramError):
        readable(pattern)
    with pytest.raises(ProgramError):
        matches(pattern, "1")


def test_a_pattern_that_would_try_out_everything_takes_no_time() -> None:
    began_s = time.perf_counter()
    assert not matches("[0-9]*" * 33 + "x".replace("x", "1"), "0" * 64)
    assert not matches("[0-9]+" * 33, "0" * 32)
    assert time.perf_counter() - began_s < 1


def test_a_flood_is_never_a_match() -> None:
    assert matches("1*", "1" * 64)
    assert not matches("1*", "1" * 100)


@pytest.mark.parametrize(("digits", "has"), [("4111111111111111", True), ("79927398713", True), ("00", True),
                                             ("79927398710", False), ("0", False), ("", False)])  # fmt: skip
def test_luhn(digits: str, has: bool) -> None:
    assert has_luhn(digits) is has


@given(st.text("0123456789", min_size=1, max_size=18))
def test_one_wrong_digit_breaks_luhn(digits: str) -> None:
    [last] = [d for d in "0123456789" if has_luhn(digits + d)]
    right = digits + last
    for at, digit in enumerate(right):
        assert not has_luhn(right[:at] + str((int(digit) + 1) % 10) + right[at + 1 :])


@pytest.mark.parametrize(
    ("check", "digits", "meant"),
    [
        (None, "7", "7"),
        ({"pattern": "7"}, "7", "7"),
        ({"pattern": "7"}, "8", None),
        ({"low": 1, "high": 100}, "100", "100"),
        ({"low": 1, "high": 100}, "101", None),
        ({"low": 0, "high": 100}, "0042", "42"),
        ({"low": 0, "high": 100}, "000", "0"),
        ({"low": "1", "high": "9" * 30}, "9" * 29, "9" * 29),
        ({"date": "ddmmyyyy"}, "29022028", "2028-02-29"),
        ({"date": "ddmmyyyy"}, "29022027", None),
        ({"date": "ddmmyyyy"}, "01010000", None),
        ({"date": "ddmmyy"}, "010168", "2068-01-01"),
        ({"date": "ddmmyy"}, "010169", "1969-01-01"),
        ({"date": "ddmmyy"}, "01011969", None),
    ],
)
def test_checks(check: object, digits: str, meant: str | None) -> None:
    assert checked(check, digits) == meant


@pytest.mark.parametrize(
    "check",
    ["x", {}, {"low": 1}, {"low": "-1", "high": 5}, {"low": 1.5, "high": 5}, {"low": "9" * 65, "high": 1}],
)
def test_a_check_it_does_not_understand_is_an_error(check: object) -> None:
    with pytest.raises(ProgramError):
        checked(check, "7")
