"""The numbering plan behind each country calling code: which numbers exist, of which type, in which time zones.

phonenumbers' own metadata, compiled once per calling code, with its order of tests. What the library spends 20 µs on
(classifying a number anew for validity and for zone, looking each pattern up by its text) takes 2 µs here.
Sources: phonenumbers/phonenumberutil.py `region_code_for_number`, `_number_type_helper`; phonenumbers/timezone.py.
A property test holds both equal (tests/contacts/test_numbers.py).
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Callable
from functools import cache
from typing import Final

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneMetadata,
    PhoneNumberDesc,
    PhoneNumberType,
    is_number_type_geographical,
)
from phonenumbers.tzdata import TIMEZONE_DATA

Matches = Callable[[str], re.Match[str] | None]

UNKNOWN: Final = PhoneNumberType.UNKNOWN
_TYPES: Final = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)

# Where the library has a neighbour's zone, because the two once agreed or nearly do: (calling code, its zone) -> the
# place's own. An hour off means ringing people before the hours begin, or after they end. A test holds every zone of
# the library against the countries of the IANA database.
BORROWED: Final = {
    ("211", "Africa/Nairobi"): "Africa/Juba",
    ("212", "Atlantic/Canary"): "Africa/Casablanca",
    ("213", "Europe/Paris"): "Africa/Algiers",
    ("218", "Europe/Bucharest"): "Africa/Tripoli",
    ("505", "America/Chicago"): "America/Managua",
    ("52", "America/New_York"): "America/Cancun",
    ("7", "Europe/Bucharest"): "Europe/Kaliningrad",
    ("970", "Europe/Bucharest"): "Asia/Gaza",
}
MOVED: Final = {"7845": ("Europe/Saratov",)}  # an hour ahead of Moscow since 4 December 2016


class Kind:
    """The numbers of one type in one region. Lengths first: they decide most of the time, and cheaply."""

    __slots__ = ("_lengths", "_matches")

    def __init__(self, description: PhoneNumberDesc | None) -> None:
        pattern = description.national_number_pattern if description else None
        self._lengths = frozenset(description.possible_length if description and pattern else ())
        self._matches: Matches = re.compile(pattern or "").fullmatch

    def has(self, national: str) -> bool:
        return len(national) in self._lengths and self._matches(national) is not None


class Region:
    """The plan of one region (or of a world-wide service such as +800)."""

    __slots__ = ("_fixed_line", "_general", "_mobile", "_one_pattern", "_others", "leading", "zones")

    def __init__(self, metadata: PhoneMetadata, country_zones: tuple[str, ...]) -> None:
        own = places_by_country().get(metadata.id, frozenset())
        self.zones = tuple(zone for zone in country_zones if zone in own) or country_zones
        """Where a number without an area may be: of the zones of its calling code, those in this region."""
        self.leading: Matches | None = (
            re.compile(metadata.leading_digits).match if metadata.leading_digits else None
        )
        self._general = Kind(metadata.general_desc)
        self._fixed_line = Kind(metadata.fixed_line)
        self._mobile = Kind(metadata.mobile)
        self._one_pattern = metadata.same_mobile_and_fixed_line_pattern
        others = (
            (PhoneNumberType.PREMIUM_RATE, metadata.premium_rate),
            (PhoneNumberType.TOLL_FREE, metadata.toll_free),
            (PhoneNumberType.SHARED_COST, metadata.shared_cost),
            (PhoneNumberType.VOIP, metadata.voip),
            (PhoneNumberType.PERSONAL_NUMBER, metadata.personal_number),
            (PhoneNumberType.PAGER, metadata.pager),
            (PhoneNumberType.UAN, metadata.uan),
            (PhoneNumberType.VOICEMAIL, metadata.voicemail),
        )
        self._others = tuple((number_type, Kind(each)) for number_type, each in others if each is not None)

    def type_of(self, national: str) -> int:
        """A PhoneNumberType; UNKNOWN means that the region has no such number."""
        if not self._general.has(national):
            return UNKNOWN
        for number_type, kind in self._others:
            if kind.has(national):
                return number_type
        if self._fixed_line.has(national):
            both = self._one_pattern or self._mobile.has(national)
            return PhoneNumberType.FIXED_LINE_OR_MOBILE if both else PhoneNumberType.FIXED_LINE
        if not self._one_pattern and self._mobile.has(national):
            return PhoneNumberType.MOBILE
        return UNKNOWN


class CallingCode:
    """All regions that share a country calling code ("7" is Russia and Kazakhstan), the main one first."""

    __slots__ = ("_geographical", "_key_lengths", "_regions", "digits", "zones_by_prefix")

    def __init__(self, digits: str) -> None:
        self.digits = digits
        zones = {key: _own(digits, zones) for key, zones in TIMEZONE_DATA.items() if key.startswith(digits)}
        self.zones_by_prefix = zones | {key: zones for key, zones in MOVED.items() if key.startswith(digits)}
        self._key_lengths = sorted({len(key) for key in self.zones_by_prefix}, reverse=True)
        self._geographical = frozenset(
            each for each in _TYPES if is_number_type_geographical(each, int(digits))
        )
        plans = (
            PhoneMetadata.metadata_for_region_or_calling_code(int(digits), name)
            for name in COUNTRY_CODE_TO_REGION_CODE[int(digits)]
        )
        self._regions = tuple(Region(plan, zones.get(digits, ())) for plan in plans if plan is not None)

    def find(self, national: str) -> tuple[Region, int] | None:
        """The region whose number it is, and its type; None when it is nobody's.

        Leading digits, where a region has them, decide alone; else the first region that has the number.
        """
        regions = self._regions
        for region in regions:
            if region.leading is not None and len(regions) > 1:
                if not region.leading(national):
                    continue
                number_type = region.type_of(national)
                return None if number_type == UNKNOWN else (region, number_type)
            number_type = region.type_of(national)
            if number_type != UNKNOWN:
                return region, number_type
        return None

    def zones_of(self, national: str, region: Region, number_type: int) -> tuple[str, ...]:
        """The IANA zones a number may be in, () when nobody knows: those of its area if its type has areas, else of
        its region. (The library gives all zones of the calling code to the latter: Kamchatka to a Kazakh mobile.)
        """
        if number_type not in self._geographical:
            return region.zones
        full = self.digits + national
        found = (self.zones_by_prefix.get(full[:length]) for length in self._key_lengths)
        return next((zones for zones in found if zones), region.zones)


def _own(digits: str, zones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({BORROWED.get((digits, zone), zone) for zone in zones}))


@cache
def places_by_country() -> dict[str, frozenset[str]]:
    """ISO 3166 country code -> the IANA zones in it (zone.tab of the IANA database)."""
    table = importlib.resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {
        country: frozenset(row[2] for row in rows if row[0] == country)
        for country in {row[0] for row in rows}
    }


@cache
def calling_code(digits: str) -> CallingCode | None:
    """The plan behind "7", "44" or "380"; None when no country has these digits."""
    is_code = digits.isascii() and digits.isdecimal() and digits[0] != "0"
    return CallingCode(digits) if is_code and int(digits) in COUNTRY_CODE_TO_REGION_CODE else None
