"""`queues:` of the model: who takes the calls of a queue, in which order, and who of the callers goes first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.domain.queue import Strategy
from orchestrator.scenario.caller_id import NUMBERS_SCHEMA, parse_number
from orchestrator.scenario.checked import Key
from orchestrator.scenario.dial import parse_zone_name
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.hours import Hours
from orchestrator.scenario.operands import parse_path
from orchestrator.scenario.part import Part, each, refuse_if_any, wrong
from orchestrator.scenario.people_steps import ORDERS, MaxWait, MaxWaiting, RingTime
from orchestrator.scenario.roles import OrMessage
from orchestrator.scenario.source import SCALAR_TYPES, Map, Text
from orchestrator.scenario.values import (
    DURATION_SCHEMA,
    NAME_SCHEMA,
    NO,
    choice_schema,
    duration_between,
    duration_schema,
    items_of,
    one_of,
    parse_name,
    parse_whole,
    shorten,
    text_of,
    whole_between,
    whole_schema,
)

ASSIGNED: Final = "assigned"
LEVELS: Final = 9  # of skill: more are never told apart
AHEAD_MAX_S: Final = 86_400.0  # nobody waits longer than a day, so more changes nothing
STRATEGIES: Final = (*tuple(Strategy), *ORDERS)
AGENT_RING_S: Final = 20.0
_AHEAD = duration_between(0, AHEAD_MAX_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who takes the calls: numbers that the switch rings itself, or agents by name and level (1 first), or `assigned`:
    the agents who name the queue in the agents file.
    """

    numbers: tuple[str, ...] = ()
    agents: tuple[tuple[Text, int], ...] = ()
    has_levels: bool = False

    @property
    def has_agents(self) -> bool:
        return not self.numbers

    @property
    def is_assigned(self) -> bool:
        return not self.numbers and not self.agents


def _team(raw: Any, info: ValidationInfo) -> Team:
    findings = Findings()
    team = _by_level(raw, findings) if isinstance(raw, Map) else _listed(raw, findings)
    refuse_if_any(findings, info)
    return team


def _by_level(raw: Map, findings: Findings) -> Team:
    if not raw:
        raise wrong("S111", "nobody takes the calls of this queue")
    names = each(raw, _agent, findings)
    levels = each(raw.values(), lambda level: parse_whole(level, 1, LEVELS), findings)
    return Team(agents=tuple(zip(names, levels, strict=False)), has_levels=True)


def _listed(raw: Any, findings: Findings) -> Team:
    if raw == ASSIGNED:
        return Team()
    items = items_of(raw)
    members = each(items, _member, findings)
    for index, member in enumerate(members):
        if member in members[:index]:
            what = f"the number `{member}`" if _is_number(member) else f"the agent `{member}`"
            findings.add("S504", member, f"{what} stands twice")
    numbers = [member for member in members if _is_number(member)]
    if numbers and len(numbers) < len(members):
        agent = next(member for member in members if not _is_number(member))
        findings.add("S540", agent, f"the agent `{agent}` stands beside numbers")
    if numbers:
        return Team(numbers=tuple(map(str, numbers)))
    return Team(agents=tuple((member, 1) for member in members))


def _is_number(text: str) -> bool:
    return not text[:1].isalpha()


def _member(raw: Any) -> Text:
    text = text_of(raw)
    return parse_number(text) if _is_number(text) else _agent(text)


def _agent(raw: Any) -> Text:
    text = text_of(raw)
    if _is_number(text):
        hint = "levels are for agents of the agents file; write numbers as a list"
        raise wrong("S540", f"the number `{shorten(text)}` has no level", hint)
    if text == ASSIGNED:
        raise wrong("S540", f"`{ASSIGNED}` stands alone", f"write `agents: {ASSIGNED}`")
    return parse_name(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """How often, and by how many seconds each time, an agent may make the wrap-up longer."""

    times: int
    seconds: float


_EXTENSIONS = re.compile(r"([0-9]{1,3})\s*x\s*(\S+)\Z")
_EXTENSION = duration_between(5, 600)


def _extensions(raw: Any) -> Extensions | None:
    text = text_of(raw)
    if text.lower() in NO:
        return None
    found = _EXTENSIONS.match(text)
    if not found:
        raise wrong("S541", f"`{shorten(text)}` is not so many times so long")
    times = parse_whole(Text.at(found[1], text.mark), 1, 20)
    return Extensions(times=times, seconds=_EXTENSION(Text.at(found[2], text.mark)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """A column (or variable), and how much longer who has each value of it counts as having waited, in seconds."""

    column: Text
    ahead: tuple[tuple[Text, float], ...]


def _priority(raw: Any, info: ValidationInfo) -> Priority:
    column = raw.value("column") if isinstance(raw, Map) else None
    if column is None or len(raw) < 2:
        raise wrong("S542", "a column and what its values are worth are expected here")
    findings = Findings()
    names = each([column], parse_path, findings)
    values = [(key, value) for key, value in raw.items() if key != "column"]
    ahead = each((value for _, value in values), _AHEAD, findings)
    refuse_if_any(findings, info)
    pairs = zip((key for key, _ in values), ahead, strict=True)
    return Priority(column=names[0], ahead=tuple(pairs))


class Vip(Part):
    """Callers who go ahead by their number."""

    numbers: Annotated[
        tuple[Text, ...], PlainValidator(lambda raw: _vip_numbers(raw)), WithJsonSchema(NUMBERS_SCHEMA)
    ] = Field(description="numbers; or a file with one in each line: `vip.txt`")
    ahead: Annotated[float, PlainValidator(_AHEAD), duration_schema(0, AHEAD_MAX_S)] = Field(
        default=600.0, description="as if they had waited so much longer"
    )

    @property
    def file(self) -> Text | None:
        """The file of numbers; None when they stand here."""
        only = self.numbers[0] if len(self.numbers) == 1 else None
        return None if only is None or only.startswith("+") else only


def _vip_numbers(raw: Any) -> tuple[Text, ...]:
    """Numbers, or the one path of a file."""
    if isinstance(raw, Text) and text_of(raw)[:1] not in "+0123456789":
        return (raw,)
    return tuple(parse_number(item) for item in items_of(raw))


_TEAM_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": SCALAR_TYPES},
        {"type": "array", "items": {"type": SCALAR_TYPES}, "minItems": 1},
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": NAME_SCHEMA["pattern"]},
            "additionalProperties": {"type": ["integer", "string"], "minimum": 1, "maximum": LEVELS},
        },
    ]
}
_PRIORITY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["column"],
    "properties": {"column": {"type": "string"}},
    "additionalProperties": DURATION_SCHEMA,
    "minProperties": 2,
}
_EXTENSIONS_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "string", "pattern": r"^[0-9]+\s*x\s*[0-9a-z.]+$"}, {"enum": [False, *NO]}]
}
Agents = Annotated[Team, PlainValidator(_team), WithJsonSchema(_TEAM_SCHEMA)]
AnyStrategy = Annotated[Text, PlainValidator(one_of(STRATEGIES)), choice_schema(STRATEGIES)]
WrapUp = Annotated[float, PlainValidator(duration_between(0, 3600)), duration_schema(0, 3600)]
Extend = Annotated[Extensions | None, PlainValidator(_extensions), WithJsonSchema(_EXTENSIONS_SCHEMA)]
Misses = Annotated[int, PlainValidator(whole_between(0, 100)), whole_schema(0, 100)]
OrPriority = Annotated[Priority | None, PlainValidator(_priority), WithJsonSchema(_PRIORITY_SCHEMA)]
Weight = Annotated[float, PlainValidator(_AHEAD), duration_schema(0, AHEAD_MAX_S)]
Level = Annotated[float, PlainValidator(duration_between(1, 600)), duration_schema(1, 600)]
LevelsAfter = Annotated[float, PlainValidator(duration_between(0, 600)), duration_schema(0, 600)]
Zone = Annotated[str, PlainValidator(parse_zone_name), WithJsonSchema({"type": "string"})]

