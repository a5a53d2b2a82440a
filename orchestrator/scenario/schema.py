"""The JSON Schema of a scenario file, generated from the model, for editors."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from orchestrator.scenario.library import SHARED, WHOLE
from orchestrator.scenario.model import IVR, MODELS, PREDICTIVE, ROBOCALL
from orchestrator.scenario.staff import StaffFile
from orchestrator.scenario.steps import IfStep

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) as JSON data. Where YAML 1.1 or 1.2 would make a number or boolean of a text, both
    are allowed: we read it as text.
    """
    _, made = models_json_schema([(model, "validation") for model in MODELS.values()], by_alias=True)
    kinds = made["$defs"]
    kinds["If"] = _if_schema(kinds["If"])
    kinds["Switch"] = _switch_schema(kinds["Switch"])
    for model in MODELS.values():
        kinds[model.__name__] |= _needed(kinds[model.__name__]["required"])
    return {
        "$schema": DIALECT,
        "title": "A prozvon scenario",
        "type": "object",
        **_by_kind(IVR, _by_kind(PREDICTIVE, {"$ref": f"#/$defs/{MODELS[ROBOCALL].__name__}"})),
        "$defs": _undecorated(kinds),
    }


def agents_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of an agents file."""
    made = StaffFile.model_json_schema(by_alias=True)
    kinds = made.pop("$defs")
    kinds["Defaults"] = {key: item for key, item in kinds["AgentPart"].items() if key != "required"}
    made["properties"]["defaults"] = {
        "$ref": "#/$defs/Defaults",
        "description": made["properties"]["defaults"]["description"],
    }
    return {
        "$schema": DIALECT,
        **_undecorated(made),
        "title": "prozvon's agents",
        "$defs": _undecorated(kinds),
    }


def _by_kind(kind: str, otherwise: dict[str, Any]) -> dict[str, Any]:
    return {
        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
        "then": {"$ref": f"#/$defs/{MODELS[kind].__name__}"},
        "else": otherwise,
    }


def _needed(keys: list[str]) -> dict[str, Any]:
    """What must be there; some of it may come from a file that is included."""
    shared = [key for key in keys if key in (*SHARED, *WHOLE)]
    return {
        "required": [key for key in keys if key not in shared],
        "anyOf": [{"required": shared}, {"required": ["include"]}],
    }


def _if_schema(made: dict[str, Any]) -> dict[str, Any]:
    """The condition stands beside `then` and `else`, under the name that it is about."""
    properties = made["properties"]
    return {
        "type": "object",
        "description": IfStep.__doc__,
        "required": ["then"],
        "properties": {key: properties[key] for key in ("then", "else")},
        "additionalProperties": properties["condition"],
        "minProperties": 2,
        "maxProperties": 3,
    }


def _switch_schema(made: dict[str, Any]) -> dict[str, Any]:
    """An editor that reads YAML 1.1 takes the key `on` for `true`."""
    keys = made["properties"]
    either = [{"required": ["on"]}, {"required": ["true"]}]
    return {**made, "properties": {**keys, "true": keys["on"]}, "required": ["cases"], "anyOf": either}


def _undecorated(value: Any) -> Any:
    """Without pydantic's made-up titles, and without defaults that are written otherwise in YAML."""
    if isinstance(value, list):
        return [_undecorated(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _undecorated(item)
        for key, item in value.items()
        if not (key == "title" and isinstance(item, str)) and key != "default"
    }
