"""A walk becomes a test that passes, written as an author would."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.append_test import append_test
from orchestrator.runtime.rehearsal.phone_answers import read_queues, read_services
from orchestrator.runtime.rehearsal.scenario_tests import run_tests
from orchestrator.runtime.rehearsal.walk_test import Given, as_test, yaml_lines
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario
from orchestrator.scenario.rehearsal_moves import Move, MoveKind
from orchestrator.scenario.source import NOWHERE
from tests.runtime.ivr import LINE, write_line
from tests.runtime.phones import walked

READY = ('crm/orders={"state": "ready", "sum": 100}',)
BASE = "- name: old\n  call: hangs_up\n  expect: {missed: yes}\n"


def told(
    folder: Path, keys: str, services: tuple[str, ...] = (), queues: tuple[str, ...] = ()
) -> dict[str, Any]:
    trial, phone, _ = walked(folder, keys, services, queues)
    given = Given(name="walk", services=read_services(services), queues=read_queues(queues))
    return as_test(trial, phone, given)


@pytest.mark.parametrize(
    ("keys", "services", "queues"),
    [
        ("h", (), ()),
        ("w1 h", (), ()),
        ("- -", (), ()),
        ("9 - -", (), ()),
        ("1 1042 777", READY, ()),
        ("1 12# 777", ("crm/orders=404",), ()),
        ("1 1 - - - h", READY, ()),
        ("2", (), ()),
        ("2 t", (), ()),
        ("2 t+79990000022 h", (), ()),
        ("2 w14 h", (), ()),
        ("3 s5 1", (), ()),
        ("3 s5# 2 s3 3 1", (), ()),
        ("3 s99 1", (), ()),
        ("3 s5h", (), ()),
        ("3", (), ()),
        ("4 t", (), ()),
        ("4", (), ()),
        ("4 w40 1", (), ()),
        ("4 w40 h", (), ()),
        ("4", (), ("sales=full",)),
        ("4 h", (), ("sales=3",)),
    ],
)
def test_every_walk_passes_as_a_test(
    tmp_path: Path, keys: str, services: tuple[str, ...], queues: tuple[str, ...]
) -> None:
    tree = told(tmp_path, keys, services, queues)
    path = write_line(tmp_path, BASE)
    append_test(path, None, tree)
    [scenario], problems = check_path([path])
    assert problems == []
    outcomes = run_tests(compile_scenario(scenario))
    assert [outcome.name for outcome in outcomes if outcome.passed] == ["old", "walk"]


def test_a_test_reads_as_an_author_would_write_it(tmp_path: Path) -> None:
    assert yaml_lines(told(tmp_path, "1 12# 777", READY)) == [
        "name: walk",
        "services: {crm/orders: {state: ready, sum: 100}}",
        "call: [hears: hello, hears: choice, presses: 1, hears: which, presses: 12#, hears: secret,",
        "       presses: 777, hears: told]",
        "expect: {result: told, reached: none, missed: no, notes: [row, webhook, sms], stored: {asked: {order: 12}}}",
    ]


def test_what_yaml_would_take_for_its_own_is_in_quotes() -> None:
    lines = yaml_lines(
        {"name": "a: b # c", "call": [{"presses": "#"}, {"presses": "*"}], "at": "2026-12-01 10:00"}
    )
    assert lines == ["name: 'a: b # c'", "call: [presses: '#', presses: '*']", "at: 2026-12-01 10:00"]


def test_a_walk_that_comes_to_something_else_is_not_written(tmp_path: Path) -> None:
    trial, phone, _ = walked(tmp_path, "2 t")
    phone.walk.moves[:] = [Move(kind=MoveKind.HANGS_UP, mark=NOWHERE)]
    with pytest.raises(KnownError, match="this walk cannot be told as a test"):
        as_test(trial, phone, Given(name="walk"))


def test_what_was_not_heard_to_its_end_is_left_out(tmp_path: Path) -> None:
    trial, phone, _ = walked(tmp_path, "2 t")
    phone.walk.moves.insert(0, Move(kind=MoveKind.HEARS, text="bye", mark=NOWHERE))
    assert as_test(trial, phone, Given(name="walk"))["call"] == [{"presses": "2"}, {"takes": "+79990000021"}]


def test_only_what_was_given_is_written(tmp_path: Path) -> None:
    trial, phone, _ = walked(tmp_path, "h")
    assert set(as_test(trial, phone, Given(name="w"))) == {"name", "call", "expect"}
    given = Given(name="w", caller="+79990000001", called="+74950000001", has_at=True)
    tree = as_test(trial, phone, given)
    assert (tree["caller"], tree["called"], tree["at"]) == (
        "+79990000001",
        "+74950000001",
        "2026-12-01 12:00",
    )


def test_the_line_of_these_tests_is_good(tmp_path: Path) -> None:
    assert check_path([write_line(tmp_path, BASE, LINE)])[1] == []


WORDS = (
    "1",
    "2",
    "3",
    "4",
    "9",
    "*",
    "#",
    "1042",
    "777",
    "12#",
    "-",
    "w5",
    "w40",
    "t",
    "s5",
    "s5#",
    "s99",
    "h",
)
ANSWERS = ((), ("crm/orders=404",), ("crm/orders=down", *READY), ("crm/orders=slow",), READY)
QUEUES = ((), ("sales=full",), ("sales=3",), ("sales=down",))


@settings(max_examples=80, deadline=None)
@given(
    keys=st.lists(st.sampled_from(WORDS), max_size=10),
    services=st.sampled_from(ANSWERS[1:]),
    queues=st.sampled_from(QUEUES),
)
def test_whatever_is_done_by_keys_can_be_told_as_a_test(
    keys: list[str], services: tuple[str, ...], queues: tuple[str, ...]
) -> None:
    with TemporaryDirectory() as folder:
        told(Path(folder), " ".join(keys), services, queues)
