"""The single values of the language: names, durations, numbers, yes and no. All of them are text as typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.scenario.findings import Findings, did_you_mean
from orchestrator.scenario.part import each, findings_of, wrong
from orchestrator.scenario.reader import shape
from orchestrator.scenario.source import SCALAR_TYPES, Map, Seq, Text

T = TypeVar("T")

NAME_MAX = 40  # characters: fits a column of a terminal and a channel variable of the switch
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_GATEWAY = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")  # as the settings name them
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+\Z")
PATH_MAX = 200  # characters of a service and its path
_DURATION = re.compile(
    r"(?=\d)(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7}(?:\.\d{1,3})?)s)?\Z", re.ASCII
)
_UNIT_S = (86_400, 3_600, 60, 1)
YES, NO = ("yes", "true", "on"), ("no", "false", "off")


def text_of(raw: Any) -> Text:
    """The text that must stand here."""
    if not isinstance(raw, Text):
        raise wrong("S103", f"plain text is expected here, this is {shape(raw)}")
    if not raw.strip():
        raise wrong("S111", "nothing stands here")
    return raw


def items_of(raw: Any) -> list[Any]:
    """The items of a list; a single value is a list of one."""
    if isinstance(raw, Seq) and not raw:
        raise wrong("S111", "the list is empty")
    return list(raw) if isinstance(raw, Seq) else [raw]


def parse_name(raw: Text) -> Text:
    if not _NAME.match(text_of(raw)):
        raise wrong(
            "S105",
            f"`{shorten(raw)}` is not a name",
            f"a-z, 0-9 and _, beginning with a letter, at most {NAME_MAX}",
        )
    return raw


def _tell_bad_names(raw: Any, info: ValidationInfo) -> Any:
    """Bad keys are told and kept: what stands under them is still checked, and still refers to others."""
    findings = Findings()
    each(raw if isinstance(raw, Map) else (), parse_name, findings)
    findings_of(info).extend(findings.sorted())
    return raw


def parse_service(raw: Any) -> tuple[str, str]:
    """`crm/orders` -> the service `crm` of the settings, and the path below its URL."""
    text = text_of(raw)
    name, _, path = text.partition("/")
    if (
        not _NAME.match(name)
        or len(text) > PATH_MAX
        or not all(map(_is_segment, path.split("/") if path else ()))
    ):
        hint = "write the name of a service of the settings, and a path: crm/orders"
        raise wrong("S331", f"`{shorten(text)}` is not a service and a path", hint)
    return name, path


def _is_segment(segment: str) -> bool:
    return bool(_SEGMENT.match(segment)) and segment.strip(".") != ""


def parse_gateway(raw: Any) -> Text:
    text = text_of(raw)
    if not _GATEWAY.match(text):
        raise wrong(
            "S105", f"`{shorten(text)}` is not the name of a gateway", "a-z, 0-9, _ and -, at most 32"
        )
    return text


def parse_label(raw: Any) -> Text:
    """A name as the settings take it for a project."""
    text = text_of(raw)
    if not _GATEWAY.match(text):
        raise wrong(
            "S105", f"`{shorten(text)}` is not the name of a project", "a-z, 0-9, _ and -, at most 32"
        )
    return text


def shorten(text: str) -> str:
    """What is quoted in a message: never a whole page, never control characters."""
    plain = "".join(char if char.isprintable() else "?" for char in text[:60])
    return plain + ("..." if len(text) > 60 else "")


def parse_duration(raw: Any) -> float:
    """Seconds. Raises S106."""
    text = text_of(raw)
    found = _DURATION.match(text)
    if not found:
        raise wrong("S106", f"`{shorten(text)}` is not a duration")
    return sum(float(count) * unit for count, unit in zip(found.groups(), _UNIT_S, strict=True) if count)


def format_duration(seconds: float) -> str:
    """The shortest way to write it: 5400 -> 1h30m, 0.5 -> 0.5s."""
    whole, written = int(seconds), ""
    for letter, unit in zip("dhm", _UNIT_S[:3], strict=True):
        count, whole = divmod(whole, unit)
        written += f"{count}{letter}" if count else ""
    left = whole + (seconds - int(seconds))
    return written + f"{left:.3f}".rstrip("0").rstrip(".") + "s" if left or not written else written


def duration_between(low_s: float, high_s: float) -> Callable[[Any], float]:
    """A parser of durations that refuses what is outside (S107)."""

    def parse(raw: Any) -> float:
        seconds = parse_duration(raw)
        if not low_s <= seconds <= high_s:
            limits = f"{format_duration(low_s)} to {format_duration(high_s)}"
            raise wrong("S107", f"`{raw}` is outside of {limits}", f"write {limits}")
        return seconds

    return parse


def parse_whole(raw: Any, low: int, high: int) -> int:
    """A whole number. Raises S109, S107."""
    text = text_of(raw)
    if not (text.isascii() and text.isdigit()):
        raise wrong("S109", f"`{shorten(text)}` is not a whole number")
    if len(text) > 9 or not low <= int(text) <= high:
        raise wrong("S107", f"`{shorten(text)}` is outside of {low} to {high}", f"write {low} to {high}")
    return int(text)


def whole_between(low: int, high: int) -> Callable[[Any], int]:
    return lambda raw: parse_whole(raw, low, high)


def parse_yes_no(raw: Any) -> bool:
    text = text_of(raw).lower()
    if text not in YES + NO:
        raise wrong("S110", f"`{shorten(text)}` is neither yes nor no")
    return text in YES


def one_of(choices: Iterable[str]) -> Callable[[Any], Text]:
    """A parser that takes only these words (S108)."""
    known = tuple(choices)

    def parse(raw: Any) -> Text:
        text = text_of(raw)
        if text not in known:
            hint = did_you_mean(text, known)
            raise wrong("S108", f"`{shorten(text)}` is not known here", hint)
        return text

    return parse


DURATION_PATTERN = r"^(?=\d)(\d+d)?(\d+h)?(\d+m)?(\d+(\.\d{1,3})?s)?$"
DURATION_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": DURATION_PATTERN,
    "examples": ["30s", "15m", "2h", "1d"],
}


def duration_schema(low_s: float, high_s: float) -> WithJsonSchema:
    limits = f"{format_duration(low_s)} to {format_duration(high_s)}"
    return WithJsonSchema({**DURATION_SCHEMA, "description": f"a duration, {limits}"})


def whole_schema(low: int, high: int) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": ["integer", "string"], "minimum": low, "maximum": high, "pattern": r"^\d+$"}
    )


def choice_schema(choices: Iterable[str]) -> WithJsonSchema:
    words: list[str | bool] = [str(choice) for choice in choices]
    return WithJsonSchema({"enum": [*words, False] if "off" in words else words})


NAME_SCHEMA: dict[str, Any] = {"type": SCALAR_TYPES, "pattern": "^[a-z][a-z0-9_]{0,39}$"}
NAMED_SCHEMA: dict[str, Any] = {"propertyNames": {"pattern": NAME_SCHEMA["pattern"]}}
Named: TypeAlias = Annotated[
    dict[Text, T], BeforeValidator(_tell_bad_names), Field(json_schema_extra=NAMED_SCHEMA)
]
Name = Annotated[Text, AfterValidator(parse_name), WithJsonSchema(NAME_SCHEMA)]
Filled = Annotated[Text, AfterValidator(text_of), WithJsonSchema({"type": SCALAR_TYPES})]
LABEL_SCHEMA: dict[str, Any] = {"type": SCALAR_TYPES, "pattern": "^[a-z0-9][a-z0-9_-]{0,31}$"}
Label = Annotated[Text, PlainValidator(parse_label), WithJsonSchema(LABEL_SCHEMA)]
YesNo = Annotated[bool, PlainValidator(parse_yes_no), WithJsonSchema({"enum": [True, False, *YES, *NO]})]
