"""Another simulated switch, in a process of its own, at the other end of a line: reached by its event socket.

The calls of a line are `prozvon_incoming` there; what happens to them comes back as events, with their moments of the
clock that both share. Sound does not cross.
"""

from __future__ import annotations

import base64
import contextlib
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import gevent
import orjson
from gevent import socket
from gevent.event import AsyncResult

from orchestrator.simulator.audio import heard_between
from orchestrator.simulator.caller import Incoming

EVENTS: Final = "CHANNEL_PROGRESS CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE"
TELLS: Final = {"CHANNEL_PROGRESS": "rings", "CHANNEL_ANSWER": "answers", "CHANNEL_HANGUP_COMPLETE": "ends"}
ANSWER_S: Final = 5.0  # real seconds for an answer
AWAY: Final = "-ERR nobody listens there\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the event socket of a switch is."""

    host: str
    port: int
    password: str


class FarLeg:
    """A call at the other end."""

    def __init__(self, switch: FarSwitch, leg_uuid: str, now_ms: int) -> None:
        self._switch, self.uuid, self.now_ms = switch, leg_uuid, now_ms
        self.cause = ""
        self._tells: Callable[[str], None] | None = None
        self._missed: list[tuple[int, str]] = []  # before anybody listened

    @property
    def tells(self) -> Callable[[str], None]:
        return self.tell

    @tells.setter
    def tells(self, tells: Callable[[str], None]) -> None:
        self._tells = tells
        for at_ms, what in self._missed:
            self.now_ms = at_ms
            tells(what)

    def tell(self, what: str) -> None:
        if self._tells is None:
            self._missed.append((self.now_ms, what))
        else:
            self._tells(what)

    def leaves_at(self, at_ms: int) -> None:
        """Who calls there hangs up."""
        self._switch.say(f"prozvon_leaves {self.uuid} {at_ms}")

    def press_at(self, at_ms: int, key: str) -> None:
        del at_ms
        self._switch.say(f"uuid_recv_dtmf {self.uuid} {key}")

    def our_sound(self, begin_ms: int, end_ms: int) -> bytes:
        return heard_between((), 0.0, 0, end_ms - begin_ms)

    def happened(self, event: Mapping[str, Any]) -> None:
        self.now_ms = int(event["Event-Date-Timestamp"]) // 1000
        self.cause = str(event.get("Hangup-Cause") or "")
        self.tell(TELLS[event["Event-Name"]])


class FarSwitch:
    """One connection, made when the first call goes over the line, and again when it was lost."""

    is_apart = True

    def __init__(self, address: Address) -> None:
        self._address = address
        self._socket: Any = None
        self._replies: deque[AsyncResult[str]] = deque()
        self._legs: dict[str, FarLeg] = {}

    def accept(self, asked: Incoming, *, at_ms: int) -> FarLeg | str:
        """A call comes in there; or why it does not."""
        leg = FarLeg(self, str(uuid.uuid4()), at_ms)
        body = {
            "caller": asked.caller,
            "called": asked.called,
            "name": asked.name,
            "id": leg.uuid,
            "at": at_ms,
        }
        text = orjson.dumps(body | {"variables": dict(asked.variables)})
        self._legs[leg.uuid] = leg
        answer = self.say(f"prozvon_incoming {base64.urlsafe_b64encode(text).decode()}")
        answer.wait(ANSWER_S)
        said = answer.value or AWAY
        if said.startswith("+OK"):
            return leg
        self._legs.pop(leg.uuid, None)
        return said

    def say(self, command: str) -> AsyncResult[str]:
        """Run an api command; its answer comes, or AWAY."""
        result: AsyncResult[str] = AsyncResult()
        try:
            if self._socket is None:
                self._connect()
            self._replies.append(result)
            self._socket.sendall(f"api {command}\n\n".encode())
        except OSError:
            self._lost()
            if not result.ready():
                result.set(AWAY)
        return result

    def close(self) -> None:
        self._lost()

    def _connect(self) -> None:
        address = self._address
        self._socket = socket.create_connection((address.host, address.port), timeout=ANSWER_S)
        self._socket.settimeout(None)
        self._replies.extend((AsyncResult(), AsyncResult()))  # to what is said first
        self._socket.sendall(f"auth {address.password}\n\nevent json {EVENTS}\n\n".encode())
        gevent.spawn(self._read, self._socket)

    def _read(self, connection: Any) -> None:
        file = connection.makefile("rb")
        with contextlib.suppress(OSError, ValueError):
            while head := _head(file):
                body = file.read(int(head.get("Content-Length", 0)))
                self._take(head, body)
        if connection is self._socket:
            self._lost()

    def _take(self, head: dict[str, str], body: bytes) -> None:
        kind = head.get("Content-Type", "")
        if kind in ("command/reply", "api/response"):
            self._replies.popleft().set(head.get("Reply-Text") or body.decode())
        elif kind == "text/event-json":
            event = orjson.loads(body)
            leg = self._legs.get(str(event.get("Unique-ID")))
            if leg is not None:
                if event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE":
                    del self._legs[leg.uuid]
                leg.happened(event)

    def _lost(self) -> None:
        """Who talked over it is hung up."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()
        replies, self._replies = self._replies, deque()
        for result in replies:
            result.set(AWAY)
        legs, self._legs = self._legs, {}
        for leg in legs.values():
            leg.cause = "NORMAL_TEMPORARY_FAILURE"
            leg.tell("ends")


def _head(file: Any) -> dict[str, str]:
    """The next message's lines; empty when there is none any more."""
    found: dict[str, str] = {}
    while line := file.readline():
        text = line.decode().rstrip("\n")
        if text:
            name, _, value = text.partition(": ")
            found[name] = value
        elif found:
            return found
    return {}
