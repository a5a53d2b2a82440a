"""Coming up and going down: whatever the switch does meanwhile, it takes a bounded time and ends in one error."""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent
import pytest
from gevent import socket

from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import AccessDenied, AuthFailed, NotConnected
from orchestrator.esl.protocol import CommandError
from orchestrator.esl.timeouts import Timeouts

from .peer import PASSWORD, QUICK, Peer, connected, switch, wait_until
from .streams import GOODBYE, GREETING, REJECTION, json_event, reply

IMPATIENT = Timeouts(connect_s=0.1, greeting_s=0.1, auth_s=0.1, reply_s=0.1, write_s=0.2, goodbye_s=0.1)


def failure(script: Callable[[Peer], None], timeouts: Timeouts = QUICK) -> NotConnected:
    """What `connect` raises, after which nothing is left of the connection."""
    with switch(script) as server:
        connection = Connection("127.0.0.1", server.port, PASSWORD, timeouts=timeouts)
        started = time.monotonic()
        with pytest.raises(NotConnected) as caught:
            connection.connect()
        assert time.monotonic() - started < 3
        assert not connection.connected
        assert connection.lost.is_set()
        assert connection.join(1)
        assert PASSWORD not in f"{caught.value!r}{connection!r}{connection.reason!r}"
        with pytest.raises(NotConnected):
            connection.api("status")
        return caught.value


def test_a_connection_comes_up_and_says_so() -> None:
    with connected() as (connection, server):
        assert connection.connected
        assert repr(connection) == f"<Connection 127.0.0.1:{server.port}: ready>"
        assert connection.api("status") == "api status"


def test_the_password_is_in_no_attribute() -> None:
    connection = Connection("127.0.0.1", 1, PASSWORD)
    assert PASSWORD not in repr(vars(connection))


def test_a_greeting_in_pieces_and_late_is_waited_for() -> None:
    def script(peer: Peer) -> None:
        for byte in GREETING:
            peer.send(bytes([byte]))
            gevent.sleep(0.001)
        peer.read()
        peer.send(reply("+OK accepted"))
        peer.serve()

    with switch(script) as server:
        connection = Connection("127.0.0.1", server.port, PASSWORD, timeouts=QUICK)
        connection.connect()
        assert connection.command("noevents").is_ok
        connection.stop()


def test_no_greeting_is_an_error() -> None:
    assert "no greeting within 0.1 s" in str(failure(Peer.wait_for_the_end, IMPATIENT))


def test_half_a_greeting_is_an_error() -> None:
    def script(peer: Peer) -> None:
        peer.send(GREETING[:-1])
        peer.wait_for_the_end()

    assert "no greeting" in str(failure(script, IMPATIENT))


def test_no_answer_to_the_password_is_an_error() -> None:
    def script(peer: Peer) -> None:
        peer.send(GREETING)
        peer.wait_for_the_end()

    assert "authenticating: no reply within 0.1 s" in str(failure(script, IMPATIENT))


def test_a_wrong_password_is_an_error_of_its_own() -> None:
    def script(peer: Peer) -> None:
        peer.send(GREETING)
        peer.read()
        peer.send(reply("-ERR invalid") + GOODBYE)

    error = failure(script)
    assert isinstance(error, AuthFailed)
    assert "-ERR invalid" in str(error)


def test_a_refused_address_is_an_error_of_its_own() -> None:
    error = failure(lambda peer: peer.send(REJECTION + GOODBYE))
    assert isinstance(error, AccessDenied)
    assert "Access Denied, go away." in str(error)


def test_a_switch_that_closes_at_once_is_an_error() -> None:
    assert "closed the connection" in str(failure(lambda _: None))


def test_a_switch_that_closes_after_the_greeting_is_an_error() -> None:
    failure(lambda peer: peer.send(GREETING))


