"""Events over TCP: in order, none lost without being counted, memory bounded, the reader never dies of a handler."""

from __future__ import annotations

import itertools

import gevent
import pytest
from gevent.event import Event as Flag
from structlog.testing import capture_logs

from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import NotConnected
from orchestrator.esl.inbox import Inbox, InboxLimits, Lag
from orchestrator.esl.protocol import Event

from .peer import PASSWORD, Peer, connected, numbered, switch, wait_until
from .streams import GOODBYE, json_event


def sending(*streams: bytes) -> object:
    def script(peer: Peer) -> None:
        for stream in streams:
            peer.send(stream)
        peer.serve()

    return script


def test_events_come_in_order() -> None:
    seen: list[object] = []
    burst = b"".join(numbered(number) for number in range(3_000))
    with connected(sending(burst), on_event=lambda event: seen.append(event["n"])):
        wait_until(lambda: len(seen) == 3_000, "all events came")
    assert seen == [str(number) for number in range(3_000)]


def test_a_handler_that_fails_ends_nothing() -> None:
    seen = []

    def on_event(event: dict[str, object]) -> None:
        seen.append(event["n"])
        if event["n"] == "0":
            raise RuntimeError("a bug in the handler")
        if event["n"] == "1":
            raise gevent.Timeout(1)

    with (
        capture_logs() as logs,
        connected(sending(*map(numbered, range(3))), on_event=on_event) as (connection, _),
    ):
        wait_until(lambda: len(seen) == 3, "all events came")
        assert connection.api("x") == "api x"
    assert [entry["event"] for entry in logs] == ["esl_handler_failed"] * 2
    assert logs[0]["event_name"] == "CHANNEL_ANSWER"
    assert "n" not in logs[0]


def test_a_handler_may_send_commands() -> None:
    answers = []
    with switch() as server:
        server.script = lambda peer: (peer.authenticate(), sending(*map(numbered, range(5)))(peer))  # type: ignore[operator]
        connection = Connection(
            "127.0.0.1",
            server.port,
            PASSWORD,
            on_event=lambda event: answers.append(connection.api(str(event["n"]))),
        )
        connection.connect()
        wait_until(lambda: len(answers) == 5, "all answers came")
        connection.stop()
    assert answers == [f"api {number}" for number in range(5)]


def test_greenswitch_handlers_get_the_events_of_their_name() -> None:
    seen = []
    stream = json_event({"Event-Name": "CUSTOM", "Event-Subclass": "a::b"}) + numbered(1) + json_event({})

    def script(peer: Peer) -> None:
        peer.read()
        peer.send(stream)
        peer.serve()

    with connected(script) as (connection, _server):
        connection.register_handle("a::b", lambda event: seen.append(("a::b", event.headers["Event-Name"])))
        connection.register_handle("*", lambda event: seen.append(("*", event.name)))
        with pytest.raises(Exception, match="no reply"):
            connection.command("event json ALL", timeout_s=0.01)
        wait_until(lambda: len(seen) == 3, "all events came")
    assert seen == [("a::b", "CUSTOM"), ("*", "CHANNEL_ANSWER"), ("*", "")]


def test_other_messages_are_passed_over() -> None:
    seen: list[object] = []
    stream = b"Content-Type: log/data\nContent-Length: 2\n\nx\n" + numbered(1)
    with connected(sending(stream), on_event=lambda event: seen.append(event["n"])):
        wait_until(lambda: seen == ["1"], "the event came")


def test_events_read_before_a_loss_are_still_delivered() -> None:
    seen: list[object] = []
    go_on = Flag()

    def on_event(event: dict[str, object]) -> None:
        go_on.wait()
        seen.append(event["n"])

    burst = b"".join(map(numbered, range(50)))
    with connected(lambda peer: peer.send(burst + GOODBYE), on_event=on_event) as (connection, _server):
        wait_until(connection.lost.is_set, "the loss is noticed")
        assert not connection.join(0.01)
        go_on.set()
        assert connection.join(5)
    assert len(seen) == 50


def test_waiting_events_can_be_thrown_away() -> None:
    go_on = Flag()
    with connected(sending(*map(numbered, range(10))), on_event=lambda _: go_on.wait()) as (
        connection,
        _server,
    ):
        wait_until(lambda: connection.lag.events == 9, "one is handled, nine wait")
        assert connection.discard() == 9
        assert connection.lag.dropped == 9
        go_on.set()


def test_a_slow_handler_stops_the_reading_not_the_memory() -> None:
    go_on = Flag()
    seen: list[object] = []
    sent = []

    def script(peer: Peer) -> None:
        for number in range(4_000):
            peer.send(numbered(number, padding="x" * 5_000))  # 20 MB, far more than TCP holds
            sent.append(number)
        peer.serve()

    def on_event(event: dict[str, object]) -> None:
        go_on.wait()
        seen.append(event["n"])

    limits = InboxLimits(high_events=100, stall_s=30)
    with connected(script, on_event=on_event, inbox=limits) as (connection, _server):
        wait_until(lambda: connection.lag.is_paused, "reading is paused")
        stood_at = -1
        while stood_at != len(sent):  # until the switch is held up as well
            stood_at = len(sent)
            gevent.sleep(0.02)
        assert stood_at < 4_000
        lag = connection.lag
        assert 100 <= lag.events < 200
        assert lag.bytes > 100 * 5_000
        assert lag.oldest_s > 0
        assert connection.connected
        go_on.set()
        wait_until(lambda: len(seen) == 4_000, "everything arrives in the end", 10)
        assert connection.lag == Lag()
    assert seen == [str(number) for number in range(4_000)]


