"""A walk through a flow becomes a test of the scenario: what was done, and what came of it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.phone import Phone
from orchestrator.runtime.rehearsal.scenario_tests import run_test
from orchestrator.runtime.rehearsal.story import clock_of
from orchestrator.runtime.rehearsal.test_outcome import NO_RESULT, TestOutcome
from orchestrator.runtime.rehearsal.trying import Trial
from orchestrator.scenario.rehearsal import Expectation, ScenarioTest
from orchestrator.scenario.rehearsal_answers import QueueAnswer, ServiceAnswer
from orchestrator.scenario.rehearsal_moves import Move, MoveKind
from orchestrator.scenario.rehearsal_text import written_answers, written_move, written_queue
from orchestrator.scenario.source import NOWHERE

WIDTH = 100
CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was said before the call began. contact: every column of who is called. caller, called, has_at: what
    was not left to the default.
    """

    name: str
    contact: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, tuple[ServiceAnswer, ...]] = field(default_factory=dict)
    queues: Mapping[str, QueueAnswer] = field(default_factory=dict)
    caller: str = ""
    called: str = ""
    has_at: bool = False


def as_test(trial: Trial, phone: Phone, given: Given) -> dict[str, Any]:
    """The walk as it is written in a scenario. KnownError when it comes to something else when it is played again."""
    test = _test(trial, phone, given)
    outcome = run_test(trial.compiled, test)
    if not _same(trial, phone, outcome):
        # Keys that cut a message short let it pass unheard: then it is told without what was heard
        deaf = tuple(move for move in test.calls[0] if move.kind is not MoveKind.HEARS)
        test = replace(test, calls=(deaf or test.calls[0],))
        outcome = run_test(trial.compiled, test)
    if not _same(trial, phone, outcome):
        raise KnownError(f"this walk cannot be told as a test; played again it went so:\n{outcome.timeline}")
    return _written(test, outcome, given)


def _test(trial: Trial, phone: Phone, given: Given) -> ScenarioTest:
    first = (Move(kind=MoveKind.ANSWERS, mark=NOWHERE),) if trial.contact is not None else ()
    calls = (*first, *phone.walk.moves) or (Move(kind=MoveKind.WAITS, seconds=1.0, mark=NOWHERE),)
    return ScenarioTest(
        name=given.name,
        contact=dict(given.contact),
        calls=(calls,),
        expect=Expectation(),
        at=_local(trial),
        language=trial.language or None,
        mark=NOWHERE,
        caller=trial.caller,
        called=trial.called,
        services={**given.services, **{path: tuple(answers) for path, answers in phone.given.items()}},
        queues=given.queues,
    )


def _local(trial: Trial) -> dt.datetime:
    """To the minute, as a test is written."""
    at = dt.datetime.fromtimestamp(trial.at / 1000, clock_of(trial.zone))
    return at.replace(tzinfo=None, second=0, microsecond=0)


def _same(trial: Trial, phone: Phone, outcome: TestOutcome) -> bool:
    """Whether playing it again came to the same."""
    state = phone.flow.state
    if outcome.failures:
        return False
    if trial.contact is None:
        call = outcome.inbound
        assert call is not None  # noqa: S101  # nothing failed
        kinds = [str(note["do"]) for note in state.notes]
        return (call.result, call.reached, call.end.value, [note.kind for note in call.notes]) == (
            state.result,
            state.reached,
            state.end,
            kinds,
        )
    ending = outcome.calls[-1][0]
    return (ending.result, ending.reached) == (state.result, state.reached)


def _written(test: ScenarioTest, outcome: TestOutcome, given: Given) -> dict[str, Any]:
    assert test.at is not None  # noqa: S101  # `_test` has set it
    tree = {
        "name": test.name,
        "contact": dict(given.contact),
        "caller": given.caller,
        "called": given.called,
        "language": test.language,
        "at": test.at.isoformat(" ", "minutes") if given.has_at else "",
        "services": {path: written_answers(answers) for path, answers in test.services.items()},
        "queues": {queue: written_queue(answer) for queue, answer in test.queues.items()},
        CALL: [written_move(move) for move in test.calls[0]],
        "expect": _came(outcome),
    }
    return {key: value for key, value in tree.items() if value}


def _came(outcome: TestOutcome) -> dict[str, Any]:
    call = outcome.inbound
    if call is None:
        ending, decided = outcome.calls[-1]
        expect = {"result": ending.result or NO_RESULT, "disposition": ending.disposition.value}
        expect |= {"reached": ending.reached} if ending.reached else {}
        return expect | ({"status": decided.state.status} if decided.state.status else {})
    came: dict[str, Any] = {
        "result": call.result or NO_RESULT,
        "reached": call.reached or NO_RESULT,
        "missed": outcome.is_missed,
    }
    rows = {str(note.body["into"]): note.body["values"] for note in call.notes if note.kind == "row"}
    if call.notes:
        came["notes"] = [note.kind for note in call.notes]
    return came | ({"stored": rows} if rows else {})


class _Dumper(yaml.SafeDumper):
    """Text stays text: only YAML's own signs get quotes."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # its base names it
        return True


_Dumper.yaml_implicit_resolvers = {}


def yaml_lines(tree: dict[str, Any]) -> list[str]:
    """A test as lines of YAML, its first key without a dash."""
    lines: list[str] = []
    for key, value in tree.items():
        if key == CALL:
            lines += _folded(f"{key}: [", [_move(move) for move in value])
        else:
            lines.append(
                f"{key}: {_flow(value)}" if isinstance(value, dict) else _dumped({key: value}, False)
            )
    return lines


def _move(move: Any) -> str:
    """`hears: welcome`, as it is written inside a list."""
    return _flow(move)[1:-1] if isinstance(move, dict) else str(move)


def _folded(begin: str, items: list[str]) -> list[str]:
    """A list in lines of at most WIDTH, broken between its items."""
    lines = [begin]
    for index, item in enumerate(items):
        piece = item + ("]" if index == len(items) - 1 else ",")
        if len(lines[-1]) + len(piece) > WIDTH and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append(" " * len(begin))
        lines[-1] += piece if lines[-1].endswith(("[", " ")) else f" {piece}"
    return lines


def _flow(value: Any) -> str:
    return _dumped(value, True)


def _dumped(value: Any, is_flow: bool) -> str:
    text: str = yaml.dump(
        _plain(value),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=is_flow,
        width=sys.maxsize,
    )
    return text.removesuffix("...\n").strip()


def _plain(value: Any) -> Any:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return str(value)
