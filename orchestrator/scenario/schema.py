"""The JSON Schema of a scenario file, generated from the model, for editors."""

from __future__ import annotations

from typing import Any

from orchestrator.scenario.model import ScenarioModel
from orchestrator.scenario.steps import IfStep

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) as JSON data. Where YAML 1.1 or 1.2 would make a number or boolean of a text, both
    are allowed: we read it as text.
    """
    made = ScenarioModel.model_json_schema(by_alias=True)
    made["$defs"]["If"] = _if_schema(made["$defs"]["If"])
    return {"$schema": DIALECT, **_undecorated(made), "title": "A prozvon scenario"}


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
