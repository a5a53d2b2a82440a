"""What is told of an entry: one table for payloads, schemas and docs, and everything the engine makes fits it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orchestrator.domain.consent import Consent, ConsentHow, Withdrawal
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import MissedDecision, Note
from orchestrator.domain.lead import Attempt, Contact, Ending, LeadState, OutboxEntry
from orchestrator.domain.outcome import NextAction, Outcome
from orchestrator.domain.plan import Rule
from orchestrator.engine import call_outbox
from orchestrator.engine.consent import consent_body, withdrawal_body
from orchestrator.engine.rules import decide, decide_outcome
from orchestrator.runtime.outbox.payload_samples import BODIES, sample
from orchestrator.runtime.outbox.payloads import KINDS, Payloads, payload, schema_of
from orchestrator.runtime.outbox.payloads_page import ABOUT, documents
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.hook_settings import EVENTS
from orchestrator.store.rows import OutboxRow
from tests.engine.factories import a_plan
from tests.runtime.factories import NOON, claimed, launched
from tests.runtime.outbox.factories import entry
from tests.runtime.outbox.test_from_calls import call

DOCS = Path(__file__).resolve().parents[3] / "docs"
NAME = "2026/11/30/uuid-7.call.wav"
CONTACT = Contact(
    numbers=("+79990000001", "+79990000002"),
    zones=("Europe/Moscow", "Europe/Moscow"),
    language="ru",
    fields={"name": "Анна"},
    external_id="order-7",
)
ATTEMPT = Attempt(
    attempt_id="a1",
    campaign_id="parcel-20261130-1",
    lead_id=3,
    number="+79990000001",
    zone="Europe/Moscow",
    contact=CONTACT,
    state=LeadState(),
    gateway="main",
    switch="main",
    switch_uuid="s",
    worker_id="w",
    claimed_at=NOON - 60_000,
)
NOTES = (
    Note(kind="voicemail", body={"mailbox": "office", "recording": NAME, "seconds": 9}),
    Note(kind="recording", body={"recording": NAME, "name": "call"}),
    Note(kind="row", body={"into": "meters", "values": {"meter": "00042"}}),
    Note(kind="sms", body={"to": "+79990000001", "text": "Hi"}),
    Note(kind="email", body={"to": "office", "text": "Hi"}),
    Note(kind="webhook", body={"service": "crm", "path": "calls", "values": {}}),
)
OUTCOME = Outcome(
    outcome_id="o1",
    call_id="a1",
    agent_id="anna",
    outcome="sold",
    next=NextAction.CALL_BACK,
    call_back_at=NOON + 60_000,
    said_at=NOON,
)


def _ending(**more: Any) -> Ending:
    said = {
        "attempt_id": "a1",
        "disposition": Disposition.ANSWERED,
        "cause": "NORMAL_CLEARING",
        "ended_at": NOON,
    }
    return Ending(**{**said, **more})


def _made() -> list[tuple[OutboxEntry, int]]:
    """(entry, lead) of everything that the engine makes entries of."""
    rules = {"confirmed": Rule(status="confirmed"), "sold": Rule(status="sold")}
    dialing = a_plan(**rules)

    def decided(ending: Ending, outcome: Outcome | None = None) -> tuple[OutboxEntry, ...]:
        return decide(dialing, ATTEMPT, ending, next_day_at=lambda _, at: at, outcome=outcome).outbox

    answered = _ending(result="confirmed", values=(("slot", "2"),), notes=NOTES)
    used_up = replace(ATTEMPT, state=LeadState(attempts=dialing.attempts, tries=9))
    busy = _ending(disposition=Disposition.BUSY)
    entries = [
        *decided(answered),
        *decided(answered, OUTCOME),
        *decided(_ending(disposition=Disposition.LOST)),
        *decide(dialing, used_up, busy, next_day_at=lambda _, at: at).outbox,
        *decide_outcome(
            dialing, ATTEMPT, answered, OUTCOME, LeadState(status="confirmed"), next_day_at=lambda _, at: at
        ).outbox,
    ]
    missed = replace(call(*NOTES), values=(("order", "7"),), answered_at=NOON - 5)
    inbound = call_outbox.outbox_of(missed, MissedDecision(why="closed"), None)
    said = call_outbox.outcome_of(OUTCOME, scenario="shop_line", switch="main", caller="")
    yes = Consent(
        number="+79990000001", purpose="ads", given_at=NOON, how=ConsentHow.WEB, words="Yes", source="x"
    )
    no = Withdrawal(
        number="+79990000001", purpose=None, at=NOON, how=ConsentHow.SMS, note="STOP", do_not_call=True
    )
    outside = [
        *inbound,
        OutboxEntry(kind="outcome", body=said),
        OutboxEntry(kind="consent", body=consent_body(yes)),
        OutboxEntry(kind="consent", body=withdrawal_body(no)),
    ]
    return [*((each, 3) for each in entries), *((each, 0) for each in outside)]


def _row(made: OutboxEntry, lead_id: int) -> OutboxRow:
    body = json.loads(json.dumps(dict(made.body)))
    campaign = ATTEMPT.campaign_id if lead_id else "shop_line"
    return OutboxRow(
        entry_id="1-0",
        campaign_id=campaign,
        lead_id=lead_id,
        attempt_id="a1",
        kind=made.kind,
        at=NOON,
        body=body,
    )


def _strict(kind: str) -> Mapping[str, object]:
    """Nothing is told that the schema does not say."""
    return {**schema_of(kind), "additionalProperties": False}


def test_every_entry_that_the_engine_makes_fits_its_schema() -> None:
    made = _made()
    for each, lead_id in made:
        jsonschema.validate(payload(_row(each, lead_id)), _strict(each.kind))
    assert {each.kind for each, _ in made} == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_samples_fit_their_schemas_and_say_what_happened(kind: str) -> None:
    told = payload(sample(kind))
    jsonschema.validate(told, _strict(kind))
    own = {field.name for field in KINDS[kind]}
    assert any(told[name] not in (None, {}, "") for name in own)
    assert told["number"] == "+79990000001"


def test_every_kind_has_a_sample_a_word_in_the_docs_and_a_name_for_webhooks() -> None:
    assert set(BODIES) == set(ABOUT) == set(KINDS)
    assert {*EVENTS, "webhook"} == {*KINDS, "withdrawn"}


def test_schemas_and_the_page_are_up_to_date() -> None:
    for name, content in documents().items():
        assert (DOCS / name).read_text(encoding="utf-8") == content, "run `make docs`"


def test_a_campaigns_entry_is_told_from_that_of_a_call_that_came_in() -> None:
    ours = payload(
        replace(entry("status", status="x", number="+7"), campaign_id="parcel-20261130-2", lead_id=4)
    )
    theirs = payload(entry("call"))
    assert (ours["scenario"], ours["campaign"], ours["lead"]) == ("parcel", "parcel-20261130-2", 4)
    assert (ours["attempt_id"], ours["call_id"]) == ("uuid-1", None)
    assert (theirs["scenario"], theirs["campaign"], theirs["lead"]) == ("shop_line", None, None)
    assert (theirs["attempt_id"], theirs["call_id"]) == (None, "uuid-1")


def test_numbers_times_and_values_have_their_types() -> None:
    told = payload(entry("result", at=str(NOON), result="yes", **{"value.slot": "2", "value.a.b": "3"}))
    assert (told["ended_at"], told["values"]) == ("2026-11-30T09:00:00.000Z", {"slot": "2", "a.b": "3"})
    assert payload(entry("exhausted", attempts="5"))["attempts"] == 5
    assert payload(entry("consent", do_not_call=False))["do_not_call"] is False
    assert payload(entry("call", answered_s=1.5, missed=""))["talk_s"] == 1.5
    assert payload(entry("call", missed=""))["missed"] is None
    assert payload(entry("status", caller=""))["number"] is None


@pytest.mark.parametrize("kind", [*sorted(KINDS), "new_kind"])
@pytest.mark.parametrize(
    "value",
    [None, "", "x", "²", -1, 1.5, True, [1], {"a": {"b": 1}}, 10**30, 10**15, "9" * 400],
    ids=lambda v: str(v)[:9],
)
def test_whatever_a_body_holds_it_can_be_told(kind: str, value: object) -> None:
    names = {field.name for fields in KINDS.values() for field in fields}
    more = ("at", "call_at", "answered_s", "reached", "contact", "external_id", "number")
    body = dict.fromkeys((*names, *more), value)
    told = payload(replace(entry(kind), body=body))
    assert json.loads(json.dumps(told))["kind"] == kind


def test_a_kind_that_has_no_table_is_told_as_it_is() -> None:
    assert payload(entry("new_kind", x="1"))["body"] == {**entry("new_kind").body, "x": "1"}


def test_the_contact_is_told_as_the_store_knows_it(project: Project) -> None:
    campaign = launched(project, 1)
    (attempt,) = claimed(project, campaign)
    row = replace(
        entry("status", status="x", caller=""),
        campaign_id=campaign.campaign_id,
        lead_id=attempt.lead_id,
        attempt_id="",
    )
    told = Payloads(project.store).of(row)
    assert told["contact"] == dict(attempt.contact.fields)
    assert told["number"] == attempt.number
    assert Payloads(project.store).of(replace(row, lead_id=99))["contact"] is None
    assert Payloads(project.store).of(entry("call"))["contact"] is None
