"""Rows that callers' answers make: `NAME.csv` and `NAME.jsonl`, each row there once though it is delivered twice."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from orchestrator.domain.delivery import Delivery
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.export import cell, instant
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.row_files import append, first_line, holds, locked, opened, sync_folder

FIRST = ("at", "scenario", "call", "caller", "called")  # columns before the values
KEY = "key"  # the last column: by it a row is known
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
_WHOLE_KEY = re.compile(rb'-\d+-\d+\.\d"?\r?\Z')  # a row that was not torn ends with its key
_ESCAPED = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}  # to many readers these end a line
_BYTES = "surrogateescape"  # what somebody's editor has saved in another encoding stays as it is

Row = dict[str, object]


class RowFiles:
    """folder: where the files are. aside: the threads that write them."""

    def __init__(self, folder: Path, aside: Aside) -> None:
        self._folder = folder
        self._aside = aside

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        """One row for each, on the disk. Undelivered when that cannot be."""
        for delivery in deliveries:
            name = delivery.text("into")
            if not _NAME.match(name):
                raise Undelivered(f"{name!r} cannot be the name of a file of rows", is_final=True)
            try:
                self._aside.run(partial(self._write, name, row_of(delivery)), f"writing {name}")
            except OSError as error:
                said = error.strerror or str(error)
                raise Undelivered(f"cannot write rows to {self._folder / name}: {said}") from None

    def _write(self, name: str, row: Row) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with locked(self._folder / f".{name}.lock"):
            _add_json(self._folder / f"{name}.jsonl", row)
            _add_csv(self._folder / f"{name}.csv", row)


def row_of(delivery: Delivery) -> Row:
    """A row as JSON has it; in the CSV its `values` are columns of their own."""
    call_at, values = delivery.text("call_at"), delivery.body.get("values")
    return {
        "at": instant(int(call_at) if call_at.isdigit() else delivery.at),
        "scenario": delivery.campaign_id,
        "call": delivery.attempt_id,
        "caller": delivery.text("caller"),
        "called": delivery.text("called"),
        "values": {str(name): value for name, value in values.items()} if isinstance(values, dict) else {},
        KEY: delivery.key,
    }


def _add_json(path: Path, row: Row) -> None:
    line = json.dumps(row, ensure_ascii=False).translate(_ESCAPED).encode("utf-8", "replace") + b"\n"
    with opened(path, _is_json) as file:
        if not holds(file, f'"{row[KEY]}"'.encode(), b" }"):
            append(file, path, line)


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _add_csv(path: Path, row: Row) -> None:
    cells = _cells(row)
    with opened(path, lambda line: _WHOLE_KEY.search(line) is not None) as file:
        if holds(file, str(row[KEY]).encode(), b',"\r\n;\t'):
            return
        found = _header(first_line(file))
        if KEY in found and set(cells) <= set(found):
            append(file, path, _line(cells.get(column, "") for column in found))
            return
    if not found:
        _begin(path, cells)
    elif KEY in found:
        _widen(path, found, [column for column in cells if column not in found])
    else:
        _put_aside(path)
        _begin(path, cells)
    _add_csv(path, row)


def _cells(row: Row) -> dict[str, object]:
    """Column -> value, the values between what is known of the call and the key."""
    values = row["values"]
    assert isinstance(values, dict)  # noqa: S101  # row_of
    taken = {*FIRST, KEY}
    named = {_tame(name if name not in taken else f"{name}_"): value for name, value in values.items()}
    return {**{name: row[name] for name in FIRST}, **named, KEY: row[KEY]}


def _header(line: bytes) -> list[str]:
    return next(csv.reader([line.decode("utf-8-sig", _BYTES)]), []) if line else []


def _begin(path: Path, columns: Iterable[str]) -> None:
    with opened(path, lambda _: False) as file:
        append(file, path, "\ufeff".encode() + _line(columns))  # the mark is for Excel


def _widen(path: Path, columns: list[str], more: list[str]) -> None:
    """The same rows with more columns before the key. The old file stays until the new one is whole and on the disk."""
    at = columns.index(KEY)
    beside = path.with_name(f".{path.name}.new")
    with path.open(encoding="utf-8-sig", errors=_BYTES, newline="") as old, beside.open("wb") as new:
        rows = csv.reader(old)
        next(rows, None)
        new.write("\ufeff".encode() + _line([*columns[:at], *more, *columns[at:]]))
        for row in rows:
            padded = [*row, *[""] * (len(columns) - len(row))]
            new.write(_line([*padded[:at], *[""] * len(more), *padded[at:]], is_tame=True))
        new.flush()
        os.fchmod(new.fileno(), os.fstat(old.fileno()).st_mode & 0o777)
        os.fsync(new.fileno())
    os.replace(beside, path)
    sync_folder(path.parent)


def _put_aside(path: Path) -> None:
    """Somebody has made another file of it, with other columns or delimiters: it stays as it is, under another name."""
    number = 1
    while (other := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    path.rename(other)
    sync_folder(path.parent)


def _line(values: Iterable[object], *, is_tame: bool = False) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([value if is_tame else _tame(value) for value in values])
    return out.getvalue().encode("utf-8", _BYTES)


def _tame(value: object) -> str:
    """A cell in one line, which no spreadsheet runs: control characters become blanks, formulas get an apostrophe."""
    return cell(_CONTROL.sub(" ", value) if isinstance(value, str) else value)
