"""Telephones on the loopback for a real switch: SIP and RTP over UDP, each packet timed as the kernel saw it come.

As much of RFC 3261 and RFC 3550 as calls on one machine need. All calls share one SIP port and one port for sound;
the switch's own port for sound, told in its INVITE, says which call a packet belongs to.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import re
import select
import socket
import struct
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Final

Address = tuple[str, int]
Script = Generator[float, None, None]  # what a callee does; yields the seconds until it does the next thing

RESEND_S: Final = 0.5  # T1 of RFC 3261: the first wait for an ACK or an answer, doubled each time
RESENDS: Final = 6
SO_TIMESTAMPNS: Final = 35  # asm-generic/socket.h; Python has no names for these two
SO_RCVBUFFORCE: Final = 33
TIMESPEC: Final = struct.Struct("@ll")
RTP: Final = struct.Struct("!BBHII")
PCMA: Final = 8
KEYS: Final = 101  # payload type of RFC 2833 telephone events
BUFFER: Final = 8_000_000  # bytes: 500 calls send 25 000 packets a second
READS: Final = 200  # packets of sound between two looks at timers and SIP

_COPIED: Final = ("via", "from", "to", "call-id", "cseq")
_NUMBER: Final = re.compile(r"<?sip:([^@>;]*)@")
_MEDIA: Final = re.compile(r"m=audio (\d+) ")


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """One INVITE and what came of it. Times are epoch seconds; None: it did not happen (yet)."""

    call_id: str
    number: str
    invite: list[str]
    peer: Address
    media: Address | None
    called_at: float
    answered_at: float | None = None  # when the 200 was written
    acked_at: float | None = None
    ended_at: float | None = None
    ended_by: str = ""  # bye, cancel, us, or the SIP status it was refused with
    sequence: itertools.count[int] = field(default_factory=itertools.count)


class Telephones:
    """`answer(call)` is the script of each call; `heard(call, at, packet)` gets each RTP packet, `ended(call)` each
    call that is over. Runs in the caller's thread until `stop`.
    """

    def __init__(
        self,
        answer: Callable[[Call], Script],
        heard: Callable[[Call, float, bytes], None],
        ended: Callable[[Call], None],
    ) -> None:
        self._answer, self._heard, self._ended = answer, heard, ended
        self._sip, self._sound = _bound(), _bound()
        self._sound.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port: int = self._sip.getsockname()[1]
        self._calls: dict[str, Call] = {}
        self._by_media: dict[Address, Call] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._unacked: dict[
            str, bytes
        ] = {}  # Call-ID, or Call-ID and BYE -> what is sent again until it is heard
        self._is_stopping = False

    # -- for scripts

    def ring(self, call: Call, status: str = "180 Ringing", *, with_sound: bool = False) -> None:
        self._reply(call.invite, status, call.peer, sdp=self._sdp() if with_sound else "")

    def pick_up(self, call: Call) -> None:
        call.answered_at = time.time()
        self._reply_surely(call, "200 OK", sdp=self._sdp())

    def refuse(self, call: Call, status: str) -> None:
        self._reply_surely(call, status)
        self._over(call, status)

    def hang_up(self, call: Call) -> None:
        """BYE of an answered call."""
        contact = re.search(r"<([^>]+)>", _value(call.invite, "contact"))
        lines = [
            f"BYE {contact[1] if contact else 'sip:127.0.0.1'} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK-bye-{call.call_id}",
            f"From: {_value(call.invite, 'to')};tag=callee",
            f"To: {_value(call.invite, 'from')}",
            f"Call-ID: {call.call_id}",
            *("CSeq: 1 BYE", "Max-Forwards: 70", "Content-Length: 0"),
        ]
        self._send_surely(f"{call.call_id} BYE", "\r\n".join(lines).encode() + b"\r\n\r\n", call.peer)
        self._over(call, "us")

    def say(self, call: Call, payload: bytes, stamp: int, *, kind: int = PCMA, marker: bool = False) -> None:
        """Send one RTP packet. `stamp`: in samples."""
        if call.media is not None:
            head = RTP.pack(
                0x80, kind | marker << 7, next(call.sequence) & 0xFFFF, stamp, id(call) & 0xFFFFFFFF
            )
            self._sound.sendto(head + payload, call.media)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        self._at(time.monotonic() + seconds, action)

    # -- life

    def stop(self) -> None:
        self._is_stopping = True

    def run(self) -> None:
        poll = select.poll()
        poll.register(self._sip, select.POLLIN)
        poll.register(self._sound, select.POLLIN)
        while not self._is_stopping:
            wait_s = 0.2 if not self._timers else min(0.2, max(0.0, self._timers[0][0] - time.monotonic()))
            for descriptor, _ in poll.poll(wait_s * 1000):
                if descriptor == self._sip.fileno():
                    self._read_sip()
                else:
                    self._read_sound()
            now = time.monotonic()
            while self._timers and self._timers[0][0] <= now:
                heapq.heappop(self._timers)[2]()
        self._sip.close()
        self._sound.close()

    def _read_sound(self) -> None:
        for _ in range(READS):
            try:
                packet, extra, _, sender = self._sound.recvmsg(2048, 64)
            except BlockingIOError:
                return
            call = self._by_media.get(sender)
            if call is not None and len(packet) > RTP.size:
                seconds, nanoseconds = TIMESPEC.unpack(extra[0][2])
                self._heard(call, seconds + nanoseconds / 1e9, packet)

    def _read_sip(self) -> None:
        while True:
            try:
                data, sender = self._sip.recvfrom(65536)
            except BlockingIOError:
                return
            text, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
            self._receive(text.split("\r\n"), body, sender)

    def _receive(self, head: list[str], body: str, sender: Address) -> None:
        method, call_id = head[0].split(" ")[0], _value(head, "call-id")
        call = self._calls.get(call_id)
        match method:
            case "INVITE" if call is None and call_id not in self._unacked:
                self._begin(head, body, call_id, sender)
            case "ACK":
                self._unacked.pop(call_id, None)
                if call is not None:
                    call.acked_at = call.acked_at or time.time()
            case "CANCEL" | "BYE":
                self._reply(head, "200 OK", sender)
                if call is not None and (method == "BYE" or call.answered_at is None):
                    if method == "CANCEL":
                        self._reply_surely(call, "487 Request Terminated")
                    self._over(call, method.lower())
            case "OPTIONS":
                self._reply(head, "200 OK", sender)
            case "SIP/2.0" if _value(head, "cseq").endswith("BYE"):
                self._unacked.pop(f"{call_id} BYE", None)

    def _begin(self, head: list[str], body: str, call_id: str, sender: Address) -> None:
        number, port = _NUMBER.search(_value(head, "to")), _MEDIA.search(body)
        call = Call(
            call_id=call_id,
            number=number[1] if number else "",
            invite=head,
            peer=sender,
            media=("127.0.0.1", int(port[1])) if port else None,
            called_at=time.time(),
        )
        self._calls[call_id] = call
        if call.media is not None:
            self._by_media[call.media] = call
        self._go_on(call, self._answer(call), time.monotonic())

    def _go_on(self, call: Call, script: Script, due: float) -> None:
        if call.ended_at is not None:
            script.close()
            return
        wait_s = next(script, None)
        if wait_s is not None:
            due += wait_s  # from when it was due, not from now: packets of sound keep their pace
            self._at(due, lambda: self._go_on(call, script, due))

    def _over(self, call: Call, how: str) -> None:
        call.ended_at, call.ended_by = time.time(), how
        del self._calls[call.call_id]
        if call.media is not None and self._by_media.get(call.media) is call:
            del self._by_media[call.media]
        self._ended(call)

    def _at(self, due: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (due, next(self._order), action))

    # -- writing

    def _reply_surely(self, call: Call, status: str, *, sdp: str = "") -> None:
        """A final answer, again and again until its ACK comes."""
        self._send_surely(call.call_id, self._response(call.invite, status, sdp), call.peer)

    def _send_surely(self, key: str, data: bytes, to: Address) -> None:
        self._unacked[key] = data
        self._resend(key, data, to, RESENDS)

    def _resend(self, key: str, data: bytes, to: Address, left: int) -> None:
        if self._unacked.get(key) is not data:
            return
        if left == 0:
            del self._unacked[key]
            return
        self._sip.sendto(data, to)
        self.after(RESEND_S * 2 ** (RESENDS - left), lambda: self._resend(key, data, to, left - 1))

    def _reply(self, request: list[str], status: str, to: Address, *, sdp: str = "") -> None:
        self._sip.sendto(self._response(request, status, sdp), to)

    def _response(self, request: list[str], status: str, sdp: str) -> bytes:
        copied = [line for line in request[1:] if line.partition(":")[0].lower() in _COPIED]
        lines = [f"SIP/2.0 {status}", *(_tagged(line) for line in copied)]
        lines += [f"Contact: <sip:callee@127.0.0.1:{self.port}>"]
        lines += ["Content-Type: application/sdp"] if sdp else []
        lines += [f"Content-Length: {len(sdp)}"]
        return ("\r\n".join(lines) + "\r\n\r\n" + sdp).encode()

    def _sdp(self) -> str:
        lines = ("v=0", "o=callee 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0")
        media = f"m=audio {self._sound.getsockname()[1]} RTP/AVP {PCMA} {KEYS}"
        kinds = (f"a=rtpmap:{PCMA} PCMA/8000", f"a=rtpmap:{KEYS} telephone-event/8000", f"a=fmtp:{KEYS} 0-15")
        return "\r\n".join((*lines, media, *kinds, "a=ptime:20")) + "\r\n"


def _bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):
        with contextlib.suppress(PermissionError):  # only root may pass the system's limit
            made.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    made.bind(("127.0.0.1", 0))
    made.setblocking(False)
    return made


def _value(head: list[str], name: str) -> str:
    return next((line.partition(":")[2].strip() for line in head if line.lower().startswith(f"{name}:")), "")


def _tagged(line: str) -> str:
    return f"{line};tag=callee" if line.lower().startswith("to:") and ";tag=" not in line else line
