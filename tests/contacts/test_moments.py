from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts.moments import date, time
from orchestrator.contacts.row import Code, Fault

NOT_A_DATE = "not a date: write 2026-12-31 or 31.12.2026"


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-05",
        "05.12.2026",
        "5.12.2026",
        "2026-12-05T00:00:00",
        "2026-12-05 00:00",
        "2026-12-05 00:00:00.0",
    ],
)
def test_a_date_becomes_iso(text: str) -> None:
    assert date(text) == "2026-12-05"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-13-45", "there is no such date"),
        ("30.02.2026", "there is no such date"),
        ("2026-02-29", "there is no such date"),
        ("0206-01-01", "the year is not within 1900..2199"),
        ("12/05/2026", NOT_A_DATE),
        ("05.12.26", NOT_A_DATE),
        ("20261205", NOT_A_DATE),
        ("2026-W49-6", NOT_A_DATE),
        ("2026-12-05 09:00", NOT_A_DATE),
        ("٢٠٢٦-12-05", NOT_A_DATE),
        ("tomorrow", NOT_A_DATE),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert date(text) == Fault(code=Code.BAD_DATE, reason=reason)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_every_date_survives_in_both_spellings(day: dt.date) -> None:
    assert date(day.isoformat()) == day.isoformat()
    assert date(f"{day.day}.{day.month}.{day.year}") == day.isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:05", "09:05"),
        ("09:05", "09:05"),
        ("23:59", "23:59"),
        ("9:05:00", "09:05"),
        ("9:05:30", "09:05:30"),
    ],
)
def test_a_time_has_two_digits_each(text: str, expected: str) -> None:
    assert time(text) == expected


@pytest.mark.parametrize("text", ["24:00", "9:60", "9", "9.05", "9:05 pm", "9:5", "٩:٠٥"])
def test_what_is_no_time_is_refused(text: str) -> None:
    assert time(text) == Fault(code=Code.BAD_TIME, reason="not a time of day: write 09:30")
