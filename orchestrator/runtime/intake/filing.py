"""One file that was taken: loaded where it was left, batch by batch, and put away with its report."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Final

import structlog

from orchestrator.contacts.problems import ListError
from orchestrator.domain.entry import Entered, Fate
from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.runtime.intake.breath import Breath
from orchestrator.runtime.intake.brought import Brought
from orchestrator.runtime.intake.campaigns import ALIVE, Compile, opened
from orchestrator.runtime.intake.pieces import on_disk, pieces, without_lines
from orchestrator.runtime.intake.places import DONE, FAILED, REFUSED, Places
from orchestrator.runtime.intake.progress import Progress, progress_of
from orchestrator.runtime.launch import Source, new_campaign, start
from orchestrator.runtime.lead_desk import enter_list
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.intake_settings import IntakePart
from orchestrator.store.intake import IntakeChange, IntakeRound

log = structlog.get_logger()

STEP: Final = 500  # rows between two steps that are kept


def _said(error: ListError) -> str:
    """In one line, without the name of the file, which stands beside it wherever this is shown."""
    return "; ".join(
        f"{each.message} ({each.hint})" if each.hint else each.message for each in error.problems
    )


class Filing:
    """Loads the files of a drop folder, in one round. compile_: a scenario's name -> what it is now. step: rows between
    two steps that are kept.
    """

    def __init__(
        self,
        project: Project,
        name: str,
        part: IntakePart,
        places: Places,
        turn: IntakeRound,
        aside: Aside,
        *,
        worker: str,
        compile_: Compile,
        step: int = STEP,
    ) -> None:
        self._step = step
        self._project, self._store = project, project.store
        self._name, self._part, self._places = name, part, places
        self._turn, self._aside = turn, aside
        self._worker, self._compile = worker, compile_
        self._now_ms = project.clock.now_ms

    def load(self, file: str, kept: str | None, dropped: str = "") -> Progress:
        """Load a file of `taken` to its end, from where `kept` says, and put it away. KnownError: something is in the
        way that is not the file's fault (the store, a switch, the scenario): it stays, for later.
        """
        progress = progress_of(kept, file=dropped or file, now=self._now_ms())
        if not progress.outcome:
            self._load(file, progress)
            progress.ended_at = self._now_ms()
            self._keep(
                file, progress, Counter(["files", *(["files_failed"] if progress.outcome == FAILED else [])])
            )
        if self._part.each_file == "campaign":
            self._set_going(progress)
        report = self._report(file, progress)
        on_disk(
            self._aside,
            lambda: self._places.put_away(file, progress.outcome, report),
            f"putting {file} into {progress.outcome}",
        )
        self._turn.write(IntakeChange(gone=(file,)))
        log.info(
            "file_loaded" if progress.outcome == DONE else "file_refused",
            intake=self._name,
            file=progress.file,
            campaign_id=progress.campaign_id,
            why=progress.why,
            **progress.brought.counts,
        )
        return progress

    # -- into a campaign

    def _load(self, file: str, progress: Progress) -> None:
        try:
            campaign = self._campaign(file, progress)
        except _Over as over:
            progress.outcome, progress.why = FAILED, str(over)
            return
        if campaign.campaign_id != progress.campaign_id:
            progress.campaign_id = campaign.campaign_id
            self._keep(file, progress)
        remarks: list[str] = []
        try:
            self._rows(file, campaign, progress, remarks)
        except ListError as error:
            said, code = _said(error), error.problems[0].code
            progress.outcome, progress.why = FAILED, f"{code} {said}"
            progress.brought.refuse("", code, said, where=progress.file, place="", now=self._now_ms())
            progress.brought.counts[Fate.REFUSED.value] -= 1  # the list, and none of its rows
        progress.remarks = remarks or progress.remarks
        rows, refused = progress.brought.rows(), progress.brought.counts[Fate.REFUSED.value]
        if not progress.outcome and rows and rows == refused:
            progress.outcome, progress.why = FAILED, "no row of it can be called"
        progress.outcome = progress.outcome or DONE

    def _rows(self, file: str, campaign: Campaign, progress: Progress, remarks: list[str]) -> None:
        before, pending = Counter(progress.brought.counts), list[tuple[int, Entered]]()

        def keep() -> None:
            if pending:
                progress.refused_bytes = on_disk(
                    self._aside,
                    lambda: self._places.append_refused(file, progress.refused_bytes, pending),
                    f"writing the refused rows of {file}",
                )
                pending.clear()
            self._keep(file, progress, progress.brought.counts - before)
            before.clear()
            before.update(progress.brought.counts)

        for count, (line, row) in enumerate(self._entered(file, campaign, progress, remarks), 1):
            progress.first, progress.line = progress.first or line, line
            progress.brought.add(
                row, where=f"{progress.file} line {line}", place=str(line), now=self._now_ms()
            )
            if row.fate is Fate.REFUSED:
                pending.append((line, row))
            if count % self._step == 0:
                keep()
        keep()

    def _entered(
        self, file: str, campaign: Campaign, progress: Progress, remarks: list[str]
    ) -> Iterator[tuple[int, Entered]]:
        """(line, what became of the row there), without those that were told before."""
        chunks = pieces(self._places.taken(file), self._aside, self._part.settle)
        first, last = progress.first, progress.line
        if last > first:
            chunks = without_lines(chunks, first, last)
        source = Source(name=progress.file, chunks=chunks)
        found = enter_list(
            self._project,
            campaign.campaign_id,
            source,
            again=self._part.again,
            remark=lambda problem: remarks.append(str(problem)),
            breathe=Breath(),
        )
        for row in found:
            line = row.row + (last - first if last > first else 0)
            if not last or line > last:
                yield line, row

    def _campaign(self, file: str, progress: Progress) -> Campaign:
        source = f"{self._name}/{file}"
        if self._part.each_file == "rows":
            kept = self._store.campaign(progress.campaign_id) if progress.campaign_id else None
            if kept is not None and kept.is_open and kept.state in ALIVE:
                return kept
            return opened(
                self._project,
                self._part.scenario,
                source=f"intake {self._name}",
                worker=self._worker,
                compile_=self._compile,
            )
        found = next((c for c in self._store.campaigns() if c.source == source), None)
        if found is None and progress.campaign_id:
            raise _Over(f"its campaign {progress.campaign_id} was removed")
        if found is None:
            return new_campaign(self._project, self._compile(self._part.scenario), source)
        if found.state not in ALIVE:
            raise _Over(f"its campaign {found.campaign_id} is {found.state}")
        return found

    def _set_going(self, progress: Progress) -> None:
        """A file's own campaign runs from now on; it is not there at all when nobody is in it."""
        found = self._store.campaign(progress.campaign_id) if progress.campaign_id else None
        if found is None or not self._store.counts(found.campaign_id).leads:
            progress.campaign_id = ""
        if found is None or found.state is not CampaignState.LOADING:
            return
        if progress.campaign_id:
            start(self._project, found)
        else:
            self._store.delete_campaign(found.campaign_id)

    # -- what is kept of it

    def _keep(self, file: str, progress: Progress, more: Counter[str] | None = None) -> None:
        change = IntakeChange(
            set={"campaign": progress.campaign_id} if progress.campaign_id else {},
            add=dict(more or {}),
            files={file: progress.dumps()},
            errors=progress.brought.take_errors(),
        )
        self._turn.write(change)

    def _report(self, file: str, progress: Progress) -> dict[str, object]:
        brought = progress.brought
        return {
            "file": progress.file,
            "intake": self._name,
            "scenario": self._part.scenario,
            "campaign": progress.campaign_id or None,
            "taken_at": _iso(progress.taken_at),
            "ended_at": _iso(progress.ended_at),
            "outcome": progress.outcome,
            "why": progress.why or None,
            "rows": brought.rows(),
            **{fate.value: brought.counts[fate.value] for fate in Fate},
            "reasons": reasons(brought),
            "remarks": progress.remarks,
            "refused_rows": file + REFUSED if progress.refused_bytes else None,
        }


class _Over(Exception):  # noqa: N818  # reads as what it is
    """Nothing more can come of this file."""


def reasons(brought: Brought) -> list[dict[str, object]]:
    """Why rows were refused, the most frequent first."""
    return [
        {
            "column": column,
            "code": code,
            "reason": reason,
            "rows": count,
            "first": brought.places[column, code, reason],
        }
        for (column, code, reason), count in brought.reasons.most_common()
    ]


def _iso(at: int) -> str:
    return (
        dt.datetime.fromtimestamp(at / 1000, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
