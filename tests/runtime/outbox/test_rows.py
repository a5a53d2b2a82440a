"""Rows: each there once, whole, under its own columns, and harmless in a spreadsheet, whatever happens meanwhile."""

from __future__ import annotations

import csv
import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.delivery import Delivery
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox import row_files
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.rows import RowFiles
from tests.cli.commands import HERE, environment
from tests.runtime.outbox.factories import delivery


@pytest.fixture
def aside() -> Iterator[Aside]:
    made = Aside(threads=4, timeout_s=20)
    yield made
    made.stop()


@pytest.fixture
def files(tmp_path: Path, aside: Aside) -> RowFiles:
    return RowFiles(tmp_path, aside)


def row(index: int, into: str = "meters", **values: object) -> Delivery:
    return delivery("row", lane="rows", name=f"{index}-0.0", into=into, values=values)


def sheet(folder: Path, name: str = "meters") -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def objects(folder: Path, name: str = "meters") -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_row_goes_into_both_files(files: RowFiles, tmp_path: Path) -> None:
    files.carry((row(1, meter="42", счётчик="да"),))
    common = {
        "at": "2026-11-30T09:00:00.000Z",
        "scenario": "shop_line",
        "call": "uuid-1",
        "caller": "+79990000001",
        "called": "+74950000001",
    }
    assert sheet(tmp_path) == [{**common, "meter": "42", "счётчик": "да", "key": "test-1-0.0"}]
    assert objects(tmp_path) == [{**common, "values": {"meter": "42", "счётчик": "да"}, "key": "test-1-0.0"}]
    assert (tmp_path / "meters.csv").stat().st_mode & 0o007 == 0


def test_delivered_twice_it_is_written_once(files: RowFiles, tmp_path: Path) -> None:
    for index in (1, 11, 1, 2, 11, 1):
        files.carry((row(index, meter=str(index)),))
    assert [r["key"] for r in sheet(tmp_path)] == [r["key"] for r in objects(tmp_path)]
    assert [r["meter"] for r in sheet(tmp_path)] == ["1", "11", "2"]


