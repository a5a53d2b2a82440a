"""Calls per second of a worker, with claim, rules and results, and of a bare bgapi loop on the same real switch."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.answering import Heard
from benchmarks.freeswitch import command, cpu_s, prozvon, wait_until
from benchmarks.switch_bench import WAIT_S, Bench
from benchmarks.switch_project import AT_ONCE, write_contacts
from orchestrator.engine.payload import encode

GOAL_RATIO, GOAL_CPU_MS = 0.95, 1.0
# What a worker's log says when an event did not come: then it had to ask.
LOST = ("attempt_reconciled", "events_dropped", "originate_failed", "switch_lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Calls ended per second; CPU per call, in ms, of the process that makes them and of the switch."""

    rate: float
    own_ms: float
    switch_ms: float


def measure_rate(bench: Bench, *, calls: int, rounds: int) -> None:
    """Print both, medians of `rounds` in turn, and their ratio."""
    found: dict[str, list[Round]] = {"bare bgapi loop": [], "worker": []}
    runs = {"bare bgapi loop": _bare, "worker": _worker}
    for number in range(rounds):
        for name in sorted(runs, reverse=bool(number % 2)):  # neither is always the first
            began, used = time.time(), bench.switch.cpu_s()
            own_s = runs[name](bench, calls)
            one = Round(
                rate=_sustained(bench.heard("+79990", began), calls),
                own_ms=own_s * 1000 / calls,
                switch_ms=(bench.switch.cpu_s() - used) * 1000 / calls,
            )
            found[name].append(one)
    print(
        f"calls of a 0.2 s message, {AT_ONCE} on the line, {calls} a round, median of {rounds}; no event lost"
    )
    for name, ones in found.items():
        rate, own, switch = (
            _median(getattr(one, field) for one in ones) for field in ("rate", "own_ms", "switch_ms")
        )
        print(
            f"  {name:16} {rate:6.1f} calls/s   CPU per call: its own {own:.3f} ms, the switch's {switch:.1f} ms"
        )
    bare, worker = found.values()
    ratio = _median(
        one.rate / beside.rate for one, beside in zip(worker, bare, strict=True)
    )  # the machine's pace drifts
    print(f"  ratio {ratio:.3f} (goal {GOAL_RATIO}); goal for the worker's CPU: {GOAL_CPU_MS:.0f} ms")


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _sustained(heard: Sequence[Heard], calls: int) -> float:
    """Calls ended per second between the first and the last tenth."""
    assert len(heard) == calls, f"{len(heard)} of {calls} calls were answered"
    ends = sorted(h.ended_at for h in heard if h.ended_at is not None)
    first, last = len(ends) // 10, len(ends) - len(ends) // 10 - 1
    return (last - first) / (ends[last] - ends[first])


def _worker(bench: Bench, calls: int) -> float:
    """A campaign from its first claim to its last ending, with a worker of its own; CPU seconds of the worker."""
    folder = bench.folder
    contacts = write_contacts(folder, calls)
    prozvon(folder, "call", "--yes", "--again", "--no-follow", "--no-worker", "rate", str(contacts))
    log = folder / "worker.log"
    log.unlink(missing_ok=True)
    worker = subprocess.Popen(command(folder, "run", "--until-done", "--log", str(log)))
    try:
        wait_until(lambda: log.exists() and "switch_connected" in log.read_text("utf-8"), WAIT_S)
        idle_s = cpu_s(worker.pid)
        _, status, used = os.wait4(worker.pid, 0)
        worker.returncode = os.waitstatus_to_exitcode(status)
    finally:
        if worker.returncode is None:
            worker.kill()
            worker.wait()
    text = log.read_text("utf-8")
    assert worker.returncode == 0, text
    lost = [line for line in text.splitlines() if any(f'"{trouble}"' in line for trouble in LOST)]
    assert not lost, f"{len(lost)} events did not come, such as: {lost[0]}"
    return used.ru_utime + used.ru_stime - idle_s


def _as_the_worker_says(bench: Bench) -> dict[str, str]:
    """The variables of a worker's originate: what they cost the switch is no difference between the two."""
    caller_id = "+74951234567"
    return {
        "origination_caller_id_number": caller_id,
        "origination_caller_id_name": caller_id,
        "prozvon_worker": "bare-loop-0-0000",
        "prozvon_campaign": "rate-20260101-1",
        "prozvon_program": bench.programs["rate"],
        "prozvon_payload": encode({"c": {"name": "Anna"}, "l": "en", "s": {}}),
    }


def _bare(bench: Bench, calls: int) -> float:
    """The least there is: the same originates, and nothing kept of the events; CPU seconds of the loop."""
    variables = ",".join(f"{name}={value}" for name, value in _as_the_worker_says(bench).items())
    code = (
        "from benchmarks.bare_loop import main; "
        f"main({str(bench.folder)!r}, {calls}, at_once={AT_ONCE}, variables={variables!r})"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    used, *counts = out.stdout.split()
    assert counts == [str(calls)] * 3, f"answered, ended, jobs of {calls}: {counts}"
    return float(used)
