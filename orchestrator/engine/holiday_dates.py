"""Public holidays of a country, from the `holidays` package, a year at a time."""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache

# `holidays` is imported where it is used: it takes 70 ms that most commands need not wait for.


@cache
def _subdivisions() -> dict[str, list[str]]:
    """Country code -> its subdivisions that have holidays of their own."""
    import holidays

    return holidays.list_supported_countries()


def known_country(code: str) -> bool:
    """Whether holidays of `code` are known: ISO 3166 (`RU`), or with a subdivision (`DE-BY`), in capitals."""
    country, _, subdivision = code.partition("-")
    known = _subdivisions()
    return country in known and (not subdivision or subdivision in known[country])


@lru_cache(maxsize=1024)
def holiday_dates(code: str, year: int) -> frozenset[dt.date]:
    """Public holidays of `year` in a known country, days off in their place included. ValueError: unknown code."""
    if not known_country(code):
        raise ValueError(f"no holidays are known of {code!r}")
    import holidays

    country, _, subdivision = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
