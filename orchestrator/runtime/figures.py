"""The figures of a campaign, for the live view, `campaign show` and scripts. Formulas as in docs/glossary.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.runtime.project import Project
from orchestrator.runtime.rests import resting
from orchestrator.store import CampaignCounts, RestRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts are kept, ratios computed here, last."""

    campaign_id: str
    title: str
    state: CampaignState
    source: str
    created_at: int
    at: int
    workers: int
    up: tuple[str, ...]  # switches that some worker is connected to
    counts: CampaignCounts
    standing: str = ""  # the scenario whose missed calls it calls back
    is_open: bool = False  # takes contacts, and finishes only once it was closed
    rests: tuple[RestRow, ...] = ()  # gateways that take no calls now, or only one

    @property
    def answer_seizure_ratio(self) -> float | None:
        """Answered attempts / originated attempts (ITU-T E.411)."""
        return self.counts.answered / self.counts.attempts if self.counts.attempts else None

    @property
    def done_share(self) -> float:
        """Leads that need no more calls, of all."""
        return (self.counts.done + self.counts.held) / self.counts.leads if self.counts.leads else 1.0

    def as_json(self) -> dict[str, object]:
        return {
            "campaign": self.campaign_id,
            "title": self.title,
            "calls_back": self.standing,
            "state": self.state.value,
            "open": self.is_open,
            "source": self.source,
            "created_at": self.created_at,
            "at": self.at,
            "workers": self.workers,
            "switches_up": list(self.up),
            "gateways_resting": [asdict(row) for row in self.rests],
            **asdict(self.counts),
            "answer_seizure_ratio": self.answer_seizure_ratio,
        }


def switches_up(workers: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Names of the switches that these living workers say they are connected to."""
    return tuple(sorted({switch for info in workers.values() for switch in info.get("up", "").split()}))


def switches_down(workers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Switch -> why no living worker dials on it, for those that are connected to none."""
    up = switches_up(workers)
    said: dict[str, str] = {}
    for info in workers.values():
        said |= json.loads(info.get("down") or "{}")
    return {name: said[name] for name in sorted(said) if name not in up}


def speech_held(workers: Mapping[str, Mapping[str, str]], campaign_id: str) -> str:
    """Why none of these living workers can make the prompts of a campaign's calls; "" when one can."""
    said = [json.loads(info.get("speech") or "{}").get(campaign_id, "") for info in workers.values()]
    return str(said[0]) if said and all(said) else ""


def figures(project: Project, campaign: Campaign) -> Figures:
    """The figures now, read in a few round trips whatever the size of the campaign."""
    fresh = project.store.campaign(campaign.campaign_id) or campaign
    workers = project.store.workers()
    return Figures(
        campaign_id=fresh.campaign_id,
        title=fresh.title,
        state=fresh.state,
        source=fresh.source,
        standing=fresh.standing,
        is_open=fresh.is_open,
        created_at=fresh.created_at,
        at=project.clock.now_ms(),
        workers=len(workers),
        up=switches_up(workers),
        counts=project.store.counts(fresh.campaign_id),
        rests=resting(project.store.rests()),
    )
