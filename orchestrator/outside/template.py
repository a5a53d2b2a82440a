"""Texts of settings that are filled in with what happened: Jinja in a sandbox, each value escaped for where it stands.

What callers have said and typed is only ever a value: it is no template, ends no JSON text and leads to no other path.
"""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, meta
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

_FILTERS: Final = (
    *("abs", "d", "default", "first", "float", "int", "join", "last", "length", "lower", "replace", "round"),
    *("string", "trim", "truncate", "upper"),
)
MOST_CHARS: Final = 262_144  # of what comes of a template; no service is sent more


class Place(StrEnum):
    """Where a template stands, by which its values are escaped."""

    JSON = "json"  # a text of JSON: values go between quotes; `| json` makes whole ones
    PLAIN = "plain"  # as it is: a field of a form
    HEADER = "header"  # one line of printable ASCII
    PATH = "path"  # one part of a path each


class NotFilled(Exception):  # noqa: N818  # reads as what happened
    """The template cannot be filled in with these values: `why`, for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Template:
    """One text of the settings. ValueError when it is no template. names: those that it asks for."""

    def __init__(self, text: str, place: Place) -> None:
        self._place = place
        environment = _ENVIRONMENTS[place]
        try:
            self._template = environment.from_string(text)
            self.names = frozenset(meta.find_undeclared_variables(environment.parse(text)))
        except TemplateSyntaxError as error:
            raise ValueError(f"line {error.lineno}: {error.message}") from None
        except (TemplateError, RecursionError) as error:  # no such filter, and the like
            raise ValueError(str(error)[:200]) from None

    def filled(self, known: Mapping[str, object]) -> str:
        """The text. Raises NotFilled: a name that is not there, or what comes of it is no JSON, or no path."""
        try:
            text = self._rendered(known)
        except NotFilled:
            raise
        except Exception as error:  # whatever a filter makes of values that callers have chosen
            raise NotFilled(" ".join(str(error).split())[:200] or type(error).__name__) from None
        if self._place is Place.JSON:
            _check_json(text)
        return text

    def _rendered(self, known: Mapping[str, object]) -> str:
        """Piece by piece: a loop that says more than anybody takes ends there."""
        parts, size = [], 0
        for part in self._template.generate(dict(known)):
            parts.append(part)
            size += len(part)
            if size > MOST_CHARS:
                raise NotFilled(f"it comes to more than {MOST_CHARS} characters")
        return "".join(parts)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Values have their items, and nothing else: no methods, no attributes of Python. Only numbers are multiplied: a
    text times a billion, or a power of powers, would hold up the calls of a whole worker.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise NotFilled(f"{operator} is for two numbers" if operator != "**" else "there is no ** here")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext):  # loop.last
            return super().getattr(obj, attribute)
        return self._item(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self._item(obj, argument)

    def _item(self, obj: Any, name: Any) -> Any:
        try:
            if isinstance(obj, Mapping | list | tuple | str):
                return obj[name]
        except (LookupError, TypeError):
            pass
        return self.undefined(f"there is no {str(name)[:60]!r} here", name=str(name))


def _in_json(value: object) -> Markup:
    return Markup(json.dumps(_text(value), ensure_ascii=False)[1:-1])  # noqa: S704  # escaped for JSON


def _plain(value: object) -> Markup:
    return Markup(_text(value))  # noqa: S704  # no markup: as it is


def _in_header(value: object) -> Markup:
    text = _text(value)
    if not text.isascii() or not text.isprintable():
        raise NotFilled(f"{text[:60]!r} cannot stand in a header: it is one line of plain characters")
    return Markup(text)  # noqa: S704


def _in_path(value: object) -> Markup:
    """One part of a path. Some servers take %2F for a slash, so there are no dots alone around one either."""
    text = _text(value)
    if not text:
        raise NotFilled("nothing stands where a part of the path is needed")
    if any(not part.strip(".") for part in text.replace("\\", "/").split("/")):
        raise NotFilled(f"{text[:60]!r} cannot be a part of a path")
    return Markup(quote(text, safe="~", errors="replace"))  # noqa: S704


def _text(value: object) -> str:
    match value:
        case Undefined():
            return str(value)  # raises, with what is missing
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict() | list() | tuple():
            raise NotFilled(
                "a list or mapping stands where a text is needed: write `| json`, or name its field"
            )
    return str(value)


def _finalizer(escape: Callable[[object], Markup]) -> Callable[[object], object]:
    return lambda value: value if isinstance(value, Markup) else escape(value)


def _json(value: object) -> Markup:
    if isinstance(value, Undefined):
        str(value)
    return Markup(json.dumps(value, ensure_ascii=False, default=str))  # noqa: S704


def _moment(value: object) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise NotFilled(f"{str(value)[:40]!r} is no time") from None


def _date(value: object, form: str = "%Y-%m-%d %H:%M:%S", zone: str = "UTC") -> str:
    """A time of ours in another form, and in another zone."""
    try:
        return _moment(value).astimezone(zoneinfo.ZoneInfo(zone)).strftime(form)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise NotFilled(f"{zone[:40]!r} is no time zone, or {form[:40]!r} no form of a date") from None


def _epoch(value: object) -> int:
    """A time of ours as seconds since 1970."""
    return int(_moment(value).timestamp())


def _digits(value: object) -> str:
    """A number without its plus."""
    return "".join(filter(str.isdigit, _text(value)))


def _environment(escape: Callable[[object], Markup]) -> _Sandbox:
    made = _Sandbox(autoescape=True, undefined=StrictUndefined, finalize=_finalizer(escape))
    ours = {"json": _json, "tojson": _json, "date": _date, "epoch": _epoch, "digits": _digits}
    made.filters = {**{name: made.filters[name] for name in _FILTERS}, **ours}
    made.globals.clear()
    return made


_ENVIRONMENTS: Final = {
    Place.JSON: _environment(_in_json),
    Place.PLAIN: _environment(_plain),
    Place.HEADER: _environment(_in_header),
    Place.PATH: _environment(_in_path),
}


def _check_json(text: str) -> None:
    try:
        json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise NotFilled("it is nested too deeply") from None
    except ValueError as error:
        raise NotFilled(f"it is no JSON: {error}") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
