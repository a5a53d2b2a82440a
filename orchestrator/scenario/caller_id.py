"""`dial.caller_id`: one number, a pool, or numbers by country and prefix of the called number."""

from __future__ import annotations

import re
from typing import Annotated, Any, NamedTuple

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.domain.plan import CallerIdRule
from orchestrator.scenario.countries import calling_code, country_codes, is_country, prefixes_of, sharers
from orchestrator.scenario.findings import Findings, nearest
from orchestrator.scenario.part import refuse_if_any, wrong
from orchestrator.scenario.reader import shape
from orchestrator.scenario.source import SCALAR_TYPES, Map, Text
from orchestrator.scenario.values import items_of, shorten, text_of

DEFAULT = "default"

_E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")  # ITU-T E.164: at most 15 digits; under 7 no country has numbers
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}\Z")


class CallerId(NamedTuple):
    """As written: (key, numbers), the key a country, a prefix with +, or `default`."""

    choices: tuple[tuple[str, tuple[str, ...]], ...]


def parse_caller_id(raw: Any, info: ValidationInfo) -> CallerId:
    """Every mistake inside is noted; then the whole is not used."""
    findings = Findings()
    if isinstance(raw, Map):
        choices = tuple((str(key), _numbers(value, findings)) for key, value in raw.items())
        _check_keys(raw, findings)
    else:
        choices = ((DEFAULT, _numbers(raw, findings)),)
    refuse_if_any(findings, info)
    return CallerId(choices)


def _check_keys(raw: Map, findings: Findings) -> None:
    for key in raw:
        if key == DEFAULT or is_country(key) or _PREFIX.match(key):
            continue
        near = nearest(key.upper(), country_codes())
        hint = f"did you mean `{near}`?" if near else ""
        findings.add("S503", key, f"`{shorten(key)}` is neither a country nor a prefix", hint)
    if DEFAULT not in raw:
        findings.add("S502", raw, "there is no `default`")


def _numbers(value: Any, findings: Findings) -> tuple[str, ...]:
    if isinstance(value, Map) or not value:
        findings.add("S501", value, f"a number is expected here, this is {shape(value)}")
        return ()
    numbers: list[str] = []
    for item in items_of(value):
        if not isinstance(item, Text):
            findings.add("S501", item, f"a number is expected here, this is {shape(item)}")
        elif not _E164.match(item):
            findings.add("S501", item, f"`{shorten(item)}` is not an E.164 number", _spell(item))
        elif item in numbers:
            findings.add("S504", item, f"`{item}` stands twice")
        else:
            numbers.append(str(item))
    return tuple(numbers)


def parse_number(raw: Any) -> Text:
    """One E.164 number. Raises S501."""
    text = text_of(raw)
    if not _E164.match(text):
        raise wrong("S501", f"`{shorten(text)}` is not an E.164 number", _spell(text))
    return text


def parse_numbers(raw: Any, info: ValidationInfo) -> tuple[str, ...]:
    """One number, or a list; every mistake inside is noted."""
    findings = Findings()
    numbers = _numbers(raw, findings)
    refuse_if_any(findings, info)
    return numbers


def is_number(text: str) -> bool:
    return bool(_E164.match(text))


def is_prefix(text: str) -> bool:
    """Whether it may be what numbers begin with: +7, +7495."""
    return bool(_PREFIX.match(text))


def _spell(item: str) -> str:
    """The number as it should be written, when that is clear."""
    digits = "+" + re.sub(r"[^0-9]", "", item) if item.startswith("+") else ""
    return f"write {digits}" if _E164.match(digits) else ""


def rule_of(caller_id: CallerId) -> CallerIdRule:
    """What the engine chooses by: countries as prefixes, longest first."""
    written = dict(caller_id.choices)
    pool = written[DEFAULT]
    by_prefix: dict[str, tuple[str, ...]] = {}
    for key, numbers in caller_id.choices:
        if is_country(key):
            by_prefix.update(_of_country(key, numbers, written, pool))
    # A written prefix says more than a country
    by_prefix.update({key[1:]: numbers for key, numbers in caller_id.choices if key.startswith("+")})
    ordered = sorted(by_prefix.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    return CallerIdRule(pool=pool, by_prefix=tuple(ordered))


def _of_country(
    country: str, numbers: tuple[str, ...], written: dict[str, tuple[str, ...]], pool: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """+7 is Russia's, but numbers of Kazakhstan below it keep what they would get without this country."""
    main, *others = sharers(country)
    if country != main:
        return dict.fromkeys(prefixes_of(country), numbers)
    prefixes = {calling_code(country): numbers}
    for other in others:
        if other not in written:
            prefixes.update(dict.fromkeys(prefixes_of(other), pool))
    return prefixes


NUMBERS_SCHEMA: dict[str, Any] = {
    "type": [*SCALAR_TYPES, "array"],
    "items": {"type": SCALAR_TYPES},
    "minItems": 1,
}
CALLER_ID_SCHEMA: dict[str, Any] = {
    "anyOf": [
        NUMBERS_SCHEMA,
        {
            "type": "object",
            "required": [DEFAULT],
            "patternProperties": {r"^(default|[A-Z]{2}|\+?[0-9]{1,15})$": NUMBERS_SCHEMA},
            "additionalProperties": False,
        },
    ]
}
CallerIdField = Annotated[CallerId, PlainValidator(parse_caller_id), WithJsonSchema(CALLER_ID_SCHEMA)]
