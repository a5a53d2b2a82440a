"""Calls that come in, from the carrier's INVITE to the record: what the caller does and hears, and what is left."""

from __future__ import annotations

import json
import re
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import inbound_scenarios as lines
from tests.conformance.desk import Caller, Desk, in_order, told

EVENTS = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_BRIDGE",
    "CHANNEL_UNBRIDGE",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY",
    "DTMF",
    "PLAYBACK_START",
    "PLAYBACK_STOP",
    "RECORD_START",
    "RECORD_STOP",
)


@pytest.fixture
def watching(desk_with: Callable[..., Desk]) -> Iterator[Desk]:
    """Hears all of it. Every call leaves a marker, which its recorder would remove."""
    desk = desk_with(*EVENTS)
    yield desk
    for marker in (desk.switch.root / "inbound").glob("*.json"):
        assert desk.api(f"python prozvon_switch done {marker.stem}") == "+OK"
    assert list((desk.switch.root / "inbound").iterdir()) == []


def steps(variables: dict[str, Any]) -> list[str]:
    """The path without its times."""
    return [entry.split(" ", 1)[1] for entry in told(variables["prozvon_path"])]


def playing(desk: Desk, call: str, count: int = 1) -> None:
    desk.wait(lambda: len(desk.events_of("PLAYBACK_START", call)) >= count, f"sound {count} of {call}")


def is_marked(desk: Desk, call: str) -> bool:
    return (desk.switch.root / "inbound" / f"{call}.json").exists()


