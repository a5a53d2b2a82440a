from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts.encoding import NOT_TEXT, Encoding, decide, decode, not_text
from orchestrator.contacts.row import Code, Fault

RUSSIAN = st.text(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ ", min_size=2, max_size=12
)


def test_ascii_decides_nothing() -> None:
    assert decide(b"phone;name\n+79990000408;Anna\n") is None


def is_read_as_utf8(raw: bytes) -> bool:
    """`ВЁ` in CP1251 is good UTF-8 too: nobody can tell."""
    try:
        return bool(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@given(st.lists(RUSSIAN.filter(lambda name: not is_read_as_utf8(name.encode("cp1251"))), min_size=3))
def test_russian_lists_are_told_apart(names: list[str]) -> None:
    block = "".join(f"+79990000408;{name}\n" for name in names)
    assert decide(block.encode("utf-8")) is Encoding.UTF_8
    assert decide(block.encode("cp1251")) is Encoding.CP1251


def test_most_lines_decide() -> None:
    utf8, cp1251 = "Анна\n".encode(), "Анна\n".encode("cp1251")
    assert decide(3 * utf8 + cp1251) is Encoding.UTF_8
    assert decide(utf8 + 3 * cp1251) is Encoding.CP1251
    assert decide(utf8 + cp1251) is Encoding.UTF_8


@given(RUSSIAN)
def test_a_line_in_the_encoding_of_the_others_is_read(name: str) -> None:
    assert decode(name.encode(), Encoding.UTF_8) == name
    assert decode(name.encode("cp1251"), Encoding.CP1251) in (name, decode("Анна".encode(), Encoding.CP1251))


def test_a_line_in_another_encoding_than_the_others_is_refused() -> None:
    for line, encoding in (
        ("Анна".encode("cp1251"), Encoding.UTF_8),
        ("Анна".encode(), Encoding.CP1251),
        (b"\xc0\x98\xe0", Encoding.CP1251),  # 0x98 is no character there
    ):
        found = decode(line, encoding)
        assert isinstance(found, Fault)
        assert found.code is Code.BAD_ENCODING


def test_ascii_is_the_same_in_both() -> None:
    for encoding in Encoding:
        assert decode(b"Anna", encoding) == "Anna"


@pytest.mark.parametrize("mark", [mark for mark, _, _ in NOT_TEXT])
def test_files_of_other_kinds_are_known_by_their_first_bytes(mark: bytes) -> None:
    found = not_text(mark + b"rest")
    assert found is not None
    assert found == next((what, hint) for start, what, hint in NOT_TEXT if mark.startswith(start))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_known_without_a_mark(encoding: str) -> None:
    found = not_text("phone;имя\n+79990000408;Анна\n".encode(encoding))
    assert found is not None
    assert found[0] == "UTF-16 without a byte order mark"


def test_text_is_text() -> None:
    assert not_text(b"") is None
    assert not_text("phone;имя\n".encode("cp1251")) is None
    assert not_text(b"phone;name\n+79990000408;a\x00b\n") is None
