"""A leg that has been answered, on a clock that is always ahead, so that nothing ever waits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.simulator.applications import Applications
from orchestrator.simulator.callee import call_for
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.messages import Messages
from orchestrator.simulator.originate import Destination, Originate
from orchestrator.simulator.outbound import outbound_channel
from orchestrator.simulator.session import Session
from orchestrator.simulator.timers import Timers
from tests.simulator.bench import START_MS, population


class Ahead:
    """A clock at the end of all time."""

    speed = 1.0

    def now_ms(self) -> int:
        return START_MS + 10**12

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits on this clock")

    def sleep_until(self, at_ms: int) -> None:
        raise AssertionError("nothing waits on this clock")


class Emitted:
    """Keeps the events of its legs."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, str]]] = []

    def emit_channel(self, name: str, leg: Leg, extra: Mapping[str, str] | None = None) -> None:
        self.events.append((name, dict(extra or {})))


class NoScripts:
    def run(self, leg: Leg, data: str) -> None:
        raise AssertionError("no script here")


def answered_leg(root: Path, *, callee: dict[str, Any] | None = None, **variables: str) -> Leg:
    """Answered at its second 0 (`now_ms` START_MS); `callee` as in a population."""
    request = Originate(
        destination=Destination(endpoint="sofia", gateway="main", number="+7"), variables=variables
    )
    people = population(callee={"kind": "person"} | (callee or {}))
    channel = outbound_channel(request, uuid="leg", session_id=1, now_ms=START_MS)
    leg = Leg(
        channel,
        call_for(people, seed=1, number="+7", try_number=1, at_ms=START_MS),
        number="+7",
        messages=Messages(root, variables.get("prozvon_program", ""), variables.get("prozvon_payload", "")),
        timers=Timers(Ahead()),
        emitter=Emitted(),
    )
    channel.answered_ms = START_MS
    return leg


def press(leg: Leg, *keys: tuple[float, str]) -> None:
    """Keys at these seconds."""
    for at_s, key in keys:
        leg.at(START_MS + round(at_s * 1000), lambda key=key: leg.press(key))  # type: ignore[misc]


def passed_s(leg: Leg) -> float:
    return (leg.now_ms - START_MS) / 1000


def session_on(leg: Leg) -> tuple[Session, list[tuple[str, str]]]:
    """A script's session on the leg, and what is written to the console."""
    logged: list[tuple[str, str]] = []

    def log(level: str, text: str) -> None:
        logged.append((level, text))

    return Session(leg, Applications(NoScripts(), log), log), logged
