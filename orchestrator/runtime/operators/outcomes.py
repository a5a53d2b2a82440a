"""What an agent says of a call, brought to its lead, its rules and the world outside in one step."""

from __future__ import annotations

import uuid

from orchestrator.contacts.zones import zone_key
from orchestrator.domain.inbound import Callback
from orchestrator.domain.lead import Attempt, Contact, Decision, Ending, LeadState
from orchestrator.domain.outcome import NextAction, Outcome, OutcomeFate
from orchestrator.domain.problem import KnownError
from orchestrator.engine.call_outbox import outcome_of
from orchestrator.engine.floor.orders import Moment
from orchestrator.engine.missed import COLUMNS
from orchestrator.engine.rules import decide_outcome
from orchestrator.runtime.budgets import next_day_at
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.inbound.callbacks import Scenarios
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled
from orchestrator.store import standing_id
from orchestrator.store.outcomes import Caller
from orchestrator.store.screens import ScreenEvent


def say(
    project: Project,
    agent_id: str,
    call: ScreenEvent,
    *,
    outcome: str = "",
    note: str = "",
    next_: NextAction = NextAction.NONE,
    call_back_at: int | None = None,
) -> OutcomeFate:
    """Store what `agent_id` says of the call on their screen. call_back_at: epoch ms, with CALL_BACK only.

    KnownError: the scenario's desk has no such outcome, it cannot be called back, or the store is away.
    """
    now = project.clock.now_ms()
    campaign_id, call_id = _text(call, "campaign_id"), _text(call, "attempt_id") or _text(call, "call_id")
    bundles = Bundles(project.store)
    compiled = _of_campaign(project, bundles, campaign_id) if campaign_id else _of_caller(project, call)
    if outcome:
        _require_known(outcome, compiled)
    said = Outcome(
        outcome_id=uuid.uuid4().hex,
        call_id=call_id,
        agent_id=agent_id,
        outcome=outcome,
        note=note,
        next=next_,
        call_back_at=call_back_at,
        said_at=now,
    )

    def decide(attempt: Attempt, ending: Ending, said: Outcome, state: LeadState) -> Decision:
        plan = _of_campaign(project, bundles, attempt.campaign_id).plan
        return decide_outcome(
            plan,
            attempt,
            ending,
            said,
            state,
            next_day_at=lambda zone, at: next_day_at(plan, zone, max(at, now)),
        )

    caller = None if campaign_id else _caller(call, compiled, said)
    try:
        return project.store.outcomes.say(said, decide=decide, caller=caller, now=now)
    except ValueError as error:  # a note without end, an id that cannot be one
        raise KnownError(f"this cannot be stored: {error}") from None


def latest_call(project: Project, agent_id: str, call_id: str | None = None) -> ScreenEvent:
    """The latest event about a call of the agent's, or about this call. KnownError: there was none lately."""
    for row in reversed(project.store.screens.read(agent_id)):
        event = row.event
        if event.kind != Moment.MISSED and call_id in (None, event.body.get("call_id")):
            return event
    what = "has had no call lately" if call_id is None else f"has had no call {call_id!r} lately"
    raise KnownError(f"{agent_id} {what}: `prozvon agent screen {agent_id} --once` shows the latest")


def _of_campaign(project: Project, bundles: Bundles, campaign_id: str) -> Compiled:
    campaign = project.store.campaign(campaign_id)
    if campaign is None:
        raise KnownError(
            f"the campaign {campaign_id} is not there any more: nothing can be said of its calls"
        )
    return bundles.of(campaign)


def _of_caller(project: Project, call: ScreenEvent) -> Compiled | None:
    """The scenario that a call came in to, as it is now."""
    return Scenarios(project.store).now(_text(call, "scenario"))


def _require_known(outcome: str, compiled: Compiled | None) -> None:
    desk = None if compiled is None else compiled.desk
    known = () if desk is None else desk.outcomes
    if outcome not in known:
        there = ", ".join(known) or "none: `desk: {outcomes: [...]}`"
        raise KnownError(f"the scenario's desk has no outcome {outcome!r} (it has {there})")


def _caller(call: ScreenEvent, compiled: Compiled | None, said: Outcome) -> Caller:
    number, scenario = _text(call, "number"), _text(call, "scenario")
    callback = None
    if said.next is NextAction.CALL_BACK:
        if not number:
            raise KnownError("the caller withheld their number: nobody can call back")
        if compiled is None or compiled.callback is None:
            raise KnownError(f"the scenario {scenario} calls nobody back: it has no `missed:` with a flow")
        assert said.call_back_at is not None  # noqa: S101  # it goes with CALL_BACK
        callback = _callback(call, compiled, number, said.call_back_at)
    told = outcome_of(said, scenario=scenario, switch=_text(call, "switch"), caller=number)
    return Caller(scenario=scenario, number=number, told=told, callback=callback)


def _callback(call: ScreenEvent, compiled: Compiled, number: str, at: int) -> Callback:
    assert compiled.callback is not None  # noqa: S101  # looked at before
    zone = zone_key(number, compiled.callback.plan.zone) or compiled.zone or "UTC"
    contact = Contact(
        numbers=(number,),
        zones=(zone,),
        language=_text(call, "language") or compiled.languages[0],
        fields=dict(zip(COLUMNS, (_text(call, "called"), number, "promised"), strict=True)),
    )
    return Callback(campaign_id=standing_id(compiled.name), contact=contact, due_at=at, is_promised=True)


def _text(call: ScreenEvent, key: str) -> str:
    found = call.body.get(key)
    return found if isinstance(found, str) else ""
