from __future__ import annotations

import datetime as dt
import zoneinfo

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.contacts.numbering import CallingCode, places_by_country
from orchestrator.contacts.row import Code, Fault
from orchestrator.contacts.zones import ALIKE_FROM, ALIKE_UNTIL, distinct, key_of, places, timezone, zone_key
from orchestrator.domain.plan import ZoneRule, ZoneSource

from .lists import MOSCOW, OF_CONTACT

IN_DOUBT_MOSCOW = ZoneRule(source=ZoneSource.CONTACT, name="Europe/Moscow")
RUSSIAN_MOBILE = "+79990000408"


def test_a_fixed_zone_decides_for_everyone() -> None:
    assert zone_key("+74232000000", MOSCOW, "Asia/Omsk") == "Europe/Moscow"
    assert key_of(("Asia/Omsk",), MOSCOW) == "Europe/Moscow"


def test_the_timezone_column_decides_before_the_number() -> None:
    assert zone_key(RUSSIAN_MOBILE, IN_DOUBT_MOSCOW, "Asia/Omsk") == "Asia/Omsk"


def test_a_number_of_one_place_has_the_zone_of_the_place() -> None:
    assert zone_key("+74951234567", OF_CONTACT) == "Europe/Moscow"
    assert zone_key("+74232000000", IN_DOUBT_MOSCOW) == "Asia/Vladivostok", "the named zone is for doubt only"


def test_a_number_that_may_be_anywhere_has_all_the_zones() -> None:
    assert zone_key(RUSSIAN_MOBILE, OF_CONTACT) == (
        "Asia/Anadyr+Asia/Irkutsk+Asia/Krasnoyarsk+Asia/Magadan+Asia/Omsk+Asia/Vladivostok+Asia/Yakutsk"
        "+Asia/Yekaterinburg+Europe/Kaliningrad+Europe/Moscow+Europe/Samara"
    )


def test_the_named_zone_decides_where_there_is_doubt() -> None:
    assert zone_key(RUSSIAN_MOBILE, IN_DOUBT_MOSCOW) == "Europe/Moscow"
    assert zone_key("+80012345678", IN_DOUBT_MOSCOW) == "Europe/Moscow"


def test_zones_with_one_clock_leave_no_doubt() -> None:
    # A Kazakh mobile: Almaty and Aktobe, one clock since 2024. Not all of Russia, though +7 is.
    assert zone_key("+77011234567", IN_DOUBT_MOSCOW) == "Asia/Almaty"


def test_nobody_knows_the_zone_of_a_world_wide_service() -> None:
    assert zone_key("+80012345678", OF_CONTACT) is None
    assert zone_key("not a number", OF_CONTACT) is None


def test_zones_unknown_to_the_machine_are_passed_over() -> None:
    assert key_of(("Asia/Nowhere", "Asia/Omsk"), OF_CONTACT) == "Asia/Omsk"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_zones_are_one_exactly_when_their_clocks_agree(data: st.DataObject) -> None:
    first, second = data.draw(
        st.lists(st.sampled_from(sorted(set(places().values()))), min_size=2, max_size=2)
    )
    at = data.draw(st.datetimes(ALIKE_FROM.replace(tzinfo=None), ALIKE_UNTIL.replace(tzinfo=None)))
    moment = at.replace(tzinfo=dt.UTC)
    offsets = [moment.astimezone(zoneinfo.ZoneInfo(name)).utcoffset() for name in (first, second)]
    found = distinct(frozenset({first, second}))
    assert found in {(min(first, second),), tuple(sorted({first, second}))}
    assert offsets[0] == offsets[1] or len(found) == 2


def test_a_clock_that_differs_for_a_month_a_year_is_another_clock() -> None:
    # Morocco leaves its +01 for Ramadan only.
    assert distinct(frozenset({"Africa/Casablanca", "Africa/Lagos"})) == ("Africa/Casablanca", "Africa/Lagos")


def test_a_timezone_column_takes_iana_names_in_any_case() -> None:
    assert timezone("Asia/Omsk") == "Asia/Omsk"
    assert timezone("asia/OMSK") == "Asia/Omsk"
    assert timezone("America/Port-au-Prince") == "America/Port-au-Prince"


@pytest.mark.parametrize("text", ["MSK+1", "+03:00", "localtime", "Factory", "../Moscow", "Moscow"])
def test_what_names_no_place_is_refused(text: str) -> None:
    found = timezone(text)
    assert isinstance(found, Fault)
    assert found.code is Code.BAD_TIMEZONE


def test_every_zone_of_a_number_has_a_clock_of_its_country() -> None:
    """The library takes a neighbour's zone here and there; what is not mended in BORROWED shows up here."""
    strange = set()
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        zones = frozenset[str]().union(*(places_by_country().get(region, ()) for region in regions))
        if not zones:
            continue  # Kosovo, Ascension, world-wide services: not in the table
        for found in CallingCode(str(code)).zones_by_prefix.values():
            strange |= {
                (code, zone) for zone in found if len(distinct(zones | {zone})) > len(distinct(zones))
            }
    assert strange == set()
