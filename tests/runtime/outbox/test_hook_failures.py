"""Webhooks whose other side hangs, breaks, lies or is away: nothing is lost, and nobody else waits for them."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.delivery import DeliveryState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.outbox import deliveries as module
from orchestrator.runtime.outbox.hooks import HookRoutes
from orchestrator.runtime.project import Project, open_project
from tests.cli.commands import HERE, environment
from tests.outside.http_service import Act, HttpService, Seen, answer, http_service, tls_service
from tests.ports import free_port
from tests.runtime.factories import HOUR, MINUTE, SETTINGS, make_folder, move_clock
from tests.runtime.outbox.factories import Place, left_behind, sms, states, until
from tests.runtime.outbox.test_dying import DELIVERER

MOVED = (
    "HTTP/1.1 307 Elsewhere\r\nLocation: http://169.254.169.254/latest/meta-data\r\nContent-Length: 0\r\n\r\n"
)
# What the other side does -> what is said of it while it does
TROUBLES: dict[str, tuple[Act, str]] = {
    "hangs": (Seen.never_answer, "not through in time"),
    "broken": (answer(b"oops", status="500 Broken"), "it answered 500; it says: oops"),
    "moved": (lambda seen: seen.send(MOVED.encode()), "a redirect that is not followed (307)"),
    "lies": (
        answer(b'{"success": false, "errorMsg": "No"}'),
        "it answered 200, but success is not 'yes'",
    ),
    "rubbish": (lambda seen: seen.send(b"\x00\x01\x02\r\n\r\n"), "not HTTP"),
    "silent": (Seen.close, ""),
    "unlocked": (answer(b"{}", status="401 Who"), "it answered 401"),
    "busy": (answer(b"{}", status="429 Many"), "it answered 429"),
}
GOOD = answer(b'{"success": true}')


def settings(
    urls: dict[str, str], *, service: dict[str, object] | None = None, outbox: dict[str, object] | None = None
) -> str:
    """A project's settings with a service and a webhook for each of `urls`."""
    services = {name: {"url": url, **(service or {"private": "yes"})} for name, url in urls.items()}
    usual = {"on": ["status"], "timeout_s": 0.3, "accepted": {"success": "yes"}}
    hooks = {name: {"service": name, **usual} for name in urls}
    parts = {
        "outbox": {"first_s": 10, "most_s": 60, **(outbox or {})},
        "services": services,
        "webhooks": hooks,
    }
    lines = (f"{key}: {json.dumps(value)}\n" for key, value in parts.items())
    return SETTINGS + "".join(lines).replace("{", "{{").replace("}", "}}")


def status(project: Project, number: int, caller: int = 0) -> str:
    body = {"status": str(number), "number": f"+7999000{caller:04}", "caller": f"+7999000{caller:04}"}
    return left_behind(project, "status", body)


def whys(project: Project) -> dict[str, str]:
    return {
        row.delivery.lane.removeprefix("hook@"): row.delivery.why for row in project.store.deliveries.rows()
    }


def test_whatever_the_others_do_each_webhook_is_told_in_the_end(short_tmp: Path) -> None:
    with ExitStack() as stack:
        services = {name: stack.enter_context(http_service(act)) for name, (act, _) in TROUBLES.items()}
        services["good"] = stack.enter_context(http_service(GOOD))
        forged = stack.enter_context(tls_service(GOOD, name="other"))
        urls = {name: service.url for name, service in services.items()}
        urls |= {"forged": forged.url, "gone": f"http://127.0.0.1:{free_port()}/"}
        folder = make_folder(short_tmp / "p", settings=settings(urls))
        project = stack.enter_context(open_project(folder))
        deliveries = Deliveries(project, {})
        deliveries.start()
        stack.callback(deliveries.stop)
        name = status(project, 1)
        until(lambda: services["good"].seen, "who is well is told at once")
        until(
            lambda: len(found := whys(project)) == len(urls) - 1 and all(found.values()),
            "the others have failed",
        )
        found = whys(project)
        for trouble, (_, why) in TROUBLES.items():
            assert why in found[trouble], trouble
        assert "certificate" in found["forged"]
        assert "refused" in found["gone"].lower()
        assert set(states(project)) == {DeliveryState.WAITING}, "a person may mend each of them"
        assert not forged.seen
        for service in services.values():
            service.act = GOOD
        move_clock(project, MINUTE)
        until(lambda: set(whys(project)) == {"forged", "gone"}, "all are told once they are well")
        for each in TROUBLES:
            keys = {seen.headers["idempotency-key"] for seen in services[each].seen}
            assert keys == {f"test-{name}.{each}"}


