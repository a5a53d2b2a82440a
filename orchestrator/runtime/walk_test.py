"""A walk through a flow becomes a test of the scenario: what was done, and what came of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import yaml

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.phone import Phone
from orchestrator.runtime.scenario_tests import run_test
from orchestrator.runtime.story import clock_of
from orchestrator.runtime.test_outcome import NO_RESULT, TestOutcome
from orchestrator.runtime.trying import Trial
from orchestrator.scenario.rehearsal import Expectation, ScenarioTest
from orchestrator.scenario.rehearsal_answers import QueueAnswer, ServiceAnswer
from orchestrator.scenario.rehearsal_moves import Move, MoveKind
from orchestrator.scenario.rehearsal_text import written_answers, written_move, written_queue
from orchestrator.scenario.source import NOWHERE

WIDTH = 100


def test_of(
    trial: Trial,
    phone: Phone,
    name: str,
    services: dict[str, tuple[ServiceAnswer, ...]],
    queues: dict[str, QueueAnswer],
    fields: dict[str, str],
) -> dict[str, Any]:
    """The walk as it is written in a scenario. KnownError when it comes to something else when it is played again."""
    asked = services | {path: tuple(answers) for path, answers in phone.given.items()}
    moves = tuple(phone.walk.moves)
    test = _test(trial, moves, name, asked, queues, fields)
    outcome = run_test(trial.compiled, test)
    if not _same(trial, phone, outcome):
        # Keys that cut a message short let it pass unheard: then it is told without what was heard
        test = replace(
            test, calls=(tuple(m for m in test.calls[0] if m.kind is not MoveKind.HEARS) or test.calls[0],)
        )
        outcome = run_test(trial.compiled, test)
    if not _same(trial, phone, outcome):
        raise KnownError(f"this walk cannot be told as a test; played again it went so:\n{outcome.timeline}")
    return _written(test, outcome, fields)


def _test(
    trial: Trial,
    moves: tuple[Move, ...],
    name: str,
    services: dict[str, tuple[ServiceAnswer, ...]],
    queues: dict[str, QueueAnswer],
    fields: dict[str, str],
) -> ScenarioTest:
    first = (Move(kind=MoveKind.ANSWERS, mark=NOWHERE),) if trial.contact is not None else ()
    calls = (*first, *moves) or (Move(kind=MoveKind.WAITS, seconds=1.0, mark=NOWHERE),)
    return ScenarioTest(
        name=name,
        contact=fields,
        calls=(calls,),
        expect=Expectation(),
        at=_local(trial),
        language=trial.language or None,
        mark=NOWHERE,
        caller=trial.caller,
        called=trial.called,
        services=services,
        queues=queues,
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
    return outcome.calls[-1][0].result == state.result


def _written(test: ScenarioTest, outcome: TestOutcome, fields: dict[str, str]) -> dict[str, Any]:
    expect: dict[str, Any] = {}
    if outcome.inbound is not None:
        call = outcome.inbound
        decision = outcome.is_missed
        expect = {
            "result": call.result or NO_RESULT,
            "reached": call.reached or NO_RESULT,
            "missed": decision,
        }
        kinds = [note.kind for note in call.notes]
        expect |= {"notes": kinds} if kinds else {}
        rows = {str(n.body["into"]): n.body["values"] for n in call.notes if n.kind == "row"}
        expect |= {"stored": rows} if rows else {}
    else:
        ending, decided = outcome.calls[-1]
        expect = {"result": ending.result or NO_RESULT, "disposition": ending.disposition.value}
        expect |= {"status": decided.state.status} if decided.state.status else {}
    assert test.at is not None  # noqa: S101  # `_test` has set it
    tree = {
        "name": test.name,
        "contact": fields or None,
        "caller": test.caller or None,
        "called": test.called or None,
        "language": test.language,
        "at": test.at.isoformat(" ", "minutes"),
        "services": {path: written_answers(answers) for path, answers in test.services.items()} or None,
        "queues": {queue: written_queue(answer) for queue, answer in test.queues.items()} or None,
        "call": [written_move(move) for move in test.calls[0]],
        "expect": expect,
    }
    return {key: value for key, value in tree.items() if value is not None}


class _Dumper(yaml.SafeDumper):
    """Text stays text: only YAML's own signs get quotes."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # its base names it
        return True


_Dumper.yaml_implicit_resolvers = {}


def yaml_lines(tree: dict[str, Any]) -> list[str]:
    """A test as lines of YAML, its first key without a dash."""
    lines: list[str] = []
    for key, value in tree.items():
        text = yaml.dump(
            {key: _plain(value)},
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            default_flow_style=True,
            width=WIDTH,
        )
        # `{call: [...]}` on one line or more: the outer brackets go, the key begins the line
        inner = text.strip()[1:-1].split("\n")
        lines += [line if index == 0 else "  " + line.strip() for index, line in enumerate(inner)]
    return lines


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
