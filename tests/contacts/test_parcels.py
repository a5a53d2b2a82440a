"""scenarios/contacts/parcels-1010.csv, row by row: what must happen to each of its odd rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from orchestrator.contacts import Accepted, Refused, RefusedFile, Tally

from .lists import PARCEL, List

FILE = Path(__file__).resolve().parents[2] / "scenarios" / "contacts" / "parcels-1010.csv"

REFUSED = {
    # line: (column, code)
    123: ("phone", "phone_too_short"),  # 12345
    172: ("", "too_few_columns"),
    215: ("days_overdue", "bad_number"),  # many
    305: ("phone", "phone_letters"),  # +7999ABCDEFG
    315: ("due", "bad_date"),  # 2026-13-45
    725: ("order", "bad_digits"),  # 10-05
    739: ("language", "bad_language"),  # de
    757: ("name", "blank"),
    775: ("", "too_many_columns"),
    836: ("phone", "blank"),
}

# Names that would be syntax somewhere. They are data: kept as they are, but for characters that mislead the reader.
HOSTILE = {
    # line: (number, name)
    32: ("+79990010018", "nul"),
    61: ("+79990010011", "$(touch /tmp/prozvon-pwned)"),
    80: ("+79990010004", "x\\"),
    102: ("+79990010007", "line1 api shutdown"),  # line1 CR LF CR LF api shutdown
    169: ("+79990010017", "A" * 400),
    199: ("+79990010006", "line1 line2"),  # line1 LF line2
    203: ("+79990010013", "=cmd|'/c calc'!A1"),
    218: ("+79990010015", "%0AHangup-Cause: NORMAL_CLEARING"),
    226: ("+79990010001", "{origination_caller_id_number=1}"),
    240: ("+79990010010", "'; rm -rf /tmp/x; '"),
    318: ("+79990010008", "{{ 7*7 }}"),
    383: ("+79990010019", "🙂 смайл"),
    470: ("+79990010003", "x' y"),
    496: ("+79990010014", '<action application="system"/>'),
    563: ("+79990010005", "[leg]^^:"),
    685: ("+79990010002", "a,b='c'"),
    724: ("+79990010016", "абв"),  # U+202E абв
    816: ("+79990010000", "${system(touch /tmp/prozvon-pwned)}"),
    901: ("+79990010012", "`id`"),
    989: ("+79990010009", "{% for i in range(9) %}x{% endfor %}"),
}
WITH_A_NOTE = {102, 199, 724}


@pytest.fixture(scope="module")
def parcels() -> List:
    return List(FILE.read_bytes(), columns=PARCEL)


def first_rows(parcels: List) -> tuple[dict[str, Accepted], list[Accepted]]:
    """As the store does: the first row of a number is the lead, later ones are merged into it."""
    leads: dict[str, Accepted] = {}
    for row in parcels.accepted:
        leads.setdefault(row.contact.numbers[0], row)
    return leads, [row for row in parcels.accepted if leads[row.contact.numbers[0]] is not row]


def test_every_row_is_accounted_for(parcels: List) -> None:
    leads, merged = first_rows(parcels)
    assert len(parcels.rows) == 1010
    assert len(parcels.accepted) == 1000
    assert len(parcels.refused) == 10
    assert (len(leads), len(merged)) == (980, 20)
    assert parcels.remarks == []


def test_each_odd_row_is_refused_for_its_own_reason(parcels: List) -> None:
    assert {row.line: (row.column, row.code.value) for row in parcels.refused} == REFUSED
    assert Counter(row.code.value for row in parcels.refused) == {
        "phone_too_short": 1,
        "phone_letters": 1,
        "too_few_columns": 1,
        "too_many_columns": 1,
        "bad_number": 1,
        "bad_date": 1,
        "bad_digits": 1,
        "bad_language": 1,
        "blank": 2,
    }
    assert all(row.also == () for row in parcels.refused)


def test_each_refused_row_can_be_found_by_its_line(parcels: List) -> None:
    lines = FILE.read_text(encoding="utf-8-sig").split("\n")
    for row in parcels.refused:
        assert row.raw == lines[row.line - 1]
        assert row.value in row.raw


@pytest.mark.parametrize("line", sorted(HOSTILE))
def test_hostile_names_are_data(parcels: List, line: int) -> None:
    [row] = [row for row in parcels.rows if row.line == line]
    assert isinstance(row, Accepted)
    assert (*row.contact.numbers, row.contact.fields["name"]) == HOSTILE[line]
    assert row.contact.fields == {
        "name": HOSTILE[line][1],
        "order": "2000",
        "due": "2026-12-05",
        "days_overdue": "1",
        "language": "ru",
    }
    assert row.notes == (("name: control characters became spaces",) if line in WITH_A_NOTE else ())


def test_no_other_row_is_odd(parcels: List) -> None:
    plain = [row for row in parcels.accepted if row.line not in HOSTILE]
    assert not any(row.notes for row in plain)
    assert {row.contact.fields["name"] for row in plain} == {
        *("Алексей", "Анна", "Дарья \"Даша\"", "Дмитрий", "Дубль", "Елена", "Иван", "Мария", "Наталья", "Ольга"),
        *("Пётр", "Сергей", "Anna-Maria", "José", "O'Neil", "Zoë"),
    }  # fmt: skip
    assert all(row.contact.numbers[0].startswith("+7999000") for row in plain)


def test_a_number_in_other_spellings_is_the_same_number(parcels: List) -> None:
    """20 rows named Дубль repeat a number that stands elsewhere in another spelling; the first of the two is kept."""
    leads, merged = first_rows(parcels)
    doubles = [row for row in parcels.accepted if row.contact.fields["name"] == "Дубль"]
    assert len(doubles) == 20
    assert len({row.contact.numbers for row in doubles}) == 20
    pairs = [(leads[row.contact.numbers[0]], row) for row in merged]
    assert all(first.line < later.line for first, later in pairs)
    assert all((first in doubles) != (later in doubles) for first, later in pairs)
    assert (
        sum(first in doubles for first, _ in pairs) == 9
    )  # so 11 doubles are merged, and 9 rows into a double


def test_no_number_of_the_list_is_lost(parcels: List) -> None:
    leads, _ = first_rows(parcels)
    hostile = {number for number, _ in HOSTILE.values()}
    assert len([number for number in leads if number.startswith("+7999000")]) == 960
    assert {number for number in leads if not number.startswith("+7999000")} == hostile


def test_a_blank_language_is_the_default(parcels: List) -> None:
    spoken = Counter(row.contact.language for row in parcels.accepted)
    assert set(spoken) == {"ru", "en"}
    assert all(row.contact.fields["language"] == row.contact.language for row in parcels.accepted)


def test_orders_keep_their_leading_zeros(parcels: List) -> None:
    orders = {row.contact.fields["order"] for row in parcels.accepted}
    assert {"07703681", "02445423", "0568860"} <= orders


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_same_list_in_another_encoding(parcels: List, encoding: str) -> None:
    content = FILE.read_bytes().decode("utf-8-sig").encode(encoding)
    if encoding == "utf-16":
        with pytest.raises(Exception, match="C102 the list is UTF-16"):
            List(content, columns=PARCEL)
    else:
        assert List(content, columns=PARCEL).rows == parcels.rows


def test_the_refused_rows_fit_their_file_and_their_summary(parcels: List, tmp_path: Path) -> None:
    tally = Tally()
    with RefusedFile(tmp_path / "refused.csv") as file:
        for row in parcels.rows:
            tally.add(row)
            if isinstance(row, Refused):
                file.write(row)
    assert len(file.path.read_text(encoding="utf-8-sig").splitlines()) == 11
    assert tally.accepted == 1000
    assert len(tally.lines()) == 11
    assert "1 refused: language: not a language of this scenario (ru, en) (line 739)" in tally.lines()
    assert "3 noted: name: control characters became spaces" in tally.lines()
