"""Telephones for a real switch: a SIP user agent on the loopback that behaves by the called number.

As much of RFC 3261 as a call on the loopback needs, and no sound: RTP that comes is not answered.
"""

from __future__ import annotations

import re
from typing import Any, Final

import gevent
from gevent import socket
from gevent.server import DatagramServer

from tests.conformance.numbers import LEAVES, REFUSES, RINGS, RINGS_S, SILENT, STAYS_S

_COPIED: Final = ("via", "from", "to", "call-id", "cseq")
SILENT_S: Final = (
    8.0  # by then the caller has given up; left alone, the stack would wait half a minute for us
)
Address = tuple[str, int]


class SipCallees:
    """Listens on a free UDP port of 127.0.0.1 until `stop`. Calls it does not know the number of are picked up."""

    def __init__(self) -> None:
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._rtp.bind(("127.0.0.1", 0))
        self._server = DatagramServer("127.0.0.1:0", self._receive)
        self._server.start()
        self.port = int(self._server.server_port or 0)
        self._calls: dict[str, list[str]] = {}  # Call-ID -> head of its INVITE

    def stop(self) -> None:
        self._server.stop()
        self._rtp.close()

    def _receive(self, data: Any, sender: Address) -> None:
        head = data.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
        method, call_id = head[0].split(" ")[0], _value(head, "call-id")
        if method == "INVITE" and call_id not in self._calls:
            self._calls[call_id] = head
            gevent.spawn(self._ring, head, sender)
        elif method in ("BYE", "OPTIONS"):
            self._reply(head, "200 OK", sender)
            self._calls.pop(call_id, None)
        elif method == "CANCEL":
            self._reply(head, "200 OK", sender)
            invite = self._calls.pop(call_id, None)
            if invite is not None:
                self._reply(invite, "487 Request Terminated", sender)

    def _ring(self, invite: list[str], sender: Address) -> None:
        match = re.search(r"\+\d+", _value(invite, "to"))
        number = match[0] if match else ""
        if number == SILENT:
            gevent.sleep(SILENT_S)
            self._reply(invite, "480 Temporarily Unavailable", sender)
            return
        refusal = REFUSES.get(number, "")
        if not refusal or refusal.startswith("603"):
            self._reply(invite, "180 Ringing", sender)
        if refusal:
            self._reply(invite, refusal, sender)
        if refusal or number == RINGS:
            return
        gevent.sleep(RINGS_S)
        if _value(invite, "call-id") not in self._calls:
            return
        self._reply(invite, "200 OK", sender, sdp=self._sdp())
        if number == LEAVES:
            gevent.sleep(STAYS_S)
            self._hang_up(invite, sender)

    def _hang_up(self, invite: list[str], sender: Address) -> None:
        if self._calls.pop(_value(invite, "call-id"), None) is None:
            return
        contact = re.search(r"<([^>]+)>", _value(invite, "contact"))
        lines = [
            f"BYE {contact[1] if contact else 'sip:127.0.0.1'} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK-bye-{_value(invite, 'call-id')}",
            f"From: {_value(invite, 'to')};tag=callee",
            f"To: {_value(invite, 'from')}",
            f"Call-ID: {_value(invite, 'call-id')}",
            "CSeq: 1 BYE",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        self._server.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), sender)

    def _reply(self, request: list[str], status: str, to: Address, *, sdp: str = "") -> None:
        copied = [line for line in request[1:] if line.partition(":")[0].lower() in _COPIED]
        lines = [f"SIP/2.0 {status}", *(_tagged(line) for line in copied)]
        lines += [f"Contact: <sip:callee@127.0.0.1:{self.port}>"]
        lines += ["Content-Type: application/sdp"] if sdp else []
        lines += [f"Content-Length: {len(sdp)}"]
        self._server.sendto(("\r\n".join(lines) + "\r\n\r\n" + sdp).encode(), to)

    def _sdp(self) -> str:
        lines = ("v=0", "o=callee 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0")
        media = (f"m=audio {self._rtp.getsockname()[1]} RTP/AVP 8", "a=rtpmap:8 PCMA/8000")
        return "\r\n".join((*lines, *media)) + "\r\n"


def _value(head: list[str], name: str) -> str:
    return next((line.partition(":")[2].strip() for line in head if line.lower().startswith(f"{name}:")), "")


def _tagged(line: str) -> str:
    return f"{line};tag=callee" if line.lower().startswith("to:") and ";tag=" not in line else line
