"""Every call that came in is recorded, and once: heard, read up, or lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.inbound import CallbackFate, CallEnd
from orchestrator.domain.lead import CampaignState, Phase
from orchestrator.domain.problem import KnownError
from orchestrator.engine.inbound import inbound_call
from orchestrator.runtime.inbound import recorder as recording
from orchestrator.runtime.inbound.recorder import Recorder
from orchestrator.runtime.project import Project, open_project
from orchestrator.store import CallRow
from tests.runtime.factories import DAY, HOUR, MINUTE, NOON, number
from tests.runtime.inbound.lines import BEGAN, SHOP, Switch, event, taking_calls, until, variables

MISSED = "shop_line-missed"


@pytest.fixture
def switch() -> Switch:
    return Switch()


@contextmanager
def recorder(
    project: Project, switch: Switch | None = None, *, lost_after_s: float = 0.0, sweep_s: float = 600.0
) -> Iterator[Recorder]:
    lines = {} if switch is None else {"main": switch}
    made = Recorder(
        project, lines, sweep_s=sweep_s, lost_after_s=lost_after_s, broke=lambda greenlet: greenlet.get()
    )
    made.start()
    try:
        yield made
    finally:
        made.stop()


def recorded(project: Project) -> list[CallRow]:
    return list(project.store.calls(0, NOON + 10 * DAY))


def only(project: Project) -> CallRow:
    (row,) = recorded(project)
    return row


def until_recorded(project: Project, count: int = 1) -> None:
    until(lambda: len(recorded(project)) == count, f"{count} calls are recorded")


def until_swept(switch: Switch, times: int = 1) -> None:
    ask = "python prozvon_switch began"
    until(lambda: switch.asked.count(ask) >= times, "the markers are asked for")


# -- heard


def test_a_call_that_ended_is_recorded_and_its_marker_goes(project: Project, switch: Switch) -> None:
    taking_calls(project)
    switch.began_call()
    with recorder(project, switch) as made:
        made.ended("main", event())
        until(lambda: not switch.began, "the marker goes")
    row = only(project)
    assert (row.call.call_id, row.call.switch, row.call.end, row.why) == (
        "c1",
        "main",
        CallEnd.QUEUE,
        "queue",
    )
    assert (row.fate, row.campaign_id) == (CallbackFate.ADDED, MISSED)
    lead = project.store.lead(MISSED, 1)
    assert lead is not None
    assert (lead.phase, lead.due_at) == (Phase.WAITING, BEGAN + 30_000 + 2 * MINUTE)
    assert (lead.contact.numbers, lead.contact.language) == ((number(1),), "ru")
    assert [entry.kind for entry in project.store.outbox()] == ["missed_call", "call"]


def test_twice_and_by_two_workers_it_is_recorded_once(project: Project, folder: Path, switch: Switch) -> None:
    taking_calls(project)
    with open_project(folder) as other, recorder(project, switch) as first, recorder(other, switch) as second:
        for _ in range(2):
            first.ended("main", event())
            second.ended("main", event())
        until(lambda: not (first.is_busy or second.is_busy), "both are done")
    assert only(project).fate is CallbackFate.ADDED
    assert [entry.kind for entry in project.store.outbox()] == ["missed_call", "call"]


def test_events_of_anything_else_are_left_alone(project: Project) -> None:
    with recorder(project) as made:
        made.ended("main", {**event(), "variable_prozvon_inbound": ""})
        assert not made.is_busy


def test_calls_are_recorded_though_the_switch_is_gone(project: Project, switch: Switch) -> None:
    taking_calls(project)
    switch.is_up = False
    with recorder(project, switch) as made:
        made.ended("main", event())
        made.ended("elsewhere", event("c2", caller=2))
        until_recorded(project, 2)
    assert switch.asked == []


def test_a_marker_that_cannot_be_removed_costs_nothing(project: Project, switch: Switch) -> None:
    taking_calls(project)
    switch.began_call()
    switch.fails = lambda command: "it is busy" if " done " in command else None
    with recorder(project, switch) as made:
        made.ended("main", event())
        until_recorded(project)
        switch.fails = lambda _: None
        switch.cdrs["c1"] = dict(variables())
        made.came_up("main")
        until(lambda: not switch.began, "the next look removes it")
    assert only(project).fate is CallbackFate.ADDED


def test_the_store_being_away_loses_nothing(
    project: Project, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking_calls(project)
    monkeypatch.setattr(recording, "RETRY_S", 0.01)
    note, failures = project.store.note_call, iter(range(2))

    def sometimes(*arguments: object) -> bool:
        if next(failures, None) is not None:
            raise KnownError("Redis cannot be reached")
        return note(*arguments)  # type: ignore[arg-type]  # as they come

    monkeypatch.setattr(project.store, "note_call", sometimes)
    with recorder(project, switch) as made:
        made.ended("main", event())
        until_recorded(project)


def test_a_call_that_cannot_be_stored_holds_up_no_other(
    project: Project, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking_calls(project)
    note = project.store.note_call

    def refuse_first(*arguments: object) -> bool:
        if getattr(arguments[0], "call_id", "") == "c1":
            raise ValueError("whatever a caller has thought of")
        return note(*arguments)  # type: ignore[arg-type]  # as they come

    monkeypatch.setattr(project.store, "note_call", refuse_first)
    for call_id in ("c1", "c2"):
        switch.began_call(call_id)
        switch.cdrs[call_id] = dict(variables())
    with recorder(project, switch) as made:
        made.ended("main", event("c1"))
        made.ended("main", event("c2"))
        until_recorded(project)
        made.came_up("main")
        until_swept(switch)
    assert only(project).call.call_id == "c2"


def test_nobody_is_called_back_while_they_talk_with_somebody(project: Project, switch: Switch) -> None:
    taking_calls(project)
    with recorder(project, switch) as made:
        made.ended("main", event())
        until_recorded(project)
        bridge = {"Event-Name": "CHANNEL_BRIDGE", "variable_prozvon_caller": number(1)}
        made.bridged("main", {**bridge, "Caller-Channel-Created-Time": f"{NOON - 1}000"})
        made.bridged("main", {**bridge, "variable_prozvon_caller": ""})
        until(lambda: project.store.counts(MISSED).done == 1, "the callback is dropped")


def test_the_store_being_away_while_they_talk_is_made_good_when_they_end(
    project: Project, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> int:
        asked.append(1)
        raise KnownError("Redis cannot be reached")

    asked: list[int] = []
    monkeypatch.setattr(project.store, "caller_reached", away)
    taking_calls(project)
    with recorder(project, switch) as made:
        made.bridged("main", {"Event-Name": "CHANNEL_BRIDGE", "variable_prozvon_caller": number(1)})
        until(lambda: asked, "it is tried")
        made.ended("main", event())
        until_recorded(project)


# -- read up


def test_a_switch_that_can_be_asked_only_later_is_asked_then(
    project: Project, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "OWED_S", 0.01)
    taking_calls(project)
    switch.began_call()
    switch.cdrs["c1"] = dict(variables())
    switch.is_up = False
    with recorder(project, switch) as made:
        made.came_up("main")
        gevent.sleep(0)
        switch.is_up = True
        until_recorded(project)


def test_what_ended_while_nobody_listened_is_read_from_its_cdr(project: Project, switch: Switch) -> None:
    taking_calls(project)
    for index in range(1, 4):
        switch.began_call(f"c{index}", caller=index, at=BEGAN - HOUR)
        switch.cdrs[f"c{index}"] = dict(variables(f"c{index}", caller=index, at=BEGAN - HOUR))
    with recorder(project, switch) as made:
        made.came_up("main")
        until_recorded(project, 3)
        until(lambda: not (switch.began or made.is_busy), "the markers go")
    assert {row.call.end for row in recorded(project)} == {CallEnd.QUEUE}
    assert project.store.counts(MISSED).ready == 3  # due an hour ago


def test_it_looks_by_itself_too(project: Project, switch: Switch) -> None:
    taking_calls(project)
    switch.began_call()
    switch.cdrs["c1"] = dict(variables())
    with recorder(project, switch, sweep_s=0.01):
        until_recorded(project)


def test_in_order_so_that_who_was_served_later_is_not_called_back(project: Project, switch: Switch) -> None:
    """Missed at eleven, reached somebody at half past eleven; read up at twelve, whatever comes first."""
    taking_calls(project)
    said = {
        "late": dict(variables(at=NOON - HOUR // 2, prozvon_reached="+79990009999", prozvon_end="flow")),
        "early": dict(variables(at=NOON - HOUR)),
    }
    for call_id, at in (("late", NOON - HOUR // 2), ("early", NOON - HOUR)):
        switch.began_call(call_id, at=at)
        switch.cdrs[call_id] = dict(said[call_id])
    with recorder(project, switch) as made:
        made.came_up("main")
        until_recorded(project, 2)
    assert project.store.counts(MISSED).by_status == {"called_again": 1}


def test_a_call_that_goes_on_is_left_alone(project: Project, switch: Switch) -> None:
    taking_calls(project)
    switch.began_call()
    switch.channels.add("c1")
    with recorder(project, switch) as made:
        made.came_up("main")
        until_swept(switch)
        assert not made.is_busy
        switch.channels.clear()
        made.came_up("main")
        until_recorded(project)
    assert only(project).call.end is CallEnd.LOST


def test_without_cdr_it_is_lost_after_a_while_and_its_caller_called_back(
    project: Project, switch: Switch
) -> None:
    taking_calls(project)
    switch.began_call(recording="2026/11/30/c1.complaint.wav")
    with recorder(project, switch, lost_after_s=0.2) as made:
        made.came_up("main")
        until_swept(switch)
        until(lambda: made.is_busy, "it is known that something is missing")
        assert recorded(project) == []
        until(lambda: made.came_up("main") or recorded(project), "it is given up")  # type: ignore[func-returns-value]  # looks again
        until(lambda: not switch.began, "the marker goes")
    row = only(project)
    assert (row.call.end, row.why, row.fate) == (CallEnd.LOST, "lost", CallbackFate.ADDED)
    assert (row.call.caller, row.call.recordings) == (number(1), ("2026/11/30/c1.complaint.wav",))


def test_a_cdr_that_comes_late_is_read(project: Project, switch: Switch) -> None:
    taking_calls(project)
    switch.began_call()
    with recorder(project, switch, lost_after_s=60) as made:
        made.came_up("main")
        until(lambda: made.is_busy, "it is known that something is missing")
        switch.cdrs["c1"] = dict(variables())
        made.came_up("main")
        until_recorded(project)
        until(lambda: not made.is_busy, "nothing is missing")
    assert only(project).call.end is CallEnd.QUEUE


def test_one_that_another_worker_recorded_meanwhile_is_forgotten(project: Project, switch: Switch) -> None:
    switch.began_call()
    with recorder(project, switch, lost_after_s=60) as made:
        made.came_up("main")
        until(lambda: made.is_busy, "it is known that something is missing")
        switch.began.clear()
        made.came_up("main")
        until(lambda: not made.is_busy, "nothing is missing")
    assert recorded(project) == []


def test_a_switch_that_does_not_answer_is_asked_again(project: Project, switch: Switch) -> None:
    taking_calls(project)
    switch.began_call()
    switch.cdrs["c1"] = dict(variables())
    switch.fails = lambda _: "no answer"
    with recorder(project, switch) as made:
        made.came_up("main")
        until_swept(switch)
        switch.fails = lambda _: None
        made.came_up("main")
        until_recorded(project)


def test_an_older_release_that_keeps_no_markers_is_no_trouble(
    project: Project, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch, "api", lambda _: "-ERR usage")
    with recorder(project, switch) as made:
        made.sweep()
        assert not made.is_busy


# -- how its scenario judges it


def test_a_call_is_judged_by_the_program_it_followed(project: Project, switch: Switch) -> None:
    before = taking_calls(project)
    taking_calls(project, SHOP.replace("missed:\n", "missed:\n  when: [closed]\n"))
    with recorder(project, switch) as made:
        made.ended("main", event("c1", prozvon_program=before.digest))
        made.ended("main", event("c2"))
        until_recorded(project, 2)
    assert {row.call.call_id: row.why for row in recorded(project)} == {"c1": "queue", "c2": ""}


def test_a_scenario_nobody_has_registered_is_recorded_without_callback(project: Project) -> None:
    with recorder(project) as made:
        made.ended("main", event(caller=1))
        until_recorded(project)
    assert (only(project).why, only(project).fate) == ("", CallbackFate.NONE)


def test_old_calls_are_forgotten(project: Project, switch: Switch) -> None:
    taking_calls(project)
    call = inbound_call(event("old", at=NOON - 401 * DAY), "main", NOON)
    assert call is not None
    project.store.note_call(call, (), None, NOON)
    with recorder(project, switch) as made:
        made.ended("main", event("new"))
        until(lambda: [row.call.call_id for row in recorded(project)] == ["new"], "the old one is forgotten")


def test_a_marker_that_outlived_its_record_is_not_recorded_again(project: Project, switch: Switch) -> None:
    taking_calls(project)
    switch.began_call(at=NOON - 401 * DAY)
    switch.cdrs["c1"] = dict(variables(at=NOON - 401 * DAY))
    with recorder(project, switch) as made:
        made.came_up("main")
        until(lambda: not switch.began, "the marker goes")
    assert recorded(project) == []
    assert project.store.outbox() == []


def test_a_stopped_recorder_hears_no_more(project: Project, switch: Switch) -> None:
    with recorder(project, switch) as made:
        made.stop()
        made.ended("main", event())
        gevent.sleep(0)
        assert made.is_busy
    assert recorded(project) == []


def test_registering_keeps_a_campaign_that_was_paused(project: Project) -> None:
    taking_calls(project)
    store = project.store
    store.set_state(MISSED, CampaignState.PAUSED, among=frozenset({CampaignState.RUNNING}), now=NOON)
    taking_calls(project, SHOP.replace("Here we are.", "It is us."))
    found = store.campaign(MISSED)
    assert found is not None
    assert found.state is CampaignState.PAUSED
