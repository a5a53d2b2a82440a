"""The export: every lead and every attempt, the same in CSV and JSONL, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import (
    Attempt,
    Campaign,
    CampaignState,
    Contact,
    Ending,
    LeadState,
    Next,
    NextKind,
    Phase,
    WaitReason,
)
from orchestrator.runtime.export import COLUMNS, Row, cell, instant, rows, write_csv, write_jsonl
from orchestrator.runtime.launch import start
from orchestrator.runtime.project import Project, open_project
from orchestrator.store import AttemptRow, LeadRow, Store
from tests.runtime.factories import (
    HOUR,
    NOON,
    claimed,
    launched,
    loaded,
    make_folder,
    move_clock,
    number,
    settled,
)

HOSTILE = "=cmd|'/c calc'!A1;@SUM(1,1)\t+1"


def _csv(items: list[Row]) -> list[dict[str, str]]:
    out = io.StringIO()
    assert write_csv(out, iter(items)) == len(items)
    return list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))


def _jsonl(items: list[Row]) -> list[Row]:
    out = io.StringIO()
    assert write_jsonl(out, iter(items)) == len(items)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture(scope="module")
def called() -> Iterator[list[Row]]:
    """The export of a campaign in which everything happened: retried, agreed, lost, on the line, never dialed."""
    with TemporaryDirectory(prefix="pz-") as folder, open_project(make_folder(Path(folder) / "p")) as project:
        names = ["Anna", f'"{HOSTILE}"', "Vera"]
        text = "".join(f"{number(index)},{name}\n" for index, name in enumerate(names, 1))
        campaign, _ = loaded(project, f"phone,name\n{text}".encode())
        start(project, campaign)
        first, second = claimed(project, campaign, 2)
        settled(project, second, Disposition.LOST)
        settled(project, first)
        move_clock(project, 2 * HOUR)
        _, again = claimed(project, campaign, 2)
        values = [("code", "0042"), ("said", HOSTILE)]
        settled(project, again, Disposition.ANSWERED, result="agreed", values=values)
        yield list(rows(project.store, campaign))


def test_leads_in_the_order_of_loading_and_attempts_in_the_order_of_dialing(called: list[Row]) -> None:
    assert [(row["lead"], row["attempt"], row["disposition"]) for row in called] == [
        (1, 1, "no_answer"),
        (1, 2, "answered"),
        (2, 1, "lost"),
        (3, None, None),
    ]


def test_an_attempt_is_told_with_all_its_facts(called: list[Row]) -> None:
    row = called[1]
    assert set(row) == set(COLUMNS)
    assert row | {"attempt_id": "", "detail": ""} == {
        "campaign": "greeting-20261130-1",
        "lead": 1,
        "external_id": "",
        "numbers": number(1),
        "language": "en",
        "contact": {"name": "Anna"},
        "phase": "done",
        "status": "agreed",
        "reason": "done",
        "due_at": None,
        "attempt": 2,
        "attempt_id": "",
        "number": number(1),
        "zone": "Europe/Moscow",
        "switch": "main",
        "gateway": "main",
        "claimed_at": "2026-11-30T11:00:00.000Z",
        "basis": "no consent demanded",
        "answered_at": "2026-11-30T10:59:30.000Z",
        "ended_at": "2026-11-30T11:00:00.000Z",
        "talk_s": 30.0,
        "cause": "NORMAL_CLEARING",
        "disposition": "answered",
        "result": "agreed",
        "rule": "agreed",
        "path": ["0.0 start", "4.2 key 1"],
        "heard": ["hello"],
        "values": {"code": "0042", "said": HOSTILE},
        "agent": "",
        "abandoned": False,
        "outcome": "",
        "note": "",
        "detail": "",
    }


def test_every_row_has_every_column(called: list[Row]) -> None:
    assert {frozenset(row) for row in called} == {frozenset(COLUMNS)}
    assert all(list(row) == list(COLUMNS) for row in _csv(called))


def test_a_lead_on_the_line_is_told_as_it_stands(called: list[Row]) -> None:
    assert (called[3]["phase"], called[3]["attempt_id"]) == ("dialing", None)


def test_csv_and_jsonl_agree(called: list[Row]) -> None:
    as_json = _jsonl(called)
    assert as_json == called
    for text, value in zip(_csv(called), as_json, strict=True):
        for column in COLUMNS:
            assert _read(text[column], value[column]) == value[column], column


def _read(text: str, like: object) -> object:
    """A cell as the value it stands for."""
    if isinstance(like, bool):
        return text == "True"
    if like is None or like in ([], {}):
        assert text == ""
        return like
    if isinstance(like, dict | list):
        return json.loads(text)
    return text if isinstance(like, str) else float(text)


def test_an_empty_campaign_is_a_header(project: Project) -> None:
    campaign, _ = loaded(project, b"phone,name\n")
    found = list(rows(project.store, campaign))
    assert found == []
    out = io.StringIO()
    assert write_csv(out, iter(found)) == 0
    assert out.getvalue() == ",".join(COLUMNS) + "\r\n"


# Spreadsheets

_RUNS = re.compile(r"[\s\"']*[=+\-@\uff1d\uff0b\uff0d\uff20]")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_no_cell_is_run_whatever_the_spreadsheet_takes_for_the_delimiter(
    called: list[Row], delimiter: str
) -> None:
    out = io.StringIO()
    write_csv(out, iter(called))
    for cells in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter):
        for text in cells:
            assert not _RUNS.match(text) or re.fullmatch(r"\+?[0-9]+", text), text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "+7999x", "--1"]
)
def test_text_that_would_be_a_formula_is_defused(text: str) -> None:
    assert cell(text) != text
    assert cell(text).lstrip().startswith("'")


@pytest.mark.parametrize(
    "text", ["", "Anna", "+79990000001", "+79990000001 +79990000002", "-5", "12.5", "0042", "a-b"]
)
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ([], ""),
        ({}, ""),
        (0, "0"),
        (-3, "-3"),
        (1.5, "1.5"),
        (["а"], '["а"]'),
        ({"a": "1"}, '{"a": "1"}'),
    ],
)
def test_values_as_cells(value: object, text: str) -> None:
    assert cell(value) == text


@given(value=st.dictionaries(st.text(), st.text()) | st.lists(st.text()))
def test_json_in_a_cell_is_the_value_and_holds_no_foreign_delimiter(value: object) -> None:
    text = cell(value)
    assert json.loads(text or json.dumps(type(value)())) == value
    assert not set(text) & set(";|\t\r\n")


@given(text=st.text())
def test_a_text_cell_says_what_it_said_and_is_never_run(text: str) -> None:
    defused = cell(text)
    assert defused.replace("'", "") == text.replace("'", "")
    assert (
        not _RUNS.match(defused)
        or defused.lstrip().startswith(("'", '"'))
        or re.match(r"[+-]?[0-9]", defused)
    )


def test_instants_are_utc_with_milliseconds() -> None:
    assert instant(NOON + 7) == "2026-11-30T09:00:00.007Z"
    assert (instant(None), instant(0)) == (None, None)


@given(at=st.integers(1, 4_102_444_800_000))
def test_an_instant_reads_back(at: int) -> None:
    text = instant(at)
    assert text is not None
    assert round(dt.datetime.fromisoformat(text).timestamp() * 1000) == at


# Size


class _Large:
    """What the export asks of a store, with any number of leads, two attempts each, ended in turn."""

    def __init__(self, leads: int) -> None:
        self._leads = leads
        self._contact = Contact(
            numbers=(number(1),), zones=("Europe/Moscow",), language="en", fields={"name": "A" * 200}
        )

    def leads(self, _campaign_id: str) -> Iterator[LeadRow]:
        for lead in range(1, self._leads + 1):
            yield LeadRow(
                lead_id=lead,
                contact=self._contact,
                state=LeadState(),
                phase=Phase.DONE,
                due_at=None,
                reason=WaitReason.DONE,
            )

    def history(self, _campaign_id: str) -> Iterator[AttemptRow]:
        for turn in range(2):
            for lead in range(self._leads, 0, -1):
                yield self._attempt(lead, turn)

    def _attempt(self, lead: int, turn: int) -> AttemptRow:
        attempt = Attempt(
            attempt_id=f"{lead}-{turn}",
            campaign_id="c",
            lead_id=lead,
            number=number(1),
            zone="Europe/Moscow",
            contact=self._contact,
            state=LeadState(),
            gateway="main",
            switch="main",
            switch_uuid="core",
            worker_id="w",
            claimed_at=NOON,
        )
        ending = Ending(
            attempt_id=attempt.attempt_id, disposition=Disposition.BUSY, cause="USER_BUSY", detail="d" * 200
        )
        what = Next(kind=NextKind.DONE)
        return AttemptRow(attempt=attempt, ending=ending, rule="busy", state=LeadState(), next=what)


_CAMPAIGN = Campaign(campaign_id="c", scenario="s", program="p", state=CampaignState.RUNNING, created_at=NOON)


def _export(leads: int) -> Iterator[Row]:
    store: Store = _Large(leads)  # type: ignore[assignment]  # all that the export asks for
    return rows(store, _CAMPAIGN)


def test_attempts_are_brought_to_their_leads_whatever_order_they_ended_in() -> None:
    assert [row["attempt_id"] for row in _export(30)] == [
        f"{lead}-{turn}" for lead in range(1, 31) for turn in range(2)
    ]


def test_memory_is_flat() -> None:
    def peak(leads: int) -> int:
        tracemalloc.start()
        count = write_jsonl(_Nowhere(), _export(leads))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 2 * leads
        return found

    peak(10)
    assert peak(1000) < peak(100) + 200_000  # holding them would take a megabyte


class _Nowhere(io.StringIO):
    def write(self, text: str) -> int:
        return len(text)


def test_a_reader_who_leaves_early_leaves_nothing_open() -> None:
    items = _export(5)
    assert next(items)["lead"] == 1
    items.close()  # type: ignore[attr-defined]  # it is a generator; an open file or connection would be a warning


def test_the_columns_do_not_change_while_a_campaign_goes_on(project: Project) -> None:
    campaign = launched(project, 1)
    (before,) = rows(project.store, campaign)
    settled(project, claimed(project, campaign)[0])
    (after,) = rows(project.store, campaign)
    assert list(before) == list(after) == list(COLUMNS)
    assert (before["reason"], after["reason"], after["due_at"]) == (
        "next",
        "retry",
        "2026-11-30T11:00:00.000Z",
    )
