"""The other side of a trunk: a registrar that checks the digest, and somebody who sends SIP requests of his own."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

import gevent
from gevent import socket
from gevent.server import DatagramServer

REALM: Final = "carrier.example"
NONCE: Final = "5f3c"
_COPIED: Final = ("via", "from", "to", "call-id", "cseq")


class Carrier:
    """Listens on a free UDP port of 127.0.0.1; lets in `username` with `password`, and is busy for every call."""

    def __init__(self, username: str, password: str) -> None:
        self._ha1 = _md5(f"{username}:{REALM}:{password}")
        self._server = DatagramServer("127.0.0.1:0", self._receive)
        self._server.start()
        self.port = int(self._server.server_port or 0)
        self.registered = 0
        self.invites: list[str] = []

    def stop(self) -> None:
        self._server.stop()

    def _receive(self, data: Any, sender: tuple[str, int]) -> None:
        text = data.decode("utf-8", "replace")
        method = text.split(" ", 1)[0]
        if method == "REGISTER":
            self._server.sendto(self._registered(text), sender)
        elif method == "INVITE":
            self.invites.append(text)
            self._server.sendto(_reply(text, "486 Busy Here"), sender)
        elif method == "OPTIONS":
            self._server.sendto(_reply(text, "200 OK"), sender)

    def _registered(self, text: str) -> bytes:
        sent = re.search(
            r'^Authorization: Digest .*?uri="([^"]+)".*?response="([0-9a-f]{32})"', text, re.M | re.S
        )
        if sent is None:
            challenge = f'WWW-Authenticate: Digest realm="{REALM}", nonce="{NONCE}", algorithm=MD5'
            return _reply(text, "401 Unauthorized", challenge)
        if sent[2] != _md5(f"{self._ha1}:{NONCE}:{_md5(f'REGISTER:{sent[1]}')}"):
            return _reply(text, "403 Forbidden")
        self.registered += 1
        contact = re.search(r"^Contact: ([^\r\n]+)", text, re.M)
        return _reply(text, "200 OK", f"Contact: {contact[1] if contact else ''};expires=3600")


def ask(method: str, to: str, port: int, *, source: str = "127.0.0.1", timeout_s: float = 5) -> str:
    """Send a request from the address `source` to a SIP port of 127.0.0.1; the final status, "" for none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind((source, 0))
        ours = f"{source}:{client.getsockname()[1]}"
        sdp = f"v=0\r\no=- 1 1 IN IP4 {source}\r\ns=-\r\nc=IN IP4 {source}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
        lines = [
            f"{method} sip:{to}@127.0.0.1:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {ours};branch=z9hG4bK{ours.replace(':', '-')};rport",
            f"From: <sip:+15550100@{source}>;tag=1",
            f"To: <sip:{to}@127.0.0.1>",
            f"Call-ID: {ours}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:someone@{ours}>",
            "Max-Forwards: 70",
            "Content-Type: application/sdp",
            f"Content-Length: {len(sdp)}",
        ]
        client.sendto(("\r\n".join(lines) + "\r\n\r\n" + sdp).encode(), ("127.0.0.1", port))
        with gevent.Timeout(timeout_s, False):
            while True:
                status = client.recv(65536).decode("utf-8", "replace").split(" ", 2)[1]
                if status >= "200":
                    return status
    return ""


def _reply(request: str, status: str, *more: str) -> bytes:
    head = request.partition("\r\n\r\n")[0].split("\r\n")[1:]
    copied = [line for line in head if line.partition(":")[0].lower() in _COPIED]
    tagged = [f"{line};tag=carrier" if line.lower().startswith("to:") else line for line in copied]
    return ("\r\n".join([f"SIP/2.0 {status}", *tagged, *more, "Content-Length: 0"]) + "\r\n\r\n").encode()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
