"""CPU of the worker per attempt on the simulated switch, beside a bare bgapi loop (goal: 1 ms)."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.project import POPULATION, make_project, write_contacts

GOAL_MS = 1.0
WAIT_S = 120.0
TICKS = os.sysconf("SC_CLK_TCK")


def main(*, quick: bool = False) -> None:
    calls, rounds = (300, 1) if quick else (3000, 3)
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(_worker(calls))
        bare.append(_bare(calls))
    worker, loop = statistics.median(ours), statistics.median(bare)
    print(f"worker           {calls} calls   {worker:6.3f} ms of CPU per attempt (goal {GOAL_MS:.0f} ms)")
    print(f"bare bgapi loop  {calls} calls   {loop:6.3f} ms of CPU per call     ratio {worker / loop:.1f}")


def _worker(calls: int) -> float:
    """Claim, originate, events, classify, rules and settling of `calls` attempts, in ms of CPU each."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_project(folder)
        contacts = write_contacts(folder, calls)
        with simulated_switch(folder):
            prozvon(folder, "call", "--yes", "--no-follow", "--no-worker", "bench", str(contacts))
            worker = subprocess.Popen(
                command(folder, "run", "--until-done", "--log", str(folder / "worker.log"))
            )
            wait_for((folder / "worker.log"), "switch_connected")
            idle = cpu_s(worker.pid)
            _, status, used = os.wait4(worker.pid, 0)
            worker.returncode = os.waitstatus_to_exitcode(status)
            assert worker.returncode == 0, (folder / "worker.log").read_text()
    return (used.ru_utime + used.ru_stime - idle) * 1000 / calls


def _bare(calls: int) -> float:
    """The least there is: write the originates, read the events to the last hangup."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_project(folder)
        with simulated_switch(folder):
            code = f"from benchmarks.bare_loop import main; main({str(folder)!r}, {calls})"
            out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(out.stdout.split()[0]) * 1000 / calls


@contextmanager
def simulated_switch(folder: Path) -> Iterator[None]:
    """The simulated switch of the project in `folder`, as a process of its own."""
    words = command(folder, "switch", "simulate", "--population", str(folder / POPULATION), "--sps", "100000")
    log = folder / "switch.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*words, "--max-sessions", "100000", "--speed", "100"], stderr=out)
    try:
        wait_for(log, "listens on")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def command(folder: Path, *arguments: str) -> list[str]:
    """`prozvon` in that project, in words."""
    return [sys.executable, "-m", "orchestrator", "-C", str(folder), *arguments]


def prozvon(folder: Path, *arguments: str) -> None:
    subprocess.run(command(folder, *arguments), check=True, capture_output=True)


def wait_for(log: Path, word: str) -> None:
    """Until the log has it."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if log.exists() and word in log.read_text(encoding="utf-8"):
            return
        time.sleep(0.02)
    raise TimeoutError(
        f"{word!r} did not come up in {log}: {log.read_text() if log.exists() else 'no such file'}"
    )


def cpu_s(pid: int) -> float:
    """CPU a process has used so far: what starting up costs is not counted per attempt."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
