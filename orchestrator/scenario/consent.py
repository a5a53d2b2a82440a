"""Consent in a scenario: the key `consent`, and the verb `opt_out`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, PlainValidator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from orchestrator.domain.consent import ConsentDemand, NoConsent
from orchestrator.scenario.part import Part
from orchestrator.scenario.source import Map, Text
from orchestrator.scenario.values import Name, YesNo, choice_schema, one_of

OPT_OUT = "opt_out"
OTHERWISE = tuple(each.value for each in NoConsent)


class ConsentSpec(Part):
    """What whoever is called must have agreed to. `consent: marketing` is short for `consent: {purpose: marketing}`."""

    shorthand: ClassVar[str | None] = "purpose"
    neutral: ClassVar[dict[str, Any]] = {"purpose": Text.at("anything")}

    purpose: Name = Field(description="what they agreed to, as consents are kept: `marketing`")
    else_: Annotated[Text, PlainValidator(one_of(OTHERWISE)), choice_schema(OTHERWISE)] = Field(
        alias="else",
        default=Text.at(NoConsent.SKIP.value),
        description="what becomes of a contact who has not: `skip`: done, with the status `no_consent`; `hold`: held"
        " for a person",
    )


def demand_of(spec: ConsentSpec | None) -> ConsentDemand | None:
    """The key as the dial plan has it."""
    return (
        None
        if spec is None
        else ConsentDemand(purpose=str(spec.purpose), otherwise=NoConsent(str(spec.else_)))
    )


class OptOut(Part):
    """See the step `opt_out`."""

    purpose: Name | None = Field(
        default=None, description="with `everything: no`: what is taken back; else what the scenario demands"
    )
    everything: YesNo = Field(
        default=True,
        description="every consent is taken back, and the number goes on the do-not-call list; `no`: only this consent",
    )


def _bare(raw: Any) -> Any:
    """`- opt_out` alone is all of it."""
    return Map.at({}, raw.mark) if isinstance(raw, Text) and raw in ("", OPT_OUT) else raw


class OptOutStep(Part):
    """Takes back the consent of the person on the line, once the call is over; whoever is called is not called again.
    For every number of the contact; of a call that came in, for the caller's.

    ```yaml
    - opt_out
    - opt_out: {purpose: marketing, everything: no}
    ```
    """

    shorthand = OPT_OUT

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = super().__get_pydantic_json_schema__(schema, handler)
        handler.resolve_ref_schema(made)["anyOf"][0] = {"const": OPT_OUT}
        return made

    opt_out: Annotated[OptOut, BeforeValidator(_bare)]
