"""Lists as they come: headers, encodings, broken rows, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.contacts import Accepted, ListError, Refused, read_contacts
from orchestrator.domain.plan import Column, ZoneRule, ZoneSource
from orchestrator.domain.problem import KnownError

from .lists import MOSCOW, NAME, NONE, OF_CONTACT, PARCEL, List

GOOD = "+79990000408;Анна\n"
HEADER = "phone;name\n"


def refused_list(content: str | bytes, **more: object) -> str:
    with pytest.raises(ListError) as caught:
        List(content, **more)  # type: ignore[arg-type]  # passed through
    return str(caught.value)


# The list as a whole


@pytest.mark.parametrize("content", ["", "\n\r\n \n", "\ufeff", "sep=;\n", "\ufeffsep=;"])
def test_an_empty_list_is_refused(content: str) -> None:
    assert refused_list(content) == "list.csv: C101 the list is empty"


def test_a_list_of_a_header_only_has_no_rows() -> None:
    for content in (HEADER, HEADER.strip(), HEADER + "\r\n\n;\n;;;\n"):
        found = List(content)
        assert found.rows == []
        assert found.said == ["list.csv: C203 the list has no rows"]


def test_files_that_are_no_text_are_refused_with_a_hint() -> None:
    assert refused_list("phone;name\n".encode("utf-16")) == (
        "list.csv: C102 the list is UTF-16 (Excel calls it Unicode text) "
        "(save it as CSV UTF-8, or: iconv -f UTF-16 -t UTF-8)"
    )
    assert "C102 the list is a spreadsheet or an archive (save it as CSV" in refused_list(b"PK\x03\x04rest")


@pytest.mark.parametrize(
    "content",
    [
        b'"phone;name\n' + GOOD.encode(),
        b'"phone"s;name\n' + GOOD.encode(),
        b"\xef\xbb\xbf" + "phone;имя\n".encode("cp1251"),
        b"x" * 70_000 + b"\nphone;name\n",
    ],
)
def test_a_header_that_cannot_be_read_is_refused(content: bytes) -> None:
    assert refused_list(content).startswith("list.csv:1:1: C103 the header cannot be read: ")


def test_a_header_is_refused_before_any_row_is_asked_for() -> None:
    with pytest.raises(ListError, match="C105 no column `phone`"):
        read_contacts(
            [b"name\nAnna\n"], columns=NAME, languages=("ru",), region="RU", zone_rule=MOSCOW, name="x"
        )


def test_an_unknown_region_is_a_known_error() -> None:
    with pytest.raises(KnownError, match="`XX` is no region of telephone numbers"):
        read_contacts([b"phone\n"], columns=NONE, languages=("ru",), region="XX", zone_rule=MOSCOW, name="x")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_lists_of_any_delimiter_line_end_and_encoding_are_the_same(
    delimiter: str, end: str, encoding: str
) -> None:
    rows = [["phone", "name"], ["8 (999) 000-04-08", "Анна"], ["+79990000409", '"Дарья ""Даша"""']]
    found = List(end.join(delimiter.join(row) for row in rows).encode(encoding))
    assert found.names == ["Анна", 'Дарья "Даша"']
    assert [row.line for row in found.rows] == [2, 3]
    assert [remark.code for remark in found.remarks] == (["C202"] if encoding == "cp1251" else [])


def test_a_delimiter_named_above_the_header_is_taken() -> None:
    found = List("sep=|\nphone|name\n+79990000408|Анна, Иван; и\tвсе\n")
    assert [(row.line, row.contact.fields["name"]) for row in found.accepted] == [(3, "Анна, Иван; и все")]


def test_blank_lines_above_the_header_are_passed_over() -> None:
    found = List("\n \r\n" + HEADER + GOOD)
    assert [row.line for row in found.accepted] == [4]


def test_a_file_said_to_be_csv_is_read_as_csv() -> None:
    assert "C105 no column `phone`" in refused_list("[phone\n+79990000408\n", form="csv", columns=NONE)
    assert List("{phone;phone\n;+79990000408\n", form="csv", columns=NONE).accepted


def test_half_a_list_in_another_encoding_is_refused_row_by_row() -> None:
    found = List((HEADER + 3 * GOOD).encode() + (2 * GOOD).encode("cp1251"))
    assert len(found.accepted) == 3
    assert found.faults == [(5, "", "bad_encoding"), (6, "", "bad_encoding")]
    assert found.refused[0].raw == "+79990000408;\\xc0\\xed\\xed\\xe0"


