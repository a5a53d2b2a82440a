"""Deliverers: at least once, in order for each caller, nothing lost, one dead place holding up no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from orchestrator.domain.delivery import Delivery, DeliveryState
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.outbox import deliveries as module
from orchestrator.runtime.project import Project, open_project
from tests.outside.smtp_server import HANG, SmtpServer
from tests.runtime.factories import HOUR, MINUTE, move_clock
from tests.runtime.outbox.factories import Place, left_behind, sms, states, until

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


def test_a_place_that_is_left_alone_uses_no_try_up(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    place.refuses = lambda _: Undelivered("left alone", is_spared=True)
    sms(project, "x")
    start(sms=place.carry)
    for times in range(1, project.settings.outbox.tries + 3):
        until(lambda times=times: len(place.tried) >= times, f"asked {times} times")
        until(lambda: states(project) == [DeliveryState.WAITING], "it is told")
        move_clock(project, MINUTE)
    (row,) = project.store.deliveries.rows()
    assert (row.delivery.tries, row.delivery.why) == (0, "left alone")
    place.refuses = lambda _: None
    until(lambda: place.texts() == ["x"], "it is delivered once somebody is asked")


def test_a_place_that_is_away_is_told_of_now_and_then(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    place = Place()
    place.refuses = lambda d: Undelivered("down") if d.text("text") == "x" else None
    with capture_logs() as logged:
        for index in range(5):
            sms(project, "x", f"+7999000000{index}")
        start(sms=place.carry)
        until(lambda: len(place.tried) == 5, "all are tried")
        until(lambda: DeliveryState.UNDER_WAY not in states(project), "it is told")
        sms(project, "good", "+79990000009")
        until(lambda: place.texts() == ["good"], "it takes one")
        until(lambda: len(states(project)) == 5, "that is told")
        move_clock(project, MINUTE)
        until(lambda: len(place.tried) > 6, "the others are tried again")
        until(lambda: DeliveryState.UNDER_WAY not in states(project), "it is told")
    warned = [each for each in logged if each["event"] == "delivery_failed"]
    assert [each["unsaid"] for each in warned] == [0, 0], "once, and once more after it had taken one"


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
