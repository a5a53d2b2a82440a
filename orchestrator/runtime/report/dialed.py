"""What campaigns dialed in a period, read from the logs of their attempts: the same rows as the export's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from orchestrator.domain.lead import Campaign, NextKind, Phase
from orchestrator.domain.problem import KnownError
from orchestrator.engine.kpi.attempts import Dialed, DialedCount, Settled
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.report.counted import with_attempts
from orchestrator.runtime.report.model import Note
from orchestrator.runtime.report.period import Period
from orchestrator.store import AttemptRow, Earlier, Store

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DialedAll:
    """by_campaign: campaign id -> what it dialed; those that dialed nobody are left out. notes: for whoever reads."""

    by_campaign: dict[str, Dialed] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def dialed(
    store: Store,
    campaigns: Iterable[Campaign],
    period: Period,
    *,
    success: Collection[str] = (),
    keep_days: int,
) -> DialedAll:
    """keep_days: for so long the history tells which campaigns have attempts in a period; before that all are read.
    KnownError: the store is away, or has attempts of another version.
    """
    known = None
    if period.since >= period.now - keep_days * DAY_MS:
        known = with_attempts(store, period)
    bundles, notes, found = Bundles(store), [], {}
    for campaign in campaigns:
        if campaign.created_at >= period.until or (known is not None and campaign.campaign_id not in known):
            continue
        blocks, fault = _blocks(bundles, campaign)
        if fault is not None:
            notes.append(fault)
        count = DialedCount(period.zone, blocks=blocks, success=success)
        for row in store.history_between(campaign.campaign_id, period.since, period.until):
            if isinstance(row, Earlier):
                count.before(row.lead_id, row.disposition)
            else:
                count.add(row.attempt, row.ending, _settled(store, row))
        if count.found.sums:
            found[campaign.campaign_id] = count.found
    return DialedAll(by_campaign=found, notes=tuple(notes))


def _settled(store: Store, row: AttemptRow) -> Settled:
    """Where the attempt left its lead. What an agent said after it is not in the log: then the lead tells."""
    said = row.outcome
    if said is None:
        return Settled(status=row.state.status, is_done=row.next.kind is NextKind.DONE)
    lead = store.lead(row.attempt.campaign_id, row.attempt.lead_id)
    tries = row.attempt.state.tries + 1
    if lead is None or lead.state.tries != tries:  # called again since: so it was not settled
        return Settled(status="", is_done=False, outcome=said.key)
    return Settled(status=lead.state.status, is_done=lead.phase is Phase.DONE, outcome=said.key)


def _blocks(bundles: Bundles, campaign: Campaign) -> tuple[frozenset[str], Note | None]:
    """The blocks of the flow that it was launched with; else none, and why."""
    try:
        flow = bundles.of(campaign).program.get("flow")
    except KnownError as error:
        return frozenset(), Note(
            f"results of {campaign.campaign_id} by step are not known: {error}",
            f"результаты {campaign.campaign_id} по шагам неизвестны: {error}",
        )
    return frozenset(flow if isinstance(flow, dict) else ()), None
