"""Modules: which are loaded, and what they bring (mod_commands.c, show_function)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from orchestrator.simulator.configuration import Configuration
from orchestrator.simulator.interfaces import INTERFACES

FOLDER: Final = "/usr/lib/freeswitch/mod"
KINDS: Final = ("codec", "dialplan", "endpoint", "file", "timer", "chat", "management", "say", "limits")

_TWICE: Final = (
    ("application", "python"),
    ("file", "oga"),
)  # registered twice, and listed so, but for modules


class Modules:
    """All that are known, or what `modules.conf` of the configuration names, where there is one."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    @property
    def loaded(self) -> tuple[str, ...]:
        where = {"tag": "configuration", "attribute": "name", "value": "modules.conf"}
        found = self._configuration.locate("configuration", **where)
        if found is None:
            return tuple(INTERFACES)
        named = {load.get("module") for modules in found.named("modules") for load in modules.named("load")}
        return tuple(name for name in INTERFACES if name in named or name.startswith("CORE_"))

    def exists(self, name: str) -> str:
        """`module_exists`."""
        return str(name in self.loaded).lower() if name else ""

    def show(self, words: list[str]) -> str | None:
        """`show modules [NAME]`, `show interfaces` or `show KIND`, maybe `as json`; None: none of them."""
        what, rest = words[0], words[1:]
        as_json = rest[:2] == ["as", "json"]
        if what in ("module", "modules"):
            only = rest[0] if rest and not as_json else ""
            rows = [
                {"type": kind, "name": name, "ikey": module, "filename": _file(module)}
                for kind, name, module in self._interfaces()
                if not only or module == only
            ]
        elif what in ("interfaces", *KINDS):
            rows = [
                {"type": kind, "name": name, "ikey": module}
                for kind, name, module in self._interfaces()
                for _ in range(1 + ((kind, name) in _TWICE))
                if what == "interfaces" or kind == what.removesuffix("s")
            ]
        else:
            return None
        return listing(rows, as_json=as_json)

    def _interfaces(self) -> list[tuple[str, str, str]]:
        return sorted(
            (kind, name, module)
            for module in self.loaded
            for kind, names in INTERFACES[module].items()
            for name in names.split("|")
        )


def _file(module: str) -> str:
    return f"/{module}.so" if module.startswith("CORE_") else f"{FOLDER}/{module}.so"


def listing(rows: Iterable[dict[str, str]], *, as_json: bool, delim: str = ",") -> str:
    """Rows of the switch's core database, as `show` prints them."""
    rows = list(rows)
    if as_json and not rows:
        return '{"row_count": 0}\n'
    if as_json:
        whole = {"row_count": len(rows), "rows": rows}
        return json.dumps(whole, separators=(",", ":"), ensure_ascii=False)
    lines = (
        [f"{delim.join(one)}\n" for one in (list(rows[0]), *(row.values() for row in rows))] if rows else []
    )
    return "".join([*lines, f"\n{len(rows)} total.\n"])
