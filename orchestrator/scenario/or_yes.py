"""A mapping for which `yes` stands when all of it is as usual, and `no` when there is none."""

from __future__ import annotations

from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from orchestrator.scenario.source import Map, Text
from orchestrator.scenario.values import NO, YES, parse_yes_no


class OrYes:
    """Goes into the `Annotated` of a part or None."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_yes_or_more, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"enum": [True, False, *YES, *NO]}, handler(schema)]}


def _yes_or_more(raw: Any) -> Any:
    if isinstance(raw, Text) and raw.lower() in YES + NO:
        return Map.at({}, raw.mark) if parse_yes_no(raw) else None
    return raw
