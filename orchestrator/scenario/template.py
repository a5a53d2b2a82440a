"""Messages with variables: Jinja2's syntax cut down, on purpose, to text and `{{ name | filter }}`.

Jinja2 only reads the text here. Nothing is ever rendered by it: `speech` puts values into words by itself, so a
contact's field can neither be a template nor reach an object.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.operands import is_path

TEXT_MAX = 1000  # characters: a minute and a half of speech; nobody listens to more

# Filter -> how many arguments it takes
FILTERS: dict[str, tuple[int, int]] = {
    "digits": (0, 0),
    "number": (0, 2),
    "count": (2, 3),
    "ordinal": (0, 2),
    "date": (0, 2),
    "time": (0, 1),
    "money": (0, 2),
    "duration": (0, 1),
    "spelled": (0, 0),
    "default": (1, 1),
}

_ENVIRONMENT = ImmutableSandboxedEnvironment()


@dataclass(frozen=True, slots=True)
class Fixed:
    """Text that is always the same."""

    text: str


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a column or flow variable holds, put through the filters in turn."""

    name: str
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A message as read. With mistakes, `parts` holds what could be understood."""

    parts: tuple[Fixed | Spoken, ...]
    mistakes: tuple[Mistake, ...] = ()

    @property
    def names(self) -> tuple[Spoken, ...]:
        return tuple(part for part in self.parts if isinstance(part, Spoken))


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Never raises: whatever is wrong is among the mistakes."""
    if len(text) > TEXT_MAX:
        return Template(
            (), (Mistake("S214", f"the message has {len(text)} characters, more than {TEXT_MAX}"),)
        )
    if "{" not in text:
        return Template((Fixed(clean(text)),))
    try:
        tree = _ENVIRONMENT.parse(text)
    except (TemplateError, RecursionError):
        return Template((), (Mistake("S206", "the message cannot be read", _closing(text)),))
    read = list(_read(tree))
    mistakes = tuple(item for item in read if isinstance(item, Mistake))
    return Template(_tidy([item for item in read if not isinstance(item, Mistake)]), mistakes)


def _closing(text: str) -> str:
    for opening, closing in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
        if text.count(opening) > text.count(closing):
            return f"close {opening} with {closing}"
    return ""


def _read(tree: nodes.Template) -> Iterator[Fixed | Spoken | Mistake]:
    for statement in tree.body:
        if not isinstance(statement, nodes.Output):
            yield Mistake("S208", f"a message cannot hold {_what(statement)}")
            continue
        for node in statement.nodes:
            if isinstance(node, nodes.TemplateData):
                yield Fixed(node.data)
            else:
                yield from _variable(node)


def _variable(node: nodes.Expr) -> Iterator[Spoken | Mistake]:
    filters: list[Filter] = []
    while isinstance(node, nodes.Filter) and node.node is not None:
        made = _filter(node)
        if isinstance(made, Mistake):
            yield made
        else:
            filters.insert(0, made)
        node = node.node
    name = _path(node)
    if name and (is_path(name) or "." not in name):
        yield Spoken(name, tuple(filters))
    else:
        yield Mistake("S208", f"a message cannot hold {_what(node)}")


def _path(node: nodes.Expr | None) -> str:
    """`card.orders.0.sum` as written; "" when it is something else than names joined by dots."""
    fields: list[str] = []
    while True:
        match node:
            case nodes.Getattr():
                fields.insert(0, node.attr)
                node = node.node
            case nodes.Getitem(arg=nodes.Const(value=int(place))) if node.ctx == "load":
                fields.insert(0, str(place))
                node = node.node
            case nodes.Name():
                return ".".join([node.name, *fields])
            case _:
                return ""


def _filter(node: nodes.Filter) -> Filter | Mistake:
    if node.name not in FILTERS:
        return Mistake("S207", f"unknown filter `{node.name}`", did_you_mean(node.name, FILTERS))
    arguments = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    low, high = FILTERS[node.name]
    is_plain = len(arguments) == len(node.args) and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
    if not is_plain or not low <= len(arguments) <= high:
        return Mistake("S211", f"the filter `{node.name}` takes {_wanted(low, high)}")
    return Filter(node.name, tuple(str(argument) for argument in arguments))


def _wanted(low: int, high: int) -> str:
    """So many arguments, in words."""
    if not high:
        return "no argument"
    most = f"{high} argument{'s' if high > 1 else ''}"
    if low == high:
        return f"{most}, in quotes"
    return f"{low} or {most}, in quotes" if low else f"at most {most}, in quotes"


_WHATS: dict[type[nodes.Node], str] = {
    nodes.Getattr: "an attribute (`a.b`)",
    nodes.Getitem: "an index (`a[b]`)",
    nodes.Call: "a call (`a()`)",
    nodes.If: "`if`",
    nodes.CondExpr: "`if`",
    nodes.For: "a loop",
    nodes.Assign: "`set`",
    nodes.Import: "an import",
    nodes.FromImport: "an import",
    nodes.Include: "an include",
    nodes.Const: "a value without a name",
}


def _what(node: nodes.Node) -> str:
    return _WHATS.get(type(node), "a calculation or statement")


def _tidy(parts: list[Fixed | Spoken]) -> tuple[Fixed | Spoken, ...]:
    """One blank between words, none at the ends of the message; line breaks are not spoken."""
    tidied: list[Fixed | Spoken] = []
    for is_spoken, group in groupby(parts, lambda part: isinstance(part, Spoken)):
        run = list(group)
        if is_spoken:
            tidied += run
            continue
        text = "".join(part.text for part in run if isinstance(part, Fixed))
        before = " " if tidied and text[:1].isspace() else ""
        after = " " if run[-1] is not parts[-1] and text[-1:].isspace() else ""
        joined = before + clean(text) + after if clean(text) else before and after
        if joined:
            tidied.append(Fixed(joined))
    return tuple(tidied)


def clean(text: str) -> str:
    """The text as it can be spoken: no control, direction or invisible characters, single blanks."""
    if not text.isprintable():
        text = "".join(
            " " if char.isspace() else char for char in text if char.isspace() or _is_visible(char)
        )
    return " ".join(text.split())


def _is_visible(char: str) -> bool:
    return not unicodedata.category(char).startswith("C")
