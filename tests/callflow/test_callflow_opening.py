"""Whether a scenario is open: its hours, on the clock of its zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from callflow.opening import is_open
from callflow.program import ProgramError

DAY = [[540, 1260]]  # 09:00 to 21:00
MOSCOW = [[0, 10800]]


def hours(**changes: Any) -> dict[str, object]:
    """Mondays to Fridays, in Moscow."""
    made = {"days": [DAY] * 5 + [[], []], "closed": [], "dates": {}, "offsets": MOSCOW}
    return {"hours": {**made, **changes}}


def at(text: str, offset_h: int = 3) -> int:
    """ "2026-11-23 09:00" on a clock that is so many hours ahead of UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) - offset_h * 3600


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("2026-11-23 08:59", False),  # a Monday
        ("2026-11-23 09:00", True),
        ("2026-11-23 20:59", True),
        ("2026-11-23 21:00", False),
        ("2026-11-27 12:00", True),
        ("2026-11-28 12:00", False),
        ("1970-01-01 12:00", True),  # a Thursday
        ("1969-12-31 12:00", True),
    ],
)
def test_the_hours_of_a_weekday(text: str, is_it: bool) -> None:
    assert is_open(hours(), at(text)) is is_it


def test_without_hours_it_is_always_open() -> None:
    assert is_open({"hours": None}, 0)
    assert is_open({}, 0)


def test_what_begins_in_the_evening_goes_on_over_midnight() -> None:
    night = hours(days=[[[1200, 1560]]] + [[]] * 6)  # Mondays from 20:00 to 02:00
    assert [is_open(night, at(f"2026-11-{t}")) for t in ("23 19:59", "23 20:00", "24 01:59", "24 02:00")] == [
        False,
        True,
        True,
        False,
    ]
    assert not is_open(night, at("2026-11-23 01:00"))


def test_a_closed_date_has_no_hours_of_its_own_but_the_evening_before_runs_out() -> None:
    made = hours(days=[[[1200, 1560]]] * 7, closed=["2026-11-24"])
    assert is_open(made, at("2026-11-24 01:00"))
    assert not is_open(made, at("2026-11-24 21:00"))


def test_a_dated_exception_comes_before_holidays_and_weekdays() -> None:
    made = hours(
        closed=["2026-11-23"], dates={"2026-11-23": [[600, 660]], "2026-11-28": DAY, "2026-11-24": []}
    )
    assert [is_open(made, at(f"2026-11-{t}")) for t in ("23 10:30", "23 12:00", "28 12:00", "24 12:00")] == [
        True,
        False,
        True,
        False,
    ]


def test_the_zone_changes_its_clock() -> None:
    spring = at("2026-03-29 01:00", 0)
    berlin = hours(days=[[[540, 600]]] * 7, offsets=[[0, 3600], [spring, 7200], [spring + 10**7, 3600]])
    assert is_open({"hours": berlin["hours"]}, at("2026-03-28 09:30", 1))
    assert not is_open(berlin, at("2026-03-29 09:30", 1))
    assert is_open(berlin, at("2026-03-29 09:30", 2))


def test_before_the_first_change_that_is_known_the_clock_is_as_at_it() -> None:
    later = hours(offsets=[[at("2026-12-01 00:00"), 10800], [at("2027-12-01 00:00"), 0]])
    assert is_open(later, at("2026-11-23 09:00"))
    assert is_open(hours(offsets=[]), at("2026-11-23 09:00", 0))


@pytest.mark.parametrize(
    "changes",
    [
        {"days": [DAY] * 6},
        {"days": None},
        {"days": [[[540]]] * 7},
        {"days": [[540]] * 7},
        {"days": [[["9", "21"]]] * 7},
        {"dates": []},
        {"closed": None},
        {"offsets": [["a", "b"]]},
        {"offsets": None},
    ],
)
def test_hours_it_does_not_understand_are_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(ProgramError):
        is_open(hours(**changes), at("2026-11-23 09:00"))
    with pytest.raises(ProgramError):
        is_open({"hours": 5}, 0)
