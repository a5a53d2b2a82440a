"""A command is carried out once, by whoever leads; or it is said that nobody does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from orchestrator.store import Command, FloorChanges, Reply, Store
from orchestrator.store.commands import LATE, LOST, NO_LEADER
from orchestrator.store.keys import prefix
from tests.store.test_floor import lapse, lead
from tests.store.test_floor import other as other  # a fixture

BREAK = Command(
    command_id="c1", name="break", agent_id="anna", reason="обед", to="", by="api", values={"n": "1"}
)


def answer(store: Store, token: int, *replies: Reply) -> None:
    store.floor.write(token, FloorChanges(replies=replies))


def test_a_command_is_taken_in_its_turn_and_answered(store: Store) -> None:
    token = lead(store)
    store.commands.send(BREAK)
    store.commands.send(BREAK)
    store.commands.send(Command(command_id="c2", name="ready"))
    first, second = store.commands.take(token)
    assert (first.command_id, first.reason, first.values, first.by) == ("c1", "обед", {"n": "1"}, "api")
    assert first.seq < second.seq
    assert store.commands.take(token, after=second.seq) == ()
    assert store.commands.take(token, after=first.seq) == (second,)  # the reply was lost: asked again
    assert store.commands.reply("c1") is None
    done = Reply(command_id="c1", is_done=True, values={"state": "break"})
    answer(store, token, done)
    assert store.commands.reply("c1") == done
    assert store.commands.withdraw("c1") == done
    store.commands.send(BREAK)  # sent again after a lost connection: it is over
    assert store.commands.take(token) == (second,)


def test_a_command_that_an_earlier_leader_had_taken_is_not_carried_out_again(
    store: Store, other: Store, server: redis.Redis, project: str
) -> None:
    store.commands.send(BREAK)
    store.commands.take(lead(store))
    store.commands.send(Command(command_id="c2", name="ready"))
    lapse(server, project)
    taken = other.commands.take(lead(other, "w2"))
    assert [command.command_id for command in taken] == ["c2"]
    assert other.commands.reply("c1") == Reply(command_id="c1", is_done=False, why=LOST)


def test_a_command_that_nobody_takes_is_said_to_be_in_vain_and_never_carried_out(store: Store) -> None:
    store.commands.send(BREAK)
    assert store.commands.withdraw("c1") == Reply(command_id="c1", is_done=False, why=NO_LEADER)
    assert store.commands.withdraw("c1").why == NO_LEADER
    assert store.commands.take(lead(store)) == ()


def test_a_command_whose_sender_died_is_not_carried_out_later(
    store: Store, server: redis.Redis, project: str
) -> None:
    store.commands.send(BREAK)
    assert 0 < server.pttl(f"{prefix(project)}command:c1") <= 5_000
    server.delete(f"{prefix(project)}command:c1")  # its time runs out
    assert store.commands.take(lead(store)) == ()
    assert server.zcard(f"{prefix(project)}commands") == 0


def test_a_command_that_was_taken_cannot_be_withdrawn(store: Store) -> None:
    store.commands.send(BREAK)
    store.commands.take(lead(store))
    assert store.commands.withdraw("c1") == Reply(command_id="c1", is_done=False, why=LATE)


class Waiting:
    """Real time, made by hand: `at_s` seconds have gone by, and something happens at the second second."""

    def __init__(self, happens: Iterator[object]) -> None:
        self.at_s = 0.0
        self.happens = happens

    def pause(self, _seconds: float) -> None:
        self.at_s += 1.0
        next(self.happens, None)


def ask(store: Store, happens: Iterator[object]) -> tuple[Reply, float]:
    waiting = Waiting(happens)
    reply = store.commands.ask(BREAK, pause=waiting.pause, clock=lambda: waiting.at_s)
    return reply, waiting.at_s


def test_who_asks_has_the_reply_as_soon_as_it_is_there(store: Store) -> None:
    def happens() -> Iterator[None]:
        token = lead(store)
        yield
        store.commands.take(token)
        yield
        answer(store, token, Reply(command_id="c1", is_done=False, why="no such agent"))
        yield

    reply, at_s = ask(store, happens())
    assert (reply.why, at_s) == ("no such agent", 3.0)


def test_who_asks_without_a_leader_is_told_so_after_five_seconds(store: Store) -> None:
    reply, at_s = ask(store, iter(()))
    assert (reply.why, at_s) == (NO_LEADER, 5.0)


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_command_that_was_taken_late_is_waited_for_as_long_again(
    store: Store, *, is_answered: bool
) -> None:
    def happens() -> Iterator[None]:
        token = lead(store)
        for _ in range(3):
            yield
        store.commands.take(token)
        for _ in range(3):
            yield
        if is_answered:
            answer(store, token, Reply(command_id="c1", is_done=True))
        yield

    reply, at_s = ask(store, happens())
    assert (reply.is_done, reply.why, at_s) == ((True, "", 7.0) if is_answered else (False, LATE, 10.0))