# Keys that say nothing where the switch rings numbers by itself
AGENTS_ONLY: Final = (
    "wrap_up",
    "wrap_up_extend",
    "misses",
    "priority",
    "vip",
    "weight",
    "max_waiting",
    "max_wait",
    "hours",
    "timezone",
    "service_level",
    "whisper",
    "accept",
    "levels_after",
)


class QueueSpec(Part):
    """Who takes the calls of a queue."""

    agents: Agents = Field(
        description="agents of the agents file: `[anna, boris]`; with levels, 1 first: `{anna: 1, boris: 2}`;"
        " `assigned`: those whose own `queues` name it. Of `ivr` numbers as well, as +79990000001, which the switch"
        " rings by itself; one, or a list"
    )
    strategy: AnyStrategy | None = Field(
        default=None,
        description="of agents longest_idle (else that), round_robin, fewest_calls, least_talk, top_down or ring_all;"
        " of numbers in_turn (else that) or all_at_once",
    )
    ring: RingTime | None = Field(
        default=None,
        description="how long each rings: 5s to 2m; else 20s, and numbers as long as `dial.ring`",
    )
    wrap_up: WrapUp = Field(
        default=30.0, description="time to write down what was said, 0s to 1h; `0s`: none"
    )
    wrap_up_extend: Extend = Field(
        default=None, description="how often an agent may make it longer: `2 x 30s`, or `no`"
    )
    misses: Misses = Field(
        default=3,
        description="who has not answered so many times in a row takes no more calls, until the agent says so;"
        " `0`: goes on",
    )
    levels_after: LevelsAfter = Field(
        default=0.0, description="the next level is for callers who have waited so long; `0s`: at once"
    )
    priority: OrPriority | None = Field(
        default=None,
        description="a column (of `ivr` a variable), and how much longer its values count as having waited:"
        " `{column: tier, gold: 5m, silver: 2m}`",
    )
    vip: Vip | None = Field(
        default=None, description="numbers that go ahead: `{numbers: vip.txt, ahead: 10m}`"
    )
    weight: Weight = Field(
        default=0.0,
        description="against other queues of the same agents: as if all had waited so much longer",
    )
    max_waiting: MaxWaiting | None = Field(
        default=None, description="as in the step `queue`, for all who come; the step's own goes first"
    )
    max_wait: MaxWait | None = Field(
        default=None, description="as in the step `queue`, for all who come; the step's own goes first"
    )
    hours: Hours = Field(
        default=None,
        description="when it is open, as `dial.hours`; else `always`. Outside of them callers overflow",
    )
    timezone: Zone | None = Field(
        default=None,
        description="whose clock its `hours` are read on; else the scenario's, where that is one",
    )
    service_level: Level = Field(
        default=20.0, description="figures tell how many were answered within this: 1s to 10m"
    )
    whisper: OrMessage = Field(default=None, description="as in the step `queue`")
    accept: Key | None = Field(default=None, description="as in the step `queue`")


def read_numbers(text: str) -> tuple[list[str], list[int]]:
    """Numbers of a VIP file, one in each line, `#` begins a comment; and the lines that hold none."""
    numbers: list[str] = []
    bad: list[int] = []
    for index, line in enumerate(text.splitlines(), start=1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        if _FULL.match(said):
            numbers.append(said)
        else:
            bad.append(index)
    return numbers, bad


_FULL = re.compile(r"\+[1-9][0-9]{6,14}\Z")
