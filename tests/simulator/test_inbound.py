"""Calls that come in: from the INVITE through the dialplan to the CDR."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.bench import Bench, Client, wait_until
from tests.simulator.incoming import CALLER, come_in, encoded, experienced, order, with_dialplan

EVENTS = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY",
)
TONE = "tone_stream://%(3000,0,440)"


def lived(
    bench: Callable[..., Bench],
    lines: str,
    *moves: list[Any],
    events: tuple[str, ...] = EVENTS,
    **options: Any,
) -> tuple[Bench, Client, str]:
    """One call to `here`, to its end."""
    made = bench(**options)
    with_dialplan(made, here=lines)
    client = made.client(*events)
    call = come_in(client, "here", *moves)
    made.wait_idle()
    client.command("api version")
    return made, client, call


def last(client: Client) -> dict[str, Any]:
    (event,) = client.named("CHANNEL_HANGUP_COMPLETE")
    return event


def test_a_call_that_is_answered_goes_through_its_events_in_order(bench: Callable[..., Bench]) -> None:
    made, client, call = lived(bench, f"ring_ready\nsleep 500\npre_answer\nplayback {TONE}\nanswer\nhangup")
    assert order(client, call) == [
        *("CREATE", "PROGRESS", "PROGRESS_MEDIA", "ANSWER", "HANGUP", "HANGUP_COMPLETE", "DESTROY")
    ]
    event = last(client)
    assert (event["Call-Direction"], event["Caller-Source"]) == ("inbound", "mod_sofia")
    assert (event["Caller-Context"], event["Caller-Dialplan"]) == ("prozvon_inbound", "XML")
    assert (event["Caller-Caller-ID-Number"], event["Caller-Destination-Number"]) == (CALLER, "here")
    assert (event["variable_sip_from_user"], event["variable_sip_req_user"]) == (CALLER, "here")
    assert event["Channel-Name"] == f"sofia/out/{CALLER}@127.0.0.1:5090"
    assert "variable_is_outbound" not in event
    cdr = made.cdr(call)
    assert cdr["channel_data"]["direction"] == "inbound"
    (flow,) = cdr["callflow"]
    assert flow["extension"]["number"] == flow["caller_profile"]["destination_number"] == "here"
    assert cdr["variables"]["sip_hangup_disposition"] == "send_bye"
    (said,) = experienced(made)
    assert (said.call, said.caller, said.called, said.by) == (call, CALLER, "here", "switch")
    assert said.answered_at
    assert said.answered_at - said.at == 3500


def test_a_call_nobody_has_a_use_for_is_turned_down_by_the_dialplan(bench: Callable[..., Bench]) -> None:
    made = bench()
    with_dialplan(made)
    client = made.client(*EVENTS)
    call = come_in(client, "elsewhere")
    made.wait_idle()
    assert last(client)["Hangup-Cause"] == "CALL_REJECTED"
    assert made.cdr(call)["variables"]["sip_hangup_disposition"] == "send_refuse"


def test_a_caller_who_gives_up_before_the_answer_cancels(bench: Callable[..., Bench]) -> None:
    made, client, call = lived(bench, "ring_ready\nsleep 9000\nanswer", ["after", 1200, "hang_up"])
    assert last(client)["Hangup-Cause"] == "ORIGINATOR_CANCEL"
    assert made.cdr(call)["variables"]["sip_hangup_disposition"] == "recv_cancel"
    (said,) = experienced(made)
    assert (said.by, said.answered_at, said.ended_at - said.at) == ("caller", None, 1200)


def test_moves_count_from_the_call_from_the_answer_and_from_what_is_heard(
    bench: Callable[..., Bench],
) -> None:
    made, _, _ = lived(
        bench,
        f"sleep 500\nanswer\nsleep 1000\nplayback {TONE}\nplayback {TONE}",
        ["after", 200, "press", "7"],
        ["answered", 100, "press", "1"],
        ["hears", TONE, "press", "23", 500],
        ["hears", TONE, "hang_up"],
    )
    (said,) = experienced(made)
    assert said.keys == "7123"
    assert (said.by, said.cause) == ("caller", "NORMAL_CLEARING")
    assert said.ended_at - said.at == 500 + 1000 + 3000


def test_keys_before_there_is_sound_are_lost(bench: Callable[..., Bench]) -> None:
    lines = "sleep 500\nplay_and_get_digits 1 5 1 1000 # silence_stream://10 silence_stream://10 got \\d+"
    made, _, call = lived(bench, lines, ["after", 100, "press", "1"], ["after", 700, "press", "2"])
    assert made.cdr(call)["variables"]["got"] == "2"
    assert "progress_media_stamp" in made.cdr(call)["variables"]  # sound needs a 183


def test_a_flood_of_keys_is_all_heard(bench: Callable[..., Bench]) -> None:
    lines = "answer\nplay_and_get_digits 1 200 1 1000 # silence_stream://10 silence_stream://10 got \\d+"
    made, _, call = lived(bench, lines, ["answered", 0, "flood", 120])
    assert len(made.cdr(call)["variables"]["got"]) == 120


def test_a_script_takes_the_call(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.script(
        "takes",
        "def handler(session, args):\n"
        "    session.setVariable('was', '%s %s' % (session.answered(), session.mediaReady()))\n"
        "    session.setVariable('who', session.getVariable('caller_id_number'))\n"
        "    session.setVariable('to', session.getVariable('destination_number'))\n"
        "    session.streamFile('silence_stream://100')\n"
        "    session.setVariable('then', '%s %s' % (session.answered(), session.mediaReady()))\n"
        "    session.execute('answer')\n"
        "    session.setVariable('is', '%s' % session.answered())\n"
        "    session.hangup()\n"
        "    session.destroy()\n",
    )
    with_dialplan(made, here="python takes")
    call = come_in(made.client(), "here")
    made.wait_idle()
    found = made.cdr(call)["variables"]
    assert (found["was"], found["then"], found["is"]) == ("False%20False", "False%20True", "True")
    assert (found["who"], found["to"]) == ("%2B79160000001", "here")


def test_an_event_of_the_call_reaches_those_who_asked_for_its_kind(bench: Callable[..., Bench]) -> None:
    made = bench()
    with_dialplan(
        made,
        here="answer\nset prozvon_x=1\nevent Event-Name=CUSTOM,Event-Subclass=prozvon::ask,Prozvon-Ask=abc_-\n",
    )
    asked, other, filtered = (
        made.client("CUSTOM prozvon::ask"),
        made.client("CUSTOM else"),
        made.client("CUSTOM prozvon::ask"),
    )
    assert filtered.command("filter variable_prozvon_x 2").startswith("+OK")
    call = come_in(asked, "here")
    made.wait_idle()
    wait_until(lambda: asked.named("CUSTOM"), "the event")
    (event,) = asked.named("CUSTOM")
    assert (event["Event-Subclass"], event["Prozvon-Ask"]) == ("prozvon::ask", "abc_-")
    assert (event["Unique-ID"], event["variable_prozvon_x"]) == (call, "1")
    assert (other.events, filtered.events) == ([], [])


def test_an_answer_is_put_into_a_variable_while_the_script_sleeps(bench: Callable[..., Bench]) -> None:
    made = bench(speed=5)
    made.script(
        "asks",
        "import freeswitch\n"
        "def handler(session, args):\n"
        "    session.execute('answer')\n"
        "    event = freeswitch.Event('CUSTOM', 'prozvon::ask')\n"
        "    session.setEventData(event)\n"
        "    event.addHeader('Prozvon-Ask', 'x')\n"
        "    event.fire()\n"
        "    for _ in range(100):\n"
        "        if session.getVariable('prozvon_answer_1'):\n"
        "            break\n"
        "        session.sleep(100)\n"
        "    session.setVariable('got', session.getVariable('prozvon_answer_1'))\n"
        "    session.destroy()\n",
    )
    with_dialplan(made, here="python asks")
    client = made.client("CUSTOM prozvon::ask")
    call = come_in(client, "here")
    wait_until(lambda: client.named("CUSTOM"), "the question")
    (event,) = client.named("CUSTOM")
    assert (event["Unique-ID"], event["Prozvon-Ask"]) == (call, "x")
    assert client.command(f"api uuid_setvar {call} prozvon_answer_1 e30") == "+OK\n"
    made.wait_idle()
    assert made.cdr(call)["variables"]["got"] == "e30"


def test_sound_is_broken_off_from_outside_and_the_call_goes_on(bench: Callable[..., Bench]) -> None:
    made = bench(speed=5)
    with_dialplan(made, here=f"answer\nplayback {TONE}\nset after=1")
    client = made.client("PLAYBACK_START")
    call = come_in(client, "here")
    wait_until(lambda: client.named("PLAYBACK_START"), "sound")
    assert client.command(f"api uuid_break {call} all") == "+OK\n"
    made.wait_idle()
    found = made.cdr(call)["variables"]
    assert found["after"] == "1"
    assert int(found["mduration"]) < 2900
    assert client.command(f"api uuid_break {call}") == "-ERR No such channel!\n"
    assert client.command("api uuid_break") == "-USAGE: <uuid> [all]\n"


def test_keys_may_be_pressed_for_the_caller(bench: Callable[..., Bench]) -> None:
    made = bench(speed=5)
    with_dialplan(made, here=f"answer\nset playback_terminators=5\nplayback {TONE}")
    client = made.client("PLAYBACK_START", "DTMF")
    call = come_in(client, "here")
    wait_until(lambda: client.named("PLAYBACK_START"), "sound")
    assert client.command(f"api uuid_recv_dtmf {call} 15") == "+OK\n"
    made.wait_idle()
    assert made.cdr(call)["variables"]["playback_terminator_used"] == "5"
    assert [event["DTMF-Digit"] for event in client.named("DTMF")] == ["1", "5"]
    assert client.command(f"api uuid_recv_dtmf {call} 1") == "-ERR Operation failed\n"
    assert client.command("api uuid_recv_dtmf x") == "-USAGE: <uuid> <dtmf_data>\n"


def test_a_full_switch_and_a_paused_one_take_no_calls(bench: Callable[..., Bench]) -> None:
    made = bench()
    with_dialplan(made, here="answer\nsleep 60000")
    client = made.client()
    assert client.command("api fsctl pause inbound") == "+OK\n"
    asked = encoded({"caller": CALLER, "called": "here"})
    assert client.command(f"api prozvon_incoming {asked}") == "-ERR 503 Maximum Calls In Progress\n"
    assert client.command("api fsctl resume inbound") == "+OK\n"
    assert client.command("api fsctl pause outbound") == "+OK\n"
    call = come_in(client, "here", ["after", 10, "hang_up"], id="my-own")
    assert call == "my-own"
    made.wait_idle()


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("nonsense", "not a JSON object"),
        ({"caller": "1"}, "`called` is missing"),
        ({"called": "1", "how": 1}, "unknown how"),
        ({"called": "1", "caller": 7}, "texts"),
        ({"called": "1", "moves": {}}, "a list"),
        ({"called": "1", "moves": [["after", -1, "hang_up"]]}, "no move"),
        ({"called": "1", "moves": [["after", 1, "dance"]]}, "no move"),
        ({"called": "1", "moves": [["hears", "x", "press", "E"]]}, "no move"),
        ({"called": "1", "gateway": "nosuch"}, "no gateway is called nosuch"),
    ],
)
def test_what_is_no_call_is_told(bench: Callable[..., Bench], asked: object, why: str) -> None:
    said = bench().client().command(f"api prozvon_incoming {encoded(asked)}")
    assert said.startswith("-ERR ")
    assert why in said


def test_what_is_no_json_is_told(bench: Callable[..., Bench]) -> None:
    assert "not base64url" in bench().client().command("api prozvon_incoming =/=")


def test_an_id_that_is_live_is_not_taken_twice(bench: Callable[..., Bench]) -> None:
    made = bench(speed=1)
    with_dialplan(made, here="answer\npark")
    client = made.client("CHANNEL_ANSWER")
    come_in(client, "here", id="one")
    assert (
        client.command(f"api prozvon_incoming {encoded({'called': 'here', 'id': 'one'})}")
        == "-ERR this id is live\n"
    )
    wait_until(lambda: client.named("CHANNEL_ANSWER"), "the answer")
    assert '"direction":"inbound"' in client.command("api show channels as json")
    assert client.command("api uuid_getvar one destination_number") == "here"
    assert client.command("api uuid_kill one") == "+OK\n"
    made.wait_idle()


@pytest.mark.parametrize(("more", "dialed"), [("", "15"), ("set digits_dialed_filter=.+\n", "XX")])
def test_secret_keys_are_in_no_event_and_no_record(
    bench: Callable[..., Bench], more: str, dialed: str
) -> None:
    asks = "play_and_get_digits 1 1 1 1000 none silence_stream://10 silence_stream://10 {} \\d"
    lines = (
        f"answer\n{asks.format('one')}\nset sensitive_dtmf=true\n{asks.format('two')}\nset sensitive_dtmf=\n"
    )
    moves = [
        ["answered", 100, "press", "1"],
        ["answered", 700, "press", "2"],
        ["answered", 1400, "press", "5"],
    ]
    made, client, call = lived(
        bench, lines + more + "sleep 500\n" + asks.format("three"), *moves, events=("DTMF",)
    )
    found = made.cdr(call)["variables"]
    assert (found["one"], found["two"], found["three"]) == ("1", "2", "5")
    assert found["digits_dialed"] == dialed
    assert [event["DTMF-Digit"] for event in client.named("DTMF")] == ["1", "5"]
