"""Who leads the floor, what a leader stores, and what becomes of one that was overtaken."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from orchestrator.domain.agent import AgentRecord, AgentState
from orchestrator.domain.problem import KnownError
from orchestrator.store import (
    Command,
    Count,
    FloorChanges,
    NotLeading,
    Reply,
    Scope,
    ScreenEvent,
    Store,
    open_store,
)
from orchestrator.store.keys import prefix
from tests.store.factories import NOW

LONG = 60_000  # ms of real time
ANNA = AgentRecord(agent_id="anna", state=AgentState.AVAILABLE, since=NOW)


@pytest.fixture
def other(data_folder: Path, project: str) -> Store:
    """Another worker's store of the same project."""
    opened = open_store(None, folder=data_folder, project=project, fsync="everysec")
    yield opened  # type: ignore[misc]  # a fixture
    opened.close()


def lead(store: Store, worker: str = "w1") -> int:
    token = store.floor.lead(worker, LONG)
    assert token is not None
    return token


def lapse(server: redis.Redis, project: str) -> None:
    """The lease runs out."""
    assert server.delete(f"{prefix(project)}floor:lease")


def counted(amount: int = 1) -> Count:
    return Count(at=NOW, scope=Scope.QUEUE, name="shop:sales", figure="offered", amount=amount)


def sum_of(store: Store) -> int:
    return sum(
        row.sums["offered"] for row in store.quarters.read(Scope.QUEUE, NOW - LONG * 60, NOW + LONG * 60)
    )


def test_one_worker_leads_at_a_time(store: Store, other: Store) -> None:
    assert store.floor.leader() is None
    token = lead(store)
    assert other.floor.lead("w2", LONG) is None
    found = store.floor.leader()
    assert found is not None
    assert (found.worker_id, found.token) == ("w1", token)
    assert 0 < found.left_ms <= LONG


def test_the_token_stays_while_nobody_else_has_led(store: Store, server: redis.Redis, project: str) -> None:
    token = lead(store)
    assert lead(store) == token
    lapse(server, project)
    store.floor.write(token, FloorChanges(agents=(ANNA,)))
    assert lead(store) == token


def test_a_leader_that_was_overtaken_stores_nothing(
    store: Store, other: Store, server: redis.Redis, project: str
) -> None:
    stale = lead(store)
    store.commands.send(Command(command_id="c1", name="break", agent_id="anna"))
    lapse(server, project)
    token = lead(other, "w2")
    assert token > stale
    changes = FloorChanges(
        agents=(ANNA,),
        parts={"callers": "[]"},
        counts=(counted(),),
        screens=(ScreenEvent(agent_id="anna", kind="rings", at=NOW),),
        replies=(Reply(command_id="c1", is_done=True),),
    )
    for _ in range(2):
        with pytest.raises(NotLeading, match="another worker leads"):
            store.floor.write(stale, changes)
    with pytest.raises(NotLeading):
        store.figures.write(stale, [], NOW)
    with pytest.raises(NotLeading):
        store.commands.take(stale)
    kept = other.floor.read()
    assert (kept.agents, kept.parts) == ({}, {})
    assert sum_of(other) == 0
    assert other.screens.latest("anna") is None
    assert other.commands.reply("c1") is None
    assert store.floor.lead("w1", LONG) is None


def test_a_worker_started_anew_under_the_same_name_leads_with_another_token(
    store: Store, other: Store
) -> None:
    before = lead(store)
    store.floor.write(before, FloorChanges(agents=(ANNA,)))
    after = lead(other)
    assert after > before
    other.floor.write(after, FloorChanges(gone_agents=("anna",)))
    assert other.floor.read().agents == {}
    with pytest.raises(NotLeading):
        store.floor.write(before, FloorChanges(agents=(ANNA,)))


def test_who_resigns_lets_another_one_lead_at_once(store: Store, other: Store) -> None:
    token = lead(store)
    assert store.floor.resign(token)
    assert not store.floor.resign(token)
    with pytest.raises(NotLeading):
        store.floor.write(token, FloorChanges(agents=(ANNA,)))
    assert store.floor.leader() is None
    assert lead(other, "w2") > token


