"""Agents' legs and callers on a switch, and what is heard of them."""

from __future__ import annotations

import json
import shutil
import uuid
from typing import Any

from tests.conformance.desk import Caller, Desk
from tests.conformance.numbers import AT_ONCE
from tests.conformance.project import JOINS, SCRIPT

EVENTS = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_ANSWER",
    "CHANNEL_BRIDGE",
    "CHANNEL_UNBRIDGE",
    "CHANNEL_PARK",
    "CHANNEL_UNPARK",
    "CHANNEL_EXECUTE",
    "CHANNEL_EXECUTE_COMPLETE",
    "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY",
    "DTMF",
    "PLAYBACK_START",
    "PLAYBACK_STOP",
    "BACKGROUND_JOB",
)


class Floor:
    """Agents' legs and callers, and what is heard of them."""

    def __init__(self, desk: Desk) -> None:
        shutil.copy(SCRIPT, desk.switch.root / "current" / "scripts")  # a deploy leaves it behind
        self.desk = desk
        self._parked: dict[str, int] = {}

    def agent(self, *own: str, number: str = AT_ONCE, to: str = "&park()") -> str:
        """A leg that was answered and is parked."""
        leg = self.rung(*own, number=number, to=to)
        self.is_parked(leg)
        return leg

    def rung(self, *own: str, number: str = AT_ONCE, to: str = "&park()") -> str:
        leg = str(uuid.uuid4())
        variables = ",".join(
            (f"origination_uuid={leg}", "ignore_early_media=true", "originate_timeout=60", *own)
        )
        self.desk.originate(f"originate {{{variables}}}sofia/gateway/main/{number} {to}", leg)
        return leg

    def is_parked(self, leg: str) -> None:
        """Once more than before."""
        count = self._parked[leg] = self._parked.get(leg, 0) + 1
        self.desk.wait(lambda: len(self.desk.events_of("CHANNEL_PARK", leg)) >= count, f"{leg} parked")

    def calls(self, number: str = JOINS) -> tuple[Caller, str]:
        """A caller whose script waits."""
        caller, call = self.desk.call_in(number)
        self.desk.event("CHANNEL_ANSWER", call)
        return caller, call

    def offer(self, call: str, leg: str) -> None:
        """As it is pushed to a script that sleeps."""
        assert self.desk.api(f"uuid_setvar {call} conformance_leg {leg}") == "+OK\n"
        assert self.desk.api(f"uuid_break {call}") == "+OK\n"

    def joins(self, call: str, leg: str) -> dict[str, Any]:
        count = len(self.bridges(call, leg))
        self.offer(call, leg)
        self.desk.wait(lambda: len(self.bridges(call, leg)) > count, f"{call} joined {leg}")
        self.talks(leg)
        return self.bridges(call, leg)[-1]

    def talks(self, leg: str) -> None:
        """It is in the talk, which is a moment after the event of it."""
        state = "Channel-State: CS_EXCHANGE_MEDIA\n"
        self.desk.wait(lambda: state in self.desk.api(f"uuid_dump {leg}"), f"{leg} in the talk")

    def bridges(self, call: str, leg: str, name: str = "CHANNEL_BRIDGE") -> list[dict[str, Any]]:
        return [one for one in self.desk.events_of(name, call) if one["Bridge-B-Unique-ID"] == leg]

    def parted(self, call: str, leg: str, count: int = 1) -> None:
        self.desk.wait(
            lambda: len(self.bridges(call, leg, "CHANNEL_UNBRIDGE")) >= count, f"{call} parted from {leg}"
        )

    def goes_on(self, call: str, leg: str) -> None:
        """The caller's script has left the talk and waits again."""
        self.parted(call, leg)
        self.desk.wait(lambda: self.desk.api(f"uuid_getvar {call} done") == leg, f"{call} went on")
        assert self.desk.api(f"uuid_getvar {call} is_here") == "True"

    def over(self, leg: str) -> dict[str, Any]:
        """Variables of its last event."""
        event = self.desk.event("CHANNEL_HANGUP_COMPLETE", leg)
        return {
            name.removeprefix("variable_"): value
            for name, value in event.items()
            if name.startswith("variable_")
        }

    def kill(self, *legs: str) -> None:
        for leg in legs:
            self.desk.api(f"uuid_kill {leg}")
            self.over(leg)

    def shows(self, leg: str, **wanted: str) -> None:
        """In the list of channels, which comes after."""

        def is_so() -> bool:
            rows = json.loads(self.desk.api("show channels as json")).get("rows", [])
            return any(row["uuid"] == leg and wanted.items() <= row.items() for row in rows)

        self.desk.wait(is_so, f"{leg}: {wanted}", 5)
