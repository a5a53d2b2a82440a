"""The agents file: who takes calls, how each is rung, and what a break may be called (docs/agents.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.domain.agent import AgentSpec
from orchestrator.domain.problem import Problem
from orchestrator.domain.queue import QueueRules
from orchestrator.scenario.caller_id import parse_number
from orchestrator.scenario.findings import Findings, did_you_mean
from orchestrator.scenario.part import Broken, Part, Tolerant, each, refuse_if_any, wrong
from orchestrator.scenario.people_steps import KEEP
from orchestrator.scenario.reader import SIZE_MAX, read_document
from orchestrator.scenario.source import SCALAR_TYPES, Map, Mark, Text
from orchestrator.scenario.values import (
    NAME_SCHEMA,
    Filled,
    Named,
    YesNo,
    choice_schema,
    items_of,
    one_of,
    parse_gateway,
    parse_label,
    parse_name,
    parse_whole,
    shorten,
    text_of,
)
from orchestrator.scenario.words import LANGUAGES

LEVELS: Final = 9
DIAL_MAX: Final = 200  # characters
USUAL_BREAKS: Final = (Text.at("break"),)
BREAKS_MAX: Final = 9  # each has a figure on the telephone
_DIAL = re.compile(r"[a-z0-9_]+/[A-Za-z0-9_./:@+*#-]+\Z")
_USER = re.compile(r"[A-Za-z0-9_.+@-]{1,64}\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_QUEUE = re.compile(r"(?:[a-z][a-z0-9_]{0,39}:)?[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who is in the agents file, in its order. breaks: reasons of breaks; others are refused. named: the queues that
    agents name, as they stand in the file.
    """

    breaks: tuple[str, ...] = tuple(map(str, USUAL_BREAKS))
    agents: tuple[AgentSpec, ...] = ()
    named: tuple[Text, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the settings know, which an agents file may name: switch -> its gateways."""

    switches: Mapping[str, frozenset[str]]


def _target(raw: Any) -> Text:
    """A number in full, or a dial string of the switch."""
    text = text_of(raw)
    if text.startswith("+"):
        return parse_number(text)
    if not _DIAL.match(text) or len(text) > DIAL_MAX:
        raise wrong("S801", f"`{shorten(text)}` is neither a number nor a dial string")
    return text


def _dial(raw: Any, info: ValidationInfo) -> tuple[tuple[Text, Text], ...]:
    """((switch, "" for any; target), ..)."""
    if not isinstance(raw, Map):
        return ((Text.at(""), _target(raw)),)
    if not raw:
        raise wrong("S111", "nothing stands here")
    findings = Findings()
    switches = each(raw, parse_gateway, findings)
    targets = each(raw.values(), _target, findings)
    refuse_if_any(findings, info)
    return tuple(zip(switches, targets, strict=True))


def _names(raw: Any, info: ValidationInfo, parse: Any) -> tuple[Text, ...]:
    findings = Findings()
    names: list[Text] = each(items_of(raw), parse, findings)
    for index, name in enumerate(names):
        if name in names[:index]:
            findings.add("S504", name, f"`{name}` stands twice")
    refuse_if_any(findings, info)
    return tuple(names)


def _queue(raw: Any) -> Text:
    text = text_of(raw)
    if not _QUEUE.match(text):
        raise wrong("S802", f"`{shorten(text)}` is not a queue")
    return text


def _queues(raw: Any, info: ValidationInfo) -> tuple[tuple[Text, int], ...]:
    """`{sales: 1}`, or a list: all of level 1."""
    if not isinstance(raw, Map):
        return tuple((name, 1) for name in _names(raw, info, _queue))
    findings = Findings()
    queues = each(raw, _queue, findings)
    levels = each(raw.values(), lambda level: parse_whole(level, 1, LEVELS), findings)
    refuse_if_any(findings, info)
    return tuple(zip(queues, levels, strict=True))


def _user(raw: Any) -> Text:
    text = text_of(raw)
    if not _USER.match(text):
        raise wrong("S801", f"`{shorten(text)}` is not a SIP user", "letters, digits and _.+@-")
    return text


def _variable(raw: Any) -> Text:
    text = text_of(raw)
    if not _VARIABLE.match(text):
        hint = "the PIN itself stands in the environment: write a name such as ANNA_PIN"
        raise wrong("S105", f"`{shorten(text)}` is not the name of an environment variable", hint)
    return text


def _shown(raw: Any) -> Text:
    return text_of(raw) if raw == KEEP else parse_number(raw)


_ONE_OR_MORE: dict[str, Any] = {"type": [*SCALAR_TYPES, "array"], "items": {"type": SCALAR_TYPES}}
_DIAL_SCHEMA = {"anyOf": [{"type": SCALAR_TYPES}, {"type": "object", "minProperties": 1}]}
_QUEUES_SCHEMA = {"anyOf": [_ONE_OR_MORE, {"type": "object", "minProperties": 1}]}
Dial = Annotated[tuple[tuple[Text, Text], ...], PlainValidator(_dial), WithJsonSchema(_DIAL_SCHEMA)]
Gateways = Annotated[
    tuple[Text, ...],
    PlainValidator(lambda raw, info: _names(raw, info, parse_gateway)),
    WithJsonSchema(_ONE_OR_MORE),
]
Labels = Annotated[
    tuple[Text, ...],
    PlainValidator(lambda raw, info: _names(raw, info, parse_label)),
    WithJsonSchema(_ONE_OR_MORE),
]
Reasons = Annotated[
    tuple[Text, ...],
    PlainValidator(lambda raw, info: _names(raw, info, parse_name)),
    WithJsonSchema(_ONE_OR_MORE),
]
Queues = Annotated[tuple[tuple[Text, int], ...], PlainValidator(_queues), WithJsonSchema(_QUEUES_SCHEMA)]
SwitchName = Annotated[Text, PlainValidator(parse_gateway), WithJsonSchema(NAME_SCHEMA)]
User = Annotated[Text, PlainValidator(_user), WithJsonSchema({"type": SCALAR_TYPES})]
Variable = Annotated[Text, PlainValidator(_variable), WithJsonSchema({"type": "string"})]
Shown = Annotated[Text, PlainValidator(_shown), WithJsonSchema({"type": ["string", "integer"]})]
Language = Annotated[Text, PlainValidator(one_of(LANGUAGES)), choice_schema(LANGUAGES)]


class AgentPart(Part):
    """An agent: a person who takes calls."""

    title: Filled | None = Field(default=None, description="the name that people know; else the key")
    dial: Dial = Field(
        description="how the agent is rung: a number (+79990000001), or a dial string of the switch (`user/1001`,"
        " `sofia/gateway/pbx/1001`); by switch where they differ: `{main: user/1001, spare: user/2001}`"
    )
    gateways: Gateways = Field(
        default=(), description="trunks for a number, in the order of use; else every one of the switch"
    )
    switch: SwitchName | None = Field(
        default=None, description="where the agent's leg is made; else on the switch of the caller"
    )
    standing: YesNo = Field(
        default=False,
        description="`yes`: the telephone is picked up once, and calls come with a tone; `no`: it rings for each call",
    )
    user: User | None = Field(
        default=None,
        description="SIP user of the telephone: its feature codes (*20, *21 ..) are this agent's",
    )
    pin_env: Variable | None = Field(
        default=None,
        description="name of an environment variable with the PIN that is asked of a telephone without such a user",
    )
    queues: Queues = Field(
        default=(),
        description="queues that say `agents: assigned`: `{sales: 1, shop_line:support: 2}`, level 1 is rung first; a"
        " name alone is the queue of that name in every scenario",
    )
    project: Labels = Field(default=(), description="whose work the agent does, for figures: one, or a list")
    language: Language | None = Field(
        default=None, description="in which whispers are said; else in the caller's language"
    )
    caller_id: Shown = Field(
        default=Text.at(KEEP),
        description="the number that the agent sees: `keep` (the caller's), or one of yours",
    )


class StaffFile(Part):
    """The agents file."""

    breaks: Reasons = Field(
        default=USUAL_BREAKS,
        description=f"reasons of breaks, {BREAKS_MAX} at most; others are refused. On the telephone *211 is the first",
    )
    agents: Named[Tolerant[AgentPart]] = Field(description="agent -> how the agent is rung, and what for")
    defaults: dict[Text, Any] = Field(
        default_factory=dict, description="any key of an agent, for those who do not have it"
    )


def read_staff(path: Path, site: Site | None = None) -> tuple[Staff, list[Problem]]:
    """The agents file, and everything that is wrong with it. site: switches and gateways; None: not compared."""
    findings = Findings()
    root = staff_tree(path, findings)
    staff = Staff() if root is None else staff_in(root, site, findings)
    return staff, findings.sorted()


def staff_tree(path: Path, findings: Findings) -> Map | None:
    """The agents file as it was written; None when there is nothing in it, or nothing that can be read."""
    file = str(path)
    try:
        with path.open("rb") as opened:
            data = opened.read(SIZE_MAX + 1)
    except OSError as error:
        findings.add("S001", Mark(file, 0, 0), f"{file} cannot be read: {error.strerror}")
        return None
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in data.splitlines()):
        return None
    return read_document(data, file, findings).root


def staff_in(root: Map, site: Site | None, findings: Findings) -> Staff:
    """Who is in the tree of an agents file; what is wrong goes to `findings`."""
    try:
        part = StaffFile.model_validate(_with_defaults(root), context=findings)
    except ValueError:
        return Staff()  # what is wrong with it is among the findings
    if len(part.breaks) > BREAKS_MAX:
        message = f"{len(part.breaks)} reasons are more than {BREAKS_MAX}"
        findings.add("S107", part.place("breaks"), message, "each has a figure of the telephone, 1 to 9")
    agents = {name: spec for name, spec in part.agents.items() if not isinstance(spec, Broken)}
    for spec in agents.values():
        _check_agent(spec, site, findings)
    _check_telephones(agents, findings)
    specs = tuple(_spec(name, agent, site) for name, agent in agents.items())
    named = tuple(queue for agent in agents.values() for queue, _ in agent.queues)
    return Staff(breaks=tuple(map(str, part.breaks)), agents=specs, named=named)


def _with_defaults(root: Map) -> Map:
    """Each agent with the keys of `defaults` that it has not itself."""
    agents, defaults = root.value("agents"), root.value("defaults")
    if not isinstance(agents, Map) or not isinstance(defaults, Map):
        return root
    filled = Map.at(agents, agents.mark)
    for name, agent in agents.items():
        if isinstance(agent, Map):
            more = {key: value for key, value in defaults.items() if key not in agent}
            filled[name] = Map.at({**agent, **more}, agent.mark)
    return Map.at({**root, next(key for key in root if key == "agents"): filled}, root.mark)


def _check_agent(agent: AgentPart, site: Site | None, findings: Findings) -> None:
    if agent.gateways and not any(target.startswith("+") for _, target in agent.dial):
        message = "a dial string goes by no gateway"
        findings.add(
            "S803", agent.place("gateways"), message, "give a number, or write the gateway into the string"
        )
    switches = [switch for switch, _ in agent.dial if switch]
    if agent.standing and agent.switch is None and len(switches) != 1 and not _only(site):
        findings.add("S804", agent.place("standing"), "a standing leg is made on one switch")
    if agent.switch is not None and switches and agent.switch not in switches:
        findings.add("S803", agent.switch, f"`dial` says nothing for the switch `{agent.switch}`")
    if site is None:
        return
    for switch in [*switches, *([] if agent.switch is None else [agent.switch])]:
        if switch not in site.switches:
            findings.add("S805", switch, f"no switch `{switch}`", did_you_mean(switch, site.switches))
    known = frozenset().union(*site.switches.values())
    for gateway in agent.gateways:
        if gateway not in known:
            findings.add("S805", gateway, f"no gateway `{gateway}`", did_you_mean(gateway, known))


def _check_telephones(agents: Mapping[Text, AgentPart], findings: Findings) -> None:
    """A person is at one telephone: two agents with the same one would be rung over each other."""
    seen: dict[tuple[str, str], Text] = {}
    users: dict[str, Text] = {}
    for name, agent in agents.items():
        for switch, target in agent.dial:
            first = seen.setdefault((str(switch), str(target)), name)
            if first is not name:
                findings.add("S806", target, f"`{target}` is the telephone of `{first}` already")
        if agent.user is not None and users.setdefault(str(agent.user), name) is not name:
            findings.add("S806", agent.user, f"`{agent.user}` is the user of `{users[agent.user]}` already")


def _only(site: Site | None) -> str:
    """The one switch there is; "" when there are several, or nobody knows."""
    return next(iter(site.switches)) if site is not None and len(site.switches) == 1 else ""


def _spec(name: Text, agent: AgentPart, site: Site | None) -> AgentSpec:
    named = [str(switch) for switch, _ in agent.dial if switch]
    switch = str(agent.switch or "")
    if agent.standing and not switch:
        switch = named[0] if len(named) == 1 else _only(site)
    return AgentSpec(
        agent_id=str(name),
        title=str(agent.title or name),
        dial=tuple((str(at), str(target)) for at, target in agent.dial),
        gateways=tuple(map(str, agent.gateways)),
        switch=switch,
        is_standing=agent.standing,
        user=str(agent.user or ""),
        queues=tuple((str(queue), level) for queue, level in agent.queues),
        projects=tuple(map(str, agent.project)),
        language=str(agent.language or ""),
        caller_id=str(agent.caller_id),
        pin_env=str(agent.pin_env or ""),
    )


def unknown_queues(staff: Staff, assigned: Iterable[str]) -> list[Problem]:
    """Queues that agents name and that wait for nobody. assigned: ids of all queues that say `agents: assigned`."""
    findings = Findings()
    known = set(assigned)
    known |= {queue_id.partition(":")[2] for queue_id in known}
    for queue in staff.named:
        if queue not in known:
            message = f"no queue `{queue}` says `agents: assigned`"
            findings.add("S807", queue, message, did_you_mean(queue, known))
    return findings.sorted()


def with_assigned(rules: Iterable[QueueRules], agents: Iterable[AgentSpec]) -> tuple[QueueRules, ...]:
    """Queues without names of their own (`agents: assigned`) get the agents who name them, in the order of the file. An
    agent may name a queue as `QUEUE`, in every scenario, or as `SCENARIO:QUEUE`, which goes first.
    """
    known = tuple(agents)
    return tuple(
        rule if rule.agents else replace(rule, agents=_assigned(rule.queue_id, known)) for rule in rules
    )


def _assigned(queue_id: str, agents: tuple[AgentSpec, ...]) -> tuple[tuple[str, int], ...]:
    name = queue_id.partition(":")[2]
    found = []
    for agent in agents:
        levels = dict(agent.queues)
        level = levels.get(queue_id, levels.get(name))
        if level is not None:
            found.append((agent.agent_id, level))
    return tuple(found)
