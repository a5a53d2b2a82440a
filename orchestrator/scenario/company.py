"""`company:` of the model: who calls, told to a person for whom no agent was free in time."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from orchestrator.scenario.caller_id import parse_number
from orchestrator.scenario.part import Part, wrong
from orchestrator.scenario.source import SCALAR_TYPES, Map, Text
from orchestrator.scenario.values import shorten, text_of

NAME_MAX: Final = 100  # characters


def _said(raw: Any) -> Text:
    """A name that is said as it stands: nothing in it is a template."""
    text = text_of(raw)
    if len(text) > NAME_MAX or any(sign in text for sign in "{}\\\n"):
        raise wrong("S545", f"`{shorten(text)}` is not a name to be said")
    return text


def _kind(raw: Any) -> str:
    return "languages" if isinstance(raw, Map) else "name"


Said = Annotated[Text, PlainValidator(_said), WithJsonSchema({"type": SCALAR_TYPES})]
CompanyName = Annotated[
    Annotated[Said, Tag("name")] | Annotated[dict[Text, Said], Tag("languages")], Discriminator(_kind)
]
CompanyPhone = Annotated[Text, PlainValidator(parse_number), WithJsonSchema({"type": ["string", "integer"]})]


class Company(Part):
    """Who calls."""

    shorthand: ClassVar[str | None] = "name"

    name: CompanyName = Field(
        description="its name as it is said, or by language: `{ru: Ромашка, en: Daisy}`"
    )
    phone: CompanyPhone | None = Field(default=None, description="where it can be called")

    def name_in(self, language: str) -> str | None:
        """None when it has none in this language."""
        if isinstance(self.name, dict):
            return next((str(name) for key, name in self.name.items() if key == language), None)
        return str(self.name)


OrCompany = Company | None
