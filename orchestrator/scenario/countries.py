"""Which numbers are a country's, as prefixes of their digits."""

from __future__ import annotations

from functools import cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS

_AREA_DIGITS = 3  # enough to tell apart all countries that share a calling code, except a few islands
_TAILS = ("0123456", "2345678", "5550123", "7654321", "9876543")


def is_country(code: str) -> bool:
    """Whether `code` is an ISO 3166 code with a numbering plan: RU, KZ, US."""
    return code in SUPPORTED_REGIONS


def country_codes() -> frozenset[str]:
    return frozenset(SUPPORTED_REGIONS)


def calling_code(country: str) -> str:
    return str(phonenumbers.country_code_for_region(country))


def sharers(country: str) -> tuple[str, ...]:
    """Countries with the same calling code, the one that the code stands for first: KZ -> RU, KZ."""
    return COUNTRY_CODE_TO_REGION_CODE[phonenumbers.country_code_for_region(country)]


@cache
def prefixes_of(country: str) -> tuple[str, ...]:
    """Digits (calling code first) that only numbers of this country begin with, sorted: KZ -> 77.

    Meant for a country that lives under another one's calling code (+1, +7, +44): area codes decide.
    """
    code = calling_code(country)
    areas = [f"{area:0{_AREA_DIGITS}d}" for area in range(10**_AREA_DIGITS)]
    own = {area for area in areas if _countries_of(code, area) == {country}}
    return tuple(sorted(f"{code}{prefix}" for prefix in _shortest(own)))


@cache
def _countries_of(code: str, area: str) -> frozenset[str]:
    numbers = (phonenumbers.parse(f"+{code}{area}{tail}") for tail in _TAILS)
    return frozenset(filter(None, map(phonenumbers.region_code_for_number, numbers)))


def _shortest(areas: set[str]) -> set[str]:
    """Ten neighbours are one shorter prefix."""
    for length in range(_AREA_DIGITS - 1, 0, -1):
        for stem in {area[:length] for area in areas}:
            ten = {f"{stem}{digit}" for digit in range(10)}
            if ten <= areas:
                areas = (areas - ten) | {stem}
    return areas
