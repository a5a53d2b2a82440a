"""Items of an answer, one after another: into a campaign, changed where they are, or withdrawn."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from orchestrator.contacts.wanted import folded
from orchestrator.domain.entry import Entered, Fate, LeadRef, NotChanged, Withdrawn
from orchestrator.domain.lead import Campaign, Phase
from orchestrator.domain.problem import KnownError
from orchestrator.esl.turns import give_turn
from orchestrator.runtime.intake.breath import Breath
from orchestrator.runtime.intake.brought import Brought
from orchestrator.runtime.intake.campaigns import Compile, alive, opened, unfinished
from orchestrator.runtime.intake.items import is_one_of, row_of, text_at
from orchestrator.runtime.lead_desk import change, enter, find, required, withdraw
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.intake_settings import IntakePart
from orchestrator.store import LeadRow

MOST_NAME: Final = 64  # characters of an item's own name in a report
WITHDRAWN_STATUS: Final = "withdrawn"  # of a lead, whoever withdrew it
WITHDRAWN: Final = {
    Withdrawn.WITHDRAWN: "withdrawn",
    Withdrawn.AFTER_CALL: "withdrawn",
    Withdrawn.DONE_ALREADY: "done_already",
    Withdrawn.NO_SUCH_LEAD: "not_here",
}


class Taking:
    """What became of the items is in `brought` and `changed`. compile_: a scenario's name -> what it is now."""

    def __init__(
        self, project: Project, name: str, part: IntakePart, *, worker: str, compile_: Compile
    ) -> None:
        self._project, self._name, self._part = project, name, part
        self._worker, self._compile = worker, compile_
        self._now_ms = project.clock.now_ms
        self.brought = Brought()
        self.changed: dict[
            str, bool
        ] = {}  # external id -> whether it was withdrawn, else it is to be called again

    def take_changed(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(withdrawn, back) since it was last asked: to be remembered."""
        found, self.changed = self.changed, {}
        withdrawn = tuple(name for name, is_withdrawn in found.items() if is_withdrawn)
        return withdrawn, tuple(name for name, is_withdrawn in found.items() if not is_withdrawn)

    def take(self, items: Sequence[object], page: int) -> None:
        """In their order; of items with one external id the last one counts: a list of events has several."""
        last = {self._name_of(item): number for number, item in enumerate(items)}
        numbered = [
            (f"page {page} item {number + 1}", item)
            for number, item in enumerate(items)
            if last[name := self._name_of(item)] == number or not name
        ]
        self.brought.counts["skipped"] += len(items) - len(numbered)
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
        self._see_that_nothing_is_missing(campaign)
        elders = [
            each
            for each in alive(self._project, self._part.scenario)
            if each.campaign_id != campaign.campaign_id
        ]
        if elders:
            group = [each for each in group if not self._is_changed_in(elders, *each)]
        found = enter(self._project, campaign.campaign_id, self._rows(group), source=f"intake {self._name}")
        for entered in found:
            where, item = group[entered.row - 1]
            self._add(self._entered_again(campaign, entered, item) or entered, where, item)

    def _see_that_nothing_is_missing(self, campaign: Campaign) -> None:
        """KnownError: every item would be refused, for the settings do not say where a column of it stands."""
        said = {folded(name) for name in (*self._part.columns, *self._part.fixed)}
        missing = [name for name in required(self._project, campaign.campaign_id) if folded(name) not in said]
        if missing:
            raise KnownError(
                f"the scenario {self._part.scenario} needs {', '.join(missing)}: say in `columns` of the intake "
                f"{self._name} where that stands in an item, or in `fixed` what is the same for all"
            )

    def _entered_again(self, campaign: Campaign, entered: Entered, item: object) -> Entered | None:
        """Called after all, though it is the very row that was withdrawn: the source says so. What a person withdrew
        stays so, whatever the source goes on saying.
        """
        external_id = self._name_of(item)
        if not external_id or entered.fate is Fate.REFUSED or not self._is_withdrawn(external_id):
            return None
        self.changed[external_id] = False
        lead = find(self._project, campaign.campaign_id, LeadRef(external_id=external_id))
        if entered.fate is not Fate.ALREADY or (lead is not None and lead.state.status != WITHDRAWN_STATUS):
            return None
        rows = self._rows([("", item)])
        source = f"intake {self._name}"
        return next(enter(self._project, campaign.campaign_id, rows, again=True, source=source), None)

    def _is_withdrawn(self, external_id: str) -> bool:
        if external_id in self.changed:
            return self.changed[external_id]
        return self._project.store.intakes.was_withdrawn(self._name, external_id)

    def _add(self, entered: Entered, where: str, item: object) -> None:
        external_id = self._name_of(item)[:MOST_NAME]
        named = f"{where} ({external_id})" if external_id else where
        self.brought.add(entered, where=named, place=where, now=self._now_ms())

    def _name_of(self, item: object) -> str:
        place = self._part.columns.get("external_id")
        return text_at(item, place) if place else ""

    def _is_changed_in(self, elders: Sequence[Campaign], where: str, item: object) -> bool:
        """Whether an earlier campaign still has it to call: then it is changed there, and called from there alone."""
        external_id = self._name_of(item)
        for campaign in elders if external_id else ():
            ref = LeadRef(external_id=external_id)
            before = find(self._project, campaign.campaign_id, ref)
            if before is None or before.phase is Phase.DONE:
                continue
            row = row_of(item, self._part.columns, self._part.fixed)
            entered = changed_there(
                self._project, campaign.campaign_id, before, row, source=f"intake {self._name}"
            )
            if entered is not None:
                self._add(entered, where, item)
                return True
        return False

    def _rows(self, group: Sequence[tuple[str, object]]) -> Iterator[dict[str, object]]:
        breathe = Breath()
        for _, item in group:
            breathe()
            yield row_of(item, self._part.columns, self._part.fixed)

    def _withdraw(self, group: Sequence[tuple[str, object]]) -> None:
        note = self._part.withdraw.note if self._part.withdraw else ""
        place = self._part.columns["external_id"]
        campaigns = unfinished(self._project, self._part.scenario)
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
            done = self._withdrawn(campaigns, external_id, note)
            self.brought.counts[WITHDRAWN[done]] += 1
            if done is not Withdrawn.NO_SUCH_LEAD:
                self.changed[external_id] = True

    def _withdrawn(self, campaigns: Sequence[Campaign], external_id: str, note: str) -> Withdrawn:
        """In every campaign of the scenario in which it is still to be called."""
        take_back = partial(withdraw, self._project, note=note, by=f"intake-{self._name}", cancel=True)
        done = {take_back(each.campaign_id, LeadRef(external_id=external_id)) for each in campaigns}
        return next((each for each in WITHDRAWN if each in done), Withdrawn.NO_SUCH_LEAD)

    def _campaign(self) -> Campaign:
        return opened(
            self._project,
            self._part.scenario,
            source=f"intake {self._name}",
            worker=self._worker,
            compile_=self._compile,
        )


def changed_there(
    project: Project, campaign_id: str, before: LeadRow, row: Mapping[str, object], *, source: str
) -> Entered | None:
    """Give an open lead the columns of a row, as far as its campaign knows them; None: it is done by now."""
    columns = {name: value for name, value in row.items() if name != "external_id"}
    ref = LeadRef(lead_id=before.lead_id)
    while True:
        try:
            now = change(project, campaign_id, ref, columns, source=source)
        except NotChanged as refused:
            if refused.code in ("done", "no_such_lead"):
                return None
            if refused.code == "unknown_column" and refused.column in columns:
                del columns[refused.column]  # lists may have more columns than the scenario, too
                continue
            return Entered(
                row=1,
                fate=Fate.REFUSED,
                code=refused.code,
                column=refused.column,
                reason=str(refused).removeprefix(f"{refused.column}: "),
            )
        is_same = (now.pending or now.contact) == (before.pending or before.contact)
        return Entered(row=1, fate=Fate.ALREADY if is_same else Fate.UPDATED, lead_id=before.lead_id)