def test_a_handler_that_waits_for_a_reply_behind_its_own_events_gets_it() -> None:
    answers: list[str] = []

    def script(peer: Peer) -> None:
        peer.send(b"".join(numbered(number, padding="x" * 5_000) for number in range(1_000)))
        peer.serve()

    def on_event(event: dict[str, object]) -> None:
        if not answers:
            wait_until(lambda: connection.lag.is_paused, "reading is paused")
            answers.append(connection.api("status"))

    limits = InboxLimits(high_events=10, stall_s=30)
    with switch() as server:
        server.script = lambda peer: (peer.authenticate(), script(peer))
        connection = Connection("127.0.0.1", server.port, PASSWORD, on_event=on_event, inbox=limits)
        connection.connect()
        wait_until(lambda: answers, "the reply came")
        wait_until(lambda: connection.lag.events == 0, "the rest is handled")
        assert connection.lag.dropped > 0  # what had to be read to reach the reply, beyond twice the mark
        connection.stop()


def test_a_stalled_handler_loses_counted_events_and_the_switch_is_read_on() -> None:
    go_on = Flag()
    seen: list[object] = []
    sent = []

    def script(peer: Peer) -> None:
        for number in range(4_000):
            peer.send(numbered(number, padding="x" * 5_000))
            sent.append(number)
        peer.serve()

    def on_event(event: dict[str, object]) -> None:
        go_on.wait()
        seen.append(event["n"])

    limits = InboxLimits(high_events=100, stall_s=0.05)
    with capture_logs() as logs, connected(script, on_event=on_event, inbox=limits) as (connection, _server):
        wait_until(lambda: len(sent) == 4_000, "the switch got rid of everything")
        assert connection.api("status") == "api status"
        lag = connection.lag
        assert lag.events <= 200
        assert lag.dropped == 4_000 - lag.events - 1
        go_on.set()
        wait_until(lambda: len(seen) == 4_000 - lag.dropped, "the rest is handled")
        assert connection.connected
        assert not connection.lag.is_paused
        connection.close()
        assert connection.join(5)
    told = [entry for entry in logs if entry["event"] == "esl_events_dropped"]
    assert told[-1]["total"] == lag.dropped
    assert sum(entry["count"] for entry in told) == lag.dropped
    assert "esl_reading_paused" in [entry["event"] for entry in logs]


def test_a_busy_connection_leaves_turns_to_others() -> None:
    done = Flag()
    turns = itertools.count()

    def script(peer: Peer) -> None:
        burst = b"".join(numbered(number, padding="x" * 500) for number in range(1_000))
        while not done.is_set():
            peer.send(burst)

    with connected(script, on_event=lambda _: None) as (connection, _server):
        wait_until(lambda: next(turns) > 100, "another greenlet gets its turns")
        assert connection.connected
        done.set()


@pytest.mark.parametrize("events", [0, 100])
def test_a_bug_of_ours_is_a_loss_and_not_a_hang(events: int) -> None:
    is_broken = False

    def monotonic() -> float:
        if is_broken:
            raise RuntimeError("no clock any more")
        return 0.0

    def script(peer: Peer) -> None:
        peer.authenticate()
        peer.read()
        peer.send(b"".join(map(numbered, range(events))) + b"\n")

    with switch(script) as server, capture_logs() as logs:
        connection = Connection("127.0.0.1", server.port, PASSWORD, monotonic=monotonic)
        connection.connect()
        caller = gevent.spawn(connection.api, "status")
        gevent.sleep(0)
        is_broken = True
        wait_until(connection.lost.is_set, "the connection is given up")
        caller.join(1)
        assert isinstance(caller.exception, NotConnected)
        assert connection.join(1)
        assert "a bug in the" in str(connection.reason)
    assert {entry["event"] for entry in logs} & {"esl_reader_failed", "esl_writer_failed"}


# -- the queue alone


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def an_event(size: int = 1) -> Event:
    return Event({}, size)


def test_the_queue_is_full_by_count_or_by_bytes() -> None:
    for limits, size in ((InboxLimits(high_events=4), 1), (InboxLimits(high_bytes=40), 10)):
        inbox = Inbox(limits, Clock())
        for _ in range(3):
            assert inbox.put(an_event(size), 100.0)
        assert inbox.patience_s == 0
        assert inbox.put(an_event(size), 100.0)
        assert inbox.patience_s == 5.0
        assert [inbox.put(an_event(size), 100.0) for _ in range(6)] == [True] * 4 + [False] * 2
        assert inbox.lag == Lag(events=8, bytes=8 * size, dropped=2)


def test_the_queue_has_room_again_below_half() -> None:
    inbox = Inbox(InboxLimits(high_events=4), Clock())
    for _ in range(4):
        inbox.put(an_event(), 100.0)
    inbox.go_on.clear()
    inbox.take()
    inbox.take()
    assert inbox.patience_s > 0
    assert not inbox.go_on.is_set()
    inbox.take()
    assert inbox.patience_s == 0
    assert inbox.go_on.is_set()


def test_patience_ends_and_the_oldest_event_ages() -> None:
    clock = Clock()
    inbox = Inbox(InboxLimits(high_events=1, stall_s=5), clock)
    inbox.put(an_event(), 100.0)
    clock.now = 103.0
    assert inbox.patience_s == 2.0
    assert inbox.lag.oldest_s == 3.0
    clock.now = 110.0
    assert inbox.patience_s == 0
    assert len(inbox) == 1
