"""The sound end of a telephone whose callee presses keys: RTP on the loopback, keys by RFC 2833 (RFC 4733)."""

from __future__ import annotations

import struct
from typing import Any, Final

import gevent
from gevent.server import DatagramServer

from tests.conformance.numbers import KEY_GAP_S, KEYS_AFTER_S

KINDS: Final = "0123456789*#"
TELEPHONE_EVENT: Final = 101
PACKET_S: Final = 0.02
PACKET_SAMPLES: Final = 160
KEY_PACKETS: Final = 5  # a key of 100 ms
END_PACKETS: Final = 3  # the last one is said three times, for one may be lost
VOLUME: Final = 10
HEAD: Final = struct.Struct("!BBHII")
EVENT: Final = struct.Struct("!BBH")

Address = tuple[str, int]


class Presser:
    """Presses `keys`, KEYS_AFTER_S after the first sound of each call. `heard`: samples of sound, by call: whose sound
    it is, and from where.
    """

    def __init__(self, keys: str) -> None:
        self._keys = keys
        self._server = DatagramServer("127.0.0.1:0", self._receive)
        self._server.start()
        self.port = int(self._server.server_port or 0)
        self.heard: dict[tuple[Address, int], bytes] = {}
        self._fingers: list[Any] = []

    def stop(self) -> None:
        gevent.killall(self._fingers)
        self._server.stop()

    def _receive(self, packet: Any, sender: Address) -> None:
        call = (sender, HEAD.unpack_from(packet)[4])  # a port may be another call's later
        if call not in self.heard:
            self.heard[call] = b""
            self._fingers.append(gevent.spawn(self._press, sender))
        self.heard[call] += packet[HEAD.size :]

    def _press(self, caller: Address) -> None:
        gevent.sleep(KEYS_AFTER_S)
        sequence, stamp = 1, PACKET_SAMPLES
        for key in self._keys:
            for place in range(KEY_PACKETS + END_PACKETS):
                length = min(place + 1, KEY_PACKETS) * PACKET_SAMPLES
                is_over = place >= KEY_PACKETS
                head = HEAD.pack(0x80, TELEPHONE_EVENT | (not place) << 7, sequence, stamp, 0x5EED)
                event = EVENT.pack(KINDS.index(key), is_over << 7 | VOLUME, length)
                self._server.sendto(head + event, caller)
                sequence += 1
                gevent.sleep(0 if is_over else PACKET_S)
            stamp += PACKET_SAMPLES * KEY_PACKETS + round(KEY_GAP_S * 8000)
            gevent.sleep(KEY_GAP_S)
