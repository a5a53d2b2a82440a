"""Telephones for a real switch: SIPp on the loopback, which behaves by the called number (`sipp_scenario`)."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import gevent
from gevent import socket

from tests.conformance.numbers import HELLO, KEY_1, KEYS_43210, MACHINE
from tests.conformance.presser import Presser
from tests.conformance.sipp_scenario import scenario
from tests.ports import free_port

START_S: Final = 10.0
SOUNDS: Final = Path(__file__).resolve().parents[1] / "data" / "sounds"


def find_sipp() -> str | None:
    return shutil.which("sipp")


class Telephones:
    """Listen on a free UDP port of 127.0.0.1 until `stop`. Numbers that are not known are picked up."""

    def __init__(self, sipp: str, folder: Path) -> None:
        folder.mkdir()
        self.pressers = {KEY_1: Presser("1"), KEYS_43210: Presser("43210#")}
        greetings = {MACHINE: str(SOUNDS / "machine.al"), HELLO: str(SOUNDS / "hello.al")}
        ports = {number: presser.port for number, presser in self.pressers.items()}
        (folder / "telephones.xml").write_text(scenario(keys_ports=ports, greetings=greetings), "utf-8")
        self.port = free_port(socket.SOCK_DGRAM)
        media = free_port(socket.SOCK_DGRAM) & ~1
        options = ["-i", "127.0.0.1", "-p", str(self.port), "-mi", "127.0.0.1", "-mp", str(media)]
        self._folder = folder
        with (folder / "sipp.out").open("wb") as out:
            self._process = subprocess.Popen(
                [sipp, "-sf", "telephones.xml", *options, "-nostdin", "-aa", "-nd", "-trace_err"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            raise

    @property
    def errors(self) -> str:
        """What SIPp did not expect."""
        return "".join(path.read_text("utf-8", "replace") for path in self._folder.glob("*_errors.log"))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for presser in self.pressers.values():
            presser.stop()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_S
        request = (
            f"OPTIONS sip:x@127.0.0.1:{self.port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-up\r\n"
            "From: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:x@127.0.0.1>\r\nCall-ID: up\r\nCSeq: 1 OPTIONS\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.2)
            while time.monotonic() < deadline and self._process.poll() is None:
                try:
                    asking.sendto(request, ("127.0.0.1", self.port))
                    asking.recv(2000)
                    return
                except OSError:
                    gevent.sleep(0.05)
        raise AssertionError(
            f"SIPp did not start: {(self._folder / 'sipp.out').read_text('utf-8', 'replace')[-2000:]}"
        )
