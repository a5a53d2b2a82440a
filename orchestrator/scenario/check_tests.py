"""Cross checks of a scenario's own tests, and the tests in the form that the runner takes."""

from __future__ import annotations

from orchestrator.domain.plan import DialPlan
from orchestrator.scenario.check_contact import SPECIAL, value_mistake
from orchestrator.scenario.check_rules import NO_RESULT, possible_statuses, why_never
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.part import Broken
from orchestrator.scenario.rehearsal import Expectation, Move, MoveKind, ScenarioTest, TestSpec
from orchestrator.scenario.source import Text

# What a test without a contact has, when no test before it has one
_SAMPLE_PHONE = "+79990000001"
_SAMPLES = {
    "digits": "1042",
    "number": "3",
    "money": "100",
    "date": "2026-12-01",
    "time": "10:00",
    "phone": _SAMPLE_PHONE,
}


def check_tests(draft: Draft, plan: DialPlan) -> None:
    names: dict[str, Text] = {}
    for spec in draft.model.tests:
        if isinstance(spec, Broken):
            continue
        if spec.name in names:
            first = names[spec.name].mark.line
            draft.findings.add("S705", spec.name, f"a test `{spec.name}` stands in line {first} already")
        names.setdefault(spec.name, spec.name)
        _check_contact(draft, spec)
        _check_moves(draft, spec)
        _check_expectation(draft, spec, plan)


def _check_contact(draft: Draft, spec: TestSpec) -> None:
    if spec.language is not None and spec.language not in draft.languages and "languages" not in draft.lost:
        draft.findings.add("S205", spec.language, f"`{spec.language}` is not one of `languages`")
    if "contact" in draft.lost or not spec.has("contact") or spec.is_broken("contact"):
        return
    types = SPECIAL | {name: str(column.type) for name, column in draft.columns.items()}
    for name, value in spec.contact.items():
        if name not in types and name not in draft.model.contact:
            draft.findings.add("S704", name, f"no contact column `{name}`", did_you_mean(name, types))
        elif value and name in types:
            mistake = value_mistake(value, types[name], draft.languages)
            if mistake:
                draft.findings.add("S704", value, f"`{value}` {mistake}")
    given = {str(name) for name, value in spec.contact.items() if value}
    for column, declared in draft.columns.items():
        if not declared.optional and column not in given:
            draft.findings.add("S704", spec.place("contact"), f"the column `{column}` is missing")


def _check_moves(draft: Draft, spec: TestSpec) -> None:
    if spec.has("call") == spec.has("calls"):
        what = "both `call` and `calls`" if spec.has("call") else "neither `call` nor `calls`"
        draft.findings.add("S706", spec.name, f"the test has {what}")
    for call in calls_of(spec):
        for move in call:
            _check_move(draft, move)


def _check_move(draft: Draft, move: Move) -> None:
    declared = draft.model.messages
    if move.kind is MoveKind.HEARS and move.text not in {*declared} and "messages" not in draft.lost:
        draft.findings.add("S202", move, f"no message `{move.text}`", did_you_mean(move.text, declared))


def calls_of(spec: TestSpec) -> tuple[tuple[Move, ...], ...]:
    return spec.calls or ((spec.call,) if spec.call else ())


def _check_expectation(draft: Draft, spec: TestSpec, plan: DialPlan) -> None:
    expect = spec.expect
    if not any(expect.has(key) for key in type(expect).model_fields):
        draft.findings.add("S102", expect, "the test expects nothing", "name a result, a status, ...")
    if {"flow", "rules"} & draft.lost:
        return
    possible = draft.results | draft.vouched
    if expect.result is not None and expect.result not in possible | {NO_RESULT}:
        hint = did_you_mean(expect.result, draft.results | {NO_RESULT})
        draft.findings.add("S703", expect.result, f"the flow never comes to `{expect.result}`", hint)
    _check_status(draft, expect.status, plan)
    if expect.disposition is not None and (why := why_never(expect.disposition, draft.model.machine)):
        draft.findings.add("S703", expect.disposition, f"`{expect.disposition}` cannot be: {why}")
    count = len(calls_of(spec))
    if not count:
        return
    if expect.attempts is not None and expect.attempts > count:
        message = f"{expect.attempts} attempts cannot come of {count} call(s)"
        draft.findings.add("S703", expect.place("attempts"), message)
    if expect.waits is not None and len(expect.waits) >= count:
        message = f"{len(expect.waits)} wait(s) cannot lie between {count} call(s)"
        draft.findings.add("S703", expect.place("waits"), message)


def _check_status(draft: Draft, status: Text | None, plan: DialPlan) -> None:
    has_broken = any(
        isinstance(spec, Broken) or spec.is_broken("status") for spec in draft.model.rules.values()
    )
    possible = possible_statuses(plan.rules)
    if status is not None and status not in possible | draft.vouched and not has_broken:
        hint = did_you_mean(status, possible)
        draft.findings.add("S703", status, f"no lead ever gets the status `{status}`", hint)


def tests_of(draft: Draft) -> tuple[ScenarioTest, ...]:
    """The tests of a scenario without problems. A test without a contact has that of the one before."""
    columns = draft.brought_columns()
    contact = {"phone": _SAMPLE_PHONE} | {
        name: _SAMPLES.get(column.type, name) for name, column in columns.items() if name not in SPECIAL
    }
    tests = []
    for spec in draft.model.tests:
        assert not isinstance(spec, Broken)  # noqa: S101  # a scenario with problems has no tests
        if spec.has("contact"):
            known = {**SPECIAL, **columns}
            contact = {str(name): str(value) for name, value in spec.contact.items() if name in known}
        tests.append(_test(spec, contact))
    return tuple(tests)


def _test(spec: TestSpec, contact: dict[str, str]) -> ScenarioTest:
    expect = spec.expect
    return ScenarioTest(
        name=str(spec.name),
        contact=contact,
        calls=calls_of(spec),
        expect=Expectation(
            result=None
            if expect.result is None
            else ""
            if expect.result == NO_RESULT
            else str(expect.result),
            status=None if expect.status is None else str(expect.status),
            attempts=expect.attempts,
            waits=expect.waits,
            disposition=None if expect.disposition is None else str(expect.disposition),
        ),
        at=spec.at,
        language=None if spec.language is None else str(spec.language),
        mark=spec.mark,
    )
