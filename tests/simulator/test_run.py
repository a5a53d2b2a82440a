from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.simulator.callee_log import read_callee_log
from orchestrator.simulator.clock import RealClock
from orchestrator.simulator.run import CRASH_STATUS, run_simulator
from tests.simulator.bench import DIALPLAN, HERE, PASSWORD, Client, line

PROGRAM = """
import sys
from pathlib import Path
from orchestrator.simulator.clock import RealClock
from orchestrator.simulator.run import run_simulator
run_simulator(host="127.0.0.1", port=0, password="test-esl-pass", root=Path(sys.argv[1]),
    population=Path(sys.argv[1]) / "people.yaml", seed=1, clock=RealClock(), gateways=["main"],
    on_ready=lambda port: print(port, flush=True))
"""
PEOPLE = "population: x\ncallees: {people: {kind: person, rings: 0}}\n"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "current" / "dialplan").mkdir(parents=True)
    (tmp_path / "current" / "dialplan" / "a.xml").write_text(DIALPLAN)
    (tmp_path / "people.yaml").write_text(PEOPLE)
    env = {**os.environ, "PYTHONPATH": f"{HERE}:{HERE / 'scripts'}"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=env
    ) as running:
        yield running
        running.kill()


def ready_port(process: subprocess.Popen[str]) -> int:
    out: IO[str] | None = process.stdout
    assert out is not None
    return int(out.readline())


def with_a_live_call(process: subprocess.Popen[str]) -> Client:
    client = Client(ready_port(process))
    client.authenticate()
    client.listen("BACKGROUND_JOB", "CHANNEL_HANGUP_COMPLETE")
    client.originate(line("a", extension="long"), "job")
    assert client.job("job") == "+OK a\n"
    return client


def test_sigterm_ends_calls_properly_and_the_process_with_zero(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    client = with_a_live_call(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    client.close()
    cdr = json.loads((tmp_path / "cdr" / "a.cdr.json").read_text())
    assert cdr["variables"]["hangup_cause"] == "SYSTEM_SHUTDOWN"
    assert read_callee_log(tmp_path / "callees.jsonl")[0].cause == "SYSTEM_SHUTDOWN"


def test_a_killed_process_leaves_the_callees_side_of_its_calls(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    client = with_a_live_call(process)
    process.kill()
    process.wait(timeout=10)
    client.close()
    (call,) = read_callee_log(tmp_path / "callees.jsonl")
    assert call.answered_at is not None
    assert call.ended_at is None
    assert not (tmp_path / "cdr" / "a.cdr.json").exists()


def test_a_crash_on_request_ends_the_process_at_once(process: subprocess.Popen[str], tmp_path: Path) -> None:
    client = with_a_live_call(process)
    client.send("api prozvon_fault crash\n\n")
    assert process.wait(timeout=10) == CRASH_STATUS
    client.close()
    assert not (tmp_path / "cdr" / "a.cdr.json").exists()


def test_a_port_that_is_taken_and_a_broken_population_are_known_errors(tmp_path: Path) -> None:
    def run(population: str, port: int) -> None:
        run_simulator(
            host="127.0.0.1",
            port=port,
            password=PASSWORD,
            root=tmp_path,
            population=population,
            seed=1,
            clock=RealClock(),
            gateways=(),
        )

    with pytest.raises(KnownError, match="no population nosuch"):
        run("nosuch", 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(KnownError, match="cannot listen on"):
            run("everyday", taken.getsockname()[1])
