from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.simulator.leg import Leg
from orchestrator.simulator.session import CALLS_AFTER_HANGUP, Runaway
from tests.simulator.bench import START_MS
from tests.simulator.legs import answered_leg, passed_s, press, session_on
from tests.simulator.test_audio import wav


def stop(session: Any, what: str, event: Any, pressed: list[tuple[str, str, int]]) -> str:
    pressed.append((what, event.digit, event.duration))
    return "stop"


def go_on(session: Any, what: str, event: Any) -> str:
    return ""


@pytest.fixture
def leg(tmp_path: Path) -> Leg:
    return answered_leg(tmp_path)


def test_sleeping_passes_the_legs_time(leg: Leg) -> None:
    session, _ = session_on(leg)
    assert session.sleep(1500) == 1
    assert passed_s(leg) == 1.5
    assert session.monotonic() == leg.now_ms / 1000


def test_a_file_plays_for_its_length(leg: Leg, tmp_path: Path) -> None:
    session, _ = session_on(leg)
    assert session.streamFile(wav(tmp_path / "a.wav", 2500)) == 1
    assert passed_s(leg) == 2.5
    assert session.getVariable("playback_ms") == "2500"
    assert session.streamFile(wav(tmp_path / "a.wav", 2500), 8000) == 1
    assert passed_s(leg) == 4.0


def test_a_missing_file_returns_at_once(leg: Leg) -> None:
    session, _ = session_on(leg)
    assert session.streamFile("/nosuch.wav") == 0
    assert passed_s(leg) == 0


def test_speaking_needs_an_engine(leg: Leg) -> None:
    session, logged = session_on(leg)
    assert session.speak("hello") == 0
    assert logged == [("ERR", "No TTS engine specified\n")]
    session.set_tts_params("tts_commandline", "ru")
    assert session.speak("hello") == 1
    assert passed_s(leg) > 0


def test_a_key_stops_what_plays_when_the_callback_says_so(leg: Leg, tmp_path: Path) -> None:
    session, _ = session_on(leg)
    pressed: list[tuple[str, str, int]] = []
    session.setInputCallback(stop, pressed)
    press(leg, (1, "5"))
    assert session.streamFile(wav(tmp_path / "a.wav", 2500)) == 0
    assert pressed == [("dtmf", "5", 2000)]
    assert passed_s(leg) == 1


@pytest.mark.parametrize("answer", ["", "true", "undefined"])
def test_a_key_does_not_stop_what_plays_when_the_callback_says_go_on(leg: Leg, answer: str) -> None:
    session, _ = session_on(leg)
    session.setInputCallback(lambda *_: answer)
    press(leg, (1, "5"), (1.2, "6"))
    assert session.sleep(2000) == 1
    assert passed_s(leg) == 2
    assert not leg.digits


def test_a_callback_that_returns_no_text_is_an_error(leg: Leg) -> None:
    session, logged = session_on(leg)
    session.setInputCallback(lambda *_: None)
    press(leg, (1, "5"))
    assert session.sleep(2000) == 0
    assert logged == [("ERR", "the input callback did not return a str\n")]


def test_without_a_callback_keys_wait_for_whoever_collects(leg: Leg) -> None:
    session, _ = session_on(leg)
    press(leg, (1, "5"), (1.5, "6"))
    assert session.sleep(2000) == 1
    assert session.getDigits(2, "", 3000) == "56"
    assert passed_s(leg) == 2
    session.setInputCallback(go_on)
    session.unsetInputCallback()
    leg.press("7")
    assert session.sleep(100) == 1
    session.flushDigits()
    assert session.getDigits(1, "", 1000) == ""


@pytest.mark.parametrize(
    ("most", "ends", "timeout", "interdigit", "typed", "until_s"),
    [
        (4, "", 5000, 0, "1234", 4),
        (9, "#", 5000, 0, "1234", 5),
        (9, "", 5000, 0, "1234#", 10),
        (9, "", 5000, 500, "1", 1.5),
        (2, "3", 5000, 0, "12", 2),
        (9, "3", 5000, 0, "12", 3),
        (1, "", 500, 0, "", 0.5),
    ],
)
def test_keys_are_gathered_until_enough_or_the_end_key_or_a_pause(
    leg: Leg, most: int, ends: str, timeout: int, interdigit: int, typed: str, until_s: float
) -> None:
    session, _ = session_on(leg)
    press(leg, (1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "#"))
    assert session.getDigits(most, ends, timeout, interdigit) == typed
    assert passed_s(leg) == until_s


def test_keys_gathered_before_a_hangup_are_not_lost(leg: Leg) -> None:
    session, _ = session_on(leg)
    press(leg, (1, "1"))
    leg.at(START_MS + 2000, lambda: leg.hang_up("NORMAL_CLEARING", by="callee"))
    assert session.getDigits(4, "#", 5000) == "1"
    assert passed_s(leg) == 2
    assert not session.ready()


