"""Rows of a list, or one by one, into a campaign: stored by the batch, each told with what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orchestrator.contacts import Accepted, Code, Refused
from orchestrator.runtime.consent import Kept, keep_consents
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled
from orchestrator.store import LoadedAs, Taken

BATCH = 500  # contacts per call of the store
ROWS = 2_000  # with those that are refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A row, and what became of it; None: it was refused."""

    row: Accepted | Refused
    outcome: LoadedAs | None = None


def stored(
    project: Project,
    campaign_id: str,
    compiled: Compiled,
    rows: Iterable[Accepted | Refused],
    *,
    source: str,
    again: bool = False,
    kept: Kept | None = None,
) -> Iterator[list[Stored]]:
    """Batches in the order of the rows; what is told is stored. Consents that rows tell of are kept before; `kept` sums
    them up. KnownError: the campaign takes no contacts (any more), the store is away: the rows told so far are stored.
    """
    batch: list[Accepted | Refused] = []
    accepted = 0
    for row in rows:
        batch.append(row)
        accepted += isinstance(row, Accepted)
        if accepted == BATCH or len(batch) == ROWS:
            yield _store(project, campaign_id, compiled, batch, source, kept, again=again)
            batch, accepted = [], 0
    if batch:
        yield _store(project, campaign_id, compiled, batch, source, kept, again=again)


def _store(
    project: Project,
    campaign_id: str,
    compiled: Compiled,
    batch: list[Accepted | Refused],
    source: str,
    kept: Kept | None,
    *,
    again: bool,
) -> list[Stored]:
    good = [row for row in batch if isinstance(row, Accepted)]
    found = keep_consents(project, good, compiled.plan.consent, source)
    if kept is not None:
        kept.by_fate.update(found.by_fate)
        kept.purposeless += found.purposeless
    pairs = [(row.line, row.contact) for row in good]
    outcomes = iter(
        project.store.load_leads(campaign_id, pairs, now=project.clock.now_ms(), again=again) if pairs else ()
    )
    return [_told(row, next(outcomes)) if isinstance(row, Accepted) else Stored(row=row) for row in batch]


def _told(row: Accepted, outcome: LoadedAs) -> Stored:
    if not isinstance(outcome, Taken):
        return Stored(row=row, outcome=outcome)
    external_id = row.contact.external_id
    reason = "the external id is that of one lead, and a number of the row that of another one"
    return Stored(
        row=Refused(
            line=row.line,
            column="external_id",
            code=Code.NUMBER_TAKEN,
            reason=reason,
            value=external_id,
            raw=f"{external_id}: lead {outcome.lead_id}, {', '.join(row.contact.numbers)}: lead {outcome.by}",
        )
    )
