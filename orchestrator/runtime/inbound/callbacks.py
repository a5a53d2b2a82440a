"""Scenarios that take calls, as the store knows them: how each calls back, and the standing campaigns that do it."""

from __future__ import annotations

from typing import Final

import structlog

from orchestrator.contacts.zones import zone_key
from orchestrator.domain.inbound import InboundCall
from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.engine.missed import CallbackRules, can_reach_people
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled
from orchestrator.store import Store, standing_id

log = structlog.get_logger()

NOTHING_KNOWN: Final = CallbackRules(plan=None)


def register(project: Project, compiled: Compiled) -> Campaign | None:
    """From now on a scenario (kind ivr) takes calls by this program, and its standing campaign calls back by it; what
    the switches need must be there already. The campaign; None when the scenario calls nobody back. Done twice it is
    done once. KnownError: an ordinary campaign has the name.
    """
    project.store.serve(compiled.name, compiled.digest, compiled.dumps())
    callback = compiled.callback
    if callback is None or compiled.missed is None:
        return None
    campaign_id = standing_id(compiled.name)
    wanted = Campaign(
        campaign_id=campaign_id,
        scenario=callback.name,
        program=callback.digest,
        state=CampaignState.RUNNING,
        created_at=project.clock.now_ms(),
        title=compiled.title,
        source=f"missed calls of {compiled.name}",
        standing=compiled.name,
        project=compiled.project or project.settings.project,
    )
    project.store.ensure_standing(
        wanted, callback.dumps(), is_dropped_when_reached=compiled.missed.unless_reached
    )
    return project.store.campaign(campaign_id)


def announce(project: Project, compiled: Compiled) -> None:
    """A scenario is about to take calls by this program: the first one may end before `register` says that it does.
    Those who wait for a callback go on with the program before, which their switches have. KnownError: as `register`.
    """
    found = project.store.campaign(standing_id(compiled.name))
    if found is None or found.standing != compiled.name:
        register(project, compiled)
    else:
        project.store.serve(compiled.name, compiled.digest, compiled.dumps())


class Scenarios:
    """The scenarios that take calls, by the program that a call followed; read from the store once each."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_digest: dict[str, Compiled | None] = {}

    def of(self, call: InboundCall) -> Compiled | None:
        """The scenario of a call as it was deployed then, else as it is now; None when nothing is known of it.

        KnownError: the store is away.
        """
        found = self._compiled(call.program) if call.program else None
        return self.now(call.scenario) if found is None else found

    def now(self, scenario: str) -> Compiled | None:
        """A scenario as it takes calls now; None when it does not. KnownError: the store is away."""
        digest = self._store.served().get(scenario)
        return None if digest is None else self._compiled(digest)

    def zones(self) -> dict[str, str]:
        """Scenario -> the zone of its hours, of those that can be read."""
        found = {name: self._compiled(digest) for name, digest in self._store.served().items()}
        return {
            name: compiled.zone for name, compiled in found.items() if compiled is not None and compiled.zone
        }

    def _compiled(self, digest: str) -> Compiled | None:
        if digest not in self._by_digest:
            data = self._store.bundle(digest)
            if data is None:
                return None  # it may be registered any moment
            try:
                self._by_digest[digest] = Compiled.loads(data)
            except ValueError as error:
                log.error("scenario_unreadable", program=digest, error=str(error))
                self._by_digest[digest] = None
        return self._by_digest[digest]


def rules_of(compiled: Compiled | None, call: InboundCall) -> CallbackRules:
    """How this call's scenario calls back."""
    if compiled is None:
        return NOTHING_KNOWN
    callback, zone = compiled.callback, compiled.zone or NOTHING_KNOWN.zone
    has_people = can_reach_people(compiled.program)
    if compiled.missed is None or callback is None:
        return CallbackRules(plan=compiled.missed, zone=zone, has_people=has_people)
    return CallbackRules(
        plan=compiled.missed,
        campaign_id=standing_id(compiled.name),
        hours=compiled.hours,
        zone=zone,
        caller_zone=(zone_key(call.caller, callback.plan.zone) if call.caller else None) or zone,
        languages=callback.languages,
        has_people=has_people,
    )
