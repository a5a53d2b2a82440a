"""A service that is asked for contacts: page by page, from where the last answer ended."""

from __future__ import annotations

from collections import Counter
from typing import Final

import structlog

from orchestrator.domain.problem import KnownError
from orchestrator.outside.answers import Unreadable, read_json
from orchestrator.outside.service import Services
from orchestrator.outside.spec import Reply, Why
from orchestrator.runtime.intake.brought import Brought
from orchestrator.runtime.intake.campaigns import compiled_of
from orchestrator.runtime.intake.cursor import Cursor, after, asked_with, cursor_of
from orchestrator.runtime.intake.items import items_at
from orchestrator.runtime.intake.pieces import on_disk
from orchestrator.runtime.intake.taking import Taking
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.intake_settings import IntakePart
from orchestrator.scenario.compile import Compiled
from orchestrator.store.intake import IntakeChange, IntakeRound

log = structlog.get_logger()

MOST_PAGES: Final = 200  # of one round; the next one goes on
MOST_CURSOR: Final = 2000  # characters; a query has little more
MOST_PAUSE_MS: Final = 900_000  # between two rounds of a source that fails, or `every` if that is longer
NO_CONTENT: Final = 204


class PolledSource:
    """`look` as often as one likes; `work` when it is due, and it is our turn. services: shared with the process.
    is_early: ask whether or not it is due.
    """

    def __init__(
        self,
        project: Project,
        name: str,
        part: IntakePart,
        *,
        worker: str,
        aside: Aside,
        services: Services,
        is_early: bool = False,
    ) -> None:
        self.name = name
        self._is_early = is_early
        self._project, self._part = project, part
        self._worker, self._aside, self._services = worker, aside, services
        self._now_ms = project.clock.now_ms
        self.due_at: int | None = None
        self._taking = self._fresh()

    @property
    def brought(self) -> Brought:
        """By the last `work`."""
        return self._taking.brought

    def look(self) -> bool:
        """Whether it is time to ask."""
        self.due_at = self._project.store.intakes.read(self.name).due_at
        return self.due_at <= self._now_ms()

    def work(self, turn: IntakeRound) -> None:
        """Ask until there is no more for now. KnownError: the service cannot be asked, or answers what we do not
        understand; what came before that is kept, with its cursor.
        """
        row = self._project.store.intakes.read(self.name)
        self._taking = self._fresh()
        if row.due_at > self._now_ms() and not self._is_early:
            return  # another worker has asked since we looked
        cursor, has_more = cursor_of(row.cursor, self._part), True
        self.due_at = self._now_ms() + round(self._part.every * 1000)
        try:
            for page in range(1, MOST_PAGES + 1):
                cursor, has_more = self._page(turn, page, cursor)
                if not has_more:
                    break
        except KnownError:
            pause = min(self._part.every * 1000 * 2 ** min(row.fails, 20), MOST_PAUSE_MS)
            self.due_at = self._now_ms() + round(max(pause, self._part.every * 1000))
            turn.write(IntakeChange(set={"due_at": str(self.due_at)}))
            raise
        turn.write(
            IntakeChange(set={"due_at": str(self._now_ms() if has_more else self.due_at)}, add={"rounds": 1})
        )

    def _page(self, turn: IntakeRound, page: int, cursor: Cursor) -> tuple[Cursor, bool]:
        """Ask once, take in what comes, and keep that; the cursor goes with it."""
        answer = self._asked(cursor)
        items = items_at(answer, self._part.items)
        if items is None:
            where = f"at `{self._part.items}`" if self._part.items else "as the answer itself"
            raise KnownError(f"the service {self._part.service} answered without a list {where}")
        before = Counter(self.brought.counts)
        self._taking.take(items, page)
        cursor, has_more = after(cursor, self._part, answer, items)
        if max(map(len, (cursor.at, cursor.page, cursor.top))) > MOST_CURSOR:
            raise KnownError(
                f"the service {self._part.service} gave a cursor of more than {MOST_CURSOR} characters"
            )
        withdrawn, back = self._taking.take_changed()
        turn.write(
            IntakeChange(
                set={"cursor": cursor.dumps()},
                add=dict(self.brought.counts - before),
                errors=self.brought.take_errors(),
                withdrawn=withdrawn,
                back=back,
                now=self._now_ms(),
            )
        )
        return cursor, has_more

    def _asked(self, cursor: Cursor) -> object:
        """The answer; an empty list for one without content."""
        part = self._part
        reply = self._services.call(
            part.service or "",
            part.method.upper(),
            part.path or "",
            send=asked_with(cursor, part),
            timeout_s=part.timeout,
        )
        if not reply.is_ok:
            raise KnownError(f"the service {part.service}: {reply.detail}{_hint(reply)}")
        if reply.status == NO_CONTENT:
            return _nothing(part.items)
        found = on_disk(
            self._aside,
            lambda: read_json(reply.body, reply.content_type),
            f"reading what {part.service} says",
        )  # some megabytes take a while
        if isinstance(found, Unreadable):
            raise KnownError(f"the service {part.service} answered what cannot be read: {found.why}")
        return found

    def _fresh(self) -> Taking:
        return Taking(self._project, self.name, self._part, worker=self._worker, compile_=self._compiled)

    def _compiled(self, scenario: str) -> Compiled:
        return on_disk(
            self._aside, lambda: compiled_of(self._project, scenario), f"reading the scenario {scenario}"
        )


def _hint(reply: Reply) -> str:
    """What a person can do about it."""
    if reply.why is Why.TOO_BIG:
        return " (ask for fewer items at once, or raise its `max_bytes`)"
    return " (its token?)" if reply.status in (401, 403) else ""


def _nothing(place: str | None) -> object:
    found: object = []
    for name in reversed(place.split(".") if place else []):
        found = {name: found}
    return found
