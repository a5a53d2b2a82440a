"""Numbers to E.164. What reads them fast must say exactly what phonenumbers says."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberType
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from orchestrator.contacts.numbering import BORROWED, MOVED, calling_code, places_by_country
from orchestrator.contacts.numbers import MAX_WRITTEN, ask_library, known_region, locate, normalize
from orchestrator.contacts.row import Code, Fault

# Different in kind: shared calling codes, leading digits, national prefixes of none, one and many digits, those that
# are rewritten or carry a carrier, significant leading zeros, long international prefixes.
REGIONS = (
    "RU",
    "KZ",
    "US",
    "CA",
    "GB",
    "GG",
    "DE",
    "IT",
    "BR",
    "AR",
    "BY",
    "HU",
    "AU",
    "FI",
    "JP",
    "CN",
    "SM",
    "AG",
)


@pytest.mark.parametrize(
    "text",
    [
        "+79990000408",
        "+7 999 000 04 08",
        "8 (999) 000-04-08",
        "89990000408",
        "79990000408",
        "9990000408",
        "(999) 000.04.08",
        "8-999-000-04-08",
        "8\u00a0999\u00a0000\u2011\u201104\u201308",
        "\u202a+79990000408\u202c",  # as copied from an address book
        "'+79990000408",  # as a spreadsheet marks text
        "\uff0b\uff17\uff19\uff19\uff19\uff10\uff10\uff10\uff10\uff14\uff10\uff18",  # full width
        "810 7 999 000 04 08",  # dialed abroad
        "+7 8 999 000 04 08",
    ],
)
def test_all_spellings_of_a_number_are_one_number(text: str) -> None:
    assert normalize(text, "RU") == "+79990000408"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345", Code.PHONE_TOO_SHORT),
        ("1", Code.PHONE_TOO_SHORT),
        ("000-04-08", Code.PHONE_TOO_SHORT),  # without its area code
        ("+7999000040811223", Code.PHONE_TOO_LONG),
        ("+7999000040811", Code.PHONE_INVALID),  # Russia has numbers of 10 and 14 digits, not of 12
        ("+8 (999) 000-04-08", Code.PHONE_INVALID),  # a plus, and then what is dialed instead of it
        ("+79990000408, +79990000409", Code.PHONE_CHARACTERS),
        ("+79990000408 / +79990000409", Code.PHONE_CHARACTERS),
        ("89990000408#12", Code.PHONE_CHARACTERS),
        ("7999+0000408", Code.PHONE_CHARACTERS),
        ("++79990000408", Code.PHONE_CHARACTERS),
        ("-", Code.PHONE_CHARACTERS),
        ("+", Code.PHONE_CHARACTERS),
        ("\u202a", Code.PHONE_CHARACTERS),
        ("7,9990000408E+10", Code.PHONE_CHARACTERS),
        ("79990000408.0", Code.PHONE_CHARACTERS),
        ("+7\x009990000408", Code.PHONE_CHARACTERS),
        ("+7999ABCDEFG", Code.PHONE_LETTERS),
        ("8 800 ПОЗВОНИ", Code.PHONE_LETTERS),
        ("+79990000408 доб. 12", Code.PHONE_LETTERS),
        ("tel:+79990000408", Code.PHONE_LETTERS),
        ("+70000000000", Code.PHONE_INVALID),  # no such area
        ("+99912345678", Code.PHONE_INVALID),  # no such country
        ("9" * 70, Code.PHONE_TOO_LONG),
        ("9" * 55, Code.PHONE_TOO_LONG),
        ("+79990000408" + " " * MAX_WRITTEN, Code.PHONE_TOO_LONG),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text: str, code: Code) -> None:
    found = normalize(text, "RU")
    assert isinstance(found, Fault)
    assert found.code is code


@pytest.mark.parametrize("text", ["7,9990000408E+10", "79990000408.0", "8.9990000408e10"])
def test_a_number_that_a_spreadsheet_spoilt_says_so(text: str) -> None:
    assert "a spreadsheet has made a figure of it" in str(normalize(text, "RU"))


def test_an_unknown_region_is_an_error_of_the_caller() -> None:
    assert known_region("RU")
    assert not known_region("ru")
    with pytest.raises(ValueError, match="unknown region 'XX'"):
        normalize("+79990000408", "XX")


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+7", "RU"),  # nothing after the calling code
        ("+79", "RU"),
        ("+999123456789", "RU"),  # no calling code: read once more without the plus
        ("+8 800 555 35 35", "RU"),
        ("810 375 29 123 45 67", "RU"),  # an international prefix
        ("0111", "US"),
        ("7", "RU"),
        ("77", "RU"),
        ("80", "RU"),
        ("9" * 18, "RU"),
        ("+7" + "9" * 18, "RU"),
        ("011 15 2345-6789", "AR"),  # a prefix for mobiles that is rewritten
        ("54 9 11 2345-6789", "AR"),
        ("+54 11 15 2345-6789", "AR"),
        ("0 31 11 2345-6789", "BR"),  # a prefix with a carrier in it
        ("55 0 15 11 2345-6789", "BR"),
        ("460-1234", "AG"),  # a local number that gets its area
        ("8 7 999 000 04 08", "RU"),
        ("7 8 999 000 04 08", "RU"),
        ("06 698 12345", "VA"),  # a zero that is part of the number
        ("86 10 1234 5678", "CN"),
    ],
)
def test_forms_out_of_the_ordinary_mean_what_the_library_says(text: str, region: str) -> None:
    assert locate(text, region) == ask_library(text, region)


@st.composite
def dialed(draw: st.DrawFn, region: str) -> str:
    """Digits as someone in `region` may dial them: near to a number of any type of a region, in any form."""
    home = draw(st.sampled_from([region, region, *REGIONS]))
    kind = draw(st.sampled_from(sorted(PhoneNumberType.values())))
    found = phonenumbers.example_number_for_type(home, kind) or phonenumbers.example_number(home)
    assert found is not None
    metadata = PhoneMetadata.metadata_for_region(home)
    assert metadata is not None
    digits = phonenumbers.national_significant_number(found)
    for _ in range(draw(st.integers(0, 3))):
        at, new = draw(st.integers(0, len(digits))), draw(st.text("0123456789", max_size=2))
        digits = digits[:at] + new + digits[at + draw(st.integers(0, 2)) :]
    code, national = str(found.country_code), metadata.national_prefix or "0"
    form = draw(
        st.sampled_from(["", "+" + code, code, national, code + national, "+" + code + national, "00", "+"])
    )
    return form + digits


@settings(max_examples=1000, deadline=None)
@given(st.data())
def test_the_fast_reading_says_what_the_library_says(data: st.DataObject) -> None:
    region = data.draw(st.sampled_from(REGIONS))
    text = data.draw(dialed(region))
    assert locate(text, region) == ask_library(text, region)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(REGIONS))
def test_what_stands_between_digits_changes_nothing(data: st.DataObject, region: str) -> None:
    bare = data.draw(dialed(region))
    between = data.draw(
        st.lists(st.sampled_from(["", " ", "-", "(", ")", ".", "\u00a0"]), min_size=len(bare))
    )
    written = "".join(a + b for a, b in zip(bare, between, strict=False))
    assert normalize(written, region) == normalize(bare, region)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30) | st.text("0123456789+-() x#;,eE.\n\x00", max_size=30), st.sampled_from(REGIONS))
@example("", "RU")
def test_any_text_is_a_number_or_a_fault(text: str, region: str) -> None:
    found = locate(text, region)
    assert found == ask_library(text, region)
    if not isinstance(found, Fault):
        number, _ = found
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))
        assert normalize(number, "US") == number


def as_the_library_says(number: str) -> set[str]:
    """Zones by phonenumbers, with the places mended that it is known to have wrong, and within the number's region."""
    parsed = phonenumbers.parse(number)
    digits = number.removeprefix("+")
    for prefix, moved in MOVED.items():
        if digits.startswith(prefix):
            return set(moved)
    code, region = parsed.country_code, phonenumbers.region_code_for_number(parsed)
    assert code is not None
    known = set(time_zones_for_number(parsed)) - {UNKNOWN_TIMEZONE}
    zones: set[str] = {BORROWED.get((str(code), zone), zone) for zone in known}
    if phonenumbers.is_number_type_geographical(phonenumbers.number_type(parsed), code):
        return zones
    return zones & places_by_country().get(str(region), frozenset()) or zones


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_zones_are_those_of_the_library(data: st.DataObject) -> None:
    region = data.draw(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
    kind = data.draw(st.sampled_from(sorted(PhoneNumberType.values())))
    found = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert found is not None
    number = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    located = locate(number, region)
    assert not isinstance(located, Fault)
    assert set(located[1]) == as_the_library_says(number)


def test_services_of_the_whole_world_have_no_zone() -> None:
    assert locate("+80012345678", "RU") == ("+80012345678", ())


@pytest.mark.parametrize("digits", ["", "0", "07", "999", "\u0667", "7a"])
def test_only_calling_codes_have_a_plan(digits: str) -> None:
    assert calling_code(digits) is None
