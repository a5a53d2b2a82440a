"""`prozvon run`: a worker as a service."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import redis

from orchestrator.runtime.project import Project
from tests.cli.commands import prozvon, run, running
from tests.runtime.factories import SETTINGS, wait_until


def test_an_idle_worker_comes_and_goes_in_good_order(folder: Path, project: Project) -> None:
    """Without a switch it waits for one. It lives for `lease_s` after each sign of life."""
    (folder / "prozvon.yaml").write_text(
        SETTINGS.format(port=1).replace("lease_s: 2", "lease_s: 7"), encoding="utf-8"
    )
    log = folder / "worker.log"
    with (
        running(folder, "run", "--log", str(log)) as worker,
        redis.Redis(unix_socket_path=str(folder / "data" / "store" / "redis.sock")) as server,
    ):
        wait_until(project.store.workers, "the worker says that it lives")
        ((name, info),) = project.store.workers().items()
        assert (info["pid"], info["up"]) == (str(worker.process.pid), "")
        assert 3500 < server.pttl(f"{{prozvon:test}}:worker:{name}") <= 7000
        worker.signal(signal.SIGINT)  # SIGTERM: test_end_to_end.py
        said = worker.end()
    assert (said.code, said.out, said.err) == (0, "", "")
    assert project.store.workers() == {}
    events = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert events[0] == "worker_started"
    assert events[-1] == "worker_stopped"
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_worker_without_the_password_does_not_start(folder: Path) -> None:
    path = folder / "prozvon.yaml"
    text = path.read_text(encoding="utf-8").replace("    port:", "    password_env: PZ_NOT_SET\n    port:")
    path.write_text(text, encoding="utf-8")
    assert run(folder, "run").refusal == "the event socket's password is not set: export PZ_NOT_SET=..."


def test_a_log_that_cannot_be_written_is_one_clear_line(folder: Path) -> None:
    said = prozvon(folder, "run", "--log", str(folder / "prozvon.yaml" / "log"))
    assert said.refusal.startswith(f"cannot write the log {folder}/prozvon.yaml/log: ")
