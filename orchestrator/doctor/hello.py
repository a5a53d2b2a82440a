"""What our script on the switch says of itself: `api python prozvon_switch hello`, one line of JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass

HELLO = "python prozvon_switch hello"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder as the switch sees it; None is what it did not say."""

    path: str = ""
    is_readable: bool | None = None
    is_writable: bool | None = None
    free_mb: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The switch's scripts: which release runs from where, and what the switch's user may do there."""

    release: str
    root: str
    callflow: str
    fault: str = ""  # why the entry script of calls cannot be loaded
    python: str = ""
    now_ms: int | None = None
    user: str = ""
    pid: int | None = None
    cdr: Folder = Folder()
    recordings: Folder = Folder()
    inbound: Folder = Folder()  # the marks of calls that came in
    prompts: Folder = Folder()
    programs: Folder = Folder()
    spoken: Folder = Folder()
    tmp: Folder = Folder()
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoHello:
    """The scripts did not answer as ours do. `said` is cut; `has_python` is False when there is no mod_python3."""

    has_python: bool
    said: str


def read_hello(reply: str) -> Hello | NoHello:
    """The reply to HELLO, whatever it holds."""
    if "Command not found" in reply:
        return NoHello(has_python=False, said="")
    try:
        said = json.loads(reply)
    except (ValueError, RecursionError):
        return NoHello(has_python=True, said=_cut(reply))
    if not isinstance(said, dict) or said.get("prozvon") != FORMAT:
        return NoHello(has_python=True, said=_cut(reply))
    release, root, callflow = (said.get(key) for key in ("release", "root", "callflow"))
    if not (isinstance(release, str) and isinstance(root, str) and isinstance(callflow, str)):
        return NoHello(has_python=True, said=_cut(reply))
    path = said.get("path")
    return Hello(
        release=release,
        root=root,
        callflow=callflow,
        fault=_cut(_text(said.get("callflow_fault"))),
        python=_text(said.get("python")),
        now_ms=_number(said.get("now_ms")),
        user=_text(said.get("user")),
        pid=_number(said.get("pid")),
        cdr=_folder(said.get("cdr")),
        recordings=_folder(said.get("recordings")),
        inbound=_folder(said.get("inbound")),
        prompts=_folder(said.get("prompts")),
        programs=_folder(said.get("programs")),
        spoken=_folder(said.get("spoken")),
        tmp=_folder(said.get("tmp")),
        path=tuple(item for item in path if isinstance(item, str)) if isinstance(path, list) else (),
    )


def _folder(value: object) -> Folder:
    if not isinstance(value, dict):
        return Folder()
    return Folder(
        path=_text(value.get("folder")),
        is_readable=_truth(value.get("is_readable")),
        is_writable=_truth(value.get("is_writable")),
        free_mb=_number(value.get("free_mb")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _cut(text: str) -> str:
    """For one line of a message: what a script or a stranger said may be long, and hold anything."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= 100 else f"{line[:99]}…"
