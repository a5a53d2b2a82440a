"""The do-not-call list."""

from __future__ import annotations

import pytest

from orchestrator.store import DncRow, Store
from tests.store.factories import NOW, number


def test_numbers_are_added_once_and_keep_their_first_note(store: Store) -> None:
    assert store.dnc_add([number(1), number(2), number(1)], 'asked; "twice"\tда', NOW) == 2
    assert store.dnc_add([number(1), number(3)], "later", NOW + 1) == 1
    rows = {row.number: row for row in store.dnc_list()}
    assert rows[number(1)] == DncRow(number=number(1), added_at=NOW, note='asked; "twice"\tда')
    assert (rows[number(3)].note, rows[number(3)].added_at) == ("later", NOW + 1)
    assert len(rows) == 3


def test_numbers_come_off_the_list(store: Store) -> None:
    store.dnc_add([number(1), number(2)], "", NOW)
    assert store.dnc_remove([number(1), number(9)]) == 1
    assert not store.dnc_contains(number(1))
    assert store.dnc_contains(number(2))
    assert [row.number for row in store.dnc_list()] == [number(2)]


def test_a_long_list_comes_in_whole_and_goes_out_whole(store: Store) -> None:
    assert store.dnc_add((number(i) for i in range(2500)), "import", NOW) == 2500
    assert {row.number for row in store.dnc_list()} == {number(i) for i in range(2500)}


def test_numbers_of_any_length_and_country_are_told_apart(store: Store) -> None:
    numbers = ["+12345", "+112345", "+212345", "+442071838750", "+861234567890123"]
    store.dnc_add(numbers, "", NOW)
    assert sorted(row.number for row in store.dnc_list()) == sorted(numbers)
    assert all(map(store.dnc_contains, numbers))
    assert not store.dnc_contains("+2345")


def test_what_is_no_number_is_refused(store: Store) -> None:
    for wrong in ("89990000001", "+7 999", "", "+7999a", "+0123456"):
        with pytest.raises(ValueError, match=r"not an E\.164 number"):
            store.dnc_add([wrong], "", NOW)
        assert not store.dnc_contains(wrong)
    assert list(store.dnc_list()) == []


def test_a_note_is_cut_and_never_breaks_the_list(store: Store) -> None:
    store.dnc_add([number(1)], "x" * 1000, NOW)
    assert [row.note for row in store.dnc_list()] == ["x" * 200]
