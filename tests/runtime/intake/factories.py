"""A project with intakes, rounds of one, and a round that dies when a test wants it to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from orchestrator.domain.lead import Campaign
from orchestrator.runtime.intake.drop import DropFolder
from orchestrator.runtime.intake.polled import PolledSource
from orchestrator.runtime.intake.rounds import carry_out, source_of
from orchestrator.runtime.intake.turns import our_turn
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings_parts.service_settings import services_of
from orchestrator.store.intake import IntakeChange, IntakeRound
from tests.runtime.factories import SETTINGS, make_folder

DROP = "orders: {scenario: greeting, folder: drop, settle: 0s%s}"
POLL = "orders: {scenario: greeting, service: crm, path: orders, every: 1m, %s}"
COLUMNS = "columns: {phone: tel, name: name, external_id: id}"


class Killed(BaseException):
    """kill -9, as far as the code can see it."""


class Killing:
    """Kills at the `at`-th of all instants just before and just after a write, from 0."""

    def __init__(self, at: int) -> None:
        self._left, self.has_happened = at, False

    def __call__(self, write: int, is_before: bool) -> None:
        self.has_happened = self.has_happened or self._left == 0
        if self._left == 0:
            raise Killed
        self._left -= 1


@contextmanager
def intakes(
    folder: Path, part: str, *, url: str = "http://127.0.0.1:1/", keys: str = "tries: 1"
) -> Iterator[Project]:
    """A project with these intakes, and the service `crm` at `url` with more `keys`."""
    more = f"intake: {{{part}}}\nservices: {{crm: {{url: '{url}', private: yes, {keys}, rest: {{after: 1000}}}}}}\n"
    settings = SETTINGS + more.replace("{", "{{").replace("}", "}}")
    make_folder(folder, settings=settings)
    with open_project(folder) as project:
        yield project


def drop(project: Project, name: str, data: bytes) -> Path:
    path = project.folder / "drop" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def source(project: Project, *, is_early: bool = False, step: int | None = None) -> DropFolder | PolledSource:
    """The intake `orders`. step: rows of a file between two steps that are kept."""
    part = project.settings.intake["orders"]
    if step is not None:
        return DropFolder(project, "orders", part, worker="w1", aside=Aside(), step=step)
    services = services_of(project.settings.services)
    return source_of(project, "orders", worker="w1", aside=Aside(), services=services, is_early=is_early)


def work(project: Project, *, is_early: bool = False) -> str:
    """One round, if there is something to do. Why it failed; "" when it did not."""
    found = source(project, is_early=is_early)
    if not found.look() and not is_early:
        return ""
    with our_turn(project, "orders", "w1") as turn:
        assert turn is not None
        return carry_out(project, found, turn)


class Watched:
    """A round that tells a test of each write: act(number, is_before)."""

    def __init__(self, turn: IntakeRound, act: Callable[[int, bool], None]) -> None:
        self._turn, self._act, self.writes = turn, act, 0

    def write(self, change: IntakeChange) -> None:
        self.writes += 1
        self._act(self.writes, True)
        self._turn.write(change)
        self._act(self.writes, False)

    def end(self, change: IntakeChange | None = None) -> None:
        self._turn.end(change)


def work_watched(project: Project, act: Callable[[int, bool], None], *, step: int | None = None) -> int:
    """One round, watched; how many writes it had, if it was killed up to then."""
    found = source(project, step=step)
    assert found.look()
    with our_turn(project, "orders", "w1") as turn:
        assert turn is not None
        watched: Any = Watched(turn, act)
        with suppress(Killed):
            carry_out(project, found, watched)
    return int(watched.writes)


def report(project: Project, place: str = "done") -> dict[str, Any]:
    """The one report there is."""
    (path,) = (project.folder / "drop" / place).glob("*.report.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def put_away(project: Project, place: str) -> list[str]:
    """Files in a place, without the instant and without what was put beside them."""
    names = (path.name for path in (project.folder / "drop" / place).iterdir())
    return sorted(
        name.partition("_")[2] for name in names if not name.endswith((".report.json", ".refused.csv"))
    )


def campaigns(project: Project) -> list[Campaign]:
    return list(project.store.campaigns())


def called(project: Project) -> list[str]:
    """First numbers of all leads of all campaigns."""
    return sorted(
        lead.contact.numbers[0]
        for campaign in campaigns(project)
        for lead in project.store.leads(campaign.campaign_id)
    )


def leads(project: Project) -> list[int]:
    """How many each campaign has."""
    return [project.store.counts(campaign.campaign_id).leads for campaign in campaigns(project)]
