"""Runs a FreeSWITCH that is installed here, with the product's own configuration, bound to the loopback alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import gevent
from gevent import socket

from orchestrator.render.release import ram_of
from orchestrator.runtime.switches.site import site_of
from tests.conformance.caller import SippCaller
from tests.conformance.http_server import HttpServer
from tests.conformance.project import PASSWORD, Ports, make_project
from tests.conformance.telephones import Telephones
from tests.ports import free_port

START_S: Final = 30.0
STOP_S: Final = 15.0
LOG: Final = "log/freeswitch.log"
_BAD_LINE: Final = re.compile(r"^.*\[(?:WARNING|ERR|CRIT|ALERT)\].*$", re.M)


def find_binary() -> Path | None:
    """The switch under the prefix PROZVON_FREESWITCH, else the one on PATH."""
    prefix = os.environ.get("PROZVON_FREESWITCH")
    if prefix:
        return Path(prefix) / "bin" / "freeswitch"
    found = shutil.which("freeswitch")
    return Path(found) if found else None


class RealSwitch:
    """`second_s`: real seconds of a second on its clock."""

    second_s = 1.0

    def __init__(self, binary: Path, sipp: str, folder: Path) -> None:
        self._binary, self._sipp, self._folder, self.password = binary, sipp, folder, PASSWORD
        self._callers: list[SippCaller] = []
        self.telephones, self._server = Telephones(sipp, folder / "telephones"), HttpServer()
        try:
            ports = Ports(
                event_socket=free_port(socket.SOCK_STREAM),
                sip=free_port(socket.SOCK_DGRAM),
                callees=self.telephones.port,
                nobody=free_port(socket.SOCK_DGRAM),
                http=self._server.port,
                rtp_first=20_000
                + os.getpid() % 60 * 200,  # no port of another switch, nor one the system gives
            )
            self.project = make_project(folder / "project", ports)
            self._server.folder = self.project.www
            self.root, self.cdr_dir, self.port = self.project.root, self.project.cdr_dir, self.project.port
            self._start()
        except BaseException:
            self._stop_callees()
            raise

    def restart(self) -> None:
        """SIGTERM, and a new process over the same root."""
        self._end()
        self._start()

    def die(self) -> None:
        """As after kill -9, and a new process over the same root."""
        self._process.kill()
        self._process.wait()
        self._start()

    def stop(self) -> None:
        try:
            self._end()
        finally:
            self._stop_callees()
            ram = Path(ram_of(site_of(self.project.settings, "main")))
            for path in ram.parent.glob(f"{ram.name}.*"):
                path.unlink()

    def hears(self, call: str, number: str) -> bool:
        del call
        silence = b"\xd5\x55"  # of A-law
        heard = self.telephones.pressers[number].heard.values()
        return any(sum(sample not in silence for sample in sound) > 1600 for sound in heard)

    def calls(self, called: str, caller: str) -> SippCaller:
        port = self.project.sip_port
        made = SippCaller(self._sipp, self._folder / "callers", port=port, called=called, caller=caller)
        self._callers.append(made)
        return made

    def log_warnings(self) -> list[str]:
        """What it complained of since it first started, times cut off."""
        text = (self.root / LOG).read_text("utf-8", "replace")
        return [line.partition("] ")[2] for line in _BAD_LINE.findall(text)]

    def _stop_callees(self) -> None:
        try:
            for caller in self._callers:
                caller.stop()
        finally:
            self.telephones.stop()
            self._server.stop()

    def _start(self) -> None:
        with (self._folder / "stdout").open("ab") as stdout:
            self._process = subprocess.Popen(
                [str(self.root / "start")],
                env=os.environ | {"FREESWITCH": str(self._binary)},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_up()
        except BaseException:
            self._end()
            raise

    def _end(self) -> None:
        self._process.terminate()
        deadline = time.monotonic() + STOP_S
        while self._process.poll() is None and time.monotonic() < deadline:
            gevent.sleep(0.05)  # the callees answer what it still has to say
        is_stuck = self._process.poll() is None
        self._process.kill()
        self._process.wait()
        assert not is_stuck, "FreeSWITCH did not shut down: something keeps a lock"

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._is_up():
                return
            gevent.sleep(0.1)
        said = (self._folder / "stdout").read_text("utf-8", "replace")[-2000:]
        log = self.root / LOG
        said += log.read_text("utf-8", "replace")[-2000:] if log.exists() else ""
        raise AssertionError(f"FreeSWITCH did not come up: {said}")

    def _is_up(self) -> bool:
        """It takes clients before all of its modules are there; the scripts' is the last."""
        asked = f"auth {PASSWORD}\n\napi python prozvon_switch hello\n\nexit\n\n"
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                client.sendall(asked.encode())
                received = b""
                while data := client.recv(65536):
                    received += data
                return b'"prozvon": 1' in received
        except OSError:
            return False
