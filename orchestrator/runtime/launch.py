"""From a scenario and a list of contacts to a campaign: load, preview, launch. Nothing half-done is left behind."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.contacts import Accepted, Refused, RefusedFile, Tally, read_contacts
from orchestrator.contacts.reader import Format
from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.domain.problem import KnownError, Problem
from orchestrator.runtime.budgets import missing_gateways
from orchestrator.runtime.consent import Kept
from orchestrator.runtime.project import Project
from orchestrator.runtime.prompts.fixed_prompts import prepare
from orchestrator.runtime.storing import Stored, stored
from orchestrator.runtime.switches.line import require_gateways
from orchestrator.runtime.switches.places import publish_everywhere
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.model import PREDICTIVE, ROBOCALL
from orchestrator.store import Added, Already, Merged, Store, Updated

Progress = Callable[[int, int], None]


@dataclass(slots=True, kw_only=True)
class LoadReport:
    """What became of each row: rows == added + merged + already + updated + refused."""

    rows: int = 0
    added: int = 0
    merged: int = 0  # a number that stood earlier in the list
    already: int = 0  # the very same row is in another campaign of this scenario, or in this one, which runs
    already_in: set[str] = field(default_factory=set)
    updated: int = 0  # leads of a running campaign that have the row's external id, and its columns now
    consents: Kept = field(default_factory=Kept)
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
    project: Project,
    compiled: Compiled,
    source: str,
    prompts: Progress = lambda *_: None,
    *,
    title: str = "",
    is_open: bool = False,
) -> Campaign:
    """A campaign in LOADING, or one that is open and runs, with its program and prompts on every switch. KnownError
    before there is any campaign.

    prompts(made, of so many) is called as they are made. title "": the scenario's.
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
            state=CampaignState.RUNNING if is_open else CampaignState.LOADING,
            created_at=now,
            title=title or compiled.title,
            source=source,
            project=compiled.project or project.settings.project,
            is_open=is_open,
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
    form: Format = "auto",
    progress: Callable[[LoadReport], None] = lambda _: None,
) -> LoadReport:
    """Stream the source into the campaign, which is being loaded or runs; calls `progress` after each batch. Refused
    rows go to a file.

    KnownError when the list cannot be read, the campaign takes no contacts, or the file of refused rows cannot be
    written.
    """
    report = LoadReport()
    refused = RefusedFile(_refused_path(project.settings.data / "refused", campaign.campaign_id))
    try:
        with refused:
            for batch in _batches(project, campaign, compiled, source, report, form=form, again=again):
                for each in batch:
                    _count(report, each)
                    if isinstance(each.row, Refused):
                        refused.write(each.row)
                progress(report)
    except OSError as error:
        raise KnownError(f"loading {source.name} broke off: {error.strerror}: {error.filename}") from None
    progress(report)
    if report.refused:
        report.refused_file = refused.path
    return report


def rows_of(
    project: Project,
    compiled: Compiled,
    source: Source,
    *,
    form: Format = "auto",
    remark: Callable[[Problem], None],
) -> Iterator[Accepted | Refused]:
    """The rows of a list, read as its scenario wants them. remark: told what concerns the list as a whole. ListError:
    nothing of it can be read.
    """
    return read_contacts(
        source.chunks,
        columns=compiled.columns,
        languages=compiled.languages,
        region=project.settings.region,
        zone_rule=compiled.plan.zone,
        name=source.name,
        format=form,
        remark=remark,
    )


def _batches(
    project: Project,
    campaign: Campaign,
    compiled: Compiled,
    source: Source,
    report: LoadReport,
    *,
    form: Format,
    again: bool,
) -> Iterator[list[Stored]]:
    rows = rows_of(project, compiled, source, form=form, remark=report.remarks.append)
    campaign_id, kept = campaign.campaign_id, report.consents
    return stored(project, campaign_id, compiled, rows, source=source.name, again=again, kept=kept)


def _refused_path(folder: Path, campaign_id: str) -> Path:
    """A file of its own for each list of a campaign: what was refused before is not lost."""
    names = (f"{campaign_id}-{number}" for number in itertools.count(2))
    return next(
        path
        for name in itertools.chain([campaign_id], names)
        if not (path := folder / f"{name}.csv").exists()
    )


def _count(report: LoadReport, each: Stored) -> None:
    report.rows += 1
    report.tally.add(each.row)
    match each.outcome:
        case Added():
            report.added += 1
        case Merged():
            report.merged += 1
        case Updated():
            report.updated += 1
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
