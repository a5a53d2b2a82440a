"""From a scenario and a list of contacts to a campaign: load, preview, launch. Nothing half-done is left behind."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.contacts import Accepted, RefusedFile, Tally, read_contacts
from orchestrator.domain.lead import Campaign, CampaignState, Contact
from orchestrator.domain.problem import KnownError, Problem
from orchestrator.runtime.budgets import missing_gateways
from orchestrator.runtime.project import Project
from orchestrator.runtime.prompts.fixed_prompts import prepare
from orchestrator.runtime.switches.line import require_gateways
from orchestrator.runtime.switches.places import publish_everywhere
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.model import PREDICTIVE, ROBOCALL
from orchestrator.store import Added, Already, Merged, Store

BATCH = 500  # contacts per call of the store

Progress = Callable[[int, int], None]


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


@contextmanager
def launching(
    project: Project, compiled: Compiled, source: str, prompts: Progress = lambda *_: None
) -> Iterator[Campaign]:
    """A campaign in LOADING. However the block ends: without a `start` within it, no trace of it is left."""
    campaign = new_campaign(project, compiled, source, prompts)
    try:
        yield campaign
    finally:
        with suppress(KnownError):  # it was started; or the store is away, which was told already
            project.store.delete_campaign(campaign.campaign_id)


def new_campaign(
    project: Project, compiled: Compiled, source: str, prompts: Progress = lambda *_: None
) -> Campaign:
    """A campaign in LOADING, with its program and prompts on every switch. KnownError before there is any campaign.

    prompts(made, of so many) is called as they are made.
    """
    if compiled.kind not in (ROBOCALL, PREDICTIVE):
        raise KnownError(
            f"{compiled.name} is for calls that come in, and calls nobody: `prozvon deploy` brings it into force"
        )
    require_gateways(missing_gateways(project.settings, compiled.plan), project.settings)
    now = project.clock.now_ms()
    prepare(project.settings, compiled, project.clock.now_ms, prompts)
    publish_everywhere(project.settings, [compiled], project.clock.now_ms)
    for campaign_id in _free_ids(project.store, compiled.name, now):
        campaign = Campaign(
            campaign_id=campaign_id,
            scenario=compiled.name,
            program=compiled.digest,
            state=CampaignState.LOADING,
            created_at=now,
            title=compiled.title,
            source=source,
            project=compiled.project or project.settings.project,
        )
        try:
            project.store.create_campaign(campaign, compiled.dumps(), compiled.plan.first)
        except KnownError:
            if project.store.campaign(campaign_id) is None:
                raise
            continue  # somebody else has launched under this name since we looked
        return campaign
    raise AssertionError("there is always one more name")


def _free_ids(store: Store, scenario: str, now: int) -> Iterator[str]:
    """`SCENARIO-DAY-1` and so on, in UTC, without those that are taken."""
    taken = {campaign.campaign_id for campaign in store.campaigns()}
    day = dt.datetime.fromtimestamp(now / 1000, dt.UTC)
    names = (f"{scenario}-{day:%Y%m%d}-{number}" for number in itertools.count(1))
    return (name for name in names if name not in taken)


def load(
    project: Project,
    campaign: Campaign,
    compiled: Compiled,
    source: Source,
    *,
    again: bool = False,
    progress: Callable[[LoadReport], None] = lambda _: None,
) -> LoadReport:
    """Stream the source into the campaign; calls `progress` after each batch. Refused rows go to a file.

    KnownError when the list cannot be read, or the file of refused rows not be written.
    """
    report = LoadReport()
    refused = RefusedFile(project.settings.data / "refused" / f"{campaign.campaign_id}.csv")
    try:
        with refused:
            accepted = _accepted(project, compiled, source, report, refused)
            for batch in _batches(accepted, BATCH):
                _store(project, campaign, batch, report, again=again)
                progress(report)
    except OSError as error:
        raise KnownError(f"loading {source.name} broke off: {error.strerror}: {error.filename}") from None
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
