"""Deliverers that stop, are killed, or lose the store: nothing is lost, and rows are there once."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import gevent
import pytest
import redis

from orchestrator.domain.delivery import DeliveryState
from orchestrator.domain.problem import KnownError
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.outbox import deliveries as module
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project, open_project
from orchestrator.store import embedded
from tests.cli.commands import HERE, environment
from tests.outside.smtp_server import SmtpServer
from tests.runtime.factories import MINUTE, SETTINGS, make_folder, move_clock
from tests.runtime.outbox.factories import CALL, Place, left_behind, sms, states, until

# -- stopping, dying


def test_what_is_under_way_when_it_stops_is_taken_by_others_at_once(
    project: Project, start: Callable[..., Deliveries], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GOODBYE_S", 0.05)
    stuck, place = Place(), Place()
    stuck.is_open.clear()
    sms(project, "x")
    first = start(sms=stuck.carry)
    until(lambda: stuck.tried, "it is under way")
    first.stop()
    start(sms=place.carry)
    until(lambda: place.texts() == ["x"], "another delivers it")


def test_what_is_through_in_a_moment_is_waited_for(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    place.is_open.clear()
    sms(project, "x")
    first = start(sms=place.carry)
    until(lambda: place.tried, "it is under way")
    gevent.spawn_later(0.05, place.is_open.set)
    first.stop()
    assert (place.texts(), states(project)) == (["x"], [])


def test_a_store_that_is_away_for_a_while_is_told_later(
    project: Project, start: Callable[..., Deliveries], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AWAY_S", 0.01)
    book, away = project.store.deliveries, [True] * 3
    done = book.done

    def done_later(*arguments: object) -> bool:
        if away:
            away.pop()
            raise KnownError("Redis cannot be reached")
        return done(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(book, "done", done_later)
    place = Place()
    sms(project, "x")
    deliveries = start(sms=place.carry)
    until(lambda: not deliveries.is_busy, "it is told in the end")
    assert place.texts() == ["x"]


def test_a_bug_in_its_own_loop_is_not_kept_quiet(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    deliveries = Deliveries(project, {}, carry={}, broke=lambda greenlet: told.append(greenlet.exception))
    monkeypatch.setattr(project.store.deliveries, "take", lambda *_, **__: 1 / 0)
    monkeypatch.setattr(gevent.get_hub(), "print_exception", lambda *_: None)
    deliveries.start()
    until(lambda: told, "it is told")
    deliveries.stop()
    assert isinstance(told[0], ZeroDivisionError)


DELIVERER = """
import sys
from pathlib import Path
import gevent
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.project import open_project

with open_project(Path(sys.argv[1])) as project:
    Deliveries(project, {}).start()
    print("up", flush=True)
    gevent.wait()
"""


def test_kill_9_at_any_moment_loses_nothing_and_writes_no_row_twice(short_tmp: Path) -> None:
    settings = SETTINGS.replace("lease_s: 2", "lease_s: 1") + "outbox: {{at_once: 8}}\n"
    folder = make_folder(short_tmp / "k", settings=settings)
    chance = random.Random(4)
    command = [sys.executable, "-c", DELIVERER, str(folder)]
    with open_project(folder) as project:
        total = 0
        for _ in range(5):
            for _ in range(60):
                body = {"into": "meters", "values": {"n": str(total)}, "caller": f"+7999000{total % 40:04}"}
                left_behind(project, "row", {**CALL, **body})
                total += 1
            victim = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), cwd=HERE)
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"up\n"
            done = project.store.deliveries.figures().get("rows")
            before, wanted = done.delivered if done else 0, chance.randrange(1, 40)
            until(
                lambda before=before, wanted=wanted: _delivered(project) >= before + wanted,
                "some are written",
            )
            victim.send_signal(signal.SIGKILL)
            victim.wait(10)
            victim.stdout.close()
        last = Deliveries(project, {})
        last.start()
        until(lambda: _delivered(project) == total and not last.is_busy, "all are written")
        last.stop()
    lines = (folder / "data" / "collected" / "meters.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(int(json.loads(line)["values"]["n"]) for line in lines) == list(range(total))
    assert len((folder / "data" / "collected" / "meters.csv").read_bytes().splitlines()) == total + 1


def _delivered(project: Project) -> int:
    figures = project.store.deliveries.figures().get("rows")
    return figures.delivered if figures else 0


def test_after_the_store_was_killed_too_everything_is_delivered(folder: Path, mail: SmtpServer) -> None:
    with open_project(folder) as project:
        left_behind(project, "email", {"to": "office", "text": "Hello"})
        mail.answers["CONNECT"] = ["421 busy", "220 ready"]
        first = Deliveries(project, {})
        first.start()
        until(lambda: states(project) == [DeliveryState.WAITING], "it waits")
        first.stop()
        pid = _server_pid(project)
        subprocess.run(["kill", "-9", str(pid)], check=True)
        move_clock(project, MINUTE)
        second = Deliveries(project, {})
        second.start()
        until(lambda: mail.mails and not second.is_busy, "it is sent")
        second.stop()
    embedded.stop(folder / "data")


def _server_pid(project: Project) -> int:
    with redis.Redis(unix_socket_path=str(project.settings.data / "store" / "redis.sock")) as client:
        return int(client.info("server")["process_id"])


def test_a_disk_that_hangs_is_told_and_holds_up_no_end() -> None:
    aside, hangs = Aside(threads=1, timeout_s=0.05), threading.Event()
    with pytest.raises(Undelivered, match="does the disk hang"):
        aside.run(lambda: hangs.wait(20), "x")
    began = time.monotonic()
    aside.stop()
    assert time.monotonic() - began < 5
    hangs.set()
    again = Aside()
    assert again.run(lambda: 42, "x") == 42
    again.stop()
