"""Commands over TCP: every caller gets its own answer or a typed error, in a bounded time."""

from __future__ import annotations

import gevent
import pytest
from gevent.event import Event as Flag
from structlog.testing import capture_logs

from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import CommandRefused, NotConnected, ReplyTimeout
from orchestrator.esl.protocol import CommandError, EslError
from orchestrator.esl.timeouts import Timeouts

from .peer import QUICK, Peer, connected, numbered, wait_until
from .streams import api_response, job_reply, reply

IMPATIENT = Timeouts(reply_s=0.1, write_s=0.2)


def test_a_command_and_its_reply() -> None:
    heard: list[str | None] = []

    def script(peer: Peer) -> None:
        heard.append(peer.read())
        peer.send(reply("+OK event listener enabled json"))
        heard.append(peer.read())
        peer.send(reply("+OK id"))

    with connected(script) as (connection, _server):
        assert connection.command("event json HEARTBEAT").text == "+OK event listener enabled json"
        connection.command("sendevent CUSTOM", [("Event-Subclass", "a::b")])
    assert heard == ["event json HEARTBEAT", "sendevent CUSTOM\nEvent-Subclass: a::b"]


def test_a_refused_command_says_what_the_switch_said() -> None:
    with connected(lambda peer: (peer.read(), peer.send(reply("-ERR no keywords supplied")))) as (
        connection,
        _,
    ):
        with pytest.raises(CommandRefused, match="no keywords supplied") as caught:
            connection.command("event json NO_SUCH")
        assert caught.value.reply == "-ERR no keywords supplied"
        assert caught.value.written


def test_an_api_command_returns_what_it_printed_good_or_bad() -> None:
    def script(peer: Peer) -> None:
        for answer in (
            api_response("true"),
            api_response("-ERR No such channel!\n"),
            reply("-ERR permission denied"),
        ):
            peer.read()
            peer.send(answer)

    with connected(script) as (connection, _server):
        assert connection.api("uuid_exists x") == "true"
        assert connection.api("uuid_kill x") == "-ERR No such channel!\n"
        with pytest.raises(CommandRefused, match="permission denied"):
            connection.api("status")


def test_bgapi_returns_when_accepted_and_raises_when_refused() -> None:
    heard: list[str | None] = []

    def script(peer: Peer) -> None:
        heard.append(peer.read())
        peer.send(job_reply("a-1"))
        peer.read()
        peer.send(reply("-ERR permission denied"))

    with connected(script) as (connection, _server):
        connection.bgapi("originate user/1 &park", "a-1")
        assert heard == ["bgapi originate user/1 &park\nJob-UUID: a-1"]
        with pytest.raises(CommandRefused):
            connection.bgapi("originate user/1 &park", "a-2")


def test_commands_with_methods_of_their_own_are_sent_to_them() -> None:
    with connected() as (connection, _server):
        for line in ("api status", "bgapi status", "auth x", "userauth x", "API status"):
            with pytest.raises(CommandError):
                connection.command(line)


def test_a_line_break_in_an_argument_is_refused_and_shifts_nothing() -> None:
    with connected() as (connection, _server):
        for text in ("status\n\napi fsctl shutdown", "status\r\n", "a\rb", "a\x00b"):
            for send in (
                connection.api,
                connection.command,
                connection.send,
                lambda t: connection.bgapi(t, "j"),
            ):
                with pytest.raises(CommandError) as caught:
                    send(text)
                assert not caught.value.written
        assert connection.api("status") == "api status"


def test_many_callers_get_their_own_answers() -> None:
    with connected() as (connection, _server):
        callers = [gevent.spawn(connection.api, f"echo {number}") for number in range(200)]
        gevent.joinall(callers, timeout=5)
        assert [caller.value for caller in callers] == [f"api echo {number}" for number in range(200)]


