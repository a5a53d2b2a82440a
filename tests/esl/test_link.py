"""The link: comes back after every loss, and asks for the same again."""

from __future__ import annotations

import pytest
from gevent.event import Event as Flag
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from orchestrator.esl.backoff import Backoff
from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import CommandRefused, NotConnected
from orchestrator.esl.inbox import InboxLimits
from orchestrator.esl.link import Link, LinkOptions
from orchestrator.esl.protocol import CommandError
from orchestrator.esl.timeouts import Timeouts

from .ledger import SOON, SUBSCRIBED, Ledger, link_to
from .peer import PASSWORD, QUICK, Peer, numbered, switch, wait_until
from .streams import GREETING, reply


def test_a_link_comes_up_with_its_filters_before_its_events() -> None:
    ledger = Ledger()
    with switch(ledger.script) as server, link_to(server, ledger) as link:
        assert repr(link) == f"<Link 127.0.0.1:{server.port}: not started>"
        link.start()
        assert link.wait_up(5)
        wait_until(lambda: ledger.ups == 1, "on_up was called")
        assert ledger.heard == [SUBSCRIBED]
        assert link.conn.api("status") == "api status"
        assert repr(link) == f"<Link 127.0.0.1:{server.port}: up>"
        assert PASSWORD not in repr(vars(link))


def test_events_reach_the_handler() -> None:
    ledger = Ledger()

    def script(peer: Peer) -> None:
        peer.authenticate()
        peer.answer(str(peer.read()))
        peer.send(reply("+OK") + numbered(1) + numbered(2))
        peer.serve()

    with switch(script) as server, link_to(server, ledger) as link:
        link.start()
        wait_until(lambda: ledger.seen == ["1", "2"], "both events came")
        assert link.lag.dropped == 0


def test_without_events_nothing_is_subscribed() -> None:
    ledger = Ledger()
    with switch(ledger.script) as server, link_to(server, ledger, events=(), filters=()) as link:
        link.start()
        assert link.wait_up(5)
        assert ledger.heard == [[]]


def test_after_a_loss_it_comes_back_and_subscribes_again() -> None:
    ledger = Ledger()
    with switch(ledger.script) as server, link_to(server, ledger) as link:
        link.start()
        for number in range(1, 4):
            wait_until(lambda n=number: ledger.ups == n, "it is up")
            first = link.conn
            server.peers[-1].sock.shutdown(2)
            wait_until(lambda c=first: c.lost.is_set(), "the loss is noticed")
        wait_until(lambda: ledger.ups == 4, "it is up again")
    assert ledger.heard == [SUBSCRIBED] * 4
    assert ledger.told == ["up", "the switch closed the connection"] * 3 + ["up", "stopped"]


def test_while_it_is_down_there_is_no_connection_but_a_reason() -> None:
    ledger = Ledger()
    with switch() as server:
        port = server.port
    link = Link("127.0.0.1", port, PASSWORD, options=SOON, on_down=ledger.told.append)
    with pytest.raises(NotConnected, match="not started"):
        _ = link.conn
    link.start()
    wait_until(lambda: len(ledger.told) >= 3, "three tries failed")
    with pytest.raises(NotConnected, match="refused") as caught:
        _ = link.conn
    assert not caught.value.written
    assert not link.is_up
    assert not link.wait_up(0.01)
    link.stop()
    assert all("cannot connect" in reason for reason in ledger.told[:3])


def test_a_wrong_password_is_not_tried_often() -> None:
    tries = []

    def script(peer: Peer) -> None:
        tries.append(peer)
        peer.send(GREETING)
        peer.read()
        peer.send(reply("-ERR invalid"))

    options = LinkOptions(backoff=Backoff(first_s=0.001, most_s=60), timeouts=QUICK)
    ledger = Ledger()
    with switch(script) as server, capture_logs() as logs, link_to(server, ledger, options) as link:
        link.start()
        wait_until(lambda: logs, "the link told what it does next")
        assert logs[0]["next_try_s"] == 60
        assert "password" in ledger.told[0]
    assert len(tries) == 1


def test_filters_change_on_the_spot_and_stay_changed() -> None:
    ledger = Ledger()
    with switch(ledger.script) as server, link_to(server, ledger) as link:
        link.start()
        assert link.wait_up(5)
        link.add_filter("b", "2")
        link.add_filter("b", "2")
        link.remove_filter("a", "1")
        link.remove_filter("a", "1")
        assert ledger.heard[0] == [*SUBSCRIBED, "filter b 2", "filter delete a 1"]
        server.peers[-1].sock.shutdown(2)
        wait_until(lambda: ledger.ups == 2, "it is up again")
        assert ledger.heard[1] == ["filter b 2", "event json CHANNEL_ANSWER"]


