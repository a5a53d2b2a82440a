"""What each step of a flow says in a few words, and where it leads, read off the file's own tree."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from orchestrator.graph.chart import Line, Way
from orchestrator.scenario.source import Map, Seq, Text

LINES_MAX = 14  # of one block; the rest is counted
LABEL_MAX = 22
EXCERPT = 34  # characters of a message beside its name

# Verb -> its keys that name a block, with what the way is called
LEADS: dict[str, dict[str, str]] = {
    "menu": {"otherwise": "otherwise"},
    "ask": {"otherwise": "otherwise"},
    "forward": {"otherwise": "not taken"},
    "transfer": {"otherwise": "not taken"},
    "queue": {"overflow": "overflow", "after_talk": "after the talk"},
    "fetch": {"not_found": "not found", "otherwise": "no answer"},
    "offer_callback": {"otherwise": "not wanted"},
}
# What is said of a step that is a mapping, besides the verb: the first of these that is there
TELLING = ("prompt", "message", "name", "to", "get", "post", "put", "mailbox", "into", "play", "when")
SAYS = ("say", "menu", "ask", "sms", "email", "record", "voicemail", "offer_callback")


def short(text: str, most: int) -> str:
    """One line without what could hide or turn text around, cut to `most` characters."""
    plain = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") else char
        for char in " ".join(text.split())
    )
    return plain if len(plain) <= most else plain[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


@dataclass(slots=True)
class Walk:
    """Reads one block. resolve: name of a block -> key of its place. said: message -> its text."""

    resolve: Callable[[str], str]
    said: dict[str, str]
    lines: list[Line] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)

    def block(self, steps: object) -> None:
        """Fills `lines` and `ways`; a block that runs to its end ends the call."""
        if self._steps(steps, 0):
            self.ways.append(Way(to="", label="ends"))
        if len(self.lines) > LINES_MAX:
            dead = any(line.is_dead for line in self.lines[LINES_MAX - 1 :])
            more = len(self.lines) - LINES_MAX + 1
            self.lines[LINES_MAX - 1 :] = [Line(text=f"... and {more} more steps", is_dead=dead)]

    def _steps(self, steps: object, depth: int) -> bool:
        """Whether the flow may go on behind these steps."""
        goes_on = True
        for step in steps if isinstance(steps, Seq) else [steps] if steps else []:
            is_dead, before = not goes_on, len(self.ways)
            goes_on = self._step(step, depth, is_dead=is_dead) and goes_on
            if is_dead:
                del self.ways[before:]
        return goes_on

    def _step(self, step: object, depth: int, *, is_dead: bool) -> bool:
        verb: object = step
        value: object = None
        if isinstance(step, Map) and step:
            verb, value = next(iter(step.items()))
        name = str(verb) if isinstance(verb, Text) else "?"
        self.lines.append(Line(text=self._words(name, value), depth=depth, is_dead=is_dead))
        if name == "if":
            return self._if(value, depth)
        if name == "switch":
            return self._switch(value, depth)
        return self._leads(name, value)

    def _leads(self, verb: str, value: object) -> bool:
        if verb in ("goto", "call") and isinstance(value, Text):
            self._way(value, verb if verb == "call" else "", returns=verb == "call")
            return verb == "call"
        if verb == "hang_up":
            self.ways.append(Way(to="", label="ends"))
            return False
        if isinstance(value, Map):
            keys = value.value("keys")
            for key, target in keys.items() if isinstance(keys, Map) else ():
                self._way(target, str(key), is_silent=False)
            for name, label in LEADS.get(verb, {}).items():
                self._way(value.value(name), label)
        if verb == "queue" and isinstance(value, Map):
            return not (value.value("overflow") and value.value("after_talk"))
        if verb == "transfer":
            self.ways.append(Way(to="", label="ends"))
            return not (isinstance(value, Map) and value.value("otherwise"))
        return not (verb == "menu" and isinstance(value, Map) and value.value("otherwise"))

    def _if(self, value: object, depth: int) -> bool:
        if not isinstance(value, Map):
            return True
        then = self._branch(value.value("then"), "then", depth, way=_condition(value))
        other = self._branch(value.value("else"), "else", depth)
        return then or other

    def _switch(self, value: object, depth: int) -> bool:
        if not isinstance(value, Map):
            return True
        cases = value.value("cases")
        goes_on = [
            self._branch(branch, f"= {case}", depth)
            for case, branch in (cases.items() if isinstance(cases, Map) else ())
        ]
        return any([*goes_on, self._branch(value.value("otherwise"), "otherwise", depth)])

    def _branch(self, branch: object, label: str, depth: int, way: str = "") -> bool:
        """A block to go to, or steps of its own; whether the flow may go on behind them."""
        if isinstance(branch, Text) and branch:
            self._way(branch, way or label)
            return False
        if branch and depth < LINES_MAX:
            self.lines.append(Line(text=short(f"{label}:", EXCERPT), depth=depth + 1))
            return self._steps(branch, depth + 2)
        return True

    def _way(self, target: object, label: str, *, is_silent: bool = True, returns: bool = False) -> None:
        if isinstance(target, Text) and target:
            to = self.resolve(str(target))
            self.ways.append(Way(to=to, label=short(label, LABEL_MAX), is_silent=is_silent, returns=returns))

    def _words(self, verb: str, value: object) -> str:
        """`say hello "Hello, ..."`."""
        told = ""
        if verb == "if" and isinstance(value, Map):
            told = _condition(value)
        elif verb == "switch" and isinstance(value, Map):
            told = str(value.value("on") or "")
        elif verb == "set" and isinstance(value, Map):
            told = ", ".join(f"{each} = {text}" for each, text in value.items() if isinstance(text, Text))
        elif isinstance(value, Map):
            found = (value.value(key) for key in TELLING if value.value(key))
            told = _flat(next(found, ""))
        elif value is not None:
            told = _flat(value)
        excerpt = self.said.get(told, "") if verb in SAYS else ""
        words = short(f"{verb} {told}".strip(), EXCERPT + 10)
        return (
            f"{words}  \N{LEFT DOUBLE QUOTATION MARK}{short(excerpt, EXCERPT)}\N{RIGHT DOUBLE QUOTATION MARK}"
            if excerpt
            else words
        )


def _condition(value: Map) -> str:
    """`{name: {at_least: 3}, then: ...}` -> `name at_least 3`."""
    return " ".join(
        f"{name} {_flat(test) if isinstance(test, Map) else f'is {_flat(test)}'}"
        for name, test in value.items()
        if name not in ("then", "else")
    )


def _flat(value: object) -> str:
    match value:
        case Seq():
            return ", ".join(_flat(item) for item in value)
        case Map():
            return ", ".join(f"{key} {_flat(item)}" for key, item in value.items())
        case _:
            return str(value)
