"""How rows of a campaign are read: its scenario, compiled, and a reader made of it, kept for the next ones."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.contacts.object_rows import ObjectReader
from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled

KEPT = 32  # programs

_known: dict[tuple[str, str], Reading] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    compiled: Compiled
    reader: ObjectReader


def campaign_of(project: Project, campaign_id: str) -> Campaign:
    """KnownError when there is none."""
    found = project.store.campaign(campaign_id)
    if found is None:
        raise KnownError(f"no campaign {campaign_id!r}: `prozvon campaign list` shows all")
    return found


def reading_of(project: Project, campaign: Campaign) -> Reading:
    """KnownError when its program is lost, or another version's."""
    key = (campaign.program, project.settings.region)  # a program never changes: it is named by its digest
    found = _known.get(key)
    if found is None:
        compiled = Bundles(project.store).of(campaign)
        reader = ObjectReader(
            columns=compiled.columns,
            languages=compiled.languages,
            region=project.settings.region,
            zone_rule=compiled.plan.zone,
        )
        found = Reading(compiled=compiled, reader=reader)
        if len(_known) >= KEPT:
            _known.clear()
        _known[key] = found
    return found
