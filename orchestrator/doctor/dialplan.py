"""Where an originated call goes on a switch: whether its dialplan leads to our script, or somebody else's takes it.

mod_dialplan_xml looks through the extensions of the first context of that name, and the first that matches without
`continue` has the call. What only a call could tell (other fields, the time of day) is in doubt, not guessed.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.engine.originate import CONTEXT, EXTENSION

LOCATE_DIALPLAN = f"xml_locate dialplan context name {CONTEXT}"
SCRIPT = "prozvon_robocall"

_CONDITION_THAT_ALWAYS_HOLDS = frozenset({"break", "require-nested"})


class Route(StrEnum):
    OURS = "ours"
    MISSING = "missing"  # no context, or no extension in it, takes the call
    OTHER = "other"  # an extension that is not ours takes it
    IN_DOUBT = "in doubt"  # one before ours may take it
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialplan:
    """`by`: the extension that takes, or may take, the call."""

    route: Route
    by: str = ""


def read_dialplan(reply: str) -> Dialplan:
    """The reply to LOCATE_DIALPLAN, whatever it holds."""
    if "can't find anything" in reply:
        return Dialplan(route=Route.MISSING)
    try:
        context = ET.fromstring(reply)  # noqa: S314  # from a switch that runs what we tell it to
    except ET.ParseError:
        return Dialplan(route=Route.UNREADABLE)
    if context.tag != "context":
        return Dialplan(route=Route.UNREADABLE)
    doubtful = ""
    for extension in context.findall("extension"):
        takes = _takes(extension)
        name = extension.get("name", "without a name")
        if takes is True and _is_ours(extension):
            return Dialplan(route=Route.IN_DOUBT if doubtful else Route.OURS, by=doubtful or name)
        if takes is False or extension.get("continue") == "true":
            continue
        if takes is True:
            return Dialplan(route=Route.OTHER, by=name)
        doubtful = doubtful or name
    return Dialplan(route=Route.MISSING)


def _is_ours(extension: ET.Element) -> bool:
    return any(
        action.get("application") == "python" and (action.get("data") or "").split(" ")[0] == SCRIPT
        for action in extension.iter("action")
    )


def _takes(extension: ET.Element) -> bool | None:
    """Whether a call to EXTENSION gets into it; None when that depends on the call."""
    verdict: bool | None = True
    for condition in extension.findall("condition"):
        holds = _holds(condition)
        if holds is False and condition.get("break", "on-false") in ("on-false", "always"):
            return False
        if holds is not True:
            verdict = None
    return verdict


def _holds(condition: ET.Element) -> bool | None:
    field, expression = condition.get("field"), condition.get("expression")
    if condition.findall("regex"):
        return None
    if field is None:
        return True if condition.attrib.keys() <= _CONDITION_THAT_ALWAYS_HOLDS else None
    if field != "destination_number" or expression is None:
        return None
    try:
        return re.search(expression, EXTENSION) is not None
    except re.error:
        return None