def test_a_late_reply_is_thrown_away_and_shifts_nothing() -> None:
    go_on = Flag()

    def script(peer: Peer) -> None:
        first = peer.read()
        go_on.wait()
        peer.answer(str(first))
        peer.serve()

    with connected(script) as (connection, _server):
        with pytest.raises(ReplyTimeout, match=r"no reply within 0.05 s") as caught:
            connection.api("slow", timeout_s=0.05)
        assert caught.value.written
        assert connection.connected
        go_on.set()
        assert connection.api("quick") == "api quick"


def test_a_caller_that_is_killed_shifts_nothing() -> None:
    go_on = Flag()

    def script(peer: Peer) -> None:
        peer.answer(str(peer.read())) if go_on.wait() else None
        peer.serve()

    with connected(script) as (connection, _server):
        caller = gevent.spawn(connection.api, "one")
        gevent.sleep(0)
        caller.kill()
        with pytest.raises(gevent.Timeout), gevent.Timeout(0.02):
            connection.api("two")
        go_on.set()
        assert connection.api("three") == "api three"


def test_every_pending_caller_is_released_by_a_loss() -> None:
    def script(peer: Peer) -> None:
        for _ in range(10):
            peer.read()
        peer.send(api_response("only the first")[:-5])

    with connected(script) as (connection, _server):
        callers = [gevent.spawn(connection.api, str(number)) for number in range(10)]
        gevent.joinall(callers, timeout=5)
        for caller in callers:
            assert isinstance(caller.exception, NotConnected)
            assert caller.exception.written
        assert len({id(caller.exception) for caller in callers}) == 10
        assert "in the middle of a message" in str(connection.reason)


def test_after_a_loss_nothing_is_written() -> None:
    with connected(lambda _: None) as (connection, _server):
        wait_until(connection.lost.is_set, "the loss is noticed")
        for send in (connection.api, connection.command, connection.send, lambda t: connection.bgapi(t, "j")):
            with pytest.raises(NotConnected, match="the switch closed the connection") as caught:
                send("status")
            assert not caught.value.written


def test_commands_before_connecting_are_refused() -> None:
    with pytest.raises(NotConnected, match="not connected yet"):
        Connection("127.0.0.1", 1, "x").api("status")


def test_garbage_in_place_of_a_reply_ends_the_connection() -> None:
    with connected(lambda peer: (peer.read(), peer.send(b"\xff\xfe garbage\n\n"), peer.read())) as (
        connection,
        _,
    ):
        with pytest.raises(NotConnected, match="broke the protocol"):
            connection.api("status")
        assert not connection.connected


def test_a_switch_that_reads_nothing_is_given_up() -> None:
    replies: list[tuple[str, EslError | None]] = []
    with connected(lambda _: gevent.sleep(5), timeouts=Timeouts(reply_s=5, write_s=0.1)) as (
        connection,
        _server,
    ):
        jobs = [(f"originate {'x' * 60_000}", f"j{number}") for number in range(400)]  # 24 MB
        connection.bgapi_many(jobs, lambda job_id, error: replies.append((job_id, error)))
        wait_until(connection.lost.is_set, "the connection is given up")
    assert "the switch reads nothing" in str(connection.reason)
    assert [job_id for job_id, _ in replies] == [job_id for _, job_id in jobs]
    written = [error.written for _, error in replies if error]
    assert len(written) == 400
    assert written == sorted(written, reverse=True)  # what may have been read comes first
    assert True in written
    assert False in written


def test_posted_jobs_are_written_together_and_answered_one_by_one() -> None:
    replies: list[tuple[str, EslError | None]] = []

    def script(peer: Peer) -> None:
        for number in range(3):
            assert str(peer.read()) == f"bgapi originate {number}\nJob-UUID: j{number}"
        peer.send(job_reply("j0") + reply("-ERR permission denied") + job_reply("j2"))
        peer.wait_for_the_end()

    with connected(script) as (connection, _server):
        connection.bgapi_many(
            [(f"originate {number}", f"j{number}") for number in range(3)],
            lambda job_id, error: replies.append((job_id, error)),
        )
        assert replies == []
        wait_until(lambda: len(replies) == 3, "three replies")
    assert [(job_id, type(error)) for job_id, error in replies] == [
        ("j0", type(None)),
        ("j1", CommandRefused),
        ("j2", type(None)),
    ]