def test_a_number_nobody_takes_is_turned_down(watching: Desk) -> None:
    caller, call = watching.call_in(lines.NOBODY)
    last = watching.ended(call)
    assert (last["hangup_cause"], last["sip_hangup_disposition"]) == ("CALL_REJECTED", "send_refuse")
    assert "prozvon_inbound" not in last
    assert not is_marked(watching, call)
    watching.wait(lambda: caller.is_over, "the refusal")
    assert in_order(watching.events(call), "CHANNEL_CREATE", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY")


def test_an_incoming_leg_says_who_calls_whom(watching: Desk) -> None:
    caller, call = watching.call_in(lines.MENU)
    created = watching.event("CHANNEL_CREATE", call)
    assert (created["Call-Direction"], created["Caller-Context"]) == ("inbound", "prozvon_inbound")
    assert created["Caller-Destination-Number"] == created["variable_sip_req_user"] == lines.MENU
    assert created["Caller-Caller-ID-Number"] == created["variable_sip_from_user"]
    assert created["Channel-Name"].startswith(f"sofia/out/{created['variable_sip_from_user']}@127.0.0.1:")
    playing(watching, call)
    marker = json.loads((watching.switch.root / "inbound" / f"{call}.json").read_text("utf-8"))
    assert marker["called"] == lines.MENU
    assert marker["caller"] == created["Caller-Caller-ID-Number"]
    assert marker["at"] == pytest.approx(int(created["Caller-Channel-Created-Time"]) / 1e6, abs=0.01)
    caller.hang_up()
    watching.ended(call)


@pytest.mark.parametrize(
    ("keys", "result", "path"),
    [("1", "one", ["key 1", "one"]), ("91", "one", ["key 9", "start", "key 1", "one"])],
)
def test_a_menu_is_walked_by_keys(watching: Desk, keys: str, result: str, path: list[str]) -> None:
    caller, call = watching.call_in(lines.MENU)
    playing(watching, call)
    for at, key in enumerate(keys):
        playing(watching, call, at + 1)
        caller.press(key)
    last = watching.ended(call)
    assert (last["prozvon_result"], last["prozvon_flow"], last["hangup_cause"]) == (
        result,
        "ended",
        "NORMAL_CLEARING",
    )
    walked = [step for step in steps(last) if not step.startswith(("hears", "answered"))]
    assert walked == ["start", *path]
    assert (last["prozvon_inbound"], last["prozvon_scenario"], last["prozvon_called"]) == (
        "true",
        "line_01",
        lines.MENU,
    )
    assert caller.hears_us
    assert is_marked(watching, call)
    assert in_order(watching.events(call), "CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE")


def test_who_presses_nothing_and_what_is_not_offered_go_the_other_way(watching: Desk) -> None:
    _, silent = watching.call_in(lines.MENU)
    assert watching.ended(silent)["prozvon_result"] == "nothing"
    caller, wrong = watching.call_in(lines.MENU)
    playing(watching, wrong)
    caller.press("5")
    assert watching.ended(wrong)["prozvon_result"] == "nothing"


def test_a_flood_of_keys_is_survived(watching: Desk) -> None:
    caller, call = watching.call_in(lines.MENU)
    playing(watching, call)
    caller.press("4730" * 10)
    assert watching.ended(call)["prozvon_flow"] in ("ended", "left")


def test_digits_are_confirmed_and_private_ones_are_nowhere(watching: Desk) -> None:
    caller, call = watching.call_in(lines.ASK)
    playing(watching, call)
    caller.press("1234")
    playing(watching, call, 2)  # what was typed is said back
    caller.press("2")
    playing(watching, call, 3)
    caller.press("5678")
    playing(watching, call, 4)
    caller.press("1")
    playing(watching, call, 5)
    caller.press("9753")
    last = watching.ended(call)
    assert last["prozvon_result"] == "entered"
    assert told(last["prozvon_values"]) == {"code": "5678"}
    cdr = (watching.switch.cdr_dir / f"{call}.cdr.json").read_text("utf-8")
    assert not re.search(r"(?<!\d)9753(?!\d)", cdr)  # a longer number is some instant
    assert "5678" in json.dumps(told(last["prozvon_values"]))


def test_a_message_is_recorded_until_it_is_quiet(watching: Desk) -> None:
    caller, call = watching.call_in(lines.RECORD)
    playing(watching, call)
    caller.speak(4.0)  # from the words before it on
    last = watching.ended(call)
    assert last["prozvon_result"] == "recorded"
    (name,) = told(last["prozvon_recordings"])
    assert name.endswith(f"/{call}.message.wav")
    assert 2.0 < loud_s(watching.switch.root / "recordings" / name)[0] < 4.3
    assert in_order(watching.events(call), "RECORD_START", "RECORD_STOP", "CHANNEL_HANGUP_COMPLETE")


@pytest.mark.parametrize("end", [lambda caller: caller.press("#"), lambda caller: caller.hang_up()])
def test_a_message_is_recorded_until_its_key_and_kept_when_the_caller_just_leaves(
    watching: Desk, end: Callable[[Caller], None]
) -> None:
    caller, call = watching.call_in(lines.RECORD)
    playing(watching, call)
    caller.speak(9.0)
    watching.wait(lambda: watching.events_of("RECORD_START", call), "recording")
    pause(watching, 1.4)
    end(caller)
    last = watching.ended(call)
    (name,) = told(last["prozvon_recordings"])
    assert last["prozvon_result"] == "recorded"
    assert loud_s(watching.switch.root / "recordings" / name)[0] > 1


def test_a_call_is_forwarded_and_goes_on_when_the_talk_is_over(watching: Desk) -> None:
    _, call = watching.call_in(lines.FORWARD)
    last = watching.ended(call)
    assert (last["prozvon_result"], last["prozvon_reached"]) == ("talked", "+79990000002")
    (other,) = watching.made_for(call)
    (bridge,) = watching.events_of("CHANNEL_BRIDGE", call)
    assert (bridge["Bridge-A-Unique-ID"], bridge["Bridge-B-Unique-ID"]) == (call, other)
    assert bridge["variable_prozvon_inbound"] == "true"
    assert in_order(watching.events(call), "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE", "CHANNEL_HANGUP_COMPLETE")
    others = watching.event("CHANNEL_HANGUP_COMPLETE", other)
    assert others["Hangup-Cause"] == "NORMAL_CLEARING"
    assert "variable_prozvon_inbound" not in others
    assert not (watching.switch.cdr_dir / f"{other}.cdr.json").exists()  # of b-legs there are none
    (name,) = told(last["prozvon_recordings"])
    with wave.open(str(watching.switch.root / "recordings" / name)) as file:
        assert file.getnframes() / 8000 == pytest.approx(1.5, abs=0.4)  # the talk, and not the ringing
    assert any(step.startswith(("talked 1 s +7999", "talked 2 s +7999")) for step in steps(last))


@pytest.mark.parametrize("number", [lines.FORWARD_BUSY, lines.FORWARD_RINGS])
def test_nobody_takes_the_call_and_the_flow_goes_on(watching: Desk, number: str) -> None:
    caller, call = watching.call_in(number)
    last = watching.ended(call)
    assert last["prozvon_result"] == "nobody"
    assert not last.get("prozvon_reached")
    (other,) = watching.made_for(call)
    assert watching.api(f"uuid_exists {other}") == "false"
    watching.wait(lambda: caller.is_over, "the end")


def test_only_who_presses_the_key_gets_the_caller(watching: Desk) -> None:
    caller, call = watching.call_in(lines.WHISPER)
    watching.wait(lambda: watching.events_of("CHANNEL_BRIDGE", call), "the talk", 30)
    one, two = watching.made_for(call)
    (bridge,) = watching.events_of("CHANNEL_BRIDGE", call)
    loser = one if bridge["Bridge-B-Unique-ID"] == two else two
    assert watching.event("CHANNEL_HANGUP_COMPLETE", loser)["Hangup-Cause"] == "LOSE_RACE"
    assert bridge["Other-Leg-Destination-Number"] == "+79990000021"
    caller.hang_up()
    last = watching.ended(call)
    assert last["prozvon_reached"] == "+79990000021"


def test_who_waits_is_rung_for_one_after_another(watching: Desk) -> None:
    _, call = watching.call_in(lines.QUEUE)
    last = watching.ended(call)
    assert (last["prozvon_result"], last["prozvon_reached"]) == ("talked", "+79990000002")
    assert len(watching.made_for(call)) == 2
    assert int(last["prozvon_queue_wait"]) <= 5


def test_sound_comes_before_the_answer_where_the_flow_says_so(watching: Desk) -> None:
    caller, call = watching.call_in(lines.EARLY)
    last = watching.ended(call)
    assert last["prozvon_result"] == "told"
    order = ("CHANNEL_CREATE", "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER")
    assert in_order(watching.events(call), *order, "CHANNEL_HANGUP_COMPLETE")
    rang, media, answered = (int(last[f"{name}_uepoch"]) for name in ("progress", "progress_media", "answer"))
    assert (media - rang) / 1e6 == pytest.approx(1.0, abs=0.3)
    assert (answered - media) / 1e6 == pytest.approx(0.4, abs=0.3)
    assert caller.hears_us


def test_what_is_asked_and_not_answered_goes_the_other_way(watching: Desk) -> None:
    watching.client.listen("CUSTOM prozvon::ask")
    _, call = watching.call_in(lines.FETCHES)
    last = watching.ended(call)
    assert last["prozvon_result"] == "unanswered"
    asked = question(watching, call)
    assert (asked["what"], asked["n"], asked["service"]) == ("fetch", 1, "crm")


def test_what_is_asked_stands_in_no_log_and_no_record(watching: Desk) -> None:
    """It may hold what the caller entered in private."""
    watching.client.listen("CUSTOM prozvon::ask")
    _, call = watching.call_in(lines.FETCHES)
    watching.ended(call)
    (event,) = watching.events_of("CUSTOM", call)
    files = [watching.switch.cdr_dir / f"{call}.cdr.json", watching.switch.root / "log" / "freeswitch.log"]
    texts = [file.read_text("utf-8", "replace") for file in files if file.exists()]
    assert texts
    assert not any(event["Prozvon-Ask"] in text for text in texts)


def test_an_answer_reaches_the_call_that_asked(watching: Desk) -> None:
    watching.client.listen("CUSTOM prozvon::ask")
    _, call = watching.call_in(lines.FETCHES)
    watching.wait(lambda: watching.events_of("CUSTOM", call), "the question")
    answer = "eyJvayI6dHJ1ZSwic3RhdHVzIjoyMDAsImZpZWxkcyI6e319"  # {"ok":true,"status":200,"fields":{}}
    assert watching.api(f"uuid_setvar {call} prozvon_answer_1 {answer}") == "+OK\n"
    assert watching.ended(call)["prozvon_result"] == "ok"


def test_the_whole_call_is_recorded_and_private_digits_are_not(watching: Desk) -> None:
    caller, call = watching.call_in(lines.TAPED)
    playing(watching, call)
    caller.speak(20.0)
    playing(watching, call, 2)
    pause(watching, 1.0)
    caller.press("9753")
    last = watching.ended(call)
    assert last["prozvon_result"] in ("entered", "nothing")
    (name,) = told(last["prozvon_recordings"])
    path = watching.switch.root / "recordings" / name
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2
    caller_s, ours_s = loud_s(path)
    with wave.open(str(path)) as file:
        whole_s = file.getnframes() / file.getframerate()
    assert caller_s < whole_s - 1.0  # they spoke all the time: what is missing was masked
    assert ours_s < 1.3  # two words of the three


def question(desk: Desk, call: str) -> dict[str, Any]:
    (event,) = desk.events_of("CUSTOM", call)
    assert event["variable_prozvon_scenario"]
    asked: dict[str, Any] = told(event["Prozvon-Ask"])
    return asked


def pause(desk: Desk, seconds: float) -> None:
    """On the switch's clock, as the switch itself says."""
    began = int(desk.api("strmicroepoch"))
    desk.wait(lambda: int(desk.api("strmicroepoch")) >= began + seconds * 1e6, f"{seconds} s")


def loud_s(path: Path) -> list[float]:
    """For each channel, seconds of it that are not silent."""
    with wave.open(str(path)) as file:
        channels, frames = file.getnchannels(), file.readframes(file.getnframes())
    samples = memoryview(frames).cast("h")
    tenth = 800 * channels
    found = [0.0] * channels
    for at in range(0, len(samples), tenth):
        for side in range(channels):
            part = samples[at + side : at + tenth : channels]
            found[side] += 0.1 * (sum(map(abs, part)) / max(1, len(part)) > 200)
    return found
