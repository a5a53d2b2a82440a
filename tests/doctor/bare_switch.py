"""A real FreeSWITCH with next to nothing loaded and no configuration but an event socket, on the loopback alone."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Final

import gevent
from gevent import socket

FOLDERS: Final = (
    "log",
    "db",
    "run",
    "scripts",
    "sounds",
    "storage",
    "cache",
    "recordings",
    "certs",
    "htdocs",
    "temp",
)
START_S: Final = 30.0
STOP_S: Final = 15.0


class BareSwitch:
    """`params`: of the event socket, its port apart."""

    def __init__(self, binary: Path, folder: Path, **params: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        for name in (*FOLDERS, "conf"):
            (folder / name).mkdir()
        rows = {"listen-ip": "127.0.0.1", "listen-port": str(self.port), "nat-map": "false"}
        rows |= {name.replace("_", "-"): value for name, value in params.items()}
        (folder / "conf" / "freeswitch.xml").write_text(
            '<document type="freeswitch/xml"><section name="configuration">'
            '<configuration name="modules.conf"><modules><load module="mod_commands"/>'
            '<load module="mod_event_socket"/></modules></configuration>'
            '<configuration name="event_socket.conf"><settings>'
            + "".join(f'<param name="{name}" value="{value}"/>' for name, value in rows.items())
            + '</settings></configuration></section><section name="dialplan"/></document>',
            "utf-8",
        )
        folders = [text for name in FOLDERS for text in (f"-{name}", str(folder / name))]
        with (folder / "stdout").open("wb") as stdout:
            self._process = subprocess.Popen(
                [binary, "-nf", "-nc", "-np", "-nonat", "-conf", str(folder / "conf"), *folders],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_S
        while not self._listens():
            assert self._process.poll() is None, (folder / "stdout").read_text("utf-8", "replace")
            assert time.monotonic() < deadline, "it does not come up"
            gevent.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        deadline = time.monotonic() + STOP_S
        while self._process.poll() is None and time.monotonic() < deadline:
            gevent.sleep(0.1)
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
                return bool(client.recv(100))
        except OSError:
            return False
