"""`desk:` of the model: what an agent sees during a call, and what a call may come to in the agent's words."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from orchestrator.scenario.dial import RuleSpec
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.part import Part, Tolerant, each, refuse_if_any
from orchestrator.scenario.source import SCALAR_TYPES, Map
from orchestrator.scenario.values import Filled, Named, items_of, parse_name

SCRIPT_MAX: Final = 64 * 1024  # bytes: an hour of reading aloud


def _outcomes(raw: Any, info: ValidationInfo) -> Any:
    """`[sold, refused]` -> `{sold: {}, refused: {}}`."""
    if isinstance(raw, Map):
        return Map.at(
            ((key, Map.at({}, key.mark) if value == "" else value) for key, value in raw.items()), raw.mark
        )
    findings = Findings()
    names = each(items_of(raw), parse_name, findings)
    for index, name in enumerate(names):
        if name in names[:index]:
            findings.add("S504", name, f"the outcome `{name}` stands twice")
    refuse_if_any(findings, info)
    return Map.at((name, Map.at({}, name.mark)) for name in names)


_OUTCOMES_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "array", "items": {"type": SCALAR_TYPES}, "minItems": 1},
        {"type": "object", "additionalProperties": {"type": ["object", "null"]}, "minProperties": 1},
    ]
}
Outcomes = Annotated[Named[Tolerant[RuleSpec]], BeforeValidator(_outcomes), WithJsonSchema(_OUTCOMES_SCHEMA)]


class Desk(Part):
    """What agents see, and what they may say a call came to."""

    script: Filled | None = Field(
        default=None,
        description="a text or Markdown file that the agent reads from, from the folder of the file that names it;"
        " `{{ name }}` in it is a column of the contact",
    )
    outcomes: Outcomes = Field(
        default_factory=dict,
        description="what an agent may note: `[sold, refused]`, or each with a rule: `{sold: {status: customer},"
        " refused: {retry: 30d}}`",
    )
