"""The XML dialplan: contexts, extensions, conditions and their actions, as mod_dialplan_xml reads them.

Not simulated: inline actions, `time-of-day` conditions, `<regex>` groups; `continue` and `break` are.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.problem import KnownError
from orchestrator.simulator.expansion import expand


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
    """Every `*.xml` of a folder. `load` again is what `reloadxml` does; broken XML leaves the old one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._contexts: dict[str, list[_Extension]] = {}

    def load(self) -> None:
        """Read the files. KnownError names the file that is broken."""
        contexts: dict[str, list[_Extension]] = {}
        for path in sorted(self._folder.glob("*.xml")):
            try:
                root = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 - our own rendered files
                for context in [root, *root.iter("context")]:
                    if context.tag == "context":
                        extensions = [_extension(node) for node in context.iter("extension")]
                        contexts.setdefault(context.get("name", ""), []).extend(extensions)
            except (ET.ParseError, re.error, UnicodeDecodeError) as error:
                raise KnownError(f"{path}: {error}") from error
        self._contexts = {name: _unique(extensions) for name, extensions in contexts.items()}

    def route(self, context: str, field: Callable[[str], str | None]) -> Route | None:
        """The actions for a call, or None. `field` gives caller fields and channel variables by name."""
        name, actions = "", []
        for extension in self._contexts.get(context, ()):
            matched, found = _matched(extension, field)
            actions += found
            if matched:
                name = name or extension.name
                if not extension.goes_on:
                    break
        return Route(extension=name, actions=tuple(actions)) if actions else None


def _unique(extensions: list[_Extension]) -> list[_Extension]:
    seen: list[_Extension] = []
    for extension in extensions:
        if extension not in seen:
            seen.append(extension)
    return seen


def _extension(node: ET.Element) -> _Extension:
    return _Extension(
        name=node.get("name", ""),
        goes_on=node.get("continue") == "true",
        conditions=tuple(_condition(child) for child in node.iter("condition")),
    )


def _condition(node: ET.Element) -> _Condition:
    expression = node.get("expression")
    return _Condition(
        field=node.get("field", ""),
        pattern=re.compile(expression) if expression is not None else None,
        on_match=tuple(_action(child) for child in node.iter("action")),
        otherwise=tuple(_action(child) for child in node.iter("anti-action")),
        stop=node.get("break", "on-false"),
    )


def _action(node: ET.Element) -> Action:
    return Action(application=node.get("application", ""), data=node.get("data", ""))


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
