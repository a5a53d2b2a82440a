"""Cross checks of contact columns, of the order of calling, and of values in tests."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from orchestrator.domain.plan import OrderBy
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import did_you_mean, nearest
from orchestrator.scenario.hours import parse_date
from orchestrator.scenario.model import Robocall
from orchestrator.scenario.rule_tells import RuleWebhook
from orchestrator.scenario.source import Text

# Columns with a meaning of their own: they may be in a list without being declared, and need not be used
SPECIAL: dict[str, str] = {
    "phone": "phone",
    "phone2": "phone",
    "phone3": "phone",
    "language": "language",
    "timezone": "timezone",
}
_ONLY_SPECIAL = ("language", "timezone")  # a contact has one of each, found by its type
RESERVED = ("then", "else", *(by.value for by in OrderBy if by is not OrderBy.FIELD))

_SHAPES = {
    "digits": re.compile(r"[0-9]+\Z"),
    "number": re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?\Z"),
    "money": re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,2})?\Z"),
    "time": re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]\Z"),
    "phone": re.compile(r"\+?[0-9][0-9 ()-]{4,24}\Z"),
}


def check_contact(draft: Draft, model: Robocall) -> None:
    for name, spec in draft.columns.items():
        key = _key(draft, name)
        if name in RESERVED:
            draft.findings.add("S112", key, f"`{name}` cannot be the name of a column")
        wanted = SPECIAL.get(name)
        if wanted and spec.type != wanted:
            draft.findings.add(
                "S403", spec.place("type"), f"`{name}` is of type {wanted}", f"write `{name}: {wanted}`"
            )
        elif not wanted and spec.type in _ONLY_SPECIAL:
            message = f"only `{spec.type}` is of type {spec.type}"
            draft.findings.add("S403", spec.place("type"), message, "text can be spoken")
    _check_first(draft, model)
    # An agent sees all of a contact on the screen, and a webhook is told all of it
    tells_all = any(isinstance(tell, RuleWebhook) for _, tell in draft.tells)
    if draft.has_agents or tells_all or {"contact", "flow", "messages", "dial"} & draft.lost:
        return
    if not model.dial.is_broken("first"):
        _check_used(draft)


def _key(draft: Draft, name: str) -> Text:
    return next(key for key in draft.contact if key == name)


def _check_first(draft: Draft, model: Robocall) -> None:
    seen: set[str] = set()
    for order in model.dial.first:
        column = order.key.column
        if column is not None and column not in model.contact and "contact" not in draft.lost:
            known = {*model.contact, "fewest_attempts", "oldest", "newest"}
            draft.findings.add(
                "S401", order.text, f"no contact column `{column}`", did_you_mean(column, known)
            )
        what = column or order.key.by.value
        if what in seen:
            draft.findings.add("S504", order.text, f"`{what}` stands twice")
        seen.add(what)


def _check_used(draft: Draft) -> None:
    used = draft.used_columns()
    used |= {near for name in used if name not in draft.columns and (near := nearest(name, draft.columns))}
    has_mistakes = any(template.mistakes for *_, template in draft.templates())
    for name in draft.columns:
        key = _key(draft, name)
        if name not in used and name not in SPECIAL and draft.is_own(key.mark) and not has_mistakes:
            draft.findings.add("S402", key, f"the column `{name}` is never used")


def value_mistake(value: str, column_type: str, languages: tuple[str, ...]) -> str:
    """What is wrong with a test's value for a column; "" when nothing is."""
    match column_type:
        case "date":
            is_good = parse_date(value) is not None
        case "language":
            is_good = value in languages
        case "timezone":
            is_good = _is_zone(value)
        case "text":
            is_good = True
        case _:
            is_good = bool(_SHAPES[column_type].match(value))
    return "" if is_good else f"is no {column_type}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