def test_filters_may_be_changed_while_there_is_no_connection() -> None:
    ledger = Ledger()
    with switch(ledger.script) as server, link_to(server, ledger) as link:
        link.add_filter("b", "2")
        link.start()
        assert link.wait_up(5)
        assert ledger.heard == [["filter a 1", "filter b 2", "event json CHANNEL_ANSWER"]]


def test_a_filter_that_meets_a_loss_is_set_with_the_next_connection() -> None:
    ledger = Ledger()
    with switch(ledger.script) as server, link_to(server, ledger) as link:
        link.start()
        assert link.wait_up(5)
        link.conn.close("gone just now")
        link.add_filter("b", "2")
        wait_until(lambda: ledger.ups == 2, "it is up again")
        assert "filter b 2" in ledger.heard[1]


def test_a_filter_that_the_switch_refuses_is_an_error() -> None:
    def script(peer: Peer) -> None:
        peer.authenticate()
        peer.answer(str(peer.read()))
        peer.answer(str(peer.read()))
        peer.read()
        peer.send(reply("-ERR invalid syntax"))
        peer.serve()

    with switch(script) as server, link_to(server, Ledger()) as link:
        link.start()
        assert link.wait_up(5)
        with pytest.raises(CommandRefused):
            link.add_filter("b", "2")
        with pytest.raises(CommandError):
            link.add_filter("b c", "2")


def test_a_subscription_that_is_no_command_shows_at_once() -> None:
    with pytest.raises(CommandError):
        Link("127.0.0.1", 1, PASSWORD, events=("A B",))
    with pytest.raises(CommandError):
        Link("127.0.0.1", 1, PASSWORD, filters=(("delete", "x"),))


@pytest.mark.parametrize("lost", [0, 1])
def test_two_connections_live_and_die_together(lost: int) -> None:
    ledger = Ledger()
    options = LinkOptions(has_command_connection=True, backoff=SOON.backoff, timeouts=QUICK)
    with switch(ledger.script) as server, link_to(server, ledger, options) as link:
        link.start()
        wait_until(lambda: ledger.ups == 1, "it is up")
        link.conn.api("status")
        link.add_filter("b", "2")
        assert ledger.heard == [[*SUBSCRIBED, "filter b 2"], ["api status"]]
        server.peers[lost].sock.shutdown(2)
        wait_until(lambda: ledger.ups == 2, "both are up again")
        assert link.conn.api("status") == "api status"
        assert ledger.heard[2:] == [[SUBSCRIBED[0], "filter b 2", SUBSCRIBED[1]], ["api status"]]
        wait_until(lambda: server.peers[1 - lost].sock.closed, "the other one was closed")


def test_an_on_up_that_fails_is_tried_again() -> None:
    ledger = Ledger()
    failures: list[Exception] = [RuntimeError("a bug"), NotConnected("lost meanwhile")]

    def on_up(connection: Connection) -> None:
        assert connection.connected
        if failures:
            raise failures.pop(0)
        ledger.told.append("up")

    with (
        switch(ledger.script) as server,
        capture_logs() as logs,
        link_to(server, ledger, on_up=on_up) as link,
    ):
        link.start()
        wait_until(lambda: ledger.ups == 1, "it is up")
    assert ledger.told == ["a bug", "lost meanwhile", "up", "stopped"]
    assert "esl_on_up_failed" in [entry["event"] for entry in logs]


def test_an_on_down_that_fails_ends_nothing() -> None:
    ledger = Ledger()

    def on_down(reason: str) -> None:
        ledger.told.append(reason)
        raise RuntimeError("a bug")

    with switch(ledger.script) as server, capture_logs(), link_to(server, ledger, on_down=on_down) as link:
        link.start()
        assert link.wait_up(5)
        server.peers[-1].sock.shutdown(2)
        wait_until(lambda: ledger.ups == 2, "it is up again")


def test_a_silent_switch_is_taken_for_dead() -> None:
    ledger = Ledger()

    def script(peer: Peer) -> None:
        peer.authenticate()
        peer.answer(str(peer.read()))
        peer.answer(str(peer.read()))
        peer.wait_for_the_end()

    options = LinkOptions(ping_s=0.02, backoff=SOON.backoff, timeouts=Timeouts(reply_s=0.05))
    with switch(script) as server, link_to(server, ledger, options) as link:
        link.start()
        wait_until(lambda: ledger.ups == 2, "it was given up and made again")
    assert "the switch is silent: no reply within 0.05 s" in ledger.told


