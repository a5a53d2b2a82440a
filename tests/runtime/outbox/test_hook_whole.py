"""From its cause to the webhook: statuses, results, withdrawals, outcomes, recordings, calls, consents."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from orchestrator.domain.consent import ConsentHow
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.entry import LeadRef
from orchestrator.domain.inbound import MissedDecision
from orchestrator.domain.lead import Ending
from orchestrator.domain.outcome import NextAction, Outcome
from orchestrator.engine.call_outbox import outbox_of
from orchestrator.engine.notes import with_recordings
from orchestrator.engine.rules import decide
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.lead_desk import enter, open_campaign, withdraw
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings_parts.hook_settings import EVENTS
from tests.outside.http_service import http_service
from tests.runtime.factories import NOON, SETTINGS, claimed, compiled, make_folder, number
from tests.runtime.outbox.factories import until
from tests.runtime.outbox.test_from_calls import call

TAPE = "2026/11/30/uuid-7.call.wav"


def _called(project: Project, campaign_id: str) -> None:
    """One call of the campaign, recorded, with a result; then an agent says what came of it."""
    campaign = project.store.campaign(campaign_id)
    assert campaign is not None
    (attempt,) = claimed(project, campaign)
    now = project.clock.now_ms()
    ending = Ending(
        attempt_id=attempt.attempt_id,
        disposition=Disposition.ANSWERED,
        cause="NORMAL_CLEARING",
        result="agreed",
        values=(("slot", "2"),),
        answered_at=now,
        ended_at=now,
        reached="anna",
        notes=with_recordings((), (TAPE,)),
    )
    outcome = Outcome(
        outcome_id="o1",
        call_id=attempt.attempt_id,
        agent_id="anna",
        note="Friday",
        next=NextAction.NONE,
        said_at=now,
    )
    plan = Bundles(project.store).of(campaign).plan
    decision = decide(plan, attempt, ending, next_day_at=lambda _, at: at, outcome=outcome)
    assert project.store.finish(attempt, ending, replace(decision, outcome_id=""), now)


def test_everything_that_happens_reaches_who_wants_it(short_tmp: Path) -> None:
    with http_service() as service:
        parts = {
            "services": {"crm": {"url": service.url, "private": "yes"}},
            "webhooks": {"all": {"service": "crm", "on": list(EVENTS)}},
        }
        lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in parts.items())
        folder = make_folder(short_tmp / "p", settings=SETTINGS + lines.replace("{", "{{").replace("}", "}}"))
        with open_project(folder) as project:
            campaign_id = open_campaign(project, compiled(project)).campaign_id
            rows = [
                {"phone": number(index), "name": f"Person {index}", "external_id": f"order-{index}"}
                for index in (1, 2)
            ]
            assert len(list(enter(project, campaign_id, rows))) == 2
            _called(project, campaign_id)
            withdraw(project, campaign_id, LeadRef(external_id="order-2"), note="paid", by="api")
            project.store.consents.withdraw(
                number(1), None, how=ConsentHow.SMS, note="STOP", now=NOON, also_dnc=True
            )
            came = replace(call(), recordings=(TAPE,), notes=with_recordings((), (TAPE,)))
            missed = MissedDecision(why="closed")
            project.store.note_call(came, outbox_of(came, missed, None), missed, NOON)
            deliveries = Deliveries(project, {})
            deliveries.start()
            until(lambda: service.seen and not deliveries.is_busy, "all is told")
            deliveries.stop()
    told = [json.loads(seen.body) for seen in service.seen]
    kinds = sorted(each["kind"] for each in told)
    assert kinds == sorted(
        ["recording", "result", "status", "outcome", "status", "consent", "recording", "missed_call", "call"]
    )
    ours = [each for each in told if each["external_id"] == "order-1"]
    assert [each["kind"] for each in ours] == ["recording", "result", "status", "outcome"]
    assert {each["contact"]["name"] for each in ours} == {"Person 1"}
    assert ours[0]["recording"] == TAPE
    assert ours[0]["name"] == "call"
    assert ours[1]["values"] == {"slot": "2"}
    (gone,) = [each for each in told if each["external_id"] == "order-2"]
    assert (gone["kind"], gone["status"], gone["by"], gone["note"]) == ("status", "withdrawn", "api", "paid")
    (consent,) = [each for each in told if each["kind"] == "consent"]
    assert (consent["what"], consent["number"], consent["do_not_call"]) == ("withdrawn", number(1), True)
