"""Rows into a campaign that exists: cleaned as lists are, stored by the batch, told one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from orchestrator.contacts import Accepted, Refused
from orchestrator.contacts.reader import Format
from orchestrator.contacts.wanted import wanted
from orchestrator.domain.entry import Entered, Fate
from orchestrator.domain.problem import Problem
from orchestrator.runtime.launch import Source, rows_of
from orchestrator.runtime.lead_desk.reading import campaign_of, reading_of
from orchestrator.runtime.project import Project
from orchestrator.runtime.storing import Stored, stored
from orchestrator.store import Added, Already, Merged, Updated


def enter(
    project: Project,
    campaign_id: str,
    rows: Iterable[Mapping[str, object]],
    *,
    again: bool = False,
    source: str = "",
) -> Iterator[Entered]:
    """What became of each row, in order; it is stored before it is told. Rows are taken by 500 at most.

    A row is an object as a line of JSONL: texts, JSON figures (int, float, Decimal) or None by column name. `again`:
    also rows that another campaign of the scenario has had, or whose lead here is done. source: where they come from,
    for the consents that they tell of. KnownError: no such campaign; it takes no (more) contacts. Sending rows again
    that were stored adds nothing twice.
    """
    reading = reading_of(project, campaign_of(project, campaign_id))
    cleaned = (reading.reader.read(number, row) for number, row in enumerate(rows, 1))
    batches = stored(project, campaign_id, reading.compiled, cleaned, source=source, again=again)
    return (entered(campaign_id, each) for batch in batches for each in batch)


def required(project: Project, campaign_id: str) -> tuple[str, ...]:
    """The columns without which a row of this campaign is refused, in the scenario's order."""
    compiled = reading_of(project, campaign_of(project, campaign_id)).compiled
    return tuple(column.name for column in wanted(compiled.columns) if column.is_required)


def enter_list(
    project: Project,
    campaign_id: str,
    source: Source,
    *,
    again: bool = False,
    remark: Callable[[Problem], None] = lambda _: None,
    format: Format = "auto",  # noqa: A002  # as the reader of lists has it
    breathe: Callable[[], None] = lambda: None,
) -> Iterator[Entered]:
    """As `enter`, of a list in bytes, CSV or JSONL; `Entered.row` is the line. remark: told what concerns the list as a
    whole. breathe: called before each row, for whoever has others to give a turn to. ListError: nothing of it can be
    read.
    """
    compiled = reading_of(project, campaign_of(project, campaign_id)).compiled
    rows = rows_of(project, compiled, source, form=format, remark=remark)
    batches = stored(
        project, campaign_id, compiled, _breathing(rows, breathe), source=source.name, again=again
    )
    return (entered(campaign_id, each) for batch in batches for each in batch)


def _breathing(
    rows: Iterable[Accepted | Refused], breathe: Callable[[], None]
) -> Iterator[Accepted | Refused]:
    for row in rows:
        breathe()
        yield row


def entered(campaign_id: str, each: Stored) -> Entered:
    """What is told of a row of this campaign."""
    row = each.row
    if isinstance(row, Refused):
        also = "".join(f"; also {column}: {fault}" for column, fault in row.also)
        return Entered(
            row=row.line,
            fate=Fate.REFUSED,
            code=row.code.value,
            reason=row.reason + also,
            column=row.column,
            campaign_id=campaign_id,
        )
    fate, where = Fate.ALREADY, campaign_id
    lead_id: int | None = None
    match each.outcome:
        case Added(lead_id=lead_id):
            fate = Fate.ADDED
        case Updated(lead_id=lead_id):
            fate = Fate.UPDATED
        case Merged(into=lead_id):
            fate = Fate.MERGED
        case Already(campaign_id=where, lead_id=lead_id):
            pass
    return Entered(
        row=row.line,
        fate=fate,
        lead_id=lead_id,
        external_id=row.contact.external_id,
        campaign_id=where,
        notes=row.notes,
    )