def test_a_step_is_kept_whole(store: Store) -> None:
    token = lead(store)
    store.floor.write(token, FloorChanges(agents=(ANNA,), parts={"callers": "[1]", "queues": "{}"}))
    store.floor.write(token, FloorChanges(parts={"callers": None, "campaign:orders-1": '{"why": "ü"}'}))
    kept = store.floor.read()
    assert kept.agents == {"anna": ANNA}
    assert kept.parts == {"queues": "{}", "campaign:orders-1": '{"why": "ü"}'}
    store.floor.write(token, FloorChanges(gone_agents=("anna", "nobody")))
    assert store.floor.read().agents == {}


@pytest.mark.parametrize("text", ["", "[]", '{"agent_id": "b", "state": "asleep"}', '{"since": 5}'])
def test_a_record_of_another_version_is_as_if_it_had_never_been(
    store: Store, server: redis.Redis, project: str, text: str
) -> None:
    store.floor.write(lead(store), FloorChanges(agents=(ANNA,)))
    server.hset(f"{prefix(project)}floor:agents", "b", text)
    kept = store.floor.read()
    assert (set(kept.agents), kept.unreadable) == ({"anna"}, ("b",))


def test_an_agents_screen_shows_the_latest_events(store: Store) -> None:
    token = lead(store)
    assert store.screens.latest("anna") is None
    for index in range(3):
        events = tuple(
            ScreenEvent(agent_id="anna", kind="rings", at=NOW + index, body={"n": 50 * index + n})
            for n in range(50)
        )
        store.floor.write(token, FloorChanges(screens=events))
    rows = store.screens.read("anna")
    assert [row.event.body["n"] for row in rows] == list(range(50, 150))
    assert store.screens.read("anna", after=rows[-2].entry_id) == rows[-1:]
    assert store.screens.latest("anna") == rows[-1]
    assert store.screens.read("boris") == []


@pytest.mark.parametrize("name", ["", "two words", "a" * 201, "line\n"])
def test_a_part_has_a_name(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="name of a part"):
        store.floor.write(lead(store), FloorChanges(parts={name: "{}"}))


def test_ids_that_are_no_ids_are_refused(store: Store) -> None:
    token = lead(store)
    with pytest.raises(ValueError, match="agent id"):
        store.floor.write(token, FloorChanges(screens=(ScreenEvent(agent_id="a:b", kind="rings", at=NOW),)))
    with pytest.raises(ValueError, match="figure"):
        store.floor.write(
            token, FloorChanges(counts=(Count(at=NOW, scope=Scope.AGENT, name="anna", figure="a b"),))
        )
    with pytest.raises(ValueError, match="not a name"):
        store.floor.write(
            token, FloorChanges(counts=(Count(at=NOW, scope=Scope.AGENT, name="a\nb", figure="a"),))
        )
    store.floor.write(token, FloorChanges(agents=(ANNA,)))  # what could not be written is not in the way
    assert store.floor.read().agents == {"anna": ANNA}


def test_what_may_not_have_arrived_goes_before_the_next_step_and_counts_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = lead(store)
    book = store.floor
    run = book._db.run

    def lose_the_reply(name: str, request: object, *blobs: bytes) -> object:
        run(name, request, *blobs)  # type: ignore[arg-type]  # as it came
        raise KnownError("Redis cannot be reached")

    monkeypatch.setattr(book._db, "run", lose_the_reply)
    with pytest.raises(KnownError, match="reached"):
        book.write(token, FloorChanges(counts=(counted(2),)))
    monkeypatch.setattr(book._db, "run", run)
    book.write(token, FloorChanges(counts=(counted(3),)))
    assert sum_of(store) == 5


def test_a_step_that_did_not_arrive_is_not_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    token = lead(store)
    book = store.floor

    def is_away(name: str, request: object, *blobs: bytes) -> object:
        raise KnownError("Redis cannot be reached")

    with monkeypatch.context() as patch:
        patch.setattr(book._db, "run", is_away)
        for _ in range(2):
            with pytest.raises(KnownError):
                book.write(token, FloorChanges(counts=(counted(),)))
    book.write(token, FloorChanges(counts=(counted(),)))
    assert sum_of(store) == 3
