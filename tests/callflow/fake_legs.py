"""Agents' legs beside a FakeSession, as `freeswitch.Session(uuid)` and `freeswitch.bridge` have them (measured on a
FreeSWITCH 1.10.12), and what the orchestrator pushes.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fake_session import FakeSession

LEG = "5f0c1f6e-0000-4000-8000-000000000001"
OTHER_LEG = "5f0c1f6e-0000-4000-8000-000000000002"


@dataclass
class FakeLeg:
    """`talks_s`: until the agent hangs up, or is taken away. A leg that is not `is_up` is no leg at all."""

    uuid: str = LEG
    is_up: bool = True
    is_answered: bool = True
    is_bridged: bool = False
    is_gone_when_joined: bool = False
    talks_s: float = 30.0
    variables: dict[str, str] = field(default_factory=lambda: {"prozvon_agent": "anna"})
    destroyed: int = 0

    def ready(self) -> bool:
        return self.is_up

    def answered(self) -> bool:
        return self.is_answered

    def bridged(self) -> bool:
        return self.is_bridged

    def getVariable(self, name: str) -> str | None:  # noqa: N802
        return self.variables.get(name)

    def destroy(self) -> None:
        self.destroyed += 1


LEGS: dict[str, FakeLeg] = {}


def put(leg: FakeLeg) -> FakeLeg:
    LEGS[leg.uuid] = leg
    return leg


def session_of(uuid: str) -> FakeLeg:
    assert "/" not in uuid  # it would be dialed
    return LEGS.get(uuid) or FakeLeg(uuid, is_up=False)


def talk(session: FakeSession, leg: FakeLeg) -> None:
    """What a real switch punishes: a callback, a leg that rings (the caller is hung up) or talks (all hear all)."""
    assert session._callback is None
    assert leg.is_answered
    assert not leg.is_bridged
    assert not session.behind  # music over the talk
    assert session.variables["hangup_after_bridge"] == "false"
    if not leg.is_up or leg.is_gone_when_joined:
        return
    session.done.append((round(session.t, 3), "joined", leg.uuid))
    session.variables["last_bridge_to"] = leg.uuid
    for tape in session.tapes.values():
        tape.append((session.t, "bridged"))
    until_s = min(session.t + leg.talks_s, session.hangs_up_at)
    while session.is_up and session.t < until_s:
        session._advance(min(until_s, session._next_event()))
    session.queue.clear()  # keys pressed in a talk go to the other side
    session.is_broken = False


def packed(body: object) -> str:
    text = json.dumps(body).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def push(session: FakeSession, at_s: float, n: int = 1, *, wakes: bool = True, **body: Any) -> None:
    """An offer at a second, and the break that wakes the script."""
    session.later.append((at_s, "prozvon_offer", packed({"n": n, **body})))
    if wakes:
        session.breaks.append(at_s)


def displace(session: FakeSession, data: str) -> None:
    sound, flags = data.rsplit(" ", 1)
    assert flags == "l"
    if session.behind:
        session.faults.append("music over music")
    if session.variables.get("send_silence_when_idle") != "-1":
        session.faults.append("nothing is sent that music could be laid over")
    session.behind = sound


def stop_displace(session: FakeSession, data: str) -> None:
    assert data == session.behind
    session.behind = ""
