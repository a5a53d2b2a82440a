"""The floor after a lost reply, and after a kill of the server: nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from orchestrator.domain.agent import AgentRecord, AgentState
from orchestrator.domain.outcome import OutcomeFate
from orchestrator.store import (
    Command,
    Count,
    Figure,
    FloorChanges,
    Reply,
    Scope,
    ScreenEvent,
    Store,
    open_store,
)
from tests.store.factories import CAMPAIGN, HOUR, NOW
from tests.store.servers import Wire
from tests.store.test_embedded import kill_server, wait_until
from tests.store.test_floor import LONG, lead
from tests.store.test_lost_replies import far as far  # fixtures
from tests.store.test_lost_replies import wire as wire
from tests.store.test_outcomes import after_a_talk, on_the_line, said, say, told

ANNA = AgentRecord(agent_id="anna", state=AgentState.BREAK, reason="lunch", since=NOW)
CHANGES = FloorChanges(
    agents=(ANNA,),
    parts={"callers": "[1]"},
    counts=(Count(at=NOW, scope=Scope.QUEUE, name="shop:sales", figure="offered", amount=2),),
    screens=(ScreenEvent(agent_id="anna", kind="rings", at=NOW),),
    replies=(Reply(command_id="c1", is_done=True),),
)


def counted(store: Store) -> int:
    return sum(row.sums["offered"] for row in store.quarters.read(Scope.QUEUE, NOW - HOUR, NOW + HOUR))


def test_a_step_whose_reply_was_lost_counts_once(store: Store, far: Store, wire: Wire) -> None:
    token = lead(far)
    far.commands.send(Command(command_id="c1", name="break"))
    far.commands.take(token)
    far.floor.write(token, FloorChanges())
    wire.lose_next_reply()
    far.floor.write(token, CHANGES)
    assert (counted(store), len(store.screens.read("anna"))) == (2, 1)


@pytest.mark.parametrize("what", ["lead", "resign"])
def test_taking_and_leaving_the_lead_may_be_repeated(store: Store, far: Store, wire: Wire, what: str) -> None:
    token = lead(far)
    far.floor.resign(token)
    token = lead(far)
    wire.lose_next_reply()
    if what == "lead":
        assert far.floor.lead("w1", LONG) == token
        store_s = store.floor.leader()
        assert store_s is not None
        assert store_s.token == token
    else:
        assert far.floor.resign(token)
        assert store.floor.leader() is None


def test_commands_whose_reply_was_lost_are_taken_all_the_same(store: Store, far: Store, wire: Wire) -> None:
    token = lead(far)
    far.commands.take(token)
    store.commands.send(Command(command_id="c1", name="break"))
    wire.lose_next_reply()
    assert [command.command_id for command in far.commands.take(token)] == ["c1"]


def test_a_command_is_sent_once(store: Store, far: Store, wire: Wire) -> None:
    far.commands.send(Command(command_id="c1", name="break"))
    wire.lose_next_reply()
    far.commands.send(Command(command_id="c2", name="break"))
    assert [command.command_id for command in store.commands.take(lead(store))] == ["c1", "c2"]


def test_figures_whose_reply_was_lost_are_written_whole(store: Store, far: Store, wire: Wire) -> None:
    token = lead(far)
    sales = Figure(scope=Scope.QUEUE, name="shop:sales", values={"waiting": 1})
    far.figures.write(token, [sales], NOW)
    busy = Figure(scope=Scope.QUEUE, name="shop:sales", values={"waiting": 2})
    wire.lose_next_reply()
    far.figures.write(token, [busy], NOW)
    far.figures.write(token, [busy, Figure(scope=Scope.AGENT, name="anna")], NOW)
    assert len(store.figures.read().figures) == 2


@pytest.mark.parametrize("is_ended", [True, False])
def test_an_outcome_whose_reply_was_lost_is_applied_once(
    store: Store, far: Store, wire: Wire, *, is_ended: bool
) -> None:
    attempt = after_a_talk(store) if is_ended else on_the_line(store)
    say(far, said("nothing"))
    wire.lose_next_reply()
    fate = say(far, said(attempt.attempt_id, "sold"))
    assert fate is (OutcomeFate.APPLIED if is_ended else OutcomeFate.PENDING)
    assert len(told(store)) == (1 if is_ended else 0)
    assert store.counts(CAMPAIGN).by_outcome == ({"sold": 1} if is_ended else {})


def test_a_kill_of_the_server_and_of_the_worker_loses_nothing(tmp_path: Path) -> None:
    """The worker dies having written; the server is killed; another worker leads when the lease has run out."""
    own = tmp_path / "own"
    reader = open_store(None, folder=own, project="kill", fsync="always")
    try:
        pid = os.fork()
        if pid == 0:
            worker = open_store(None, folder=own, project="kill", fsync="always")
            token = worker.floor.lead("w1", 300)
            worker.commands.send(Command(command_id="c1", name="break"))
            worker.floor.write(token or 0, CHANGES)
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(pid, 0)
        kill_server(own)
        wait_until(lambda: reader.floor.lead("w2", LONG) is not None, "the lease of the dead runs out")
        token = lead(reader, "w2")
        kept = reader.floor.read()
        assert (kept.agents, kept.parts, counted(reader)) == ({"anna": ANNA}, {"callers": "[1]"}, 2)
        assert reader.commands.reply("c1") == Reply(command_id="c1", is_done=True)
        reader.floor.write(token, CHANGES)
        assert counted(reader) == 4
    finally:
        reader.close()
