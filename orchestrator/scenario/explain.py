"""A scenario written out with every default filled in: nothing is hidden, and it reads back as the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from orchestrator.domain.plan import Column, Delay, Rule, ZoneRule, ZoneSource
from orchestrator.scenario.caller_id import DEFAULT, CallerId
from orchestrator.scenario.check import Scenario
from orchestrator.scenario.check_contact import SPECIAL
from orchestrator.scenario.check_rules import acts
from orchestrator.scenario.dial import NEXT_DAY, NO_LIMIT, Dial
from orchestrator.scenario.flow import Branch, Steps
from orchestrator.scenario.hours import format_hours
from orchestrator.scenario.model import SoundFile
from orchestrator.scenario.operands import Value
from orchestrator.scenario.part import Broken
from orchestrator.scenario.rehearsal import TestSpec
from orchestrator.scenario.rehearsal_text import written_test
from orchestrator.scenario.source import Text
from orchestrator.scenario.steps import (
    AnyStep,
    AskStep,
    GotoStep,
    HangUpStep,
    IfStep,
    MenuStep,
    ResultStep,
    SayStep,
    SetStep,
    WaitStep,
)
from orchestrator.scenario.values import format_duration

INLINE = 110  # characters as Python writes it: about 90 in YAML
NO_FOLDING = 10_000


class _Dumper(yaml.SafeDumper):
    """Text stays text: nothing gets quotes because another reader might take it for a number."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # its base names it
        return True


_Dumper.yaml_implicit_resolvers = {}


def _represent(dumper: _Dumper, value: dict[str, Any] | list[Any]) -> yaml.Node:
    """On one line what fits on one, else a line for each item."""
    is_dict = isinstance(value, dict)
    items = value.values() if isinstance(value, dict) else value
    is_short = len(str(value)) <= INLINE and all(
        isinstance(item, str) or (is_dict and isinstance(item, list)) for item in items
    )
    if isinstance(value, dict):
        return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=is_short)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=is_short)


_Dumper.add_representer(dict, _represent)
_Dumper.add_representer(list, _represent)


def explain(scenario: Scenario) -> str:
    """The scenario as YAML: includes merged in, defaults and default rules written. Put beside the original, it
    checks clean and compiles to the same program and plan.
    """
    model = scenario.model
    rules, silent = _rules(scenario)
    tree: dict[str, Any] = {
        "scenario": model.scenario,
        "title": scenario.title,
        "kind": model.kind,
        "languages": list(scenario.languages),
        "contact": {column.name: _column(column) for column in scenario.columns},
        "messages": {name: _wordings(scenario, name) for name in scenario.messages},
        "flow": {name: _steps(steps) for name, steps in model.flow.items()},
        "machine": model.machine,
        "dial": _dial(model.dial),
        "rules": rules,
        "tests": [
            written_test(spec, _columns(scenario)) for spec in model.tests if isinstance(spec, TestSpec)
        ],
    }
    return _dump({key: value for key, value in tree.items() if value}) + _commented(silent)


def _dump(tree: Any) -> str:
    return str(
        yaml.dump(
            _plain(tree),
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            width=NO_FOLDING,
        )
    )


def _plain(value: Any) -> Any:
    """Only str, list and dict, which is all that the language has."""
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return {str(key): _plain(item) for key, item in value.items() if item is not None}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return str(value)


def _column(column: Column) -> dict[str, Any]:
    return {"type": column.type, "optional": not column.required}


def _wordings(scenario: Scenario, name: str) -> dict[str, Any]:
    by_name = {str(each): wordings for each, wordings in scenario.model.messages.items()}
    wordings = by_name[name]
    assert not isinstance(wordings, Broken)  # noqa: S101  # a scenario has no problems
    return {
        str(language): _wording(wording, scenario.path.parent)
        for language, wording in wordings.items()
        if language in scenario.languages
    }


def _wording(wording: Text | SoundFile | Broken, folder: Path) -> Any:
    """A recording that an included file names is named from here."""
    if isinstance(wording, SoundFile):
        path = Path(wording.file.mark.file).parent / wording.file
        return {"file": os.path.relpath(path, folder)}
    return wording


