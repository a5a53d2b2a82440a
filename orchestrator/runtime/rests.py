"""Gateways that rest or fail, in words for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import Settings
from orchestrator.store import RestRow


def resting(rows: Iterable[RestRow]) -> tuple[RestRow, ...]:
    """Those that take no calls, or only one."""
    return tuple(row for row in rows if row.until is not None)


def rest_line(row: RestRow, now: int) -> str:
    """`gateway main of switch main rests until 2026-11-30 09:05:30 UTC: ...`, with the cause."""
    return f"{_name(row)} {rest_state(row, now)}{_cause(row)}"


def rest_state(row: RestRow, now: int) -> str:
    """What it does now, without its name and cause."""
    if row.until is None:
        return "takes calls"
    if now < row.until:
        doing = "rests" if row.gateway else "turns calls down, and is left alone"
        return f"{doing} until {_instant(row.until)}"
    return "is being tried by one call" if row.trial else "is about to be tried by one call"


def _name(row: RestRow) -> str:
    return f"gateway {row.gateway} of switch {row.switch}" if row.gateway else f"switch {row.switch}"


def _cause(row: RestRow) -> str:
    if not row.failures:
        return ": a person let it rest (`prozvon gateway wake` ends it)"
    if not row.gateway:
        return ": is it paused, or at its sessions per second or at once?"
    return f": {row.fails} failed in a row, the last with {row.failures[0].why}"


def _instant(at: int) -> str:
    return f"{dt.datetime.fromtimestamp(at / 1000, dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def found_gateways(settings: Settings, name: str, switch: str | None) -> list[tuple[str, str]]:
    """(switch, gateway) of every gateway of this name, or of the one on `switch`. KnownError when there is none."""
    known = [(s, g) for s, g, _ in settings.gateways()]
    found = [(s, g) for s, g in known if g == name and switch in (None, s)]
    if not found:
        have = ", ".join(f"{g} on {s}" for s, g in known) or "none"
        where = f" on switch {switch}" if switch else ""
        raise KnownError(f"no gateway {name!r}{where} in prozvon.yaml (there are: {have})")
    return found
