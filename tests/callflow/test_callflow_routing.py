"""Numbers as carriers write them, and which program takes a call."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.program import ProgramError
from callflow.routing import normalise, pick

RUSSIA = {"code": "7", "trunk": "8", "international": ["810", "00"], "lengths": [10]}
BRITAIN = {"code": "44", "trunk": "0", "international": ["00"], "lengths": [9, 10]}
SPAIN = {"code": "34", "trunk": "", "international": ["00"], "lengths": [9]}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+74950000001", "+74950000001"),
        ("84950000001", "+74950000001"),
        ("74950000001", "+74950000001"),
        ("4950000001", "+74950000001"),
        ("8 (495) 000-00.01", "+74950000001"),
        ("+74950000001;npdi;rn=1", "+74950000001"),
        ("+74950000001@sip.example", "+74950000001"),
        ("81012025550123", "+12025550123"),
        ("0012025550123", "+12025550123"),
        ("12025550123", "+12025550123"),
        ("81012345678", "+71012345678"),  # 8 and a number of the country's own length
        ("+44", ""),
        ("+0123456789", ""),
        ("112", ""),
        ("101", ""),
        ("00", ""),
        ("810", ""),
        ("00123", ""),
        ("000000000000", ""),
        ("anonymous", ""),
        ("", ""),
        ("restricted${x}", ""),
        ("1" * 16, ""),
        ("7" * 60, ""),
        ("٧٤٩٥٠٠٠٠٠٠١", ""),
    ],
)
def test_a_number_of_a_russian_carrier(text: str, number: str) -> None:
    assert normalise(text, RUSSIA) == number


@pytest.mark.parametrize(
    ("text", "numbering", "number"),
    [
        ("02079460000", BRITAIN, "+442079460000"),
        ("442079460000", BRITAIN, "+442079460000"),
        ("0034912345678", BRITAIN, "+34912345678"),
        ("912345678", SPAIN, "+34912345678"),
        ("34912345678", SPAIN, "+34912345678"),
    ],
)
def test_other_countries_have_other_prefixes(text: str, numbering: dict[str, Any], number: str) -> None:
    assert normalise(text, numbering) == number


@pytest.mark.parametrize(
    "numbering",
    [None, {}, {"code": 7, "trunk": "8"}, {**RUSSIA, "lengths": 10}, {**RUSSIA, "international": 0}],
)
def test_a_numbering_it_does_not_understand_is_an_error(numbering: Any) -> None:
    with pytest.raises(ProgramError):
        normalise("0012025550123", numbering)


@given(st.text(max_size=100))
def test_any_text_gives_a_number_or_none(text: str) -> None:
    number = normalise(text, RUSSIA)
    assert number == "" or (number[0] == "+" and number[1:].isdecimal() and 3 <= len(number[1:]) <= 15)


def route(number: str) -> dict[str, str]:
    return {"number": number, "program": "p" + number, "scenario": "s"}


ROUTES: dict[str, Any] = {
    "routes": [route("74950000001")],
    "patterns": [route("7495???????"), route("7495000????"), route("749500?????"), route("749?000????")],
    "any": route(""),
}


@pytest.mark.parametrize(
    ("called", "number"),
    [
        ("+74950000001", "74950000001"),
        ("+74950000002", "7495000????"),
        ("+74990000002", "749?000????"),
        ("+74950010002", "749500?????"),
        ("+74951234567", "7495???????"),
        ("+7495123456", ""),
        ("", ""),
    ],
)
def test_the_narrowest_route_takes_it(called: str, number: str) -> None:
    assert pick(ROUTES, called) == route(number)


def test_of_two_patterns_as_narrow_the_one_with_more_known_in_front_takes_it() -> None:
    both = {"routes": [], "patterns": [route("?495"), route("7?95")], "any": None}
    assert pick(both, "+7495") == route("7?95")


def test_without_a_default_nobody_takes_the_rest() -> None:
    assert pick({**ROUTES, "any": None}, "+12025550123") is None
    assert pick({"routes": [], "patterns": []}, "+12025550123") is None
    assert pick({"routes": [route("")], "patterns": [route("")]}, "") == route("")


@pytest.mark.parametrize("change", [{"routes": None}, {"patterns": [5]}, {"any": 5}])
def test_routes_it_does_not_understand_are_an_error(change: dict[str, Any]) -> None:
    with pytest.raises(ProgramError):
        pick({**ROUTES, **change}, "+12025550123")
