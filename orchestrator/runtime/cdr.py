"""The switch's own record of a call, `<attempt id>.cdr.json`: read from its folder, or through the switch itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from orchestrator.esl.protocol import EslError
from orchestrator.runtime.settings_parts.switch_settings import Switch

CDR_BYTES = 1_000_000  # a CDR is about 20 KB; more is not one of ours
ASK = "python prozvon_switch cdr"  # scripts/switch/prozvon_switch.py

Variables = dict[str, object]


class NoCdr(Enum):
    """Why there are no variables. Only MISSING proves something: that the switch has not written any (yet)."""

    MISSING = "there is none"
    BROKEN = "it is there and cannot be read: half written, or the disk was full"
    UNKNOWN = "it cannot be looked for"


ReadCdr = Callable[[str], Variables | NoCdr]


def cdr_reader(switch: Switch, api: Callable[[str], str]) -> ReadCdr:
    """Reads the CDR of an attempt id: of a switch on another machine through `api`, which runs a command there."""
    if switch.ssh is not None:
        return lambda attempt_id: ask_for_cdr(api, attempt_id)
    folder = switch.cdr_folder
    return lambda attempt_id: read_cdr(folder / f"{attempt_id}.cdr.json")


def read_cdr(path: Path) -> Variables | NoCdr:
    """The file's variables. A folder that is away or closed to us proves nothing about its files."""
    try:
        with path.open("rb") as file:
            return parse_cdr(file.read(CDR_BYTES))
    except FileNotFoundError:
        return NoCdr.MISSING if os.path.isdir(path.parent) else NoCdr.UNKNOWN
    except OSError:
        return NoCdr.BROKEN if os.path.exists(path) else NoCdr.UNKNOWN  # not Path.exists: that may raise


def ask_for_cdr(api: Callable[[str], str], attempt_id: str) -> Variables | NoCdr:
    """`read_cdr`, by a script in the switch."""
    try:
        reply = api(f"{ASK} {attempt_id}")
    except EslError:
        return NoCdr.UNKNOWN
    if reply.startswith("-ERR missing"):
        return NoCdr.MISSING
    if reply.startswith("-ERR unreadable"):
        return NoCdr.BROKEN
    if reply.startswith("-ERR") or not reply:
        return NoCdr.UNKNOWN
    return parse_cdr(reply.encode(errors="replace"))


def parse_cdr(data: bytes) -> Variables | NoCdr:
    """`variables` of what mod_json_cdr wrote.

    A value may hold any bytes, a caller's name for one: the rest is read all the same.
    """
    try:
        found = json.loads(data.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        return NoCdr.BROKEN
    variables = found.get("variables") if isinstance(found, dict) else None
    return variables if isinstance(variables, dict) else NoCdr.BROKEN
