"""The JSON Schema for editors."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from orchestrator.scenario.model import MODELS
from orchestrator.scenario.reference_examples import AGENTS
from orchestrator.scenario.schema import agents_schema, scenario_schema
from orchestrator.scenario.steps import VERBS

from .conftest import ALL, HERE

SCHEMA = scenario_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


class AsEditors(yaml.SafeLoader):
    """YAML with its types, but dates as text, as in JSON."""


AsEditors.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if "timestamp" not in tag and "int" not in tag]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
AsEditors.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+\Z"), list("-+0123456789"))


def load(path: Path) -> Any:
    """As an editor sees it: numbers and booleans where YAML makes them; keys are text in JSON."""
    return json.loads(json.dumps(yaml.load(path.read_text(encoding="utf-8"), Loader=AsEditors)))  # noqa: S506


def test_the_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "path",
    [
        *ALL,
        *sorted((HERE.parents[1] / "scenarios").glob("*.yaml")),
    ],
    ids=lambda path: path.stem,
)
def test_a_good_scenario_is_valid(path: Path) -> None:
    assert [(list(error.path), error.message) for error in VALIDATOR.iter_errors(load(path))] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (["titel"], "x"),
        (["kind"], "outbound"),
        (["languages"], []),
        (["machine"], "maybe"),
        (["contact", "order"], {"type": "digits", "need": True}),
        (["contact", "order"], "string"),
        (["messages", "hello"], "text"),
        (["messages", "Hello there"], {"ru": "x"}),
        (["flow", "start"], [{"sey": "hello"}]),
        (["flow", "start"], "hello"),
        (["flow", "start", 0], {"say": "two words"}),
        (["flow", "start", 1], {"menu": {"prompt": "choice"}}),
        (["flow", "start", 1], {"menu": {"prompt": "choice", "keys": {"1": "a"}, "tries": 99}}),
        (["flow", "start", 0], {"if": {"then": "today"}}),
        (["flow", "start", 0], {"if": {"order": {"over": 1}, "then": "today"}}),
        (["flow", "start", 0], {"wait": 5}),
        (["dial", "gateways"], {"main": "much"}),
        (["dial", "caller_id"], {"RU": "+7"}),
        (["dial", "hours"], {"monday": "09:00-20:00"}),
        (["dial", "timezone"], {"from": "contact"}),
        (["dial", "atempts"], 6),
        (["rules", "busy"], {"retry": "15m", "sms": ["two words"]}),
        (["rules", "busy"], {"counts": "perhaps"}),
        (["tests", 0, "call"], ["answer"]),
        (["tests", 0, "expect"], {"disposition": "gone"}),
    ],
)
def test_a_mistake_is_seen_by_an_editor(place: list[Any], value: object) -> None:
    scenario = copy.deepcopy(load(HERE / "parcel.yaml"))
    at = scenario
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    assert not VALIDATOR.is_valid(scenario)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (["kind"], "robocall"),
        (["numbers"], {}),
        (["contact"], {"name": "text"}),
        (["record"], "loudly"),
        (["record"], {"sterio": True}),
        (["queues", "sales"], {"agents": []}),
        (["queues", "sales", "strategy"], "random"),
        (["missed", "when"], ["busy"]),
        (["missed", "unless"], "called"),
        (["missed", "per_number"], {}),
        (["flow", "closed"], [{"queue": {"max_waiting": "many", "name": "sales"}}]),
        (["flow", "closed"], [{"offer_callback": "soon"}]),
        (["flow", "closed"], [{"fetch": {"get": "https://example.com"}}]),
        (["flow", "closed"], [{"switch": {"on": "card.status"}}]),
        (["flow", "closed"], [{"record": {"review": "perhaps"}}]),
        (["flow", "closed"], [{"forward": {"to": "+79990000001", "accept": "12"}}]),
        (["flow", "closed"], [{"music": {"play": "calm", "for": "5s"}}]),
    ],
)
def test_a_mistake_of_a_line_is_seen_by_an_editor(place: list[Any], value: object) -> None:
    scenario = copy.deepcopy(load(HERE / "everything_ivr.yaml"))
    at = scenario
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    assert not VALIDATOR.is_valid(scenario)


def test_every_key_and_verb_is_in_it_with_its_description() -> None:
    for model in MODELS.values():
        made = SCHEMA["$defs"][model.__name__]
        assert set(made["properties"]) == set(model.model_fields)
        assert all(prop.get("description") for prop in made["properties"].values())
    text = json.dumps(SCHEMA)
    assert all(f'"{verb}"' in text for verb in VERBS)


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        (AGENTS, True),
        ("agents: {anna: {dial: user/1}}", True),
        ("agents: {anna: {dail: user/1}}", False),
        ("agents: {anna: {title: Anna}}", False),
        ("agents: {Anna: {dial: user/1}}", False),
        ("agents: {anna: {dial: user/1}}\ndefaults: {langage: ru}", False),
        ("breaks: [lunch]", False),
    ],
)
def test_an_editor_knows_the_agents_file(text: str, is_valid: bool) -> None:
    schema = agents_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    file = json.loads(json.dumps(yaml.load(text, Loader=AsEditors)))  # noqa: S506  # text of the test
    assert jsonschema.Draft202012Validator(schema).is_valid(file) == is_valid
