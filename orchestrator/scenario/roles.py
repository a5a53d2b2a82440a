"""What the names in a step mean, said once beside each field: the checks read it off the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Annotated, Any

from orchestrator.scenario.operands import Condition, Value
from orchestrator.scenario.part import Part
from orchestrator.scenario.source import Text
from orchestrator.scenario.values import Name

NO_MESSAGE = "none"  # where a prompt has a default, and nothing is to be said


class Role(Enum):
    SAYS = auto()
    GOES_TO = auto()
    CALLS = auto()  # goes to, and comes back
    SETS = auto()
    SETS_FIELDS = auto()  # what is set has fields: `card` gives card.status
    READS = auto()
    CONCLUDES = auto()
    QUEUES = auto()


@dataclass(frozen=True, slots=True)
class Means:
    role: Role


MessageName = Annotated[Name, Means(Role.SAYS)]
OrMessage = Annotated[Name | None, Means(Role.SAYS)]
BlockName = Annotated[Name, Means(Role.GOES_TO)]
OrBlock = Annotated[Name | None, Means(Role.GOES_TO)]
CalledBlock = Annotated[Name, Means(Role.CALLS)]
Variable = Annotated[Name, Means(Role.SETS)]
VariableWithFields = Annotated[Name, Means(Role.SETS_FIELDS)]
ResultName = Annotated[Name, Means(Role.CONCLUDES)]
QueueName = Annotated[Name, Means(Role.QUEUES)]


@cache
def _roles_of(part: type[Part]) -> tuple[tuple[str, Role | None], ...]:
    """(field, role of its names) of every field."""
    found = []
    for name, field in part.model_fields.items():
        roles = [each.role for each in field.metadata if isinstance(each, Means)]
        found.append((name, roles[0] if roles else None))
    return tuple(found)


def names_in(part: Part) -> Iterator[tuple[Role, Text]]:
    """Every name that a part refers to, with its role; parts inside it too, nested steps not."""
    for field, role in _roles_of(type(part)):
        yield from _names(getattr(part, field), role)


def _names(value: Any, role: Role | None) -> Iterator[tuple[Role, Text]]:
    match value:
        case Part():
            yield from names_in(value)
        case Value():
            if value.is_reference:
                yield Role.READS, value.text
        case Condition():
            yield Role.READS, value.name
            for right in value.right:
                yield from _names(right, None)
        case dict() if role is Role.SETS:
            for name, item in value.items():
                yield from _names(item, None)
                yield Role.SETS, name
        case dict():
            for item in value.values():
                yield from _names(item, role)
        case Text() if role is not None and not (role is Role.SAYS and value == NO_MESSAGE):
            yield role, value
        case _:
            pass  # a number, a duration, nested steps


def names_of(part: Part, *roles: Role) -> list[Text]:
    return [name for role, name in names_in(part) if role in roles]
