from __future__ import annotations

from orchestrator.contacts.wanted import wanted
from orchestrator.domain.plan import Column

CONSENT = ("consent_at", "consent_how", "consent_for")


def names(*declared: Column) -> list[str]:
    return [column.name for column in wanted(declared)]


def test_phones_come_first_and_declared_columns_in_their_order() -> None:
    assert names(Column(name="b", type="text"), Column(name="a", type="text")) == [
        "phone",
        "phone2",
        "phone3",
        "language",
        "timezone",
        "external_id",
        *CONSENT,
        "b",
        "a",
    ]


def test_a_declared_column_takes_the_place_of_an_implied_one() -> None:
    tongue = Column(name="tongue", type="language")
    zone = Column(name="timezone", type="timezone")
    assert names(tongue, zone) == ["phone", "phone2", "phone3", "external_id", *CONSENT, "tongue", "timezone"]


def test_what_is_required() -> None:
    found = wanted(
        (
            Column(name="phone", type="phone", required=False),
            Column(name="phone2", type="phone"),
            Column(name="language", type="language"),
            Column(name="order", type="digits"),
            Column(name="comment", type="text", required=False),
        )
    )
    assert {column.name: column.is_required for column in found} == {
        "phone": True,  # whatever is declared: somebody must be called
        "phone2": True,
        "phone3": False,
        "language": False,  # there is a default
        "timezone": False,
        "external_id": False,
        **dict.fromkeys(CONSENT, False),
        "order": True,
        "comment": False,
    }


def test_numbers_to_call_are_numbers_whatever_is_declared() -> None:
    found = wanted((Column(name="phone", type="text"), Column(name="manager", type="phone")))
    assert [(column.name, column.type, column.is_phone, column.is_declared) for column in found] == [
        ("phone", "phone", True, True),
        ("phone2", "phone", True, False),
        ("phone3", "phone", True, False),
        ("language", "language", False, False),
        ("timezone", "timezone", False, False),
        ("external_id", "external_id", False, False),
        *((name, name, False, False) for name in CONSENT),
        ("manager", "phone", False, True),
    ]
