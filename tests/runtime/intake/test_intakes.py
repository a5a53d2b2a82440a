"""All intakes of a worker: each in its turn, over several workers, until nothing is left to bring in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent

from orchestrator.runtime.intake.intakes import Intakes
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.service_settings import services_of
from tests.outside.http_service import answer, http_service
from tests.runtime.factories import MINUTE, NOON, SCENARIO, contacts, move_clock, number
from tests.runtime.intake.factories import COLUMNS, DROP, POLL, called, campaigns, drop, intakes, put_away


@contextmanager
def running(project: Project, count: int = 1) -> Iterator[list[Intakes]]:
    """So many workers' intakes at work; a bug in one fails the test."""

    def broke(greenlet: gevent.Greenlet) -> None:  # type: ignore[type-arg]
        bugs.append(greenlet.exception)

    bugs: list[BaseException] = []
    services = services_of(project.settings.services)
    found = [Intakes(project, services=services, broke=broke) for _ in range(count)]
    for each in found:
        each.start()
    try:
        yield found
    finally:
        for each in found:
            each.stop()
    assert bugs == []


def settle(found: list[Intakes]) -> None:
    """Until none of them has anything left to do."""
    with gevent.Timeout(20):
        while any(each.is_busy for each in found):
            gevent.sleep(0.01)


def until(is_so: object, limit_s: float = 20) -> None:
    with gevent.Timeout(limit_s):
        while not is_so():  # type: ignore[operator]
            gevent.sleep(0.01)


def test_several_workers_bring_each_file_in_once(short_tmp: Path) -> None:
    part = f"{DROP % ''}, more: {{scenario: greeting, folder: drop2, settle: 0s}}"
    with intakes(short_tmp / "p", part) as project:
        for index in range(4):
            drop(project, f"{index}.csv", contacts(index, 10 + index))
        other = project.folder / "drop2"
        other.mkdir()
        (other / "a.csv").write_bytes(contacts(99))
        with running(project, 3) as found:
            settle(found)
            until(lambda: len(put_away(project, "done")) == 4)
        assert len(campaigns(project)) == 1  # whoever asks at the same time gets the same one
        assert called(project) == sorted(number(i) for i in (0, 1, 2, 3, 10, 11, 12, 13, 99))
        assert project.store.intakes.read("orders").counts == {"added": 8, "files": 4}
        assert project.store.intakes.read("orders").worker == ""


def test_a_worker_is_busy_until_it_has_looked_and_knows_when_to_ask_again(short_tmp: Path) -> None:
    body = json.dumps([{"id": 1, "tel": number(1), "name": "Anna"}]).encode()
    with (
        http_service(answer(body)) as service,
        intakes(short_tmp / "p", POLL % COLUMNS, url=service.url) as project,
    ):
        with running(project) as found:
            (one,) = found
            assert one.is_busy
            settle(found)
            assert called(project) == [number(1)]
            assert one.next_at() == NOON + MINUTE
            assert not one.is_busy
            move_clock(project, MINUTE)
            assert one.is_busy
            settle(found)
            assert one.next_at() == NOON + 2 * MINUTE
        assert len(service.seen) == 2


def test_what_cannot_be_loaded_now_keeps_no_worker_busy(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        (project.settings.scenarios / "greeting.yaml").write_text(SCENARIO.replace("kind:", "sort:"))
        drop(project, "a.csv", contacts(1))
        with running(project) as found:
            settle(found)
            assert project.store.intakes.read("orders").fails >= 1
            assert found[0].next_at() is None
            (project.settings.scenarios / "greeting.yaml").write_text(SCENARIO)
            until(lambda: called(project))
        assert put_away(project, "done") == ["a.csv"]


def test_a_folder_that_cannot_be_read_holds_up_no_other_intake(short_tmp: Path) -> None:
    part = f"bad: {{scenario: greeting, folder: prozvon.yaml}}, {DROP % ''}"
    with intakes(short_tmp / "p", part) as project:
        drop(project, "a.csv", contacts(1))
        with running(project) as found:
            until(lambda: called(project))
            settle(found)