def test_collect_digits_hands_keys_to_the_callback(leg: Leg) -> None:
    session, _ = session_on(leg)
    pressed: list[tuple[str, str, int]] = []
    session.setInputCallback(lambda *given: given[3].append(given[2].digit) or "", pressed)
    press(leg, (1, "1"), (2, "2"))
    assert session.collectDigits(5000) == 0
    assert pressed == ["1", "2"]
    assert passed_s(leg) == 5


def test_read_plays_a_prompt_that_the_first_key_cuts_short(leg: Leg, tmp_path: Path) -> None:
    session, _ = session_on(leg)
    prompt = wav(tmp_path / "a.wav", 3000)
    press(leg, (1, "4"), (2, "2"))
    assert session.read(1, 2, prompt, 5000, "#") == "42"
    assert passed_s(leg) == 2
    assert session.getVariable("read_result") == "success"
    assert session.read(1, 1, prompt, 1000, "#") == ""
    assert session.getVariable("read_result") == "failure"
    press(leg, (6.5, "9"))
    assert session.read(1, 3, "silence", 2000, "#") == "9"
    assert session.getVariable("read_result") == "timeout"
    press(leg, (9, "#"))
    assert session.read(1, 3, prompt, 2000, "#") == ""
    assert session.getVariable("read_terminator_used") == "#"


def test_play_and_get_digits_tries_again_until_the_pattern_fits(leg: Leg, tmp_path: Path) -> None:
    session, _ = session_on(leg)
    prompt, invalid = wav(tmp_path / "p.wav", 1000), wav(tmp_path / "i.wav", 500)
    press(leg, (0.5, "9"), (2.5, "2"))
    assert session.playAndGetDigits(1, 1, 3, 1000, "#", prompt, invalid, "^[12]$", "choice") == "2"
    assert session.getVariable("choice") == "2"
    assert session.getVariable("choice_invalid") == "9"
    assert session.playAndGetDigits(1, 1, 2, 1000, "#", prompt, invalid, "^[12]$") == ""
    press(leg, (passed_s(leg) + 0.5, "#"))
    assert session.playAndGetDigits(0, 1, 2, 1000, "#", prompt, "", "") == ""


def test_after_hangup_everything_returns_at_once(leg: Leg, tmp_path: Path) -> None:
    session, _ = session_on(leg)
    session.hangup("USER_BUSY")
    assert not session.ready()
    assert leg.channel.cause == "USER_BUSY"
    before = leg.now_ms
    prompt = wav(tmp_path / "a.wav", 3000)
    assert (session.sleep(1000), session.streamFile(prompt), session.speak("x")) == (0, 0, 0)
    assert (session.getDigits(1, "", 9), session.read(1, 1, prompt, 9, "#")) == ("", "")
    assert session.playAndGetDigits(1, 1, 1, 9, "#", prompt, "", "") == ""
    assert (session.answer(), session.preAnswer(), session.collectDigits(5)) == (-1, -1, 0)
    assert (session.answered(), session.mediaReady(), session.bridged()) == (False, False, False)
    session.execute("sleep", "1000")
    assert leg.now_ms == before
    assert session.hangupCause() == "NONE"
    assert session.getVariable("hangup_cause") == "USER_BUSY"
    session.setVariable("late", "1")
    assert session.getVariable("late") == "1"


def test_a_destroyed_session_does_nothing(leg: Leg) -> None:
    session, _ = session_on(leg)
    session.destroy()
    session.destroy()
    session.hangup()
    session.setVariable("x", "1")
    session.execute("set", "x=1")
    assert (session.ready(), session.getVariable("x"), session.get_uuid()) == (False, "", "")
    assert (session.getState(), session.monotonic(), session.flushDigits()) == ("ERROR", 0.0, 0)
    assert leg.is_up


def test_a_session_hangs_up_at_its_end_only_when_asked(leg: Leg, tmp_path: Path) -> None:
    session, _ = session_on(leg)
    session.setAutoHangup(True)
    session.destroy()
    assert not leg.is_up


def test_the_hangup_hook_is_called_once_by_the_next_call(leg: Leg) -> None:
    session, _ = session_on(leg)
    called: list[str] = []
    session.setHangupHook(lambda *given: called.append(given[1]))
    session.sleep(10)
    leg.hang_up("NORMAL_CLEARING", by="callee")
    assert called == []
    session.ready()
    session.ready()
    assert called == ["hangup"]


def test_what_crashes_a_real_switch_is_refused(leg: Leg) -> None:
    session, _ = session_on(leg)
    with pytest.raises(Runaway):
        session.setHangupHook(print, "argument")
    for call in (
        lambda: session.setVariable("x", 1),  # type: ignore[arg-type]
        lambda: session.getVariable(b"x"),  # type: ignore[arg-type]
        lambda: session.execute("sleep", 100),  # type: ignore[arg-type]
        lambda: session.streamFile(None),  # type: ignore[arg-type]
        lambda: session.getDigits(1, None, 5),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="char const"):
            call()


