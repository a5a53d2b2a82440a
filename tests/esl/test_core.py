"""The conversation: what may be said when, and which reply belongs to which command."""

from __future__ import annotations

import pytest

from orchestrator.esl.protocol import (
    ApiResponse,
    AuthRequest,
    CommandError,
    Core,
    DisconnectNotice,
    Event,
    LogData,
    Message,
    Other,
    PeerError,
    Reply,
    RudeRejection,
    State,
)

from .streams import (
    GOODBYE,
    GREETING,
    REJECTION,
    api_response,
    job_reply,
    json_event,
    plain_event,
    ready_core,
    reply,
)


def one(messages: list[Message]) -> Message:
    assert len(messages) == 1
    return messages[0]


def test_the_greeting_asks_for_the_password() -> None:
    core = Core()
    assert core.state is State.GREETING
    assert core.receive_data(GREETING) == [AuthRequest()]
    assert core.state is State.AUTHENTICATING


def test_the_right_password_makes_it_ready() -> None:
    core = Core()
    core.receive_data(GREETING)
    sent = core.send_auth("se cret")
    assert sent.data == b"auth se cret\n\n"
    answer = one(core.receive_data(reply("+OK accepted")))
    assert isinstance(answer, Reply)
    assert answer.token == sent.token
    assert answer.is_ok
    assert core.state is State.READY


def test_a_wrong_password_leaves_it_unready_until_the_switch_closes() -> None:
    core = Core()
    core.receive_data(GREETING)
    core.send_auth("guess")
    answer, notice = core.receive_data(reply("-ERR invalid") + GOODBYE)
    assert isinstance(answer, Reply)
    assert not answer.is_ok
    assert notice == DisconnectNotice(text="Bye.\n", is_lingering=False)
    assert core.state is State.CLOSED


def test_a_refused_address_gets_a_rude_rejection_and_nothing_more() -> None:
    core = Core()
    assert core.receive_data(REJECTION + GOODBYE) == [RudeRejection(text="Access Denied, go away.\n")]
    assert core.state is State.CLOSED
    core.receive_eof()


@pytest.mark.parametrize("early", [reply("+OK"), api_response("x"), json_event({}), b"A: b\n\n"])
def test_before_the_greeting_nothing_else_may_come(early: bytes) -> None:
    with pytest.raises(PeerError):
        Core().receive_data(early)


@pytest.mark.parametrize("early", [GREETING, REJECTION, api_response("x"), json_event({})])
def test_while_authenticating_only_a_reply_may_come(early: bytes) -> None:
    core = Core()
    core.receive_data(GREETING)
    core.send_auth("secret")
    with pytest.raises(PeerError, match="while authenticating"):
        core.receive_data(early)


@pytest.mark.parametrize("late", [GREETING, REJECTION])
def test_a_second_greeting_is_a_fault(late: bytes) -> None:
    with pytest.raises(PeerError, match="after the greeting"):
        ready_core().receive_data(late)


def test_replies_pair_with_commands_in_order() -> None:
    core = ready_core()
    first, second, third = core.send_api("status"), core.send_command("noevents"), core.send_api("version")
    stream = api_response("UP") + reply("+OK no longer listening") + api_response("1.10.12")
    assert [(m.token, m.data) for m in core.receive_data(stream) if isinstance(m, Reply | ApiResponse)] == [
        (first.token, "UP"),
        (second.token, "+OK no longer listening"),
        (third.token, "1.10.12"),
    ]
    assert core.unpaired == 0


def test_the_reply_to_a_forgotten_command_is_thrown_away_and_shifts_nothing() -> None:
    core = ready_core()
    given_up, wanted = core.send_api("slow"), core.send_api("quick")
    core.forget(given_up.token)
    answer = one(core.receive_data(api_response("late") + api_response("now")))
    assert isinstance(answer, ApiResponse)
    assert (answer.token, answer.text) == (wanted.token, "now")


def test_a_forgotten_command_may_also_be_refused_late() -> None:
    core = ready_core()
    core.forget(core.send_command("noevents").token)
    assert core.unpaired == 1
    assert core.receive_data(reply("-ERR no")) == []
    assert core.unpaired == 0


def test_forgetting_what_is_answered_or_unknown_changes_nothing() -> None:
    core = ready_core()
    done = core.send_api("one")
    core.receive_data(api_response("1"))
    core.forget(done.token)
    wanted = core.send_api("two")
    core.forget(done.token)
    core.forget(wanted.token + 1)
    assert one(core.receive_data(api_response("2"))) == ApiResponse(
        token=wanted.token, text="2", headers={"Content-Type": "api/response", "Content-Length": "1"}
    )


def test_a_reply_that_nobody_asked_for_is_a_fault() -> None:
    with pytest.raises(PeerError, match="a reply to no command"):
        ready_core().receive_data(reply("+OK"))


def test_an_api_response_to_another_command_is_a_fault() -> None:
    core = ready_core()
    core.send_command("noevents")
    with pytest.raises(PeerError, match="out of step"):
        core.receive_data(api_response("1"))


def test_an_api_command_may_be_refused_with_a_plain_reply() -> None:
    core = ready_core()
    sent = core.send_command("api status")
    answer = one(core.receive_data(reply("-ERR permission denied")))
    assert isinstance(answer, Reply)
    assert (answer.token, answer.data) == (sent.token, "-ERR permission denied")


