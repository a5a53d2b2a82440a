"""Who calls a real switch from the loopback, all of them from one SIP port (see `callees`)."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Final

from benchmarks.callees import KEYS, Address, Call, Script, Telephones

KEY_PACKETS: Final = 5  # a key of 100 ms
END_PACKETS: Final = 3
_EVENTS: Final = "0123456789*#"
_TAGGED: Final = ";tag=callee"  # as `Telephones` tags our side of a call


class Callers(Telephones):
    """`call` them; `answer(call)` is what a caller does once the switch has picked up."""

    def __init__(
        self,
        switch: Address,
        answer: Callable[[Call], Script],
        heard: Callable[[Call, float, bytes], None],
        ended: Callable[[Call], None],
    ) -> None:
        super().__init__(answer, heard, ended)
        self._switch = switch

    def call(self, called: str, caller: str) -> None:
        call_id = str(uuid.uuid4())
        sdp = self._sdp()
        lines = [
            f"INVITE sip:{called}@{self._switch[0]}:{self._switch[1]} SIP/2.0",
            *self._dialog(call_id, caller, f"<sip:{called}@{self._switch[0]}>", "1 INVITE"),
            f"Contact: <sip:{caller}@127.0.0.1:{self.port}>",
            "Content-Type: application/sdp",
            f"Content-Length: {len(sdp)}",
        ]
        call = Call(
            call_id=call_id,
            number=caller,
            invite=lines,
            peer=self._switch,
            media=None,
            called_at=time.time(),
        )
        self._calls[call_id] = call
        self._send_surely(
            f"{call_id} INVITE", "\r\n".join(lines).encode() + b"\r\n\r\n" + sdp.encode(), call.peer
        )

    def press(self, call: Call, key: str, stamp: int) -> Script:
        """A key by RFC 2833, packet by packet; `stamp` in samples, another for each key."""
        for place in range(KEY_PACKETS + END_PACKETS):
            is_over = place >= KEY_PACKETS
            length = min(place + 1, KEY_PACKETS) * 160
            data = bytes([_EVENTS.index(key), is_over << 7 | 10]) + length.to_bytes(2, "big")
            self.say(call, data, stamp, kind=KEYS, marker=not place)
            yield 0.0 if is_over else 0.02

    def _receive(self, head: list[str], body: str, sender: Address) -> None:
        if not head[0].startswith("SIP/2.0") or not _value(head, "cseq").endswith("INVITE"):
            super()._receive(head, body, sender)
            return
        call, status = self._calls.get(_value(head, "call-id")), int(head[0].split(" ")[1])
        if call is None:
            return
        self._unacked.pop(f"{call.call_id} INVITE", None)
        if status < 200:
            return
        to = _value(head, "to")
        contact = re.search(r"<([^>]+)>", _value(head, "contact"))
        target = contact[1] if contact else f"sip:{self._switch[0]}:{self._switch[1]}"
        ack = [
            f"ACK {target} SIP/2.0",
            *self._dialog(call.call_id, call.number, to, "1 ACK"),
            "Content-Length: 0",
        ]
        self._sip.sendto("\r\n".join(ack).encode() + b"\r\n\r\n", call.peer)
        if call.answered_at is not None:
            return  # said again
        if status >= 300:
            self._over(call, str(status))
            return
        port = re.search(r"m=audio (\d+) ", body)
        call.answered_at = call.acked_at = time.time()
        call.media = ("127.0.0.1", int(port[1])) if port else None
        # As if the switch had called us, for our BYE
        own = f"<sip:{call.number}@127.0.0.1:{self.port}>"
        call.invite = ["INVITE", f"Contact: <{target}>", f"To: {own}", f"From: {to}"]
        if call.media is not None:
            self._by_media[call.media] = call
        self._go_on(call, self._answer(call), time.monotonic())

    def _dialog(self, call_id: str, caller: str, to: str, sequence: str) -> tuple[str, ...]:
        return (
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK-{sequence[2:].lower()}-{call_id}",
            f"From: <sip:{caller}@127.0.0.1:{self.port}>{_TAGGED}",
            f"To: {to}",
            f"Call-ID: {call_id}",
            f"CSeq: {sequence}",
            "Max-Forwards: 70",
        )


def _value(head: list[str], name: str) -> str:
    return next((line.partition(":")[2].strip() for line in head if line.lower().startswith(f"{name}:")), "")