def test_a_script_that_does_not_end_after_hangup_is_stopped(leg: Leg) -> None:
    session, _ = session_on(leg)
    session.hangup()
    assert {session.sleep(20) for _ in range(CALLS_AFTER_HANGUP)} == {0}
    with pytest.raises(Runaway):
        session.sleep(20)


def test_state_is_told_as_the_switch_tells_it(leg: Leg) -> None:
    session, _ = session_on(leg)
    assert (session.ready(), session.answered(), session.mediaReady()) == (True, True, True)
    assert (session.get_uuid(), session.answer(), session.flushEvents()) == ("leg", 0, 0)
    assert session.getState() == leg.channel.state
    session.setVariable("gone", "1")
    session.setVariable("gone", None)
    assert session.getVariable("gone") is None


def test_applications_run_with_their_variables_expanded(leg: Leg, tmp_path: Path) -> None:
    session, logged = session_on(leg)
    session.execute("answer")
    session.execute("set", "name=Anna")
    session.execute("set", "greeting=hello ${name} ${system(ls)}")
    assert session.getVariable("greeting") == "hello Anna <API Execute Permission Denied>"
    session.execute("unset", "name")
    assert session.getVariable("name") is None
    session.execute("sleep", "500")
    assert passed_s(leg) == 0.5
    session.execute("playback", wav(tmp_path / "a.wav", 1000))
    assert session.getVariable("current_application_response") == "FILE PLAYED"
    session.execute("playback", "/nosuch.wav")
    assert session.getVariable("current_application_response") == "FILE NOT FOUND"
    session.execute("nosuch", "")
    assert logged == [("ERR", "Invalid Application nosuch\n")]
    session.execute("hangup", "CALL_REJECTED")
    assert leg.channel.cause == "CALL_REJECTED"


def test_playback_is_stopped_by_its_terminators(leg: Leg) -> None:
    session, _ = session_on(leg)
    press(leg, (1, "5"), (2, "*"))
    session.execute("playback", "silence_stream://9000")
    assert passed_s(leg) == 2
    assert session.getVariable("playback_terminator_used") == "*"
    session.setVariable("playback_terminators", "any")
    press(leg, (3, "7"))
    session.execute("playback", "silence_stream://9000")
    assert passed_s(leg) == 3
    session.setVariable("playback_terminators", "none")
    press(leg, (4, "*"))
    session.execute("playback", "silence_stream://3000")
    assert passed_s(leg) == 6
    session.execute("flush_dtmf")
    assert not leg.digits


def test_the_application_that_asks_for_keys_leaves_a_variable(leg: Leg) -> None:
    session, _ = session_on(leg)
    press(leg, (1, "4"), (1.2, "2"))
    session.execute(
        "play_and_get_digits", "2 2 1 5000 # silence_stream://3000 silence_stream://10 choice \\d+"
    )
    assert session.getVariable("choice") == "42"


def test_a_recording_hears_the_callee_while_the_script_sleeps(leg: Leg, tmp_path: Path) -> None:
    session, _ = session_on(leg)
    path = tmp_path / "rec" / "a.wav"
    options = "{RECORD_READ_ONLY=true,enable_file_write_buffering=false,RECORD_PRE_BUFFER_FRAMES=1}"
    session.execute("record_session", f"{path} +45 {options}")
    sizes = []
    for _ in range(3):
        session.sleep(100)
        sizes.append(path.stat().st_size)
    assert sizes == [44 + 1600, 44 + 3200, 44 + 4800]
    session.execute("stop_record_session", str(path))
    session.execute("stop_record_session", str(path))
    session.sleep(100)
    assert path.stat().st_size == 44 + 4800


def test_recordings_end_with_the_call_and_are_asked_for_by_variables_too(leg: Leg, tmp_path: Path) -> None:
    session, _ = session_on(leg)
    session.setVariable("enable_file_write_buffering", "false")
    session.setVariable("RECORD_PRE_BUFFER_FRAMES", "1")
    one, two = tmp_path / "1.wav", tmp_path / "2.wav"
    session.execute("record_session", str(one))
    session.execute("record_session", str(one))
    session.execute("record_session", f"{two} {{enable_file_write_buffering=true}}")
    session.execute("record_session", "/proc/nosuch/a.wav")
    session.execute("record_session", "")
    session.sleep(200)
    assert (one.stat().st_size, two.stat().st_size) == (44 + 3200, 44)
    session.hangup()
    assert (one.stat().st_size, two.stat().st_size) == (44 + 3200, 44 + 3200)
    session.execute("stop_record_session", "all")
