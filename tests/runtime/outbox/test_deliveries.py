"""Deliverers: at least once, in order for each caller, nothing lost, one dead place holding up no other."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest
import redis
from gevent.event import Event

from orchestrator.domain.delivery import Delivery, DeliveryState
from orchestrator.domain.problem import KnownError
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.outbox import deliveries as module
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.rows import RowFiles
from orchestrator.runtime.project import Project, open_project
from orchestrator.store import embedded
from tests.cli.commands import HERE, environment
from tests.outside.smtp_server import HANG, SmtpServer, smtp_server
from tests.runtime.factories import HOUR, LIMIT_S, MINUTE, SETTINGS, make_folder, move_clock
from tests.runtime.outbox.factories import CALL, left_behind

MORE = """\
outbox: {{tries: 3, first_s: 10, most_s: 60}}
mail: {{server: 127.0.0.1, port: MAIL, from: calls@shop.example, security: none, timeout_s: 2}}
mailboxes: {{office: {{to: a@x.example}}, both: {{to: "a@x.example,b@x.example"}}}}
"""


def until(is_so: Callable[[], object], what: str, *, limit_s: float = LIMIT_S) -> None:
    """As wait_until, and greenlets run meanwhile."""
    with gevent.Timeout(limit_s, AssertionError(f"waited {limit_s:g} s in vain: {what}")):
        while not is_so():
            gevent.sleep(0.01)


class Place:
    """Takes deliveries, as told; `got` is what it took, in order."""

    def __init__(self) -> None:
        self.got: list[tuple[Delivery, ...]] = []
        self.tried: list[str] = []
        self.refuses: Callable[[Delivery], Exception | None] = lambda _: None
        self.is_open = Event()
        self.is_open.set()

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        self.tried.append(deliveries[0].delivery_id)
        self.is_open.wait()
        error = self.refuses(deliveries[0])
        if error is not None:
            raise error
        self.got.append(deliveries)

    def texts(self) -> list[str]:
        return [delivery.text("text") for batch in self.got for delivery in batch]


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def folder(short_tmp: Path, mail: SmtpServer) -> Path:
    return make_folder(short_tmp / "p", settings=SETTINGS + MORE.replace("MAIL", str(mail.port)))


@pytest.fixture
def start(project: Project) -> Iterator[Callable[..., Deliveries]]:
    """Start a deliverer; all of them are stopped in the end."""
    running: list[Deliveries] = []

    def started(*, on: Project = project, **carry: Callable[[tuple[Delivery, ...]], None]) -> Deliveries:
        running.append(Deliveries(on, {}, carry=carry or None))
        running[-1].start()
        return running[-1]

    yield started
    for deliveries in running:
        deliveries.stop()


def states(project: Project) -> list[DeliveryState]:
    return [row.state for row in project.store.deliveries.rows()]


def sms(project: Project, text: str, caller: str = "+79990000001") -> str:
    return left_behind(project, "sms", {"to": caller, "caller": caller, "text": text})


# -- delivering


def test_everything_is_delivered_in_order_for_each_caller(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    for index in range(30):
        sms(project, str(index), f"+7999000000{index % 3}")
    deliveries = start(sms=place.carry)
    until(lambda: len(place.got) == 30, "all are delivered")
    for caller in range(3):
        assert [t for t in place.texts() if int(t) % 3 == caller] == [str(i) for i in range(caller, 30, 3)]
    until(lambda: not deliveries.is_busy, "it is told that all is done")
    assert states(project) == []
    assert project.store.deliveries.figures()["sms"].delivered == 30


def test_several_workers_share_and_none_delivers_twice(
    project: Project, folder: Path, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    with open_project(folder) as other:
        for index in range(60):
            sms(project, str(index), f"+799900000{index % 10:02}")
        first, second = start(sms=place.carry), start(on=other, sms=place.carry)
        until(lambda: len(place.got) == 60, "all are delivered")
        until(lambda: not first.is_busy and not second.is_busy, "both are done")
        assert len(set(place.texts())) == 60
        second.stop()


def test_a_dead_place_holds_up_no_other_and_loses_nothing(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    dead, alive = Place(), Place()
    dead.is_open.clear()
    for index in range(20):
        left_behind(project, "webhook", {"service": "crm", "path": "x", "caller": f"+799900000{index:02}"})
    for index in range(20):
        sms(project, str(index), f"+799900000{index:02}")
    start(webhook=dead.carry, sms=alive.carry)
    until(lambda: len(alive.got) == 20, "the others are delivered")
    assert len(dead.tried) == project.settings.outbox.at_once
    dead.is_open.set()
    until(lambda: len(dead.got) == 20, "it is back")


def test_a_place_that_is_away_for_a_while_gets_everything_in_the_end(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    place.refuses = lambda _: Undelivered("down") if len(place.tried) < 3 else None
    sms(project, "one")
    sms(project, "two")
    start(sms=place.carry)
    for tries in (1, 2):
        until(lambda tries=tries: len(place.tried) == tries, "it is tried")
        until(lambda: DeliveryState.UNDER_WAY not in states(project), "it is told")
        row = next(project.store.deliveries.rows())
        assert (row.delivery.tries, row.delivery.why) == (tries, "down")
        pause = row.delivery.due_at - project.clock.now_ms()
        assert 9_000 * tries <= pause <= 10_000 * tries + 1
        move_clock(project, pause + 1)  # a clock may round down
    until(lambda: place.texts() == ["one", "two"], "both are delivered, in order")


def test_after_the_last_try_it_is_parked_and_the_next_goes_on(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    place.refuses = lambda d: Undelivered("down") if d.text("text") == "bad" else None
    sms(project, "bad")
    sms(project, "good")
    start(sms=place.carry)
    for tries in range(1, 4):
        until(lambda tries=tries: len(place.tried) >= tries, f"try {tries}")
        until(lambda: DeliveryState.UNDER_WAY not in states(project), "it is told")
        move_clock(project, MINUTE)
    until(lambda: place.texts() == ["good"], "the next goes on")
    (row,) = project.store.deliveries.rows()
    assert (row.state, row.delivery.tries) == (DeliveryState.PARKED, 3)
    place.refuses = lambda _: None
    project.store.deliveries.retry([row.delivery.delivery_id], project.clock.now_ms())
    until(lambda: place.texts() == ["good", "bad"], "a person has it tried again")


def test_what_is_refused_for_good_is_parked_at_once(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    place.refuses = lambda _: Undelivered("no such number", is_final=True)
    sms(project, "x")
    start(sms=place.carry)
    until(lambda: states(project) == [DeliveryState.PARKED], "it is parked")
    assert len(place.tried) == 1


def test_a_bug_of_ours_is_a_failure_of_one_delivery(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    place.refuses = lambda d: ZeroDivisionError("oops") if d.text("text") == "bad" else None
    sms(project, "bad")
    sms(project, "good", "+79990000002")
    start(sms=place.carry)
    until(lambda: place.texts() == ["good"], "the other is delivered")
    until(lambda: states(project) == [DeliveryState.WAITING], "it is tried again")
    assert "ZeroDivisionError: oops" in next(project.store.deliveries.rows()).delivery.why


def test_an_entry_that_cannot_be_read_is_parked_and_the_others_go_on(
    project: Project, start: Callable[..., Deliveries], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = module.deliveries_of

    def fails_once(entry: object, *others: object) -> tuple[Delivery, ...]:
        if getattr(entry, "kind", "") == "broken":
            raise ValueError("not to be read")
        return usual(entry, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "deliveries_of", fails_once)
    place = Place()
    left_behind(project, "broken", {"x": "1"})
    sms(project, "good")
    start(sms=place.carry)
    until(lambda: place.texts() == ["good"], "the other is delivered")
    until(lambda: states(project) == [DeliveryState.PARKED], "it is kept for a person")
    assert next(project.store.deliveries.rows()).delivery.body["x"] == "1"


# -- mail


def test_a_mail_server_that_hangs_holds_up_nothing_else_and_gets_it_later(
    project: Project, mail: SmtpServer, start: Callable[..., Deliveries]
) -> None:
    mail.answers["CONNECT"] = [HANG]
    left_behind(project, "email", {"to": "office", "text": "Hello"})
    left_behind(project, "row", {"into": "meters", "values": {"meter": "42"}})
    start()
    rows = project.settings.data / "collected" / "meters.jsonl"
    until(lambda: rows.exists() and rows.read_bytes(), "the row is written")
    until(lambda: states(project) == [DeliveryState.WAITING], "the mail waits")
    assert "does not answer" in next(project.store.deliveries.rows()).delivery.why
    mail.answers.clear()
    move_clock(project, MINUTE)
    until(lambda: mail.mails, "it is sent")
    assert mail.mails[0].text.startswith("Hello")


def test_each_reader_gets_a_letter_though_one_address_is_refused(
    project: Project, mail: SmtpServer, start: Callable[..., Deliveries]
) -> None:
    mail.answers["RCPT"] = ["550 no such user", "250 ok"]
    left_behind(project, "email", {"to": "both", "text": "Hello"})
    left_behind(project, "email", {"to": "office", "text": "again"}, call_id="uuid-2")
    start()
    until(lambda: len(mail.mails) == 2, "the others have theirs")
    until(lambda: states(project) == [DeliveryState.PARKED], "one is parked")


def test_missed_calls_are_told_in_one_letter_though_the_worker_is_killed(
    project: Project, mail: SmtpServer, start: Callable[..., Deliveries]
) -> None:
    notice = {"notify": "office", "every_s": 3600, "why": "closed"}
    first = start()
    for index in range(3):
        left_behind(project, "missed_call", {**notice, "caller": f"+7999000000{index}"})
    until(lambda: len(states(project)) == 3, "they wait")
    first.stop()
    move_clock(project, HOUR - MINUTE)
    left_behind(project, "missed_call", {**notice, "caller": "+79990000003"})
    start()
    until(lambda: len(states(project)) == 4, "they wait")
    assert mail.mails == []
    move_clock(project, MINUTE)
    until(lambda: states(project) == [], "they are told")
    (letter,) = mail.mails
    assert letter.message["Subject"] == "4 missed calls: shop_line"
    assert [line.split()[3] for line in letter.text.splitlines()] == [f"+7999000000{i}" for i in range(4)]


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


def test_a_slow_disk_is_told_and_tried_again(tmp_path: Path) -> None:
    aside = Aside(threads=1, timeout_s=0.05)
    held = Event()
    with pytest.raises(Undelivered, match="does the disk hang"):
        aside.run(lambda: __import__("time").sleep(0.3), "x")
    held.set()
    assert Aside().run(lambda: 42, "x") == 42
    assert RowFiles(tmp_path, aside) is not None
    aside.stop()
