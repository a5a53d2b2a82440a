"""Bare digits, as people dial them in a region, to a country calling code and a national number.

What `phonenumbers.parse` does with digits, without looking for them in a text first: 2 µs instead of 15. Where it would
do something out of the ordinary (an international prefix such as 8~10, a national prefix that is rewritten or carries a
carrier, a plus before no calling code at all) `split` answers None and the library is to be asked.
Sources: phonenumbers/phonenumberutil.py `parse`, `_maybe_extract_country_code`, `_test_number_length`,
`_maybe_strip_national_prefix_carrier_code`. A property test holds both equal (tests/contacts/test_numbers.py).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from phonenumbers import PhoneMetadata, country_code_for_region, region_code_for_country_code

from orchestrator.contacts.numbering import CallingCode, Matches, calling_code

MIN_NATIONAL: Final = 2  # digits of a national number, _MIN_LENGTH_FOR_NSN
MAX_NATIONAL: Final = 17  # _MAX_LENGTH_FOR_NSN
MAX_CALLING_CODE: Final = 3


class Habits:
    """How numbers are dialed inside one region."""

    __slots__ = (
        "_general",
        "_has_groups",
        "_local",
        "_national_prefix",
        "_possible",
        "international_prefix",
        "longest",
    )

    def __init__(self, metadata: PhoneMetadata) -> None:
        general = metadata.general_desc
        assert general is not None  # noqa: S101  # every plan has one
        self._general: Matches = re.compile(general.national_number_pattern or "").fullmatch
        self._possible = frozenset(general.possible_length)
        self._local = frozenset(general.possible_length_local_only)
        self.longest = max(self._possible)
        prefix = re.compile(metadata.national_prefix_for_parsing or "(?!)")  # (?!) matches nowhere
        self._national_prefix: Matches = prefix.match
        self._has_groups = prefix.groups > 0
        self.international_prefix: Matches = re.compile(metadata.international_prefix or "(?!)").match

    def is_number(self, digits: str) -> bool:
        return self._general(digits) is not None

    def without_prefix(self, digits: str) -> str | None:
        """Without the national prefix, unless only with it is it a number here; None when it would be rewritten."""
        prefix = self._national_prefix(digits)
        if prefix is None:
            return digits
        if self._has_groups:
            return None
        rest = digits[prefix.end() :]
        return digits if self.is_number(digits) and not self.is_number(rest) else rest

    def is_possible_or_longer(self, digits: str) -> bool:
        length = len(digits)
        return (length in self._possible or length > self.longest) and length not in self._local


@cache
def _habits(metadata_id: str, code: int) -> Habits | None:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, metadata_id)
    return None if metadata is None else Habits(metadata)


@cache
def _main_habits(code: str) -> Habits:
    habits = _habits(region_code_for_country_code(int(code)), int(code))
    assert habits is not None  # noqa: S101  # every calling code has a main region
    return habits


@cache
def _at_home(region: str) -> tuple[Habits, CallingCode]:
    code = country_code_for_region(region)
    habits, plan = _habits(region, code), calling_code(str(code))
    assert habits is not None  # noqa: S101  # the region is known: numbers.known_region
    assert plan is not None  # noqa: S101
    return habits, plan


def split(dialed: str, region: str) -> tuple[CallingCode, str] | None:
    """`dialed` is digits, perhaps after a plus. The plan and the national number it means for someone in `region`;
    None when only the library can tell. The number need not exist.
    """
    if dialed[0] == "+":
        found = _with_plus(dialed[1:])
    else:
        found = _without_plus(dialed, region)
    if found is None:
        return None
    plan, habits, national = found
    if len(national) < MIN_NATIONAL:
        return None
    rest = habits.without_prefix(national)
    if rest is None:
        return None
    if habits.is_possible_or_longer(rest):
        national = rest
    return (plan, national) if MIN_NATIONAL <= len(national) <= MAX_NATIONAL else None


def _with_plus(digits: str) -> tuple[CallingCode, Habits, str] | None:
    if len(digits) <= MIN_NATIONAL:
        return None
    for length in range(1, MAX_CALLING_CODE + 1):
        plan = calling_code(digits[:length])
        if plan is not None:
            return plan, _main_habits(plan.digits), digits[length:]
    return None


def _without_plus(digits: str, region: str) -> tuple[CallingCode, Habits, str] | None:
    habits, plan = _at_home(region)
    if habits.international_prefix(digits):
        return None
    if digits.startswith(plan.digits):
        rest = habits.without_prefix(digits[len(plan.digits) :])
        if rest is None:
            return None
        if len(digits) > habits.longest or (not habits.is_number(digits) and habits.is_number(rest)):
            return plan, _main_habits(plan.digits), rest
    return plan, habits, digits