def test_columns_that_are_new_come_before_the_key_and_old_rows_stay(files: RowFiles, tmp_path: Path) -> None:
    files.carry((row(1, meter="1"),))
    (tmp_path / "meters.csv").chmod(0o600)
    files.carry((row(2, meter="2", hot="20"),))
    files.carry((row(3, hot="30"),))
    files.carry((row(1, meter="1"),))
    header = (tmp_path / "meters.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header == "at,scenario,call,caller,called,meter,hot,key"
    assert [(r["meter"], r["hot"], r["key"]) for r in sheet(tmp_path)] == [
        ("1", "", "test-1-0.0"),
        ("2", "20", "test-2-0.0"),
        ("", "30", "test-3-0.0"),
    ]
    assert (tmp_path / "meters.csv").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == [".meters.lock", "meters.csv", "meters.jsonl"]


def test_values_named_as_our_own_columns_do_not_take_their_place(files: RowFiles, tmp_path: Path) -> None:
    files.carry((row(1, key="x", caller="y"),))
    (found,) = sheet(tmp_path)
    assert (found["key"], found["key_"], found["caller_"]) == ("test-1-0.0", "x", "y")


NASTY = st.text(alphabet=st.characters(codec=None), max_size=30) | st.sampled_from(
    [
        "=1+1",
        "@SUM(A1)",
        "-2+3",
        "\t=x",
        "\r\n=x",
        "＝x",
        "a;=1",
        "a\n=1",
        '"',
        ",",
        "\x00",
        "\u2028",
        "'",
        "\ud800",
    ]
)


@given(values=st.lists(NASTY, min_size=1, max_size=6))
def test_what_callers_say_is_one_line_and_no_formula(
    values: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    aside = Aside()
    try:
        for index, value in enumerate(values):
            RowFiles(folder, aside).carry((row(index, said=value),))
    finally:
        aside.stop()
    lines = (folder / "meters.csv").read_bytes().split(b"\r\n")
    assert len(lines) == len(values) + 2
    found = sheet(folder)
    assert [r["key"] for r in found] == [f"test-{i}-0.0" for i in range(len(values))]
    for r in found:
        said = r["said"].lstrip(' "')
        plain = said.lstrip("+-").replace(".", "", 1).replace(" +", "")
        assert not said or said[0] not in "=+-@＝＋－＠" or plain.isdigit()
    assert [r["values"] for r in objects(folder)] == [
        {"said": v.encode("utf-8", "replace").decode()} for v in values
    ]


@pytest.mark.parametrize("number", ["+79990000001", "-3", "12.5", "007"])
def test_numbers_stay_numbers(files: RowFiles, tmp_path: Path, number: str) -> None:
    files.carry((row(1, said=number),))
    assert sheet(tmp_path)[0]["said"] == number


# -- what tears


@pytest.mark.parametrize("cut", [1, 3, 20, 60])
def test_a_row_that_was_torn_is_put_aside_and_written_whole(
    files: RowFiles, tmp_path: Path, cut: int
) -> None:
    files.carry((row(1, meter="1"),))
    files.carry((row(2, meter="2"),))
    for name in ("meters.csv", "meters.jsonl"):
        path = tmp_path / name
        whole = path.read_bytes()
        path.write_bytes(whole[:-cut] if name.endswith("l") or cut > 3 else whole[: -cut - 2])
    files.carry((row(2, meter="2"),))
    files.carry((row(3, meter="3"),))
    assert [r["meter"] for r in sheet(tmp_path)] == ["1", "2", "3"]
    assert [r["values"] for r in objects(tmp_path)] == [{"meter": m} for m in "123"]


def test_a_last_line_that_an_editor_left_without_an_end_stays(files: RowFiles, tmp_path: Path) -> None:
    files.carry((row(1, meter="1"),))
    for name in ("meters.csv", "meters.jsonl"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes().rstrip())
    files.carry((row(1, meter="1"),))
    files.carry((row(2, meter="2"),))
    assert [r["meter"] for r in sheet(tmp_path)] == ["1", "2"]
    assert len(objects(tmp_path)) == 2
    assert not list(tmp_path.glob("*.torn"))


def test_a_torn_header_is_begun_anew(files: RowFiles, tmp_path: Path) -> None:
    (tmp_path / "meters.csv").write_text("\ufeffat,scen", encoding="utf-8")
    files.carry((row(1, meter="1"),))
    assert [r["meter"] for r in sheet(tmp_path)] == ["1"]
    assert (tmp_path / "meters.csv.torn").exists()


def test_a_file_that_somebody_has_made_another_of_is_left_alone(files: RowFiles, tmp_path: Path) -> None:
    theirs = "дата;звонок\r\n1;2\r\n".encode("cp1251")
    for number in (1, 2):
        (tmp_path / "meters.csv").write_bytes(theirs)
        files.carry((row(number, meter=str(number)),))
        assert (tmp_path / f"meters.{number}.csv").read_bytes() == theirs
        assert [r["meter"] for r in sheet(tmp_path)] == [str(number)]


def test_what_an_editor_has_saved_in_another_encoding_stays_as_it_is(files: RowFiles, tmp_path: Path) -> None:
    files.carry((row(1, meter="один"),))
    path = tmp_path / "meters.csv"
    path.write_bytes(path.read_bytes().decode("utf-8-sig").encode("cp1251"))
    files.carry((row(2, meter="2", hot="1"),))
    assert "один".encode("cp1251") in path.read_bytes()


# -- what fails


def test_a_full_disk_tears_nothing_and_is_tried_again(
    files: RowFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.carry((row(1, meter="1"),))
    before = (tmp_path / "meters.csv").read_bytes(), (tmp_path / "meters.jsonl").read_bytes()
    write = os.write
    monkeypatch.setattr(row_files.os, "write", lambda handle, data: write(handle, data[:10]))
    with pytest.raises(Undelivered, match="No space left") as error:
        files.carry((row(2, meter="2"),))
    assert not error.value.is_final
    assert ((tmp_path / "meters.csv").read_bytes(), (tmp_path / "meters.jsonl").read_bytes()) == before
    monkeypatch.undo()
    files.carry((row(2, meter="2"),))
    assert [r["meter"] for r in sheet(tmp_path)] == ["1", "2"]


def test_a_row_counts_once_it_is_on_the_disk(files: RowFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(row_files.os, "fsync", fsync)
    with pytest.raises(Undelivered, match="Input/output error"):
        files.carry((row(1, meter="1"),))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, aside: Aside) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Undelivered, match="cannot write rows to"):
        RowFiles(tmp_path / "file" / "rows", aside).carry((row(1),))


@pytest.mark.parametrize("into", ["", "../x", ".hidden", "a/b", "a b", "a.1", "x" * 65])
def test_no_name_leads_out_of_the_folder(files: RowFiles, tmp_path: Path, into: str) -> None:
    with pytest.raises(Undelivered, match="cannot be the name") as error:
        files.carry((row(1, into=into),))
    assert error.value.is_final
    assert list(tmp_path.iterdir()) == []


def test_another_who_holds_the_lock_too_long_is_told(tmp_path: Path) -> None:
    aside = Aside(timeout_s=0.2)
    with row_files.locked(tmp_path / ".meters.lock"), pytest.raises(Undelivered, match="does the disk hang"):
        RowFiles(tmp_path, aside).carry((row(1),))
    RowFiles(tmp_path, Aside()).carry((row(1, meter="1"),))
    assert [r["key"] for r in sheet(tmp_path)].count("test-1-0.0") == 1
    aside.stop()


# -- many writers


WRITER = """
import sys
from pathlib import Path
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.rows import RowFiles
from tests.runtime.outbox.test_rows import row

files = RowFiles(Path(sys.argv[1]), Aside())
for index in range(int(sys.argv[2]), int(sys.argv[3])):
    files.carry((row(index, **{f"v{index // 25}": "=" + str(index), "meter": str(index)}),))
"""


def test_several_processes_write_every_row_once(tmp_path: Path) -> None:
    spans = [(0, 50), (25, 75), (0, 75)]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), *map(str, span)], env=environment(), cwd=HERE
        )
        for span in spans
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    found = sheet(tmp_path)
    assert sorted(int(r["meter"]) for r in found) == list(range(75))
    assert sorted(r["key"] for r in found) == sorted(str(r["key"]) for r in objects(tmp_path))
    assert {None} & set(found[0]) == set()


def test_greenlets_write_every_row_once(files: RowFiles, tmp_path: Path) -> None:
    writing = [gevent.spawn(files.carry, (row(i % 10, meter=str(i % 10)),)) for i in range(30)]
    gevent.joinall(writing, raise_error=True)
    assert sorted(int(r["meter"]) for r in sheet(tmp_path)) == list(range(10))
