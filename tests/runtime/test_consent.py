"""Consent from end to end: a list tells of it, calls are made by it, keys and messages take it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.domain.consent import Consent, ConsentHow, GivenAs, SmsMeaning
from orchestrator.domain.entry import LeadRef
from orchestrator.domain.lead import WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import export
from orchestrator.runtime.consent import heard_sms
from orchestrator.runtime.launch import start
from orchestrator.runtime.lead_desk import withdraw
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.why import why
from tests.runtime.factories import (
    DAY,
    NOON,
    SCENARIO,
    claimed,
    contacts,
    loaded,
    make_folder,
    move_clock,
    number,
)
from tests.runtime.inbound import test_whole as called
from tests.runtime.inbound.projects import SHOP
from tests.runtime.test_worker import has_finished, switch, until, worker

DEMANDING = (
    SCENARIO.replace("contact:", "consent: marketing\ncontact:")
    .replace("  silent:", "  out: [opt_out, {result: opted_out}]\n  silent:")
    .replace("{1: agree}", "{1: agree, 9: out}")
)

# Everybody agrees, but numbers ending in 9 press 9.
CALLEES = """\
population: test
timezone: Europe/Moscow
callees:
  people: {kind: person, answers: 1.0, rings: 2, keys: {any: {1: 1}}, presses_after: 1, stays: 600}
  tired: {kind: person, weight: 0, answers: 1.0, rings: 2, keys: {any: {9: 1}}, presses_after: 1, stays: 600}
numbers:
  - {match: "*9", callee: tired}
