"""What a tree of Python says to a switch and hears from it: api commands, applications, events, found in its texts."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from orchestrator.simulator.events import SOURCES
from orchestrator.simulator.interfaces import INTERFACES

APIS: Final = frozenset(name for kinds in INTERFACES.values() for name in kinds.get("api", "").split("|"))
EVENTS: Final = frozenset(SOURCES) | {
    "CALL_UPDATE",
    "CHANNEL_BRIDGE",
    "CHANNEL_STATE",
    "CODEC",
    "MODULE_LOAD",
}
# Words of a command that say what it does; of all others the first one does
_VERBS: Final = {"show": 2, "fsctl": 2, "sofia": 3, "python": 3, "sofia profile": 3}
# Commands that are words besides: one alone is taken for a command only where it is asked
_WORDS: Final = frozenset(
    {
        *("status", "show", "version", "uptime", "help", "eval", "load", "unload", "reload", "echo", "log"),
        *("pause", "break", "complete", "console", "alias", "db", "hash", "limit", "expand", "shutdown"),
        *("originate", "system", "sofia", "python", "regex", "bridge", "chat", "group", "cond", "spawn"),
        *("escape", "presence", "replace", "md5", "unsched_api", "memory", "stun", "banner", "acl", "reload"),
    }
)
_ASKING: Final = frozenset({"api", "bgapi", "ask", "ask_all", "command", "_ask"})
HOLE: Final = "{}"


def commands_of(paths: Iterable[Path]) -> dict[str, str]:
    """Command -> a place where it is said."""
    found: dict[str, str] = {}
    for path in paths:
        for text, line, is_asked in _texts(ast.parse(path.read_text("utf-8"))):
            if command := command_in(text, is_asked=is_asked):
                found.setdefault(command, f"{path.name}:{line}")
    return found


def events_of(paths: Iterable[Path]) -> dict[str, str]:
    """Event -> a place where it is named."""
    return {
        text: f"{path.name}:{line}"
        for path in paths
        for text, line, _ in _texts(ast.parse(path.read_text("utf-8")))
        if text in EVENTS
    }


def applications_of(paths: Iterable[Path]) -> set[str]:
    """What scripts run on a session: `session.execute("NAME", ...)`."""
    return {
        str(node.args[0].value)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _name(node.func) == "execute"
        if node.args and isinstance(node.args[0], ast.Constant)
    }


def command_in(text: str, *, is_asked: bool) -> str:
    """`sofia status gateway` of `api sofia status gateway {}`; "" when it is none.

    What is also a plain word is one only where it is asked, or where more words follow.
    """
    words = text.removeprefix("bgapi ").removeprefix("api ").split()
    if (
        not words
        or words[0] not in APIS - {"bgapi"}
        or (len(words) == 1 and not is_asked and words[0] in _WORDS)
    ):
        return ""
    if words[:2] == ["sofia", "profile"]:
        words[2:3] = []  # its name
    plain = [word for word in words if HOLE not in word]
    if not all(word.replace("_", "").replace(".", "").isalnum() for word in plain[:1]):
        return ""
    return " ".join(plain[: _VERBS.get(words[0], 1)])


def _texts(tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """Every text but docstrings, `{}` for what is filled in; its line; and whether it is an argument of `api(...)`."""
    asked: set[ast.AST] = set()
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _ASKING:
            asked.update(node.args)
        if isinstance(node, ast.Expr):
            skipped.add(node.value)
        if isinstance(node, ast.JoinedStr):
            skipped.update(node.values)
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno, node in asked
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
            yield "".join(map(str, parts)), node.lineno, node in asked


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