def test_each_posted_job_ends_once_whatever_is_wrong_with_it() -> None:
    replies: list[tuple[str, EslError | None]] = []

    def on_reply(job_id: str, error: EslError | None) -> None:
        replies.append((job_id, error))
        raise RuntimeError("a bug in the caller")

    with capture_logs() as logs, connected(lambda peer: (peer.read(), peer.read())) as (connection, _server):
        connection.bgapi_many([("good", "j0"), ("b\nad", "j1"), ("good", "j 2"), ("good", "j3")], on_reply)
        assert [(job_id, type(error)) for job_id, error in replies] == [
            ("j1", CommandError),
            ("j 2", CommandError),
        ]
        wait_until(connection.lost.is_set, "the switch closes")
        connection.bgapi_many([("late", "j4")], on_reply)
    assert [(job_id, type(error), error and error.written) for job_id, error in replies[2:]] == [
        ("j0", NotConnected, True),
        ("j3", NotConnected, True),
        ("j4", NotConnected, False),
    ]
    assert [entry["event"] for entry in logs] == ["esl_reply_handler_failed"] * 5


def test_a_posted_job_times_out_and_its_late_reply_shifts_nothing() -> None:
    replies: list[tuple[str, EslError | None]] = []
    go_on = Flag()

    def script(peer: Peer) -> None:
        first, second = peer.read(), peer.read()
        go_on.wait()
        peer.answer(str(first))
        peer.answer(str(second))
        peer.serve()

    with connected(script, timeouts=IMPATIENT) as (connection, _server):
        note = lambda job_id, error: replies.append((job_id, error))  # noqa: E731
        connection.bgapi_many([("one", "j1"), ("two", "j2")], note)
        wait_until(lambda: len(replies) == 2, "both time out")
        assert all(isinstance(error, ReplyTimeout) and error.written for _, error in replies)
        go_on.set()
        connection.bgapi_many([("three", "j3")], note)
        wait_until(lambda: len(replies) == 3, "the third is answered")
        assert replies[2] == ("j3", None)


def test_a_reply_callback_may_post_but_not_wait() -> None:
    outcomes: list[object] = []

    with connected() as (connection, _server):

        def on_reply(job_id: str, _error: EslError | None) -> None:
            outcomes.append(job_id)
            if job_id == "j1":
                try:
                    connection.api("status")
                except CommandError as error:
                    outcomes.append(error)
                connection.bgapi_many([("two", "j2")], on_reply)

        connection.bgapi_many([("one", "j1")], on_reply)
        wait_until(lambda: "j2" in outcomes, "the second job is answered")
    assert [type(outcome) for outcome in outcomes] == [str, CommandError, str]


def test_bursts_in_both_directions_do_not_lock_each_other() -> None:
    # The switch reads nothing while it writes, as the real one, and its 10 MB do not fit into any buffer.
    seen: list[str] = []
    replies: list[EslError | None] = []

    def script(peer: Peer) -> None:
        for number in range(2_000):
            peer.send(numbered(number, padding="x" * 5_000))
        peer.serve()

    with connected(script, on_event=lambda event: seen.append(str(event["n"])), timeouts=QUICK) as (
        connection,
        _,
    ):
        jobs = [(f"originate {'x' * 5_000}", f"j{number}") for number in range(1_000)]  # 5 MB
        connection.bgapi_many(jobs, lambda _job_id, error: replies.append(error))
        wait_until(lambda: len(replies) == 1_000 and len(seen) == 2_000, "everything went through", 10)
    assert replies == [None] * 1_000
    assert seen == [str(number) for number in range(2_000)]