def test_something_else_on_the_port_is_an_error() -> None:
    assert "broke the protocol" in str(failure(lambda peer: peer.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")))
    assert "broke the protocol" in str(failure(lambda peer: peer.send(json_event({}))))


def test_nobody_on_the_port_is_an_error() -> None:
    with switch() as server:
        port = server.port
    connection = Connection("127.0.0.1", port, PASSWORD)
    with pytest.raises(NotConnected, match=rf"cannot connect to 127.0.0.1:{port}: .*refused"):
        connection.connect()
    assert connection.join(1)


def test_a_host_that_does_not_answer_is_given_up() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        fillers = [socket.socket() for _ in range(3)]  # the queue of connections is full now
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        connection = Connection(*address, PASSWORD, timeouts=IMPATIENT)
        with pytest.raises(NotConnected, match=r"no connection within 0.1 s"):
            connection.connect()
        for filler in fillers:
            filler.close()


def test_a_connection_is_for_one_use() -> None:
    with connected() as (connection, _server):
        with pytest.raises(CommandError, match="for one use"):
            connection.connect()
        assert connection.api("x") == "api x"
        connection.stop()
        with pytest.raises(CommandError, match="for one use"):
            connection.connect()


def test_one_that_was_closed_before_it_began_does_not_begin() -> None:
    with switch() as server:
        connection = Connection("127.0.0.1", server.port, PASSWORD)
        connection.close("changed our mind")
        with pytest.raises(NotConnected, match="changed our mind"):
            connection.connect()
        assert server.peers == []


def test_one_that_is_closed_while_it_begins_goes_away() -> None:
    with switch(Peer.wait_for_the_end) as server:
        connection = Connection("127.0.0.1", server.port, PASSWORD)
        gevent.spawn(connection.close, "changed our mind")  # runs while the socket connects
        with pytest.raises(NotConnected, match="changed our mind"):
            connection.connect()
        assert connection.join(1)


def test_a_password_that_cannot_be_sent_is_our_own_mistake() -> None:
    with switch() as server:
        connection = Connection("127.0.0.1", server.port, "two\nlines")
        with pytest.raises(CommandError) as caught:
            connection.connect()
        assert "two" not in str(caught.value)
        assert not connection.connected


def test_a_loss_is_noticed_and_has_a_reason() -> None:
    with connected(lambda _: None) as (connection, _server):
        wait_until(connection.lost.is_set, "the loss is noticed")
        assert not connection.connected
        assert str(connection.reason) == "the switch closed the connection"


def test_a_goodbye_is_the_reason() -> None:
    with connected(lambda peer: peer.send(GOODBYE)) as (connection, _server):
        wait_until(connection.lost.is_set, "the loss is noticed")
        assert str(connection.reason) == "the switch closed the connection: Bye."


def test_a_reset_is_a_loss() -> None:
    def script(peer: Peer) -> None:
        peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    with connected(script) as (connection, _server):
        wait_until(connection.lost.is_set, "the loss is noticed")
        assert "while reading" in str(connection.reason)


def test_the_socket_notices_a_peer_that_vanished() -> None:
    with connected() as (connection, _server):
        option = connection.sock.getsockopt
        assert option(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert option(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
        assert option(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000


def test_stop_says_goodbye() -> None:
    heard = []

    def script(peer: Peer) -> None:
        heard.append(peer.read())
        peer.send(reply("+OK bye") + GOODBYE)

    with connected(script) as (connection, _server):
        connection.stop()
        assert heard == ["exit"]
        connection.stop()


def test_stop_waits_for_nobody() -> None:
    with connected(Peer.wait_for_the_end, timeouts=IMPATIENT) as (connection, _server):
        started = time.monotonic()
        connection.stop()
        assert time.monotonic() - started < 3
        assert not connection.connected


def test_stop_before_connect_is_fine() -> None:
    connection = Connection("127.0.0.1", 1, PASSWORD)
    connection.stop()
    assert "closed by us" in repr(connection)


def test_it_is_a_greenswitch_connection() -> None:
    with switch() as server, Connection("127.0.0.1", server.port, PASSWORD) as connection:
        assert connection.send("api status").data == "api status"
        assert connection.send("noevents").data == "+OK"
    assert not connection.connected
