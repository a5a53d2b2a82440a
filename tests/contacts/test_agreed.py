"""What a list says of its contacts' consents."""

from __future__ import annotations

import datetime as dt

import pytest

from orchestrator.contacts.agreed import how, moment, purpose
from orchestrator.contacts.row import Agreed, Code, Fault
from orchestrator.domain.consent import ConsentHow
from orchestrator.domain.plan import Column

from .lists import NONE, OF_CONTACT, List


def ms(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-01", "2026-11-01"),
        ("1.11.2026", "2026-11-01"),
        ("2026-11-01 09:30", "2026-11-01T09:30:00"),
        ("01.11.2026 09:30:15", "2026-11-01T09:30:15"),
        ("2026-11-01T09:30:00.25Z", "2026-11-01T09:30:00.250000+00:00"),
        ("2026-11-01T09:30:00 +0300", "2026-11-01T09:30:00+03:00"),
    ],
)
def test_a_moment_has_one_canonical_text(cell: str, expected: str) -> None:
    assert moment(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "yes",
        "1900-01-01",
        "2026-13-01",
        "2026-02-30 10:00",
        "2026-11-01 24:00",
        "1793527200",
        "2026-11-01T09:30+99:00",
    ],
)
def test_what_is_no_moment_is_refused(cell: str) -> None:
    found = moment(cell)
    assert isinstance(found, Fault)
    assert found.code is Code.BAD_CONSENT


def test_a_road_and_a_purpose_are_words() -> None:
    assert [how(text) for text in ("Web", "sms")] == ["web", "sms"]
    assert [purpose(text) for text in ("marketing", "a_1")] == ["marketing", "a_1"]
    for found in (how("telepathy"), purpose("Any thing"), purpose("*")):
        assert isinstance(found, Fault)
        assert found.code is Code.BAD_CONSENT


def test_a_row_tells_of_a_consent_and_it_is_no_column_of_the_contact() -> None:
    found = List(
        "phone,consent_at,consent_how,consent_for\n"
        "+79990000408,2026-11-01T09:30:00+03:00,web,marketing\n"
        "+79990000409,2026-11-01,,\n"
        "+79990000410,,,\n"
        "+79990000411,never,,\n",
        columns=NONE,
    )
    assert [row.agreed for row in found.accepted] == [
        Agreed(given_at=ms("2026-11-01T06:30:00Z"), how=ConsentHow.WEB, purpose="marketing"),
        Agreed(given_at=ms("2026-10-31T21:00:00Z"), how=ConsentHow.IMPORT),
        None,
    ]
    assert all(row.contact.fields == {} for row in found.accepted)
    assert found.faults == [(5, "consent_at", "bad_consent")]


def test_a_moment_without_an_offset_is_the_contacts_own_and_the_earliest_it_may_be() -> None:
    found = List(
        "phone,timezone,consent_at\n+79990000408,Asia/Omsk,2026-11-01 09:00\n+79990000409,,2026-11-01 09:00\n",
        columns=NONE,
        rule=OF_CONTACT,
    )
    in_omsk, anywhere = (row.agreed.given_at for row in found.accepted if row.agreed)
    assert in_omsk == ms("2026-11-01T03:00:00Z")
    assert anywhere == ms("2026-10-31T21:00:00Z"), "a mobile number may be in Kamchatka"


def test_a_road_without_a_moment_is_left_out_with_a_note() -> None:
    (row,) = List("phone,consent_how,consent_for\n+79990000408,web,\n", columns=NONE).accepted
    assert row.agreed is None
    assert row.notes == ("consent_how: left out, there is no consent_at",)


def test_a_declared_column_of_a_consent_is_a_column_too() -> None:
    columns = (Column(name="consent_at", type="text"),)
    (row,) = List('{"phone": "+79990000408", "consent_at": "1.11.2026"}', columns=columns).accepted
    assert row.contact.fields == {"consent_at": "2026-11-01"}
    assert row.agreed is not None
