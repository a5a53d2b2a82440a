"""`prozvon outbox`: what waits, why, and what a person decides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.domain.delivery import Delivery
from orchestrator.runtime.outbox.routes import deliveries_of
from orchestrator.runtime.project import Project
from tests.cli.commands import prozvon
from tests.runtime.factories import NOON
from tests.runtime.outbox.factories import left_behind


def routed(project: Project) -> tuple[Delivery, ...]:
    """What a worker makes of the outbox."""
    after, entries = project.store.deliveries.unrouted()
    made = tuple(d for entry in entries for d in deliveries_of(entry, "test", {}))
    assert project.store.deliveries.route(after, entries[-1].entry_id, made)
    return made


def parked(project: Project, why: str = "no such number") -> str:
    """An SMS that was refused for good, and one of another caller that waits; the id of the first."""
    left_behind(project, "sms", {"to": "+79990000001", "text": "Заказ готов"})
    left_behind(project, "webhook", {"service": "crm", "path": "x"})
    first, _ = routed(project)
    for taken in project.store.deliveries.take("d1", "t1", NOON, at_once=9, busy={}):
        if taken.lane == "sms":
            project.store.deliveries.park(taken, NOON, why=why)
        else:
            project.store.deliveries.later(taken, NOON, due=NOON + 60_000, why="it answered 503")
    return first.delivery_id


def states(project: Project) -> dict[str, str]:
    return {row.delivery.lane: row.state.value for row in project.store.deliveries.rows()}


def test_the_list_says_what_waits_and_why(folder: Path, project: Project) -> None:
    name = parked(project)
    said = prozvon(folder, "outbox", "list")
    assert said.code == 0
    assert name in said.out
    assert "no such number" in said.out
    assert "it answered 503" in said.out
    assert "2026-11-30 09:01:00 UTC" in said.out  # when it is tried again
    assert "no worker is running" in said.err
    only = prozvon(folder, "outbox", "list", "--parked").out
    assert "no such number" in only
    assert "it answered 503" not in only
    few = prozvon(folder, "outbox", "list", "--limit", "1")
    assert "and 1 more" in few.err


def test_an_empty_outbox_says_what_was_delivered(folder: Path, project: Project) -> None:
    left_behind(project, "sms", {"to": "+79990000001"})
    routed(project)
    (taken,) = project.store.deliveries.take("d1", "t1", NOON, at_once=9, busy={})
    project.store.deliveries.done(taken, NOON)
    said = prozvon(folder, "outbox", "list")
    assert said.code == 0
    (line,) = [line for line in said.out.splitlines() if line.startswith((" sms", "sms"))]
    assert line.split()[1:5] == ["0", "0", "0", "1"]
    assert said.err == ""


def test_as_json_it_holds_everything(folder: Path, project: Project) -> None:
    name = parked(project)
    said = prozvon(folder, "outbox", "list", "--json", "--lane", "sms")
    (row,) = [json.loads(line) for line in said.out.splitlines()]
    assert (row["id"], row["state"], row["why"], row["tries"]) == (name, "parked", "no such number", 1)
    assert row["body"]["text"] == "Заказ готов"
    assert row["key"] == f"test-{name}"


def test_retry_brings_parked_ones_back(folder: Path, project: Project) -> None:
    name = parked(project)
    said = prozvon(folder, "outbox", "retry", name)
    assert (said.code, said.err.splitlines()[0]) == (0, "1 will be tried now")
    assert states(project)["sms"] == "waiting"
    lanes = [t.lane for t in project.store.deliveries.take("d1", "t2", NOON, at_once=9, busy={})]
    assert lanes == ["sms"]


def test_retry_of_a_lane_tries_what_waits_there_at_once(folder: Path, project: Project) -> None:
    parked(project)
    assert prozvon(folder, "outbox", "retry", "--lane", "webhook@crm").err.startswith("1 will be tried")
    lanes = [t.lane for t in project.store.deliveries.take("d1", "t2", NOON, at_once=9, busy={})]
    assert lanes == ["webhook@crm"]


def test_drop_gives_up_what_is_named_and_nothing_else(folder: Path, project: Project) -> None:
    name = parked(project)
    assert prozvon(folder, "outbox", "drop", "--parked", "--lane", "mail").err == "0 dropped\n"
    assert prozvon(folder, "outbox", "drop", name).err == "1 dropped\n"
    assert states(project) == {"webhook@crm": "waiting"}
    again = prozvon(folder, "outbox", "drop", name)
    assert "was it delivered meanwhile" in again.refusal


def test_a_person_is_asked_before_all_of_a_place_is_dropped(folder: Path, project: Project) -> None:
    parked(project)
    words = ("outbox", "drop", "--lane", "webhook@crm")
    refused = prozvon(folder, *words, answer="n\n")
    assert (refused.code, refused.err.splitlines()[0][:35]) == (130, "drop 1 deliveries, for good? [y/N]:")
    assert states(project)["webhook@crm"] == "waiting"
    assert prozvon(folder, *words, answer="y\n").err.endswith("1 dropped\n")
    assert prozvon(folder, "outbox", "drop", "--parked", "--yes").err == "1 dropped\n"
    assert states(project) == {}


def test_what_is_being_delivered_is_not_dropped(folder: Path, project: Project) -> None:
    left_behind(project, "sms", {"to": "+79990000001"})
    (made,) = routed(project)
    project.store.deliveries.take("d1", "t1", NOON, at_once=9, busy={})
    said = prozvon(folder, "outbox", "drop", made.delivery_id)
    assert said.code == 0
    assert "just being delivered" in said.err
    assert states(project) == {"sms": "under_way"}


@pytest.mark.parametrize("verb", ["retry", "drop"])
@pytest.mark.parametrize("arguments", [(), ("1-0.0", "--parked"), ("1-0.0", "--lane", "sms")])
def test_it_has_to_be_said_which_and_in_one_way(folder: Path, verb: str, arguments: tuple[str, ...]) -> None:
    assert prozvon(folder, "outbox", verb, *arguments).code == 2


@pytest.mark.parametrize("verb", ["retry", "drop"])
@pytest.mark.parametrize("name", ["1-0.0", "nonsense", "-", "$(x)"])
def test_an_id_that_is_none_is_told(folder: Path, project: Project, verb: str, name: str) -> None:
    assert name in prozvon(folder, "outbox", verb, "--", name).refusal
