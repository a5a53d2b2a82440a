"""A real FreeSWITCH that `switch init` has prepared, run by its own start script, on the loopback alone."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import gevent

from orchestrator.esl.connection import Connection
from orchestrator.render.release import ram_of
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.switches.site import site_of
from orchestrator.runtime.switches.switch_init import init_switch
from orchestrator.simulator.clock import RealClock

START_S: Final = 40.0
STOP_S: Final = 15.0


class StartedSwitch:
    """The switch `main` of a project in `folder`. Prepared here; `start` and `stop` it."""

    patience_s = START_S  # how long `wait` waits where it is not told

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.site = site_of(settings, "main")
        self.root, self.port = Path(self.site.root), self.site.port
        self._password = settings.switches["main"].password()
        init_switch(settings, "main", RealClock().now_ms)

    def start(self, binary: Path, is_up: Callable[[], object]) -> None:
        """Returns once it `is_up`: it takes clients before all of its modules are there."""
        with (self.folder / "stdout").open("wb") as stdout:
            self.process = subprocess.Popen(
                [self.root / "start"],
                env=os.environ | {"FREESWITCH": str(binary)},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT,
            )
        try:
            self.wait(is_up, "the switch up", START_S)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.process.terminate()
        deadline = time.monotonic() + STOP_S
        while self.process.poll() is None and time.monotonic() < deadline:
            gevent.sleep(0.1)  # those it talks to answer what it still has to say
        self.process.kill()
        self.process.wait()
        ram = Path(ram_of(self.site))
        for database in ram.parent.glob(f"{ram.name}.*"):
            database.unlink()

    def api(self, command: str, password: str | None = None) -> str:
        connection = Connection("127.0.0.1", self.port, self._password if password is None else password)
        connection.connect()
        try:
            return connection.api(command, 20.0)
        finally:
            connection.close()

    def log(self) -> str:
        """All it has logged; "" before it began."""
        path = self.root / "log" / "freeswitch.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def wait(self, is_so: Callable[[], object], what: str, timeout_s: float | None = None) -> None:
        deadline = time.monotonic() + (self.patience_s if timeout_s is None else timeout_s)
        while time.monotonic() < deadline and self.process.poll() is None:
            if is_so():
                return
            gevent.sleep(0.05)
        raise AssertionError(f"not {what}: {self.log()[-3000:] or (self.folder / 'stdout').read_text()}")
