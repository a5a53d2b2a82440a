"""Cross checks of a scenario's own tests, and the tests in the form that the runner takes."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.plan import DialPlan
from orchestrator.scenario.check_contact import SPECIAL, value_mistake
from orchestrator.scenario.check_rehearsal import check_rehearsal
from orchestrator.scenario.check_rules import NO_RESULT, possible_statuses, why_never
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.part import Broken
from orchestrator.scenario.rehearsal import NONE, Expectation, ScenarioTest, TestSpec
from orchestrator.scenario.rehearsal_moves import BEGINNINGS, CONNECTED, Move, MoveKind
from orchestrator.scenario.rule_tells import name_of
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
IVR = "ivr"
_IVR_KEYS = ("caller", "called", "services")
_IVR_EXPECTS = ("missed", "stored", "values")
_CALLBACK_EXPECTS = ("status", "attempts", "waits", "disposition")
_IVR_MOVES = (MoveKind.SPEAKS,)
_PEOPLE_MOVES = (MoveKind.TAKES, MoveKind.NOBODY_TAKES, MoveKind.OUTCOME)


def check_tests(draft: Draft, plan: DialPlan | None) -> None:
    """plan: the one by which calls are placed; None when the scenario places none."""
    names: dict[str, Text] = {}
    for spec in draft.model.tests:
        if isinstance(spec, Broken):
            continue
        if spec.name in names:
            first = names[spec.name].mark.line
            draft.findings.add("S705", spec.name, f"a test `{spec.name}` stands in line {first} already")
        names.setdefault(spec.name, spec.name)
        _check_kind(draft, spec)
        _check_contact(draft, spec)
        _check_moves(draft, spec)
        check_rehearsal(draft, spec, calls_of(spec))
        _check_expectation(draft, spec, plan)


def is_ivr(draft: Draft) -> bool:
    return draft.model.kind == IVR


def _check_kind(draft: Draft, spec: TestSpec) -> None:
    """Keys that only tests of the other kind have."""
    kind = draft.model.kind
    wrong = ("contact",) if is_ivr(draft) else _IVR_KEYS if draft.has_agents else (*_IVR_KEYS, "queues")
    for key in wrong:
        if spec.has(key):
            draft.findings.add("S707", spec.key_place(key), f"tests of `{kind}` have no `{key}`")
    expects = _IVR_EXPECTS if draft.has_agents else (*_IVR_EXPECTS, "reached")
    for key in () if is_ivr(draft) else expects:
        if spec.expect.has(key):
            draft.findings.add("S707", spec.expect.key_place(key), f"tests of `{kind}` expect no `{key}`")


def _check_contact(draft: Draft, spec: TestSpec) -> None:
    if spec.language is not None and spec.language not in draft.languages and "languages" not in draft.lost:
        draft.findings.add("S205", spec.language, f"`{spec.language}` is not one of `languages`")
    if is_ivr(draft) or "contact" in draft.lost or not spec.has("contact") or spec.is_broken("contact"):
        return
    types = SPECIAL | {name: str(column.type) for name, column in draft.columns.items()}
    for name, value in spec.contact.items():
        if name not in types and name not in draft.declared_columns:
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
    for index, call in enumerate(calls_of(spec)):
        comes_in = is_ivr(draft) and index == 0
        _check_order(draft, call, comes_in=comes_in)
        for move in call:
            _check_move(draft, move)


def _check_order(draft: Draft, moves: tuple[Move, ...], *, comes_in: bool) -> None:
    """A call that is placed begins with what it meets; one that comes in is there already."""
    for index, move in enumerate(moves):
        before = moves[index - 1].kind if index else None
        if comes_in and move.kind in BEGINNINGS:
            hint = "the first call is the caller's: it begins with what the caller hears or does"
            draft.findings.add("S702", move, f"`{move.kind}` does not happen in a call that comes in", hint)
        elif before is None and not comes_in and move.kind not in BEGINNINGS:
            draft.findings.add("S702", move, f"a call does not begin with `{move.kind}`")
        elif index and not comes_in and moves[0].kind not in CONNECTED and moves[0].kind in BEGINNINGS:
            draft.findings.add("S702", move, f"after `{moves[0].kind}` nothing follows in the same call")
        elif before is MoveKind.HANGS_UP and move.kind is MoveKind.OUTCOME:
            continue
        elif before is not None and (move.kind in BEGINNINGS or before is MoveKind.HANGS_UP):
            draft.findings.add("S702", move, f"`{move.kind}` does not follow `{before}`")


def _check_move(draft: Draft, move: Move) -> None:
    declared = draft.message_names
    if move.kind is MoveKind.HEARS and move.text not in declared and "messages" not in draft.lost:
        draft.findings.add("S202", move, f"no message `{move.text}`", did_you_mean(move.text, declared))
    is_known = is_ivr(draft) or (draft.has_agents and move.kind in _PEOPLE_MOVES)
    if move.kind in (*_IVR_MOVES, *_PEOPLE_MOVES) and not is_known:
        draft.findings.add("S707", move, f"`{move.kind}` does not happen in tests of `{draft.model.kind}`")


def calls_of(spec: TestSpec) -> tuple[tuple[Move, ...], ...]:
    return spec.calls or ((spec.call,) if spec.call else ())


def _check_expectation(draft: Draft, spec: TestSpec, plan: DialPlan | None) -> None:
    expect = spec.expect
    if not any(expect.has(field.alias or name) for name, field in type(expect).model_fields.items()):
        draft.findings.add("S102", expect, "the test expects nothing", "name a result, a status, ...")
    if {"flow", "rules"} & draft.lost:
        return
    possible = draft.results | draft.vouched
    if expect.result is not None and expect.result not in possible | {NO_RESULT}:
        hint = did_you_mean(expect.result, draft.results | {NO_RESULT})
        draft.findings.add("S703", expect.result, f"the flow never comes to `{expect.result}`", hint)
    _check_told(draft, expect.told or ())
    if plan is None:
        for key in _CALLBACK_EXPECTS:
            if expect.has(key):
                where = expect.key_place(key)
                draft.findings.add(
                    "S703", where, f"no `{key}` ever comes: nobody is called back", "see `missed`"
                )
    else:
        _check_status(draft, expect.status, plan)
        if expect.disposition is not None and (
            why := why_never(expect.disposition, draft.machine, is_paced=draft.is_paced)
        ):
            draft.findings.add("S703", expect.disposition, f"`{expect.disposition}` cannot be: {why}")
    for key, message in _too_much(spec, len(calls_of(spec)), comes_in=is_ivr(draft)):
        draft.findings.add("S703", expect.place(key), message)


def _check_told(draft: Draft, told: tuple[Text, ...]) -> None:
    possible = {name_of(tell) for _, tell in draft.tells}
    for name in told:
        if name not in possible and not draft.has_lost_tells:
            draft.findings.add("S703", name, f"no rule tells `{name}`", did_you_mean(name, possible))


def _too_much(spec: TestSpec, calls: int, *, comes_in: bool) -> Iterator[tuple[str, str]]:
    """More attempts or waits than the calls of the test can have: (key, message)."""
    placed = calls - comes_in
    attempts, waits = spec.expect.attempts, spec.expect.waits
    if not calls:
        return
    what = f"{placed} call(s)" if not comes_in else f"{placed} callback(s)"
    if attempts is not None and attempts > placed:
        yield "attempts", f"{attempts} attempts cannot come of {what}"
    if waits is not None and len(waits) >= calls:
        yield "waits", f"{len(waits)} wait(s) cannot lie between {calls} call(s)"


def _check_status(draft: Draft, status: Text | None, plan: DialPlan) -> None:
    has_broken = any(
        isinstance(spec, Broken) or spec.is_broken("status") for spec in draft.written_rules.values()
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
        tests.append(_test(spec, {} if is_ivr(draft) else contact))
    return tuple(tests)


def _test(spec: TestSpec, contact: dict[str, str]) -> ScenarioTest:
    return ScenarioTest(
        name=str(spec.name),
        contact=contact,
        calls=calls_of(spec),
        expect=_expectation(spec),
        at=spec.at,
        language=_plain(spec.language),
        mark=spec.mark,
        caller=_or_nothing(spec.caller),
        called=str(spec.called or ""),
        services={str(name): answers for name, answers in spec.services.items()},
        queues={str(name): answer for name, answer in spec.queues.items()},
    )


def _expectation(spec: TestSpec) -> Expectation:
    expect = spec.expect
    return Expectation(
        result=_or_nothing(expect.result),
        status=_plain(expect.status),
        attempts=expect.attempts,
        waits=expect.waits,
        disposition=_plain(expect.disposition),
        reached=_or_nothing(expect.reached),
        missed=expect.missed,
        notes=expect.notes,
        told=None if expect.told is None else tuple(map(str, expect.told)),
        stored={
            str(into): {str(name): str(value) for name, value in row.items()}
            for into, row in (expect.stored or {}).items()
        },
        values={str(name): str(value) for name, value in (expect.values_ or {}).items()},
    )


def _plain(text: Text | None) -> str | None:
    return None if text is None else str(text)


def _or_nothing(text: Text | None) -> str | None:
    """`none` is the word for nothing."""
    return "" if text in (NONE, NO_RESULT) else _plain(text)