def test_bgapi_carries_our_job_id_and_its_reply_repeats_it() -> None:
    core = ready_core()
    sent = core.send_bgapi("originate {a=1}user/1 &park", "a-1")
    assert sent.data == b"bgapi originate {a=1}user/1 &park\nJob-UUID: a-1\n\n"
    answer = one(core.receive_data(job_reply("a-1")))
    assert isinstance(answer, Reply)
    assert answer.headers["Job-UUID"] == "a-1"


def test_the_reply_to_another_job_is_a_fault() -> None:
    core = ready_core()
    core.send_bgapi("status", "a-1")
    with pytest.raises(PeerError, match="out of step"):
        core.receive_data(job_reply("a-2"))


def test_a_refused_bgapi_names_no_job() -> None:
    core = ready_core()
    core.send_bgapi("status", "a-1")
    answer = one(core.receive_data(reply("-ERR permission denied")))
    assert isinstance(answer, Reply)
    assert not answer.is_ok


@pytest.mark.parametrize("encode", [json_event, plain_event])
def test_events_come_in_both_formats(encode: type) -> None:
    event = one(ready_core().receive_data(encode({"Event-Name": "HEARTBEAT", "Up-Time": "1 day"})))
    assert isinstance(event, Event)
    assert event.headers == {"Event-Name": "HEARTBEAT", "Up-Time": "1 day"}
    assert event.name == "HEARTBEAT"
    assert event.size >= 40


def test_a_custom_event_goes_by_its_subclass() -> None:
    headers: dict[str, object] = {"Event-Name": "CUSTOM", "Event-Subclass": "sofia::gateway_state"}
    assert Event(headers, 1).name == "sofia::gateway_state"
    assert Event({}, 1).name == ""
    assert Event({"Event-Name": ["a", "b"]}, 1).name == ""


def test_log_lines_keep_their_headers() -> None:
    stream = b"Content-Type: log/data\nContent-Length: 5\nLog-Level: 4\n\nhello"
    line = one(ready_core().receive_data(stream))
    assert isinstance(line, LogData)
    assert (line.text, line.headers["Log-Level"]) == ("hello", "4")


def test_an_unknown_kind_of_message_is_passed_on() -> None:
    stream = b"Content-Type: text/event-xml\nContent-Length: 4\n\n<e/>"
    message = one(ready_core().receive_data(stream))
    assert isinstance(message, Other)
    assert (message.content_type, message.body) == ("text/event-xml", b"<e/>")


def test_a_lingering_switch_goes_on_talking() -> None:
    core = ready_core()
    linger = b"Content-Type: text/disconnect-notice\nContent-Disposition: linger\nContent-Length: 0\n\n"
    first, second = core.receive_data(linger + json_event({"Event-Name": "CHANNEL_HANGUP"}))
    assert first == DisconnectNotice(text="", is_lingering=True)
    assert isinstance(second, Event)
    assert core.state is State.READY


def test_what_comes_after_the_goodbye_is_ignored() -> None:
    core = ready_core()
    assert len(core.receive_data(GOODBYE + b"rubbish")) == 1
    assert core.receive_data(b"more rubbish\n\n") == []
    core.receive_eof()


def test_messages_before_a_fault_are_not_lost() -> None:
    core = ready_core()
    assert len(core.receive_data(json_event({}) + b"rubbish\n\n")) == 1
    assert core.state is State.CLOSED
    assert isinstance(core.fault, PeerError)
    with pytest.raises(PeerError, match="not a header line"):
        core.receive_data(b"")


def test_an_end_between_messages_is_no_fault() -> None:
    core = ready_core()
    core.receive_data(json_event({}) + b"\n")
    core.receive_eof()
    assert core.state is State.CLOSED


@pytest.mark.parametrize("part", [b"Content", json_event({"a": "b"})[:-1], json_event({"a": "b"})[:20]])
def test_an_end_within_a_message_is_a_fault(part: bytes) -> None:
    core = ready_core()
    core.receive_data(part)
    with pytest.raises(PeerError, match="in the middle of a message"):
        core.receive_eof()


def test_nothing_is_sent_out_of_turn() -> None:
    core = Core()
    with pytest.raises(CommandError, match="waiting for the greeting"):
        core.send_auth("secret")
    core.receive_data(GREETING)
    with pytest.raises(CommandError, match="while authenticating"):
        core.send_api("status")
    core.close()
    with pytest.raises(CommandError, match="while closed"):
        core.send_auth("secret")
    assert core.receive_data(reply("+OK")) == []


def test_too_many_commands_without_a_reply_are_refused() -> None:
    core = ready_core(unpaired=2)
    core.send_api("1")
    core.forget(core.send_api("2").token)
    with pytest.raises(CommandError, match="2 commands have no reply yet"):
        core.send_api("3")
    core.receive_data(api_response("one"))
    core.send_api("3")


def test_a_refused_command_takes_no_place() -> None:
    core = ready_core()
    with pytest.raises(CommandError):
        core.send_api("status\n")
    with pytest.raises(CommandError):
        core.send_bgapi("status", "")
    assert core.unpaired == 0


def test_an_empty_password_is_refused_before_it_is_sent() -> None:
    core = Core()
    core.receive_data(GREETING)
    with pytest.raises(CommandError, match="may not be empty"):
        core.send_auth("")
