"""Calls that came in on a switch, by a worker or with a store that did not live to see their end."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.inbound import CallbackFate, CallEnd
from orchestrator.runtime.inbound.recorder import Recorder
from orchestrator.runtime.project import Project
from tests.runtime.inbound.projects import SHOP as SHOP_SCENARIO
from tests.runtime.inbound.test_whole import (
    CALLER,
    _opened,
    call_in,
    calls,
    project,
    recorded,
    rung,
    switch,
    until,
    worker,
)

__all__ = ["project"]  # the fixture, for the tests of this file
MISSED = "shop-missed"


def test_a_call_whose_switch_was_killed_is_lost_and_its_caller_called_back(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Recorder.__init__.__kwdefaults__, "lost_after_s", 0.1)
    long = SHOP_SCENARIO.replace(
        "bye: [{say: bye}]", "bye: [{wait: 1m}, {wait: 1m}, {wait: 1m}, {say: bye}]"
    )  # it goes on until the crash
    with _opened(short_tmp, shop=long) as project:
        _killed(project)


def _killed(project: Project) -> None:
    with switch(project) as its:
        call_id = call_in(its)
        until(lambda: list((its.root / "inbound").iterdir()), "the marker is there")
        its.crash()
    with switch(project) as its, worker(project):
        its.commands.run("prozvon_fault", "none")
        call = recorded(project, call_id)
        assert (call.end, call.caller, call.scenario) == (CallEnd.LOST, CALLER, "shop")
        until(lambda: project.store.counts(MISSED).done == 1, "the callback is done")
        until(lambda: not list((its.root / "inbound").iterdir()), "the marker is removed")
    (row,) = calls(project)
    assert (row.why, row.fate) == ("lost", CallbackFate.ADDED)
    assert len(rung(project, CALLER)) == 1


def test_two_workers_record_each_call_once_and_call_back_once(project: Project) -> None:
    with switch(project) as its, worker(project), worker(project, "w2"):
        ids = [call_in(its, ["after", 3000, "hang_up"], caller=f"+7916000001{index}") for index in range(8)]
        for call_id in ids:
            recorded(project, call_id)
        until(lambda: project.store.counts(MISSED).done == 8, "all are called back")
    assert sorted(row.call.call_id for row in calls(project)) == sorted(ids)
    assert len([entry for entry in project.store.outbox() if entry.kind == "call"]) == 8
    assert project.store.counts(MISSED).leads == 8


def test_what_a_callback_leaves_to_be_done_is_told_too(short_tmp: Path) -> None:
    text = SHOP_SCENARIO.replace(
        "flow: [{say: you_called}, {queue: sales}]", "flow: [{say: you_called}, {store: called_back}]"
    )
    with _opened(short_tmp, shop=text) as project, switch(project) as its, worker(project):
        recorded(project, call_in(its, ["after", 3000, "hang_up"]))
        until(lambda: project.store.counts(MISSED).done == 1, "the callback is done")
        (row,) = [entry for entry in project.store.outbox() if entry.kind == "row"]
    assert (row.campaign_id, row.body["into"], row.body["caller"]) == (MISSED, "called_back", CALLER)