@settings(max_examples=50)
@given(st.data())
def test_how_the_bytes_arrive_changes_nothing(data: st.DataObject) -> None:
    content = (HEADER + 3 * GOOD + '"+79990000409";"a\r\n""b"""\r\n12;x\n"z\n' + GOOD).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=6)))
    chunks = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert List(chunks).rows == List(content).rows


# Rows


def test_rows_of_blank_cells_are_nobody() -> None:
    found = List(HEADER + "\n;\n;;;;\n \t; \n" + GOOD)
    assert [(row.line, type(row)) for row in found.rows] == [(6, Accepted)]


def test_a_row_must_have_the_cells_of_the_header() -> None:
    found = List(HEADER + "+79990000408\n+79990000408;Анна;x\n+79990000408;Анна;;\n")
    assert [(row.line, row.code.value, row.reason) for row in found.refused] == [
        (2, "too_few_columns", "1 cells where the header has 2"),
        (3, "too_many_columns", "more cells than the header's 2"),
    ]
    assert [row.line for row in found.accepted] == [4]


def test_a_refused_row_names_every_fault_the_number_first() -> None:
    found = List("order;phone;due\n10-05;12345;2026-13-45\n", columns=(PARCEL[1], PARCEL[2]))
    assert found.rows == [
        Refused(
            line=2,
            column="phone",
            code=found.refused[0].code,
            reason="too few digits for a telephone number",
            value="12345",
            raw="10-05;12345;2026-13-45",
            also=found.refused[0].also,
        )
    ]
    assert [(column, str(fault)) for column, fault in found.refused[0].also] == [
        ("order", "something else than digits"),
        ("due", "there is no such date"),
    ]


def test_a_quote_never_closed_costs_one_row() -> None:
    found = List(HEADER + '+79990000408;"Анна\n' + GOOD * 300)
    assert found.faults == [(2, "", "open_quote")]
    assert len(found.accepted) == 300
    assert found.accepted[0].line == 3


def test_what_is_kept_of_a_refused_row_is_bounded_and_printable() -> None:
    found = List(HEADER + f'12345;"{"x" * 500}\x00\n\u202e"\n12345;"\x00\n\u202e"\n')
    assert len(found.refused[0].raw) <= 201
    assert found.refused[1].raw == '12345;"\\x00\\n\\u202e"'


def test_a_required_cell_of_control_characters_is_blank() -> None:
    found = List(HEADER + '+79990000408;"\x00\n\u202e"\n')
    assert found.faults == [(2, "name", "blank")]


def test_unused_columns_do_not_matter() -> None:
    found = List(f"x;phone;y;name;\n{'z' * 5000};+79990000408;;Анна;junk\n")
    assert found.names == ["Анна"]
    assert [remark.message for remark in found.remarks] == ["column `x` is ignored", "column `y` is ignored"]


# Contacts


def test_a_contact_has_its_declared_columns_as_clean_text() -> None:
    found = List(
        "phone;name;order;due;days_overdue;language\n8 (999) 000-04-08;  Анна ;0042;5.12.2026;3,50;EN\n",
        columns=PARCEL,
    )
    [row] = found.accepted
    assert row.contact.numbers == ("+79990000408",)
    assert row.contact.zones == ("Europe/Moscow",)
    assert row.contact.language == "en"
    assert row.contact.fields == {
        "name": "Анна",
        "order": "0042",
        "due": "2026-12-05",
        "days_overdue": "3.5",
        "language": "en",
    }


def test_optional_columns_may_be_blank_or_missing() -> None:
    columns = (*NAME, Column(name="order", type="digits", required=False))
    for content in (HEADER + GOOD, "phone;name;order\n+79990000408;Анна;\n"):
        assert List(content, columns=columns).accepted[0].contact.fields == {"name": "Анна", "order": ""}


def test_the_first_language_is_for_those_who_name_none() -> None:
    content = "phone;language\n+79990000408;\n+79990000409;en\n+79990000410;de\n"
    found = List(content, columns=NONE)
    assert [(row.contact.language, row.contact.fields) for row in found.accepted] == [("ru", {}), ("en", {})]
    assert found.faults == [(4, "language", "bad_language")]
    declared = (Column(name="tongue", type="language"),)
    found = List(content.replace("language", "tongue"), columns=declared)
    assert [(row.contact.language, row.contact.fields) for row in found.accepted] == [
        ("ru", {"tongue": "ru"}),
        ("en", {"tongue": "en"}),
    ]