def test_a_quiet_switch_that_answers_is_kept() -> None:
    ledger = Ledger()
    options = LinkOptions(ping_s=0.01, timeouts=QUICK)
    with switch(ledger.script) as server, link_to(server, ledger, options) as link:
        link.start()
        wait_until(
            lambda: ledger.heard and ledger.heard[0].count("api uptime") >= 3, "it was asked three times"
        )
        assert ledger.told == ["up"]


def test_events_of_a_lost_connection_are_handled_before_it_is_told() -> None:
    ledger = Ledger()
    go_on = Flag()

    def script(peer: Peer) -> None:
        peer.authenticate()
        peer.answer(str(peer.read()))
        peer.read()
        peer.send(reply("+OK") + b"".join(map(numbered, range(3))))

    def on_event(event: dict[str, object]) -> None:
        go_on.wait()
        ledger.told.append(str(event["n"]))

    with switch(script) as server, link_to(server, ledger, on_event=on_event) as link:
        link.start()
        wait_until(lambda: "up" in ledger.told and not link.is_up, "it is lost")
        assert ledger.told == ["up"]
        go_on.set()
        wait_until(lambda: len(ledger.told) >= 5, "the loss is told")
    assert ledger.told[:5] == ["up", "0", "1", "2", "the switch closed the connection"]


def test_a_handler_that_does_not_finish_holds_up_nothing_for_ever() -> None:
    ledger = Ledger()
    go_on = Flag()

    def script(peer: Peer) -> None:
        peer.authenticate()
        peer.answer(str(peer.read()))
        peer.read()
        peer.send(reply("+OK") + b"".join(map(numbered, range(10))))

    options = LinkOptions(
        drain_s=0.05, backoff=SOON.backoff, timeouts=QUICK, inbox=InboxLimits(high_events=3, stall_s=0.02)
    )
    with switch(script) as server, link_to(server, ledger, options, on_event=lambda _: go_on.wait()) as link:
        link.start()
        wait_until(lambda: ledger.ups == 2, "it came back")
        assert link.lag.dropped >= 9
        go_on.set()


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_delays_double_up_to_the_most_and_are_spread(failures: int, chance: float) -> None:
    backoff = Backoff(first_s=0.5, most_s=30)
    whole = 0.5 * 2 ** (failures - 1) if failures < 7 else 30
    delay_s = backoff.delay_s(failures, lambda: chance)
    assert whole / 2 <= delay_s <= whole
    assert delay_s == whole * (0.5 + chance / 2)


def test_a_connection_that_held_ends_a_row_of_failures() -> None:
    ledger = Ledger()
    clock = [0.0]
    options = LinkOptions(backoff=Backoff(first_s=0.2, most_s=10), timeouts=QUICK)
    arguments = {"monotonic": lambda: clock[0], "chance": lambda: 0.0}
    with (
        switch(ledger.script) as server,
        capture_logs() as logs,
        link_to(server, ledger, options, **arguments) as link,
    ):
        link.start()
        for number, lived_s in enumerate((0, 0, 0, 20)):
            wait_until(lambda n=number: ledger.ups == n + 1, "it is up")
            clock[0] += lived_s
            server.peers[-1].sock.shutdown(2)
        wait_until(lambda: ledger.ups == 5, "it is up at last")
        downs = [entry["next_try_s"] for entry in logs if entry["event"] == "esl_link_down"]
    assert downs == [0.1, 0.2, 0.4, 0.1]


def test_what_takes_long_goes_over_a_connection_of_its_own() -> None:
    ledger = Ledger()
    options = LinkOptions(
        has_command_connection=True, has_slow_connection=True, backoff=SOON.backoff, timeouts=QUICK
    )
    with switch(ledger.script) as server, link_to(server, ledger, options) as link:
        link.start()
        wait_until(lambda: ledger.ups == 1, "it is up")
        link.conn.api("quick")
        link.slow_conn.api("slow")
        assert ledger.heard == [SUBSCRIBED, ["api slow"], ["api quick"]]
    with pytest.raises(NotConnected):
        link.slow_conn  # noqa: B018  # a property that refuses


def test_without_one_slow_commands_go_the_usual_way() -> None:
    ledger = Ledger()
    with switch(ledger.script) as server, link_to(server, ledger) as link:
        link.start()
        assert link.wait_up(5)
        assert link.slow_conn is link.conn