def test_what_is_refused_for_good_is_parked_and_what_comes_after_it_goes_on(short_tmp: Path) -> None:
    def act(seen: Seen) -> None:
        is_bad = json.loads(seen.body)["status"] == "1"
        (answer(b'{"errorMsg": "Order not found"}', status="404 No") if is_bad else GOOD)(seen)

    with http_service(act) as service, ExitStack() as stack:
        folder = make_folder(short_tmp / "p", settings=settings({"crm": service.url}))
        project = stack.enter_context(open_project(folder))
        deliveries = Deliveries(project, {})
        deliveries.start()
        stack.callback(deliveries.stop)
        for number in (1, 2):
            status(project, number)
        until(lambda: len(service.seen) == 2, "the second is told though the first was refused")
        until(lambda: states(project) == [DeliveryState.PARKED], "the first waits for a person")
        assert (
            whys(project)["crm"] == 'webhook crm: it answered 404; it says: {"errorMsg": "Order not found"}'
        )


def test_an_address_of_our_own_network_is_never_asked_unless_it_may_be(short_tmp: Path) -> None:
    with http_service(GOOD) as service, ExitStack() as stack:
        folder = make_folder(
            short_tmp / "p", settings=settings({"crm": service.url}, service={"private": "no"})
        )
        project = stack.enter_context(open_project(folder))
        deliveries = Deliveries(project, {})
        deliveries.start()
        stack.callback(deliveries.stop)
        status(project, 1)
        until(lambda: whys(project).get("crm"), "it has failed")
        assert "an address of a private network" in whys(project)["crm"]
        assert service.connections == 0


def test_after_an_hour_of_500_everything_arrives_in_order(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.02)
    with http_service(answer(b"", status="500 Broken")) as service, ExitStack() as stack:
        text = settings(
            {"crm": service.url},
            service={"private": "yes", "rest": {"after": 1000}},
            outbox={"most_s": 900, "at_once": 8},
        )
        project = stack.enter_context(open_project(make_folder(short_tmp / "p", settings=text)))
        deliveries = Deliveries(project, {})
        deliveries.start()
        stack.callback(deliveries.stop)
        for number in range(20):
            status(project, number, caller=number % 4)
        passed = tried = 0
        while passed < HOUR:
            until(lambda tried=tried: len(service.seen) >= tried + 4, "each caller's first is tried")
            until(lambda: DeliveryState.UNDER_WAY not in states(project), "it is told")
            tried = len(service.seen)
            pause = (
                max(row.delivery.due_at for row in project.store.deliveries.rows())
                - project.clock.now_ms()
                + 1
            )
            move_clock(project, pause)
            passed += pause
        assert tried < 4 * 15, "less and less often"
        service.seen.clear()
        service.act = GOOD
        move_clock(project, HOUR)
        until(lambda: not states(project), "all are told")
        assert arrivals(service) == {caller: list(range(caller, 20, 4)) for caller in range(4)}


def arrivals(service: HttpService) -> dict[int, list[int]]:
    """Caller -> what arrived, each the first time."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    keys: set[str] = set()
    for seen in service.seen:
        told = json.loads(seen.body)
        if (key := seen.headers["idempotency-key"]) not in keys:
            keys.add(key)
            found[int(told["number"][-4:])].append(int(told["status"]))
    return dict(found)


def _end(victim: subprocess.Popen[bytes]) -> None:
    victim.kill()
    victim.wait(10)
    assert victim.stdout is not None
    victim.stdout.close()


def test_kill_9_at_any_moment_loses_nothing_and_keeps_the_order(short_tmp: Path) -> None:
    chance = random.Random(6)
    with http_service(GOOD) as service, ExitStack() as stack:
        text = settings({"crm": service.url}, outbox={"at_once": 3}).replace("lease_s: 2", "lease_s: 1")
        folder = make_folder(short_tmp / "k", settings=text)
        project = stack.enter_context(open_project(folder))
        command = [sys.executable, "-c", DELIVERER, str(folder)]
        total = 0
        for _ in range(2):
            for _ in range(40):
                status(project, total, caller=total % 5)
                total += 1
            victim = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), cwd=HERE)
            assert victim.stdout is not None
            stack.callback(_end, victim)
            wanted = len(service.seen) + chance.randrange(1, 25)
            until(lambda wanted=wanted: len(service.seen) >= wanted, "some are told")
            victim.send_signal(signal.SIGKILL)
            victim.wait(10)
        last = Deliveries(project, {})
        last.start()
        until(lambda: not last.is_busy, "all are told")
        last.stop()
        assert arrivals(service) == {caller: list(range(caller, total, 5)) for caller in range(5)}
        again = len(service.seen) - total
        assert 0 <= again <= 2 * project.settings.outbox.at_once, "only what was under way is told twice"


def test_a_store_that_is_away_while_an_entry_is_looked_up_loses_nothing(
    project: Project, start: Callable[..., Deliveries], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AWAY_S", 0.01)
    away, usual, place = [True] * 3, HookRoutes.wanted, Place()

    def wanted(self: HookRoutes, entry: object) -> object:
        if away:
            away.pop()
            raise KnownError("Redis cannot be reached")
        return usual(self, entry)  # type: ignore[arg-type]

    monkeypatch.setattr(HookRoutes, "wanted", wanted)
    sms(project, "x")
    start(sms=place.carry)
    until(lambda: place.texts() == ["x"], "it is delivered, not put aside")
    gevent.sleep(0)
    assert states(project) == []
