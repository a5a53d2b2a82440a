"""A scenario written out with every default filled in: nothing is hidden, and it reads back as the same."""

from __future__ import annotations

from typing import Any

import yaml

from orchestrator.domain.plan import Column, Delay, DialPlan, Rule
from orchestrator.scenario.check import Scenario
from orchestrator.scenario.check_contact import SPECIAL
from orchestrator.scenario.check_paced import first_queues
from orchestrator.scenario.check_rules import acts
from orchestrator.scenario.dial import NEXT_DAY
from orchestrator.scenario.flow import read_block
from orchestrator.scenario.hours import format_hours
from orchestrator.scenario.inbound import Missed
from orchestrator.scenario.inbound_plan import zone_name
from orchestrator.scenario.model import Ivr, Predictive, Robocall
from orchestrator.scenario.part import Broken
from orchestrator.scenario.people_steps import Queue
from orchestrator.scenario.queue_plan import wait_of
from orchestrator.scenario.queues import QueueSpec
from orchestrator.scenario.rehearsal import TestSpec
from orchestrator.scenario.rehearsal_text import written_test
from orchestrator.scenario.rule_tells import written_tells
from orchestrator.scenario.values import format_duration
from orchestrator.scenario.written import (
    Beside,
    ruled_outcomes,
    written,
    written_blocks,
    written_desk,
    written_dial,
    written_gateways,
    written_queue,
)

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
    """The scenario as YAML: includes merged in, defaults, default rules and standard messages written. Put beside the
    original, it checks clean and compiles to the same program and plan.
    """
    model, folder = scenario.model, scenario.path.parent
    silent: dict[str, Any] = {}
    tree: dict[str, Any] = {
        "scenario": model.scenario,
        "title": scenario.title,
        "kind": model.kind,
        "project": model.project,
        "languages": list(scenario.languages),
        "contact": {column.name: _column(column) for column in scenario.columns},
    }
    if isinstance(model, Ivr):
        tree |= _inbound(scenario, model)
    elif model.consent is not None:
        tree["consent"] = {"purpose": model.consent.purpose, "else": model.consent.else_}
    tree["messages"] = {name: _wordings(scenario, name) for name in scenario.messages}
    tree["flow"] = written_blocks(scenario.flow, _beside(scenario), leave=_blocks_of_missed(model))
    if not isinstance(model, Ivr):
        tree["queues"] = _queues(scenario, 0.0)
    tree["desk"] = None if model.desk is None else written_desk(model.desk, folder)
    if isinstance(model, Robocall):
        is_paced = isinstance(model, Predictive)
        rules, silent = _rules(scenario.plan, str(model.machine), is_paced=is_paced)
        rules = {key: rule for key, rule in rules.items() if key not in ruled_outcomes(model.desk)}
        tree |= {"machine": model.machine, "dial": written_dial(model.dial), "rules": rules}
    elif model.missed is not None:
        tree["missed"], silent = _missed(scenario, model, model.missed)
    tree["tests"] = [
        written_test(spec, _columns(scenario)) for spec in model.tests if isinstance(spec, TestSpec)
    ]
    return _dump({key: value for key, value in tree.items() if value}) + _commented(silent)


def _beside(scenario: Scenario) -> Beside:
    queues = {str(name): spec for name, spec in scenario.model.queues.items()}
    paced = first_queues(scenario.flow) if isinstance(scenario.model, Predictive) else ()

    def max_wait_s(queue: Queue) -> float:
        spec = queues[queue.name]
        assert isinstance(spec, QueueSpec)  # noqa: S101  # a scenario has no problems
        return wait_of(queue, spec, is_paced=any(queue is each for each in paced)).max_wait

    return Beside(scenario.path.parent, max_wait_s)


def _inbound(scenario: Scenario, model: Ivr) -> dict[str, Any]:
    dial = model.dial
    return {
        "numbers": list(model.numbers),
        "caller_language": dict(model.caller_language),
        "called_language": dict(model.called_language),
        "hours": format_hours(model.hours),
        "timezone": zone_name(model),
        "record": "no" if model.record is None else written(model.record, scenario.path.parent),
        "dial": {
            "gateways": written_gateways(dial.gateways) if dial.gateways else None,
            "caller_id": dial.caller_id,
            "ring": format_duration(dial.ring),
        },
        "queues": _queues(scenario, dial.ring),
    }


def _queues(scenario: Scenario, ring_s: float) -> dict[str, Any]:
    """ring_s: how long numbers ring where the queue does not say."""
    used = {name for steps in scenario.flow.values() for name in read_block(steps).queues}
    return {
        name: written_queue(spec, ring_s, scenario.path.parent)
        for name, spec in scenario.model.queues.items()
        if name in used and not isinstance(spec, Broken)
    }


def _blocks_of_missed(model: Robocall | Ivr) -> set[str]:
    return {str(name) for name in model.missed.blocks} if isinstance(model, Ivr) and model.missed else set()


def _missed(scenario: Scenario, model: Ivr, missed: Missed) -> tuple[dict[str, Any], dict[str, Any]]:
    made = {
        "when": list(missed.when),
        "after": format_duration(missed.after),
        "notify": None if missed.notify is None else written(missed.notify, scenario.path.parent),
        "per_number": {format_duration(window): count for window, count in missed.per_number},
    }
    if scenario.callback is None:
        return made, {}
    rules, silent = _rules(scenario.callback, str(missed.machine), is_paced=False)
    rules = {key: rule for key, rule in rules.items() if key not in ruled_outcomes(model.desk)}
    own = {name: steps for name, steps in scenario.flow.items() if name in _blocks_of_missed(model)}
    return made | {
        "unless": missed.unless,
        "attempts": missed.attempts,
        "hours": format_hours(scenario.callback.hours),
        "machine": missed.machine,
        "rules": rules,
        "flow": written_blocks(own, _beside(scenario)),
    }, silent


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
    if name not in by_name:
        return {language: scenario.standard[name][language] for language in scenario.languages}
    wordings = by_name[name]
    assert not isinstance(wordings, Broken)  # noqa: S101  # a scenario has no problems
    return {
        str(language): written(wording, scenario.path.parent)
        for language, wording in wordings.items()
        if language in scenario.languages
    }


def _rules(plan: DialPlan, machine: str, *, is_paced: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rules that act, and those by default that cannot: written out, the latter would be problems."""
    acting: dict[str, Any] = {}
    silent: dict[str, Any] = {}
    for key, rule in plan.rules.items():
        can_act = acts(key, rule, plan.attempts, machine, is_paced=is_paced)
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
        **written_tells(rule.tells),
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
