"""The demonstration: a project of its own, a simulated switch and a worker as processes, killed on request; and an
order system that is told what became of its orders.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.asset_folders import folder as asset
from orchestrator.domain.problem import KnownError
from orchestrator.simulator.crm import Crm, serving
from orchestrator.store import embedded

MARK = ".prozvon-demo"  # a folder with it is ours to empty
PASSWORD_ENV = "PROZVON_DEMO_PASSWORD"  # noqa: S105  # a name, not a password
SECRET_ENV = "PROZVON_DEMO_SECRET"  # noqa: S105  # the same
CRM_FAILS_EVERY = 20  # requests to the order system, one of which it does not take
START_S = 30.0
LOOK_S = 0.02

SETTINGS = """\
# Made by `prozvon demo`. The clock is accelerated and shared with the simulated switch.
project: demo
region: RU
clock: simulated
fsync: everysec        # days in seconds: a disk could not follow; kill -9 loses nothing all the same
lease_s: 2
reconcile_s: 2
speech: {{engine: switch}}
inbound: {{scenarios: none}}
limits: {{per_number: {{day: 3, ever: 50}}}}
services:
  crm: {{url: "{crm}", private: yes}}
webhooks:
  orders: {{service: crm, path: orders, on: status, secret_env: {secret_env}}}     # every status
  crm: {{service: crm, path: events, secret_env: {secret_env}}}                    # what the rules say
mailboxes: {{office: {{}}}}
sms: {{service: crm, path: sms}}
tariffs: {{currency: RUB, gateways: {{main: {{attempt: 0.10, minute: 1.80}}, spare: {{minute: 2.40}}}}}}
switches:
  main:
    port: {port}
    password_env: {password_env}
    gateways:
      main: {{cps: 30, channels: 60}}
      spare: {{cps: 10, channels: 20}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """seed repeats a run; speed is business seconds per real second; start is epoch ms."""

    seed: int
    speed: float
    start: int


@dataclass(slots=True, kw_only=True)
class Demo:
    """A demo project in `folder` with its two processes. crm: the order system."""

    folder: Path
    options: Options
    port: int
    crm: Crm = field(default_factory=Crm)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_switch(self) -> None:
        self._start(
            "switch",
            *("switch", "simulate", "--seed", str(self.options.seed), "--speed", str(self.options.speed)),
            *("--start", str(self.options.start), "--population", "demo", "--sps", "200"),
        )
        self._wait_for_port()

    def start_worker(self, name: str = "worker") -> None:
        self._start(name, "run", "--log", str(self.folder / "data" / "logs" / f"{name}.log"))

    def kill(self, name: str) -> None:
        """kill -9, as a crash would."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def kill_store(self) -> None:
        """kill -9 the embedded Redis; whoever needs it next starts it again."""
        pid = embedded.server_pid(self.folder / "data")
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End all processes, the switch last; what does not end is killed."""
        for name in sorted(self.processes, key=lambda name: name == "switch"):
            process = self.processes.pop(name)
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def check_alive(self) -> None:
        """KnownError with its last words when one of the processes has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise KnownError(
                    f"the demo's {name} ended with {process.returncode}: {self._last_words(name)}"
                )

    def _start(self, name: str, *arguments: str) -> None:
        logs = self.folder / "data" / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "orchestrator", "-C", str(self.folder), *arguments]
        with (logs / f"{name}.out").open("ab") as out:
            self.processes[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **self.environment()},
            )

    def environment(self) -> Mapping[str, str]:
        return {PASSWORD_ENV: "demo-password", SECRET_ENV: self.crm.secret}

    def _wait_for_port(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            self.check_alive()
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(LOOK_S)
        raise KnownError(f"the simulated switch did not come up: {self._last_words('switch')}")

    def _last_words(self, name: str) -> str:
        path = self.folder / "data" / "logs" / f"{name}.out"
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


@contextmanager
def demo_project(folder: Path, options: Options) -> Iterator[Demo]:
    """Make the project folder anew; whatever happens, its processes end with the block."""
    _make_room(folder)
    with serving(Crm(secret=secrets.token_hex(16), fails_every=CRM_FAILS_EVERY)) as crm:
        port = _free_port()
        text = SETTINGS.format(port=port, password_env=PASSWORD_ENV, crm=crm.url, secret_env=SECRET_ENV)
        (folder / "prozvon.yaml").write_text(text, encoding="utf-8")
        shutil.copytree(
            asset("scenarios"), folder / "scenarios", ignore=shutil.ignore_patterns("__pycache__")
        )
        demo = Demo(folder=folder, options=options, port=port, crm=crm)
        os.environ.update(demo.environment())
        try:
            yield demo
        finally:
            demo.stop()


def _make_room(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise KnownError(f"{folder} is not empty and not a demo's: name another folder with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
