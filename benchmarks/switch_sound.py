"""When callees of a real switch hear something: after the answer, and how evenly when many are called at once."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.switch_bench import Bench
from benchmarks.switch_project import STEPS
from orchestrator.engine.payload import encode
from orchestrator.esl.connection import Connection

GOAL_LATER_MS = 30.0
PACE_S = 1 / 60  # between the calls of a crowd
APART_S = 0.3  # between single calls: three or four are on the line
# What is measured -> the digit that says whom to call (answering.py), and the scenario; "" is the bare playback.
KINDS = {"a bare playback": ("0", ""), "the flow": ("0", "first"), "listening first": ("1", "listening")}


def measure_first_sound(bench: Bench, *, calls: int) -> None:
    """From the answer to the first packet with sound, at the callee; where we listen, from the end of its hello."""
    later: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with _commands(bench) as conn:
        began = time.time()
        for number in range(calls):
            for place, (who, scenario) in enumerate(KINDS.values()):
                _originate(conn, bench, f"+7999{who}{900000 + number * 10 + place}", scenario)
                time.sleep(APART_S)
    for heard in bench.wait_for(calls * len(KINDS), "+7999", began):
        since = heard.said_until if heard.said_until is not None else heard.answered_at
        assert since is not None, heard
        assert heard.sound_at is not None, heard
        later[list(KINDS)[int(heard.number[-1])]].append((heard.sound_at - since) * 1000)
    print(f"from the answer to the first sound at the callee, {calls} calls each")
    for kind, values in later.items():
        since_what = "   (since the callee's hello was over)" if kind == "listening first" else ""
        print(f"  {kind:16} {statistics.median(values):6.1f} ms, at most {max(values):.1f}{since_what}")
    bare, flow, _ = (statistics.median(values) for values in later.values())
    print(f"  the flow is {flow - bare:.1f} ms later (goal {GOAL_LATER_MS:.0f} ms)")


def measure_crowd(bench: Bench, *, calls: int) -> None:
    """`calls` in the interpreter at once: how late a message begins after the one before, and packets in a message."""
    began = time.time()
    with _commands(bench) as conn:
        for number in range(calls):
            _originate(conn, bench, f"+799908{number:05}", "crowd")
            time.sleep(PACE_S)
        all_at, used = time.time(), bench.switch.cpu_s()
        time.sleep(3)
        live = int(conn.api("show channels count").split()[0])
        cores = (bench.switch.cpu_s() - used) / (time.time() - all_at)
    heard = bench.wait_for(calls, "+799908", began)
    whole = sum(h.steps == STEPS - 1 for h in heard)
    print(f"{calls} calls of {STEPS} messages at once ({live} on the line): {whole} heard all of it")
    for name, gaps in (
        ("between two messages", [h.step_gap_s * 1000 for h in heard]),
        ("inside a message", [h.gap_s * 1000 for h in heard]),
    ):
        median = statistics.median(gaps)
        print(f"  longest gap {name:20} {max(gaps):6.1f} ms (a call's longest: median {median:.1f} ms)")
    print(f"  CPU of the switch                {cores:6.2f} cores")


@contextmanager
def _commands(bench: Bench) -> Iterator[Connection]:
    conn = Connection("127.0.0.1", bench.switch.port, bench.switch.password)
    conn.connect()
    try:
        yield conn
    finally:
        conn.stop()


def _originate(conn: Connection, bench: Bench, to: str, scenario: str) -> None:
    attempt = str(uuid.uuid4())
    variables = {"origination_uuid": attempt, "ignore_early_media": "true", "originate_timeout": "30"}
    if scenario:
        variables |= {"prozvon_attempt": attempt, "prozvon_program": bench.programs[scenario]}
        variables["prozvon_payload"] = encode({"c": {"name": "Anna"}})
    text = ",".join(f"{name}={value}" for name, value in variables.items())
    target = "robocall XML prozvon" if scenario else "bare XML bench"
    conn.bgapi(f"originate {{{text}}}sofia/gateway/main/{to} {target}", attempt)
