"""Why leads are not being dialed: the store's reasons, and what only the workers know (a switch is down)."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.domain.lead import Campaign, CampaignState, WaitReason
from orchestrator.engine.pacing.view import Why as Pacing
from orchestrator.runtime.budgets import gateway_budgets, quota_of, zones_at
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.figures import speech_held, switches_up
from orchestrator.runtime.project import Project
from orchestrator.store import Reason, Store, Why
from orchestrator.store.figures import Scope

# What each reason means and what to do about it, for people.
SAY: dict[WaitReason, str] = {
    WaitReason.NEXT: "next to be called",
    WaitReason.RETRY: "waits for its next attempt, by the scenario's rules",
    WaitReason.NEXT_DAY: "is called again on the next day, by the scenario's rules",
    WaitReason.HOURS: "outside calling hours where the customer is",
    WaitReason.PER_DAY: "the number had its calls for today",
    WaitReason.LIFETIME: "the number had all the calls it may ever get (`limits:` in prozvon.yaml)",
    WaitReason.NUMBER_BUSY: "another campaign is calling this number right now",
    WaitReason.DO_NOT_CALL: "on the do-not-call list",
    WaitReason.NO_CONSENT: "has not agreed to be called for this (`prozvon consent`); a held one: `prozvon lead retry`",
    WaitReason.PAUSED: "the campaign is paused: `prozvon campaign resume`",
    WaitReason.STOPPED: "the campaign was stopped for good",
    WaitReason.LOADING: "the list is still being loaded",
    WaitReason.GATEWAY_CPS: "the gateways take no more new calls per second (`cps:` in prozvon.yaml)",
    WaitReason.GATEWAY_CHANNELS: "all channels of the gateways are in use (`channels:` in prozvon.yaml)",
    WaitReason.GATEWAY_REST: "the gateways rest after failures of their own: `prozvon gateway list`",
    WaitReason.SWITCH_REFUSES: "the switch turns calls down: paused, or at its limit of calls",
    WaitReason.NO_WORKER: "no worker is running: `prozvon run`",
    WaitReason.SWITCH_DOWN: "no switch with the scenario's gateways is connected",
    WaitReason.SPEECH: "the prompts of its call cannot be made: the engine, the disk or the way to the switch",
    WaitReason.DIALING: "on the line now",
    WaitReason.LOST: "held for a person: decide with `prozvon lead retry|close`",
    WaitReason.AGENT: "was abandoned, or keeps a place in line: called once an agent is reserved for it",
    WaitReason.PER_HOUR: "the campaign had its attempts of this hour (`dial.per_hour`)",
    WaitReason.NO_AGENT: "no agent is at work for its queue: `prozvon agent`",
    WaitReason.AGENTS_BUSY: "all agents are busy, and none is about to be free",
    WaitReason.ABANDONED_CAP: "more calls now would leave more people with nobody than `dial.pacing.abandoned` allows",
    WaitReason.DONE: "done",
}
_HELD = frozenset(reason.value for reason in WaitReason)  # said by who dials, not by a pacer


def why(project: Project, campaign: Campaign, *, number: str | None = None, as_running: bool = False) -> Why:
    """Every lead's one reason, summed; or the one lead's with this E.164 `number`.

    as_running: as if the campaign ran now and a worker were there (the preview before a launch).
    """
    compiled = Bundles(project.store).of(campaign)
    now = project.clock.now_ms()
    zones = zones_at(compiled.plan, project.store.zones(campaign.campaign_id), now)
    limits = project.settings.limits.per_number
    workers = project.store.workers()
    up = dict.fromkeys(switches_up(workers), "")
    found = project.store.why(
        campaign.campaign_id,
        now=now,
        zones=zones.open,
        closed=zones.closed,
        per_day=compiled.plan.per_day,
        project_per_day=limits.day,
        project_ever=limits.ever,
        gateways=gateway_budgets(project.settings, compiled.plan, up),
        per_hour=quota_of(compiled.plan, zones, now),
        consent=compiled.plan.consent,
        number=number,
        as_running=as_running,
    )
    if as_running or campaign.state is not CampaignState.RUNNING:
        return found
    if not workers:
        return _relabel(found, WaitReason.NO_WORKER)
    if not gateway_budgets(project.settings, compiled.plan, up):
        return _relabel(found, WaitReason.SWITCH_DOWN)
    if speech_held(workers, campaign.campaign_id):
        return _relabel(found, WaitReason.SPEECH)
    if compiled.plan.pacing is not None:
        held = held_by_agents(project.store, campaign.campaign_id)
        return found if held is None else _relabel(found, held)
    return found


def held_by_agents(store: Store, campaign_id: str) -> WaitReason | None:
    """Why whoever leads the agents places no call of a predictive campaign now; None: it does, or has none to place."""
    live = store.figures.read(Scope.CAMPAIGN, Scope.QUEUE)
    found = {(each.scope, each.name): each.values for each in live.figures}
    campaign = found.get((Scope.CAMPAIGN, campaign_id))
    if campaign is None or live.is_stale:
        return WaitReason.NO_WORKER
    queue = found.get((Scope.QUEUE, str(campaign.get("queue"))), {})
    why = str(campaign.get("why"))
    if why in _HELD:
        return WaitReason(why)
    if not queue.get("working") or why == Pacing.NO_AGENTS:
        return WaitReason.NO_AGENT
    if campaign.get("ringing") or queue.get("free"):
        return None
    return WaitReason.ABANDONED_CAP if why == Pacing.CAP else WaitReason.AGENTS_BUSY


def _relabel(found: Why, reason: WaitReason) -> Why:
    """Leads that nothing else holds wait for `reason`. Without a gateway that is up none waits for gateways."""
    count = sum(item.count for item in found.reasons if item.reason is WaitReason.NEXT)
    rest = tuple(item for item in found.reasons if item.reason is not WaitReason.NEXT)
    if not count:
        return found
    return replace(found, reasons=(*rest, Reason(reason=reason, count=count, earliest_at=None)))
