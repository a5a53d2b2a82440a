"""The Lua files: one file is one atomic decision. Files that begin with `_` are shared by those that name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from importlib.resources import files

_USES = re.compile(r"^-- uses: (.+)$", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A Lua file with what it uses in front of it. `sha` is what Redis knows it by."""

    name: str
    text: str
    sha: str


@cache
def script(name: str) -> Script:
    """The script of lua/NAME.lua."""
    own = _read(name)
    uses = _USES.search(own)
    shared = [_read(part.strip()) for part in uses.group(1).split(",")] if uses else []
    text = "\n".join([_read("_keys"), *shared, own])
    return Script(name=name, text=text, sha=sha1(text.encode(), usedforsecurity=False).hexdigest())


def script_names() -> Iterator[str]:
    """All decisions there are."""
    for entry in sorted(files("orchestrator.store").joinpath("lua").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".lua") and not entry.name.startswith("_"):
            yield entry.name.removesuffix(".lua")


def _read(name: str) -> str:
    return files("orchestrator.store").joinpath("lua", f"{name}.lua").read_text(encoding="utf-8")
