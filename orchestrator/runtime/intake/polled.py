"""A service that is asked for contacts: page by page, from where the last answer ended."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import structlog

from orchestrator.domain.entry import LeadRef, Withdrawn
from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.esl.turns import give_turn
from orchestrator.outside.answers import Unreadable, read_json
from orchestrator.outside.service import Services
from orchestrator.outside.spec import Reply, Why
from orchestrator.runtime.intake.breath import Breath
from orchestrator.runtime.intake.brought import Brought
from orchestrator.runtime.intake.campaigns import alive, compiled_of, opened
from orchestrator.runtime.intake.cursor import Cursor, after, asked_with, cursor_of
from orchestrator.runtime.intake.items import is_one_of, items_at, row_of, text_at
from orchestrator.runtime.intake.pieces import on_disk
from orchestrator.runtime.lead_desk import enter, withdraw
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.intake_settings import IntakePart
from orchestrator.scenario.compile import Compiled
from orchestrator.store.intake import IntakeChange, IntakeRound

log = structlog.get_logger()

MOST_PAGES: Final = 200  # of one round; the next one goes on
MOST_NAME: Final = 64  # characters of an item's own name in a report
MOST_CURSOR: Final = 2000  # characters; a query has little more
MOST_PAUSE_MS: Final = 900_000  # between two rounds of a source that fails, or `every` if that is longer
NO_CONTENT: Final = 204
WITHDRAWN: Final = {
    Withdrawn.WITHDRAWN: "withdrawn",
    Withdrawn.AFTER_CALL: "withdrawn",
    Withdrawn.DONE_ALREADY: "done_already",
    Withdrawn.NO_SUCH_LEAD: "not_here",
}


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
        self.brought = Brought()  # by the last `work`

    def look(self) -> bool:
        """Whether it is time to ask."""
        self.due_at = self._project.store.intakes.read(self.name).due_at
        return self.due_at <= self._now_ms()

    def work(self, turn: IntakeRound) -> None:
        """Ask until there is no more for now. KnownError: the service cannot be asked, or answers what we do not
        understand; what came before that is kept, with its cursor.
        """
        row = self._project.store.intakes.read(self.name)
        self.brought = Brought()
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
        self._take_in(items, page)
        cursor, has_more = after(cursor, self._part, answer, items)
        if max(map(len, (cursor.at, cursor.page, cursor.top))) > MOST_CURSOR:
            raise KnownError(
                f"the service {self._part.service} gave a cursor of more than {MOST_CURSOR} characters"
            )
        turn.write(
            IntakeChange(
                set={"cursor": cursor.dumps()},
                add=dict(self.brought.counts - before),
                errors=self.brought.take_errors(),
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
        found = read_json(reply.body, reply.content_type)
        if isinstance(found, Unreadable):
            raise KnownError(f"the service {part.service} answered what cannot be read: {found.why}")
        return found

    # -- items

    def _take_in(self, items: Sequence[object], page: int) -> None:
        """In their order: an item may come twice, first to be called and then not."""
        numbered = [(f"page {page} item {number}", item) for number, item in enumerate(items, 1)]
        for step, some in itertools.groupby(numbered, key=lambda each: self._step_of(each[1])):
            group = list(some)
            give_turn()
            match step:
                case "enter":
                    self._enter(group)
                case "withdraw":
                    self._withdraw(group)
                case "skip":
                    self.brought.counts["skipped"] += len(group)
                case _:
                    for where, _item in group:
                        self.brought.refuse(
                            "", "bad_item", "no JSON object", where=where, place=where, now=self._now_ms()
                        )

    def _step_of(self, item: object) -> str:
        if not isinstance(item, dict):
            return "refuse"
        if self._part.withdraw is not None and is_one_of(item, self._part.withdraw.when):
            return "withdraw"
        return "enter" if is_one_of(item, self._part.only) else "skip"

    def _enter(self, group: Sequence[tuple[str, object]]) -> None:
        campaign = self._campaign()
        place = self._part.columns.get("external_id")
        found = enter(self._project, campaign.campaign_id, self._rows(group), source=f"intake {self.name}")
        for entered in found:
            where, item = group[entered.row - 1]
            external_id = text_at(item, place)[:MOST_NAME] if place else ""
            named = f"{where} ({external_id})" if external_id else where
            self.brought.add(entered, where=named, place=where, now=self._now_ms())

    def _rows(self, group: Sequence[tuple[str, object]]) -> Iterator[dict[str, object]]:
        breathe = Breath()
        for _, item in group:
            breathe()
            yield row_of(item, self._part.columns, self._part.fixed)

    def _withdraw(self, group: Sequence[tuple[str, object]]) -> None:
        note = self._part.withdraw.note if self._part.withdraw else ""
        place = self._part.columns["external_id"]
        campaigns = alive(self._project, self._part.scenario)
        for where, item in group:
            external_id = text_at(item, place)
            if not external_id:
                self.brought.refuse(
                    "external_id",
                    "blank",
                    "blank, and what is not to be called is found by it",
                    where=where,
                    place=where,
                    now=self._now_ms(),
                )
                continue
            self.brought.counts[WITHDRAWN[self._withdrawn(campaigns, external_id, note)]] += 1

    def _withdrawn(self, campaigns: Sequence[Campaign], external_id: str, note: str) -> Withdrawn:
        """In whichever campaign of the scenario it is still to be called."""
        found = Withdrawn.NO_SUCH_LEAD
        take_back = partial(withdraw, self._project, note=note, by=f"intake-{self.name}", cancel=True)
        for campaign in campaigns:
            done = take_back(campaign.campaign_id, LeadRef(external_id=external_id))
            if done in (Withdrawn.WITHDRAWN, Withdrawn.AFTER_CALL):
                return done
            if done is Withdrawn.DONE_ALREADY:
                found = done
        return found

    def _campaign(self) -> Campaign:
        return opened(
            self._project,
            self._part.scenario,
            source=f"intake {self.name}",
            worker=self._worker,
            compile_=self._compiled,
        )

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
