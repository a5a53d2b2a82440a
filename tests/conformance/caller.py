"""Somebody who calls a real switch: SIPp for the signalling, RTP of our own for keys (RFC 2833) and sound."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import gevent
from gevent import socket
from gevent.server import DatagramServer

from tests.conformance.presser import (
    END_PACKETS,
    EVENT,
    HEAD,
    KEY_PACKETS,
    KINDS,
    PACKET_S,
    PACKET_SAMPLES,
    TELEPHONE_EVENT,
    VOLUME,
)
from tests.conformance.sipp_caller import PCMA, scenario
from tests.ports import free_port

_QUIET: Final = ("-nostdin", "-aa", "-trace_err")
LIMIT_S: Final = 90  # no call is longer
STILL: Final = b"\xd5" * PACKET_SAMPLES
NOISE: Final = bytes((n * 37 % 64) | 0x20 for n in range(PACKET_SAMPLES))  # a packet of loud PCMA
SILENCE: Final = frozenset(b"\xd5\x55")


class Handset:
    """The sound end of one call: sends silence, or what it is told to, from the first packet that comes to its end:
    the port it sends to may be another call's then.

    `sound`: samples of what was heard, PCMA.
    """

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over
        self._server = DatagramServer("127.0.0.1:0", self._receive)
        self._server.start()
        self.port = int(self._server.server_port or 0)
        self.sound = b""
        self._peer: Any = None
        self._sequence, self._stamp = 0, PACKET_SAMPLES  # a key at 0 is not taken for a new one
        self._frames: deque[tuple[int, bytes]] = deque()  # (payload type and marker, data)
        self._talking: Any = None

    @property
    def hears_us(self) -> bool:
        """Whether more than a fifth of a second of it was no silence."""
        return sum(sample not in SILENCE for sample in self.sound) > 1600

    def press(self, keys: str) -> None:
        """By RFC 2833, a key of a tenth of a second each, and as long a pause."""
        for key in keys:
            for place in range(KEY_PACKETS + END_PACKETS):
                length = min(place + 1, KEY_PACKETS) * PACKET_SAMPLES
                event = EVENT.pack(KINDS.index(key), (place >= KEY_PACKETS) << 7 | VOLUME, length)
                self._frames.append((TELEPHONE_EVENT | (not place) << 7, event))
            self._frames.extend([(PCMA, STILL)] * KEY_PACKETS)

    def speak(self, seconds: float) -> None:
        self._frames.extend([(PCMA, NOISE)] * round(seconds / PACKET_S))

    def stop(self) -> None:
        if self._talking is not None:
            self._talking.kill()
        self._server.stop()

    def _receive(self, packet: Any, sender: Any) -> None:
        self._peer = sender
        self.sound += packet[HEAD.size :]
        self._talking = self._talking or gevent.spawn(self._talk)

    def _talk(self) -> None:
        """A packet each twentieth of a second; those of one key all say when it began."""
        due = time.monotonic()
        began = self._stamp
        while not self._is_over():
            kind, data = self._frames.popleft() if self._frames else (PCMA, STILL)
            if kind != TELEPHONE_EVENT:
                began = self._stamp
            self._sequence += 1
            head = HEAD.pack(0x80, kind, self._sequence & 0xFFFF, began, 0x5EED)
            self._server.sendto(head + data, self._peer)
            self._stamp += PACKET_SAMPLES
            due += PACKET_S
            gevent.sleep(max(0.0, due - time.monotonic()))


class SippCaller:
    """Calls `called` at once. `hang_up`, or wait until the switch has done so."""

    def __init__(self, sipp: str, folder: Path, *, port: int, called: str, caller: str) -> None:
        self.handset = Handset(lambda: self.is_over)
        self._id, self._port = f"{uuid.uuid4()}@caller", free_port(socket.SOCK_DGRAM)
        self._folder = folder / self._id
        self._folder.mkdir(parents=True)
        (self._folder / "caller.xml").write_text(scenario(), "utf-8")
        own = [
            "-i",
            "127.0.0.1",
            "-p",
            str(self._port),
            "-cid_str",
            self._id,
            "-m",
            "1",
            "-timeout",
            f"{LIMIT_S}s",
        ]
        keys = ["-key", "caller", caller, "-key", "media", str(self.handset.port)]
        media = ["-mi", "127.0.0.1", "-mp", str(free_port(socket.SOCK_DGRAM) & ~1)]
        with (self._folder / "sipp.out").open("wb") as out:
            self._process = subprocess.Popen(
                [
                    sipp,
                    f"127.0.0.1:{port}",
                    *("-sf", "caller.xml", "-s", called),
                    *own,
                    *keys,
                    *media,
                    *_QUIET,
                ],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    @property
    def trouble(self) -> str:
        said = [*self._folder.glob("*_errors.log"), self._folder / "sipp.out"]
        return "".join(path.read_text("utf-8", "replace")[-1000:] for path in said)

    def press(self, keys: str) -> None:
        """Once there is sound to press them into."""
        self.handset.press(keys)

    def speak(self, seconds: float) -> None:
        self.handset.speak(seconds)

    @property
    def hears(self) -> bool:
        return bool(self.handset.sound)

    @property
    def hears_us(self) -> bool:
        return self.handset.hears_us

    def hang_up(self) -> None:
        """BYE, or CANCEL while it rings."""
        lines = (
            f"MESSAGE sip:caller@127.0.0.1:{self._port} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{uuid.uuid4()}",
            "From: <sip:test@127.0.0.1>;tag=test",
            "To: <sip:caller@127.0.0.1>",
            f"Call-ID: {self._id}",
            "CSeq: 1 MESSAGE",
            "Max-Forwards: 70",
            "Content-Length: 0",
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto("\r\n".join((*lines, "", "")).encode(), ("127.0.0.1", self._port))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self.handset.stop()
