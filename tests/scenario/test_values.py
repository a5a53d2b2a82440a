"""Single values: what is taken, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from orchestrator.scenario.source import Map, Seq, Text
from orchestrator.scenario.values import (
    duration_between,
    format_duration,
    items_of,
    parse_duration,
    parse_gateway,
    parse_name,
    parse_whole,
    parse_yes_no,
    shorten,
    text_of,
)


def text(value: str) -> Text:
    return Text.at(value)


def refused(code: str) -> pytest.RaisesExc[PydanticCustomError]:
    return pytest.RaisesExc(PydanticCustomError, check=lambda error: error.type == code)


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("30s", 30), ("15m", 900), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), ("0.5s", 0.5), ("1d1s", 86401)],
)
def test_durations_are_numbers_with_units(typed: str, seconds: float) -> None:
    assert parse_duration(text(typed)) == seconds


@pytest.mark.parametrize("typed", ["30", "s", "1 h", "1.5h", "-1s", "1s1h", "1w", "1H", "٣s", "99999999s"])
def test_anything_else_is_no_duration(typed: str) -> None:
    with refused("S106"):
        parse_duration(text(typed))


@given(st.integers(0, 40 * 86_400_000).map(lambda ms: ms / 1000))
def test_a_duration_is_written_so_that_it_reads_back(seconds: float) -> None:
    assert parse_duration(text(format_duration(seconds))) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "0s"), (60, "1m"), (5400, "1h30m"), (0.5, "0.5s"), (86461, "1d1m1s")]
)
def test_durations_are_written_in_the_shortest_way(seconds: float, written: str) -> None:
    assert format_duration(seconds) == written


def test_durations_have_limits_at_both_ends() -> None:
    parse = duration_between(5, 120)
    assert (parse(text("5s")), parse(text("2m"))) == (5, 120)
    for typed in ("4s", "121s"):
        with refused("S107"):
            parse(text(typed))


def test_whole_numbers_are_digits_within_their_limits() -> None:
    assert parse_whole(text("007"), 1, 10) == 7
    for typed in ("0", "11", "9999999999"):
        with refused("S107"):
            parse_whole(text(typed), 1, 10)
    for typed in ("-1", "1.0", "٣", "one"):
        with refused("S109"):
            parse_whole(text(typed), 1, 10)


def test_yes_and_no_have_three_spellings_each() -> None:
    assert [parse_yes_no(text(word)) for word in ("yes", "True", "on", "no", "FALSE", "off")] == [
        True
    ] * 3 + [False] * 3
    with refused("S110"):
        parse_yes_no(text("1"))


def test_names_are_short_and_plain() -> None:
    assert parse_name(text("a_1")) == "a_1"
    assert parse_name(text("a" * 40)) == "a" * 40
    for typed in ("a" * 41, "A", "1a", "_a", "a-b", "имя", "a\n"):
        with refused("S105"):
            parse_name(text(typed))


def test_gateways_are_named_as_in_the_settings() -> None:
    assert parse_gateway(text("2-main")) == "2-main"
    with refused("S105"):
        parse_gateway(text("main/1"))


def test_a_value_of_another_shape_is_not_text() -> None:
    for value in (Map.at(), Seq.at([text("a")])):
        with refused("S103"):
            text_of(value)
    with refused("S111"):
        text_of(text("  "))


def test_a_single_value_is_a_list_of_one() -> None:
    assert items_of(text("a")) == ["a"]
    assert items_of(Seq.at([text("a"), text("b")])) == ["a", "b"]
    with refused("S111"):
        items_of(Seq.at())


def test_what_is_quoted_is_short_and_printable() -> None:
    assert shorten("a\x1b[31m\u202e" + "b" * 100) == "a?[31m?" + "b" * 53 + "..."
