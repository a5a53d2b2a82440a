"""From a scenario and a list of contacts to a campaign: load, preview, launch. Nothing half-done is left behind."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.contacts import Accepted, RefusedFile, Tally, read_contacts
from orchestrator.domain.lead import Campaign, CampaignState, Contact
from orchestrator.domain.problem import KnownError, Problem
from orchestrator.runtime.budgets import missing_gateways
from orchestrator.runtime.line import require_gateways
from orchestrator.runtime.project import Project
from orchestrator.runtime.publish import publish
from orchestrator.scenario.compile import Compiled
from orchestrator.store import Added, Already, Merged

BATCH = 500  # contacts per call of the store


@dataclass(slots=True, kw_only=True)
class LoadReport:
    """What became of each row: rows == added + merged + already + refused."""

    rows: int = 0
    added: int = 0
    merged: int = 0  # a number that stood earlier in the list
    already: int = 0  # the very same row is in another campaign of this scenario
    already_in: set[str] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)
    remarks: list[Problem] = field(default_factory=list)  # about the list as a whole
    refused_file: Path | None = None

    @property
    def refused(self) -> int:
        return self.tally.refused.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where contacts come from: `chunks` of bytes, `name` for people."""

    name: str
    chunks: Iterable[bytes]


def new_campaign(project: Project, compiled: Compiled, source: str) -> Campaign:
    """A campaign in LOADING, with the program published to every switch. KnownError before anything is made."""
    require_gateways(missing_gateways(project.settings, compiled.plan), project.settings)
    for switch in project.settings.switches.values():
        publish(switch.root, [compiled])
    now = project.clock.now_ms()
    taken = {campaign.campaign_id for campaign in project.store.campaigns()}
    campaign = Campaign(
        campaign_id=_free_id(compiled.name, now, taken),
        scenario=compiled.name,
        program=compiled.digest,
        state=CampaignState.LOADING,
        created_at=now,
        title=compiled.title,
        source=source,
    )
    project.store.create_campaign(campaign, compiled.dumps(), compiled.plan.first)
    return campaign


def _free_id(scenario: str, now: int, taken: set[str]) -> str:
    day = dt.datetime.fromtimestamp(now / 1000, dt.UTC)
    names = (f"{scenario}-{day:%Y%m%d}-{number}" for number in itertools.count(1))
    return next(name for name in names if name not in taken)


def load(
    project: Project,
    campaign: Campaign,
    compiled: Compiled,
    source: Source,
    *,
    again: bool = False,
    progress: Callable[[LoadReport], None] = lambda _: None,
) -> LoadReport:
    """Stream the source into the campaign; calls `progress` after each batch. Refused rows go to a file."""
    report = LoadReport()
    refused = RefusedFile(project.settings.data / "refused" / f"{campaign.campaign_id}.csv")
    with refused:
        accepted = _accepted(project, compiled, source, report, refused)
        for batch in _batches(accepted, BATCH):
            _store(project, campaign, batch, report, again=again)
            progress(report)
    progress(report)
    if report.refused:
        report.refused_file = refused.path
    return report


def _accepted(
    project: Project, compiled: Compiled, source: Source, report: LoadReport, refused: RefusedFile
) -> Iterator[tuple[int, Contact]]:
    rows = read_contacts(
        source.chunks,
        columns=compiled.columns,
        languages=compiled.languages,
        region=project.settings.region,
        zone_rule=compiled.plan.zone,
        name=source.name,
        remark=report.remarks.append,
    )
    for row in rows:
        report.rows += 1
        report.tally.add(row)
        if isinstance(row, Accepted):
            yield row.line, row.contact
        else:
            refused.write(row)


def _batches(items: Iterator[tuple[int, Contact]], size: int) -> Iterator[list[tuple[int, Contact]]]:
    while batch := list(itertools.islice(items, size)):
        yield batch


def _store(
    project: Project, campaign: Campaign, batch: list[tuple[int, Contact]], report: LoadReport, *, again: bool
) -> None:
    loaded = project.store.load_leads(campaign.campaign_id, batch, now=project.clock.now_ms(), again=again)
    for outcome in loaded:
        match outcome:
            case Added():
                report.added += 1
            case Merged():
                report.merged += 1
            case Already(campaign_id=campaign_id):
                report.already += 1
                report.already_in.add(campaign_id)


def start(project: Project, campaign: Campaign) -> None:
    """Let the workers have it."""
    changed = project.store.set_state(
        campaign.campaign_id,
        CampaignState.RUNNING,
        among=frozenset({CampaignState.LOADING}),
        now=project.clock.now_ms(),
    )
    if not changed:
        raise KnownError(
            f"{campaign.campaign_id} is not being loaded any more: `prozvon campaign show` tells its state"
        )
