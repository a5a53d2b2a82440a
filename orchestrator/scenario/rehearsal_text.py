"""Tests as they are written in a scenario: plain text, lists and mappings, ready for YAML."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from orchestrator.scenario.dial import NEXT_DAY
from orchestrator.scenario.rehearsal import NONE, ExpectSpec, TestSpec
from orchestrator.scenario.rehearsal_answers import DOWN, QueueAnswer, ServiceAnswer
from orchestrator.scenario.rehearsal_moves import WITH_VALUE, Move
from orchestrator.scenario.values import format_duration

Written = dict[str, Any]


def written_test(spec: TestSpec, columns: Collection[str]) -> Written:
    """The test with what it says itself; None stands under what it does not. columns: those a contact may have."""
    contact = {str(name): str(value) for name, value in spec.contact.items() if name in columns}
    return {
        "name": spec.name,
        "contact": contact if spec.has("contact") else None,
        "caller": spec.caller,
        "called": spec.called,
        "language": spec.language,
        "at": spec.at.isoformat(" ", "minutes") if spec.at else None,
        "services": {name: written_answers(answers) for name, answers in spec.services.items()} or None,
        "queues": {name: written_queue(answer) for name, answer in spec.queues.items()} or None,
        "call": [written_move(move) for move in spec.call] if spec.call else None,
        "calls": [[written_move(move) for move in call] for call in spec.calls] if spec.calls else None,
        "expect": _expect(spec.expect),
    }


def _expect(expect: ExpectSpec) -> Written:
    waits = None
    if expect.waits is not None:
        waits = [NEXT_DAY if each.after_s is None else format_duration(each.after_s) for each in expect.waits]
    notes = None if expect.notes is None else list(expect.notes) or NONE
    rest = {name: value for name, value in expect.values.items() if name != "values_"}
    told = None if expect.told is None else list(expect.told) or NONE
    return {**rest, "waits": waits, "notes": notes, "told": told, "values": expect.values_}


def written_move(move: Move) -> str | Written:
    """`hangs_up`, or `{presses: 1}`."""
    if move.kind not in WITH_VALUE:
        return move.kind.value
    return {move.kind.value: move.text or format_duration(move.seconds)}


def written_answers(answers: tuple[ServiceAnswer, ...]) -> object:
    """One answer as it is, several as a list."""
    written = [_answer(answer) for answer in answers]
    return written[0] if len(written) == 1 else written


def _answer(answer: ServiceAnswer) -> object:
    if answer.why:
        return answer.why
    return nested(answer.fields) if answer.fields else str(answer.status)


def written_queue(answer: QueueAnswer) -> str:
    return DOWN if answer.is_down else answer.why or str(answer.position)


def nested(fields: Mapping[str, str]) -> object:
    """`{a.b: 1, c.0: x}` -> `{a: {b: 1}, c: [x]}`: the inverse of `rehearsal_answers.fields_of`."""
    below: dict[str, dict[str, str]] = {}
    for path, text in fields.items():
        head, _, rest = path.partition(".")
        below.setdefault(head, {})[rest] = text
    tree = {head: rest[""] if "" in rest else nested(rest) for head, rest in below.items()}
    is_list = list(tree) == [str(index) for index in range(len(tree))]
    return list(tree.values()) if is_list else tree
