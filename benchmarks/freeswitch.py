"""A FreeSWITCH of the benchmarks' own, prepared by the product, on the loopback, and stopped whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from orchestrator.render.release import ram_of
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.site import site_of

START_S: Final = 40.0
STOP_S: Final = 10.0


def find_binary() -> Path | None:
    """The switch under the prefix PROZVON_FREESWITCH, else the one on PATH."""
    prefix = os.environ.get("PROZVON_FREESWITCH")
    if prefix:
        binary = Path(prefix) / "bin" / "freeswitch"
        return binary if binary.exists() else None
    found = shutil.which("freeswitch")
    return Path(found) if found else None


class FreeSwitch:
    """The switch `main` of the project in `folder`. `dialplan`: XML of contexts beside ours."""

    def __init__(self, binary: Path, folder: Path, *, dialplan: str) -> None:
        settings = load_settings(folder)
        found = settings.switches["main"]
        self.port, self.password, self.root = found.port, found.password(), found.root
        self._ram = Path(ram_of(site_of(settings, "main")))
        prozvon(folder, "switch", "init")
        (self.root / "conf" / "local" / "dialplan" / "bench.xml").write_text(dialplan, "utf-8")
        self._out = folder / "switch.out"
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [str(self.root / "start")],
                env=os.environ | {"FREESWITCH": str(binary)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            raise

    def cpu_s(self) -> float:
        """Processor time it has used so far."""
        return cpu_s(self.process.pid)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for left in self._ram.parent.glob(f"{self._ram.name}.*"):
            left.unlink()

    def _wait_until_up(self) -> None:
        try:
            wait_until(lambda: self.process.poll() is not None or self._is_up(), START_S)
        except TimeoutError:
            raise RuntimeError(f"FreeSWITCH did not come up: {self._last_words()}") from None
        if self.process.poll() is not None:
            raise RuntimeError(f"FreeSWITCH ended at once: {self._last_words()}")

    def _is_up(self) -> bool:
        """It takes clients before all of its modules are there."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
                client.sendall(f"auth {self.password}\n\napi sofia status gateway main\n\nexit\n\n".encode())
                received = b""
                while data := client.recv(65536):
                    received += data
        except OSError:
            return False
        return b"NOREG" in received

    def _last_words(self) -> str:
        log = self.root / "log" / "freeswitch.log"
        return "".join(path.read_text(errors="replace")[-1000:] for path in (self._out, log) if path.exists())


def command(folder: Path, *arguments: str) -> list[str]:
    """The command line of `prozvon` in a project."""
    return [sys.executable, "-m", "orchestrator", "-C", str(folder), *arguments]


def prozvon(folder: Path, *arguments: str) -> None:
    """Run `prozvon` in a project. RuntimeError with what it said when it fails."""
    done = subprocess.run(command(folder, *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"prozvon {' '.join(arguments)}: {done.stdout[-1000:]}{done.stderr[-1000:]}")


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    """TimeoutError when it does not come in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("what the benchmark waits for did not come")
        time.sleep(0.05)


def cpu_s(pid: int) -> float:
    """Processor time a process has used so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