def test_the_timezone_column_counts_before_the_number() -> None:
    content = "phone;timezone\n+79990000408;asia/omsk\n+74232000000;\n+74232000000;MSK\n"
    found = List(content, columns=NONE, rule=OF_CONTACT)
    assert [(row.contact.zones, row.contact.fields) for row in found.accepted] == [
        (("Asia/Omsk",), {}),
        (("Asia/Vladivostok",), {}),
    ]
    assert found.faults == [(4, "timezone", "bad_timezone")]


def test_a_number_whose_zone_nobody_knows_needs_one() -> None:
    content = "phone;phone2;timezone\n+80012345678;;\n+79990000408;+80012345678;\n+80012345678;;Asia/Omsk\n"
    found = List(content, columns=NONE, rule=OF_CONTACT)
    assert found.faults == [(2, "phone", "no_zone")]
    assert [(row.contact.numbers, row.notes) for row in found.accepted] == [
        (
            ("+79990000408",),
            (
                "phone2: left out, nobody knows the time zone of such a number: name it in a column `timezone`",
            ),
        ),
        (("+80012345678",), ()),
    ]
    in_doubt = ZoneRule(source=ZoneSource.CONTACT, name="Europe/Moscow")
    assert List(content, columns=NONE, rule=in_doubt).faults == []


def test_other_numbers_of_a_contact_are_tried_in_their_order() -> None:
    found = List("phone3;phone;phone2\n+79990000410;+79990000408;+79990000409\n", columns=NONE)
    assert found.accepted[0].contact.numbers == ("+79990000408", "+79990000409", "+79990000410")
    assert found.accepted[0].contact.zones == ("Europe/Moscow",) * 3


def test_other_numbers_that_are_bad_or_the_same_are_left_out_with_a_note() -> None:
    found = List("phone;phone2;phone3\n+79990000408;12345;8 999 000 04 08\n", columns=NONE)
    assert found.accepted[0].contact.numbers == ("+79990000408",)
    assert found.accepted[0].notes == (
        "phone2: left out, too few digits for a telephone number",
        "phone3: left out, the same number again",
    )


def test_another_number_that_is_required_is_no_option() -> None:
    columns = (Column(name="phone2", type="phone"),)
    found = List("phone;phone2\n+79990000408;\n+79990000408;1\n+79990000408;+79990000409\n", columns=columns)
    assert found.faults == [(2, "phone2", "blank"), (3, "phone2", "phone_too_short")]
    assert found.accepted[0].contact.fields == {"phone2": "+79990000409"}


def test_a_declared_phone_is_a_field_too() -> None:
    columns = (Column(name="phone", type="phone"), Column(name="manager", type="phone"))
    found = List("phone;manager\n89990000408;8 495 123-45-67\n", columns=columns)
    assert found.accepted[0].contact.numbers == ("+79990000408",)
    assert found.accepted[0].contact.fields == {"phone": "+79990000408", "manager": "+74951234567"}


def test_a_number_that_stands_twice_is_left_to_the_store() -> None:
    assert len(List(HEADER + 2 * GOOD).accepted) == 2


# Anything


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(rest: bytes) -> None:
    found = List(HEADER.encode() + b"+79990000408;Anna\n" * 3 + rest)
    assert len(found.accepted) >= 3
    for row in found.rows:
        assert row.line <= 5 + rest.count(b"\n")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_break_the_reading_of_a_header(content: bytes) -> None:
    def read() -> Iterator[object]:
        return read_contacts(
            [content], columns=NAME, languages=("ru",), region="RU", zone_rule=MOSCOW, name="list.csv"
        )

    try:
        rows = read()
    except ListError as error:
        assert error.problems  # noqa: PT017  # or no error at all
    else:
        list(rows)


def test_an_external_id_is_the_contacts_and_no_column_of_its_own() -> None:
    found = List("phone,name,external_id\n+79990000408,A,order-17\n+79990000409,B,\n+79990000410,C,a b\n")
    assert [row.contact.external_id for row in found.accepted] == ["order-17", ""]
    assert [row.contact.fields for row in found.accepted] == [{"name": "A"}, {"name": "B"}]
    assert found.faults == [(4, "external_id", "bad_external_id")]


def test_a_declared_external_id_is_a_column_too() -> None:
    columns = (Column(name="external_id", type="digits"),)
    (row,) = List("phone,external_id\n+79990000408,a-17\n", columns=columns).accepted
    assert (row.contact.external_id, row.contact.fields) == ("a-17", {"external_id": "a-17"})
