"""The XML dialplan: contexts, extensions, conditions and their actions, as mod_dialplan_xml reads them.

Not simulated: inline actions, `time-of-day` conditions, `<regex>` groups; `continue` and `break` are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.simulator.expansion import expand
from orchestrator.simulator.xml_tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    application: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a call does: the extension's name and its actions in order."""

    extension: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Condition:
    field: str
    pattern: re.Pattern[str] | None
    on_match: tuple[Action, ...]
    otherwise: tuple[Action, ...]
    stop: str  # break: on-false, on-true, always, never


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extension:
    name: str
    goes_on: bool
    conditions: tuple[_Condition, ...]


class Dialplan:
    """The contexts of the configuration. The first of a name is the one that holds."""

    def __init__(self) -> None:
        self._contexts: dict[str, list[_Extension]] = {}

    def read(self, section: Node | None) -> None:
        """Take the contexts of `<section name="dialplan">` instead of what was there."""
        self._contexts = {}
        for context in section.named("context") if section is not None else ():
            extensions = [_extension(node) for node in context.named("extension")]
            self._contexts.setdefault(context.get("name").lower(), extensions)

    def route(self, context: str, field: Callable[[str], str | None]) -> Route | None:
        """The actions for a call, or None. `field` gives caller fields and channel variables by name.

        A context that is not there is stood in for by the one called `global`, if there is one.
        """
        name, actions = "", []
        known = self._contexts
        for extension in known.get(context.lower(), known.get("global", ())):
            matched, found = _matched(extension, field)
            actions += found
            if matched:
                name = name or extension.name
                if not extension.goes_on:
                    break
        return Route(extension=name, actions=tuple(actions)) if actions else None


def _extension(node: Node) -> _Extension:
    return _Extension(
        name=node.get("name"),
        goes_on=node.get("continue") == "true",
        conditions=tuple(_condition(child) for child in node.named("condition")),
    )


def _condition(node: Node) -> _Condition:
    return _Condition(
        field=node.get("field"),
        pattern=_pattern(node.get("expression")) if node.get("field") else None,
        on_match=tuple(_action(child) for child in node.named("action")),
        otherwise=tuple(_action(child) for child in node.named("anti-action")),
        stop=node.get("break", "on-false"),
    )


def _pattern(expression: str) -> re.Pattern[str]:
    """One that is no regular expression never matches; the switch says so to its log at each call."""
    try:
        return re.compile(expression)
    except re.error:
        return re.compile("(?!)")


def _action(node: Node) -> Action:
    return Action(application=node.get("application"), data=node.get("data"))


def _matched(extension: _Extension, field: Callable[[str], str | None]) -> tuple[bool, list[Action]]:
    actions: list[Action] = []
    matched = False
    for condition in extension.conditions:
        match = _match(condition, field)
        if match is None:
            actions += condition.otherwise
            if condition.stop in ("on-false", "always"):
                return False, actions
            continue
        matched = True
        actions += [_with_groups(action, match) for action in condition.on_match]
        if condition.stop in ("on-true", "always"):
            return True, actions
    return matched, actions


def _match(condition: _Condition, field: Callable[[str], str | None]) -> tuple[str | None, ...] | None:
    if condition.pattern is None:
        return ()
    name = condition.field
    value = expand(name, field) if "${" in name else field(name)
    match = condition.pattern.search(value or "")
    return None if match is None else (match[0], *match.groups())


def _with_groups(action: Action, groups: tuple[str | None, ...]) -> Action:
    data = re.sub(
        r"\$(\d)", lambda ref: (groups[int(ref[1])] or "") if int(ref[1]) < len(groups) else "", action.data
    )
    return Action(application=action.application, data=data)
