from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts.encoding import Encoding
from orchestrator.contacts.lines import KEPT, MAX_LINE, PIECE, BadLine, Lines
from orchestrator.contacts.row import Code


def lines(*chunks: bytes) -> list[str | BadLine]:
    return list(Lines(chunks))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a", ["a"]),
        (b"a\nb", ["a", "b"]),
        (b"a\nb\n", ["a", "b"]),
        (b"a\r\nb\nc\r\n", ["a", "b", "c"]),
        (b"a\n\n\nb", ["a", "", "", "b"]),
        (b"a\r\r\nb\n", ["a", "b"]),
        (b"a\rb\nc\n", ["a\rb", "c"]),
        (b"a\rb\r", ["a", "b"]),
        (b"\xef\xbb\xbfa\nb", ["a", "b"]),
        ("Анна\nИван\r\n".encode(), ["Анна", "Иван"]),
        ("Анна\nИван\r\n".encode("cp1251"), ["Анна", "Иван"]),
        ("a\u2028b\x85\x0b\n".encode(), ["a\u2028b\x85\x0b"]),
        (b"a\x00b\n", ["a\x00b"]),
    ],
)
def test_lines_end_with_lf_or_cr_lf_or_where_there_is_no_lf_with_cr(
    content: bytes, expected: list[str]
) -> None:
    assert lines(content) == expected


@given(st.data())
def test_how_the_bytes_are_cut_changes_nothing(data: st.DataObject) -> None:
    texts = data.draw(
        st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1), max_size=8)
    )
    content = "\r\n".join(texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)))))
    chunks = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert lines(*chunks) == [text.removeprefix("\ufeff") if i == 0 else text for i, text in enumerate(texts)]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "cp1251"])
def test_lines_over_many_pieces_come_whole(encoding: str) -> None:
    name = "Anna" if encoding == "ascii" else "Анна"
    texts = [f"{number};{name}" for number in range(20_000)]
    assert lines("\r\n".join(texts).encode(encoding)) == texts


def test_the_encoding_is_decided_where_ascii_ends() -> None:
    ascii_part = b"Anna\n" * PIECE
    reader = Lines([ascii_part, "Анна\n".encode("cp1251") * 3])
    assert reader.encoding is None
    assert [line for line in reader if line != "Anna"] == ["Анна"] * 3
    assert reader.encoding is Encoding.CP1251


def test_the_encoding_is_never_changed_within_a_file() -> None:
    utf8, cp1251 = "Анна\n".encode(), "Иван\n".encode("cp1251")
    found = lines(utf8 * PIECE, cp1251 * 3, utf8)
    assert found[-1] == "Анна"
    for line in found[PIECE : PIECE + 3]:
        assert isinstance(line, BadLine)
        assert line.fault.code is Code.BAD_ENCODING
        assert line.raw == "\\xc8\\xe2\\xe0\\xed"


def test_a_mark_of_utf8_decides_for_utf8() -> None:
    found = lines(b"\xef\xbb\xbfphone;name\n", "1;Анна\n2;Иван\n".encode("cp1251"))
    assert found[0] == "phone;name"
    assert all(isinstance(line, BadLine) for line in found[1:])


@pytest.mark.parametrize("size", [MAX_LINE + 1, 2 * PIECE - 7, 2 * PIECE, 5 * PIECE + 3])
@pytest.mark.parametrize("letter", [b"x", "ж".encode()])
def test_a_line_that_is_too_long_costs_itself_only(size: int, letter: bytes) -> None:
    long = letter * (size // len(letter) + 1)
    found = lines(b"before\n", long, b"\nafter\n" + b"z" * 70 + b"\n")
    assert found[0] == "before"
    assert found[2:] == ["after", "z" * 70]
    bad = found[1]
    assert isinstance(bad, BadLine)
    assert bad.fault.code is Code.ROW_TOO_LONG
    assert len(bad.raw) <= 4 * KEPT


def test_a_line_that_is_too_long_may_be_the_last() -> None:
    found = lines(b"before\n", b"x" * 3 * PIECE)
    assert [isinstance(line, BadLine) for line in found] == [False, True]


def test_a_line_of_the_limit_is_read() -> None:
    assert lines(b"x" * MAX_LINE + b"\n") == ["x" * MAX_LINE]
    assert lines("ж".encode() * (MAX_LINE // 2) + b"\nAnna\n") == ["ж" * (MAX_LINE // 2), "Anna"]


@pytest.mark.parametrize(
    "chunk",
    [b"x" * PIECE, b"+79990000408;Anna\n" * 4000, "Анна\n".encode("cp1251") * 4000],
    ids=["no line end", "ascii", "cp1251"],
)
def test_memory_stays_flat_however_long_the_file(chunk: bytes) -> None:
    def peak(chunks: int) -> int:
        tracemalloc.start()
        for _ in Lines(itertools.repeat(chunk, chunks)):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20) < 1.5 * peak(5)


def test_nothing_is_read_before_it_is_asked_for() -> None:
    taken = 0

    def counted() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b"a\n" * (PIECE // 2)

    reader = iter(Lines(counted()))
    assert taken == 1
    assert next(reader) == "a"
    assert taken == 1