def _steps(steps: Steps | Broken) -> list[Any]:
    assert not isinstance(steps, Broken)  # noqa: S101  # as above
    return [_step(step) for step in steps if not isinstance(step, Broken)]


def _step(step: AnyStep) -> Any:
    match step:
        case SayStep():
            return {"say": step.say}
        case MenuStep():
            return {"menu": {**step.menu.values, "timeout": format_duration(step.menu.timeout)}}
        case AskStep():
            least, most = step.ask.digits
            digits = f"{least}" if least == most else f"{least}..{most}"
            return {
                "ask": {**step.ask.values, "digits": digits, "timeout": format_duration(step.ask.timeout)}
            }
        case SetStep():
            return {"set": {name: _value(value) for name, value in step.set.items()}}
        case IfStep():
            return {"if": _if(step)}
        case GotoStep():
            return {"goto": step.goto}
        case ResultStep():
            return {"result": step.result}
        case WaitStep():
            return {"wait": format_duration(step.wait)}
        case _:
            left: HangUpStep = step  # no other verb is left; mypy holds it so
            return left.shorthand


def _if(step: IfStep) -> dict[str, Any]:
    condition = step.if_.condition
    test: dict[str, Any]
    if condition.op in ("set", "not_set"):
        test = {"set": condition.op == "set"}
    elif condition.op == "in":
        test = {"in": [_value(value) for value in condition.right]}
    else:
        test = {condition.op: _value(condition.right[0])}
    otherwise = None if step.if_.else_ is None else _branch(step.if_.else_)
    return {condition.name: test, "then": _branch(step.if_.then), "else": otherwise}


def _branch(branch: Branch) -> Any:
    return branch if isinstance(branch, Text) else _steps(branch)


def _value(value: Value) -> str:
    return f"{{{{ {value.text} }}}}" if value.is_reference else value.text


def _dial(dial: Dial) -> dict[str, Any]:
    shares = dial.gateways
    has_weights = shares[0].weight is not None
    return {
        "gateways": {share.name: share.weight for share in shares}
        if has_weights
        else [s.name for s in shares],
        "caller_id": _caller_id(dial.caller_id),
        "ring": format_duration(dial.ring),
        "hours": format_hours(dial.hours),
        "timezone": _zone(dial.timezone),
        "attempts": dial.attempts,
        "per_day": NO_LIMIT if dial.per_day is None else dial.per_day,
        "first": [order.text for order in dial.first],
    }


def _caller_id(caller_id: CallerId) -> Any:
    written = {key: numbers[0] if len(numbers) == 1 else list(numbers) for key, numbers in caller_id.choices}
    return written[DEFAULT] if len(written) == 1 else written


def _zone(zone: ZoneRule) -> Any:
    if zone.source is ZoneSource.FIXED:
        return zone.name
    return {"from": "contact", "unclear": zone.name} if zone.name else "contact"


def _rules(scenario: Scenario) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rules that act, and those by default that cannot: written out, the latter would be problems."""
    acting: dict[str, Any] = {}
    silent: dict[str, Any] = {}
    for key, rule in scenario.plan.rules.items():
        can_act = acts(key, rule, scenario.plan.attempts, str(scenario.model.machine))
        (acting if can_act else silent)[key] = written_rule(rule)
    return acting, silent


def written_rule(rule: Rule) -> dict[str, Any]:
    """Without what does not say anything: `at_most` without a limit, an absent status."""
    retry = [_delay(delay) for delay in rule.retry]
    return {
        "retry": retry[0] if len(retry) == 1 else retry or None,
        "at_most": rule.at_most,
        "counts": rule.counts,
        "next_phone": rule.next_phone,
        "status": rule.status,
        "hold": rule.hold,
    }


def _delay(delay: Delay) -> str:
    return NEXT_DAY if delay.after_s is None else format_duration(delay.after_s)


def _commented(rules: dict[str, Any]) -> str:
    head = "# Rules by default, which nothing in this scenario sets off:"
    lines = [head, *(f"#   {line}" for line in _dump(rules).splitlines())] if rules else []
    return "".join(f"{line}\n" for line in lines)


def _columns(scenario: Scenario) -> set[str]:
    """Without columns that an included file declares and this scenario does not use."""
    return {*SPECIAL, *(column.name for column in scenario.columns)}