"""


@pytest.fixture
def demanding(short_tmp: Path) -> Iterator[Project]:
    with open_project(make_folder(short_tmp / "p", scenario=DEMANDING, speed=400.0)) as opened:
        (opened.folder / "callees.yaml").write_text(CALLEES, encoding="utf-8")
        yield opened


def agree(project: Project, *indexes: int, purpose: str = "marketing") -> None:
    given = [
        Consent(number=number(index), purpose=purpose, given_at=NOON - DAY, how=ConsentHow.WEB)
        for index in indexes
    ]
    project.store.consents.give(given, now=NOON, is_told=False)


# -- lists ----------------------------------------------------------------------------------------------------


def test_a_list_tells_who_agreed_and_nobody_else_is_called(demanding: Project) -> None:
    rows = (
        "phone,phone2,name,consent_at,consent_how,consent_for\n"
        f"{number(1)},{number(11)},A,2026-11-01,web,\n"
        f"{number(2)},,B,,,\n"
        f"{number(3)},,C,2026-11-01,web,surveys\n"
        f"{number(4)},,D,2027-11-01,,\n"
    )
    campaign, report = loaded(demanding, rows.encode())
    assert report.consents.by_fate == {GivenAs.ADDED: 3, GivenAs.NOT_YET: 1}
    assert demanding.store.consents.of(number(11))[0].source == "list.csv"
    found = why(demanding, campaign, as_running=True)
    assert {each.reason: each.count for each in found.reasons} == {
        WaitReason.NEXT: 1,
        WaitReason.NO_CONSENT: 3,
    }
    start(demanding, campaign)
    assert [attempt.number for attempt in claimed(demanding, campaign, 5)] == [number(1)]
    assert demanding.store.counts(campaign.campaign_id).by_status == {"new": 1, "no_consent": 3}


def test_a_row_whose_scenario_demands_nothing_must_say_for_what(project: Project) -> None:
    rows = f"phone,name,consent_at,consent_for\n{number(1)},A,2026-11-01,\n{number(2)},B,2026-11-01,news\n"
    _, report = loaded(project, rows.encode())
    assert (report.consents.purposeless, report.consents.left_out) == (1, 1)
    assert [given.purpose for given in project.store.consents.listed()] == ["news"]


# -- messages -------------------------------------------------------------------------------------------------


def test_an_sms_takes_everything_back_and_another_one_gives_it_again(project: Project) -> None:
    agree(project, 1)
    agree(project, 1, purpose="news")
    assert heard_sms(project, "8 999 000-00-01", "СТОП") is SmsMeaning.OPT_OUT
    assert project.store.dnc_contains(number(1))
    assert {given.withdrawn_how for given in project.store.consents.of(number(1))} == {ConsentHow.SMS}
    assert heard_sms(project, number(1), "Где мой заказ?") is SmsMeaning.NOTHING
    assert project.store.dnc_contains(number(1))
    move_clock(project, 1000)
    assert heard_sms(project, number(1), "START") is SmsMeaning.OPT_IN
    assert not project.store.dnc_contains(number(1))
    holding = [given for given in project.store.consents.of(number(1)) if given.withdrawn_at is None]
    assert {given.purpose for given in holding} == {"marketing", "news"}
    assert {(given.how, given.words) for given in holding} == {(ConsentHow.SMS, "START")}
    told = [(entry.body["what"], entry.body["purpose"]) for entry in project.store.outbox()]
    assert told == [("withdrawn", ""), ("given", "marketing"), ("given", "news")]


def test_whoever_is_no_number_is_told_so(project: Project) -> None:
    with pytest.raises(KnownError, match="not a telephone number: 'MTS'"):
        heard_sms(project, "MTS", "STOP")


# -- calls ----------------------------------------------------------------------------------------------------


def test_a_key_in_a_call_ends_all_calls_and_the_export_says_why_each_was_made(demanding: Project) -> None:
    agree(demanding, 1, 9)
    campaign, _ = loaded(demanding, contacts(1, 2, 9))
    start(demanding, campaign)
    with switch(demanding), worker(demanding):
        until(has_finished(demanding, campaign), "the campaign finishes")
    assert demanding.store.counts(campaign.campaign_id).by_status == {
        "agreed": 1,
        "no_consent": 1,
        "opted_out": 1,
    }
    rows = {row["numbers"]: row for row in export.rows(demanding.store, campaign)}
    assert rows[number(9)]["basis"] == "marketing web 2026-11-29T09:00:00.000Z"
    assert rows[number(2)]["basis"] is None, "nobody was called"
    assert "opts out" in str(rows[number(9)]["path"])
    (given,) = demanding.store.consents.of(number(9))
    assert given.withdrawn_how is ConsentHow.CALL
    assert [row.number for row in demanding.store.dnc_list()] == [number(9)]
    kinds = [entry.kind for entry in demanding.store.outbox() if entry.body.get("number") == number(9)]
    assert sorted(kinds) == ["consent", "result", "status"]


def test_a_key_in_a_call_that_came_in_does_the_same(short_tmp: Path) -> None:
    shop = SHOP.replace("3: order}", "3: order, 9: out}")
    shop = shop.replace("  bye: [{say: bye}]", "  out: [opt_out, {say: bye}]\n  bye: [{say: bye}]")
    with called._opened(short_tmp, shop=shop) as project, called.switch(project) as its:
        agreed = Consent(number=called.CALLER, purpose="news", given_at=NOON - DAY, how=ConsentHow.WEB)
        project.store.consents.give([agreed], now=NOON)
        with called.worker(project):
            call_id = called.call_in(its, ["hears", "main", "press", "9"])
            call = called.recorded(project, call_id)
        assert [note.kind for note in call.notes] == ["opt_out"]
        assert [row.note for row in project.store.dnc_list()] == [f"opted out by call: in call {call_id}"]
        assert project.store.consents.of(called.CALLER)[0].withdrawn_at == call.ended_at


def test_what_people_write_to_us_does_nothing_to_terminals(short_tmp: Path) -> None:
    hostile = "STOP \x1b[2J\x9b31m\u202e\x07"
    with open_project(make_folder(short_tmp / "p")) as project:
        assert heard_sms(project, number(1), hostile) is SmsMeaning.OPT_OUT
        campaign, _ = loaded(project, contacts(1))
        assert withdraw(project, campaign.campaign_id, LeadRef(lead_id=1), note=hostile)
        (withdrawn,) = project.store.consents.withdrawals(number(1))
        (listed,) = project.store.dnc_list()
        told = [str(entry.body.get("note")) for entry in project.store.outbox("0-0")]
    for text in (withdrawn.note, listed.note, *told):
        assert "STOP" in text
        assert text.isprintable()
