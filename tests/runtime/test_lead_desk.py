"""Contacts into campaigns that run, leads changed and withdrawn: what is told, and what is refused."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from orchestrator.domain.consent import ConsentHow
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.entry import Entered, Fate, LeadRef, NotChanged, Withdrawn
from orchestrator.domain.lead import Campaign, CampaignState, Phase
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import export
from orchestrator.runtime.idle import nothing_left
from orchestrator.runtime.launch import Source
from orchestrator.runtime.lead_desk import (
    campaign_for,
    change,
    close_campaign,
    enter,
    enter_list,
    find,
    open_campaign,
    withdraw,
)
from orchestrator.runtime.project import Project
from tests.runtime.factories import claimed, compiled, launched, number, settled

REF = LeadRef(external_id="order-1")
Row = Mapping[str, object]


def opened(project: Project) -> str:
    return open_campaign(project, compiled(project)).campaign_id


def row(index: int, **columns: object) -> dict[str, object]:
    return {"phone": number(index), "name": f"Person {index}", "external_id": f"order-{index}", **columns}


def entered(
    project: Project, campaign_id: str, *rows: Row, again: bool = False
) -> list[tuple[int, str, int | None]]:
    return [
        (each.row, each.fate.value, each.lead_id) for each in enter(project, campaign_id, rows, again=again)
    ]


def campaign_of(project: Project, campaign_id: str) -> Campaign:
    found = project.store.campaign(campaign_id)
    assert found is not None
    return found


# Open campaigns


def test_an_open_campaign_has_its_own_title_and_ends_when_it_is_closed(project: Project) -> None:
    campaign = open_campaign(project, compiled(project), title="Orders of the day")
    assert (campaign.state, campaign.is_open, campaign.title) == (
        CampaignState.RUNNING,
        True,
        "Orders of the day",
    )
    assert close_campaign(project, campaign.campaign_id)
    assert campaign_of(project, campaign.campaign_id).state is CampaignState.FINISHED
    assert not close_campaign(project, campaign.campaign_id)


def test_a_worker_that_ends_when_all_is_done_does_not_wait_for_an_open_campaign(project: Project) -> None:
    campaign_id = opened(project)
    assert nothing_left(project.store)
    entered(project, campaign_id, row(1))
    assert not nothing_left(project.store)


def test_a_scenarios_name_stands_for_its_open_campaign(project: Project) -> None:
    campaign_id = opened(project)
    later = launched(project, 7).campaign_id
    assert campaign_for(project, "greeting").campaign_id == campaign_id
    assert campaign_for(project, later).campaign_id == later
    close_campaign(project, campaign_id)
    assert campaign_for(project, "greeting").campaign_id == later


@pytest.mark.parametrize("do", [enter, change, close_campaign, find, withdraw])
def test_no_such_campaign_is_a_clear_error(project: Project, do: object) -> None:
    arguments: dict[object, tuple[object, ...]] = {enter: ([],), close_campaign: (), change: (REF, {})}
    with pytest.raises(KnownError, match="no campaign 'nothing'"):
        do(project, "nothing", *arguments.get(do, (REF,)))  # type: ignore[operator]  # one of those above


# Entering


def test_each_row_is_told_with_its_fate(project: Project) -> None:
    campaign_id = opened(project)
    rows = [
        row(1),
        row(2, phone="12"),
        row(3, colour="red"),
        row(1),
        row(1, name="New"),
        row(4, phone=number(3)),
        row(1, phone=number(3)),
    ]
    found = list(enter(project, campaign_id, rows))
    assert [(each.row, each.fate, each.lead_id, each.code) for each in found] == [
        (1, Fate.ADDED, 1, ""),
        (2, Fate.REFUSED, None, "phone_too_short"),
        (3, Fate.ADDED, 2, ""),
        (4, Fate.ALREADY, 1, ""),
        (5, Fate.UPDATED, 1, ""),
        (6, Fate.MERGED, 2, ""),
        (7, Fate.REFUSED, None, "number_taken"),
    ]
    assert found[2].notes == ("colour: left out, the scenario has no such column",)
    assert {each.campaign_id for each in found} == {campaign_id}
    assert (found[0].external_id, found[1].column) == ("order-1", "phone")


def test_a_row_that_another_campaign_has_says_which_one(project: Project) -> None:
    first = opened(project)
    entered(project, first, row(1))
    close_campaign(project, first)
    second = opened(project)
    assert list(enter(project, second, [row(1)])) == [
        Entered(row=1, fate=Fate.ALREADY, external_id="order-1", campaign_id=first)
    ]
    assert entered(project, second, row(1), again=True) == [(1, "added", 1)]


def test_every_fault_of_a_row_is_told(project: Project) -> None:
    (found,) = enter(project, opened(project), [{"phone": "x", "name": ""}])
    assert (found.code, found.column) == ("phone_letters", "phone")
    assert "also name: blank" in found.reason


def test_a_list_of_bytes_enters_as_rows_do(project: Project) -> None:
    campaign_id = opened(project)
    lists = (
        (f'{{"phone": "{number(1)}", "name": "A"}}\n{{"phone": 1}}\n', [(1, "added"), (2, "refused")]),
        (f"phone,name\n{number(1)},A\n\n{number(2)},B\n", [(2, "already"), (4, "added")]),
    )
    for text, fates in lists:
        remarks: list[object] = []
        source = Source(name="list", chunks=[text.encode()])
        found = enter_list(project, campaign_id, source, remark=remarks.append)
        assert [(each.row, each.fate.value) for each in found] == fates
        assert remarks == []


def test_a_campaign_that_is_stopped_on_the_way_keeps_what_was_told(project: Project) -> None:
    campaign_id = opened(project)
    told = []

    def rows() -> Iterator[Row]:
        for index in range(900):
            if index == 700:
                project.store.set_state(
                    campaign_id, CampaignState.STOPPED, among=frozenset(CampaignState), now=0
                )
            yield row(index)

    found = enter(project, campaign_id, rows())
    with pytest.raises(KnownError, match="it is stopped"):
        told += list(found)
    assert project.store.counts(campaign_id).leads == 500


def test_consents_of_rows_are_kept_before_anybody_can_be_called(project: Project) -> None:
    agreed = {"consent_at": "2026-11-01", "consent_how": "web", "consent_for": "marketing"}
    campaign_id = opened(project)
    list(enter(project, campaign_id, [row(1, **agreed)], source="crm"))
    (consent,) = project.store.consents.of(number(1))
    assert (consent.purpose, consent.how, consent.source) == ("marketing", ConsentHow.WEB, "crm")


def test_rows_are_a_stream_however_many_there_are(project: Project) -> None:
    """No more of them are held than a batch."""
    campaign_id = opened(project)
    taken = 0

    def rows() -> Iterator[Row]:
        nonlocal taken
        for index in range(6_000):
            taken += 1
            yield {"phone": f"+79{index:09}", "name": "A", "external_id": str(index)}

    for told, each in enumerate(enter(project, campaign_id, rows()), 1):
        assert each.fate is Fate.ADDED
        assert told <= taken <= told + 500
    assert project.store.counts(campaign_id).leads == 6_000


# Changing and withdrawing


def test_a_lead_is_changed_by_its_external_id(project: Project) -> None:
    campaign_id = opened(project)
    entered(project, campaign_id, row(1))
    found = change(project, campaign_id, REF, {"Name": "Анна", "phone2": number(2)})
    assert (found.contact.fields, found.contact.numbers) == ({"name": "Анна"}, (number(1), number(2)))
    assert found == find(project, campaign_id, LeadRef(lead_id=1)) == find(project, campaign_id, REF)


@pytest.mark.parametrize(
    ("columns", "code", "says"),
    [
        ({"nmae": "x"}, "unknown_column", "did you mean `name`"),
        ({"x": "x"}, "unknown_column", "no column `x`$"),
        ({"external_id": "x"}, "bad_external_id", "stays"),
        ({"phone": "12"}, "phone_too_short", "phone: "),
        ({"name": ""}, "blank", "name: blank"),
        ({"phone": number(2)}, "number_taken", "lead 2"),
    ],
)
def test_a_change_that_cannot_be_says_why(
    project: Project, columns: dict[str, str], code: str, says: str
) -> None:
    campaign_id = opened(project)
    entered(project, campaign_id, row(1), row(2))
    with pytest.raises(NotChanged, match=says) as found:
        change(project, campaign_id, REF, columns)
    assert found.value.code == code


def test_a_lead_that_is_done_or_not_there_is_not_changed(project: Project) -> None:
    campaign_id = opened(project)
    with pytest.raises(NotChanged, match="no lead with the external id 'order-1'"):
        change(project, campaign_id, REF, {"name": "B"})
    entered(project, campaign_id, row(1))
    withdraw(project, campaign_id, REF)
    with pytest.raises(NotChanged, match=r"lead 1 .* is done: withdrawn") as found:
        change(project, campaign_id, LeadRef(lead_id=1), {"name": "B"})
    assert found.value.code == "done"


def test_changes_of_two_at_once_are_both_made(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign_id = opened(project)
    entered(project, campaign_id, row(1))
    real, calls = project.store.change_lead, itertools.count()

    def raced(*arguments: object) -> object:
        if next(calls) == 0:
            change(project, campaign_id, REF, {"phone2": number(2)})
        return real(*arguments)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(project.store, "change_lead", raced)
    found = change(project, campaign_id, REF, {"name": "B"})
    assert (found.contact.fields["name"], found.contact.numbers) == ("B", (number(1), number(2)))


def test_the_last_lead_withdrawn_finishes_a_closed_campaign(project: Project) -> None:
    campaign_id = opened(project)
    entered(project, campaign_id, row(1))
    close_campaign(project, campaign_id)
    assert withdraw(project, campaign_id, LeadRef(lead_id=9)) is Withdrawn.NO_SUCH_LEAD
    assert withdraw(project, campaign_id, REF, note="paid", by="api") is Withdrawn.WITHDRAWN
    assert withdraw(project, campaign_id, REF) is Withdrawn.DONE_ALREADY
    assert campaign_of(project, campaign_id).state is CampaignState.FINISHED


def test_an_external_id_that_goes_to_another_lead_meanwhile_is_withdrawn_there(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id = opened(project)
    entered(project, campaign_id, row(1))
    real, calls = project.store.withdraw_lead, itertools.count()

    def raced(*arguments: object, **options: object) -> object:
        if next(calls) == 0:
            settled(
                project,
                claimed(project, campaign_of(project, campaign_id))[0],
                Disposition.ANSWERED,
                result="agreed",
            )
            entered(project, campaign_id, row(1, name="anew"))
        return real(*arguments, **options)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(project.store, "withdraw_lead", raced)
    assert withdraw(project, campaign_id, REF) is Withdrawn.WITHDRAWN
    statuses = [lead.state.status for lead in project.store.leads(campaign_id)]
    assert statuses == ["agreed", "withdrawn"]


def test_a_lead_is_one_or_the_other() -> None:
    for wrong in ({}, {"lead_id": 1, "external_id": "a"}):
        with pytest.raises(ValueError, match="named by"):
            LeadRef(**wrong)  # type: ignore[arg-type]  # that is the point
    assert (str(LeadRef(lead_id=7)), str(REF)) == ("lead 7", "order-1")


def test_the_export_has_the_contact_as_it_was_when_it_was_called(project: Project) -> None:
    campaign_id = opened(project)
    entered(project, campaign_id, row(1))
    campaign = campaign_of(project, campaign_id)
    settled(project, claimed(project, campaign)[0])
    change(project, campaign_id, REF, {"phone": number(2), "name": "B"})
    rows = list(export.rows(project.store, campaign))
    assert [(each["number"], each["external_id"]) for each in rows] == [(number(1), "order-1")]
    entered(project, campaign_id, row(5))
    assert list(export.rows(project.store, campaign))[-1]["external_id"] == "order-5"


# kill -9

SENDER = """
import json, sys
from pathlib import Path
from orchestrator.runtime.lead_desk import enter
from orchestrator.runtime.project import open_project
with open_project(Path(sys.argv[1])) as project:
    for each in enter(project, sys.argv[2], map(json.loads, sys.stdin)):
        print(each.row, each.fate.value, flush=True)
"""


def test_what_was_told_before_a_kill_is_stored_and_sent_again_adds_nothing_twice(
    project: Project, folder: Path
) -> None:
    campaign_id = opened(project)
    rows = [row(index) for index in range(700)]
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(folder), campaign_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sender.stdin is not None
    assert sender.stdout is not None
    for each in rows[:650]:
        sender.stdin.write(json.dumps(each) + "\n")
    sender.stdin.flush()
    told = [sender.stdout.readline() for _ in range(500)]
    os.kill(sender.pid, signal.SIGKILL)
    sender.stdin.close()
    sender.stdout.close()
    sender.wait()
    assert told[-1] == "500 added\n"
    assert project.store.counts(campaign_id).leads == 500
    fates = [each.fate for each in enter(project, campaign_id, rows)]
    assert fates == [Fate.ALREADY] * 500 + [Fate.ADDED] * 200
    assert {lead.phase for lead in project.store.leads(campaign_id)} == {Phase.READY}
