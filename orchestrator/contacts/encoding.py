"""Which encoding the bytes of a list are in: UTF-8 or CP1251, decided once, and never both in one file."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from orchestrator.contacts.row import Code, Fault


class Encoding(StrEnum):
    UTF_8 = "utf-8"
    CP1251 = "cp1251"


UTF8_BOM: Final = b"\xef\xbb\xbf"

# First bytes of what is no text, and what to do about it. The longer mark of two stands first.
NOT_TEXT: Final = (
    (b"PK\x03\x04", "a spreadsheet or an archive", "save it as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file", "save it as CSV (UTF-8)"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it: zcat FILE | prozvon call SCENARIO -"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it: zstdcat FILE | prozvon call SCENARIO -"),
    (b"BZh", "compressed with bzip2", "unpack it: bzcat FILE | prozvon call SCENARIO -"),
    (b"%PDF", "a PDF", "export the table as CSV (UTF-8)"),
    (b"\xff\xfe\x00\x00", "UTF-32", "save it as UTF-8"),
    (b"\x00\x00\xfe\xff", "UTF-32", "save it as UTF-8"),
    (
        b"\xff\xfe",
        "UTF-16 (Excel calls it Unicode text)",
        "save it as CSV UTF-8, or: iconv -f UTF-16 -t UTF-8",
    ),
    (
        b"\xfe\xff",
        "UTF-16 (Excel calls it Unicode text)",
        "save it as CSV UTF-8, or: iconv -f UTF-16 -t UTF-8",
    ),
)
_UTF16_UNMARKED: Final = (
    "UTF-16 without a byte order mark",
    "save it as CSV UTF-8, or: iconv -f UTF-16LE -t UTF-8 (or UTF-16BE)",
)

_NOT_UTF8: Final = Fault(
    code=Code.BAD_ENCODING,
    reason="not UTF-8, though the rest of the file is: some rows are in another encoding, or damaged",
)
_NOT_CP1251: Final = Fault(
    code=Code.BAD_ENCODING,
    reason="UTF-8 or damaged, though the rest of the file is CP1251: convert it all to UTF-8",
)


def not_text(head: bytes) -> tuple[str, str] | None:
    """What a file is instead of text in an encoding known here, and what to do about it; from its first bytes."""
    for mark, what, hint in NOT_TEXT:
        if head.startswith(mark):
            return what, hint
    start = head[:64]
    # In UTF-16 the digits, commas and names of columns have a zero each, whatever the script of the rest.
    return _UTF16_UNMARKED if start.count(0) * 4 >= len(start) > 0 else None


def decide(block: bytes) -> Encoding | None:
    """The encoding of whole lines: None while they are ASCII, else what most lines that are not ASCII are.

    Text in CP1251 is hardly ever valid UTF-8 (each capital would have to be followed by one of 64 signs of which
    Russian uses two), so a line that is valid UTF-8 counts as that.
    """
    if block.isascii():
        return None
    votes = sum(1 if _is_utf8(line) else -1 for line in block.split(b"\n") if not line.isascii())
    return Encoding.UTF_8 if votes >= 0 else Encoding.CP1251


def decode(line: bytes, encoding: Encoding) -> str | Fault:
    """One line; a fault when it is not in the encoding of the others."""
    if line.isascii():
        return line.decode("ascii")
    if encoding is Encoding.UTF_8:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            return _NOT_UTF8
    try:
        return _NOT_CP1251 if _is_utf8(line) else line.decode("cp1251")
    except UnicodeDecodeError:  # 0x98 is no character
        return _NOT_CP1251


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
