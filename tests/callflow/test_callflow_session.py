"""Whole calls on a session: what is played when, which keys count, what is left on the channel."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from pathlib import Path
from typing import Any

import pytest
from fake_session import Dtmf, FakeSession, write_wav
from flow_calls import DIGEST, call, decoded, encoded, publish
from flow_programs import ask, menu, program, say
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_callflow_machine import PROGRAM

from callflow import session as driver
from callflow.course import Course
from callflow.names import PAYLOAD_MAX, prompt_name
from callflow.playing import gather, on_input
from callflow.stock import Stock
from callflow.switch import log, now_s

TODAY = program(
    {
        "start": [say("hello"), menu(keys={"1": "today"})],
        "today": [{"do": "result", "name": "confirmed"}, say("bye")],
    }
)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    switch = types.ModuleType("freeswitch")
    switch.consoleLog = lambda level, text: lines.append((level, text))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "freeswitch", switch)
    return lines


def spoken(session: FakeSession) -> list[str]:
    return [data for _, what, data in session.done if what in ("speak", "file")]


def test_a_call_from_answer_to_hang_up(tmp_path: Path) -> None:
    session = call(tmp_path, TODAY, FakeSession(keys=[(3.0, "1")]))
    assert session.done == [
        (0.0, "speak", "hello."),
        (0.3, "speak", "choice."),
        (0.65, "getDigits", "1"),
        (3.0, "speak", "bye."),
        (3.2, "hangup", "NORMAL_CLEARING"),
    ]
    left = {
        name: value for name, value in session.variables.items() if name in ("prozvon_result", "prozvon_flow")
    }
    assert left == {"prozvon_result": "confirmed", "prozvon_flow": "ended"}
    assert session.variables["prozvon_party"] == "unknown"
    assert decoded(session, "prozvon_path") == ["0.0 start", "3.0 key 1", "3.0 today"]
    assert decoded(session, "prozvon_heard") == ["hello", "choice", "bye"]
    assert decoded(session, "prozvon_values") == {}


def test_a_key_stops_a_message_and_chooses_in_the_menu_after_it(tmp_path: Path) -> None:
    session = call(tmp_path, TODAY, FakeSession(keys=[(0.1, "1")]))
    assert spoken(session) == ["hello.", "bye."]
    assert decoded(session, "prozvon_path") == ["0.0 start", "0.1 key 1", "0.1 today"]


def test_a_key_stops_a_prompt(tmp_path: Path) -> None:
    session = call(tmp_path, TODAY, FakeSession(keys=[(0.4, "1")]))
    assert [at for at, what, _ in session.done if what == "getDigits"] == []
    assert session.variables["prozvon_result"] == "confirmed"


def test_a_choice_counts_though_the_caller_hangs_up_at_once(tmp_path: Path) -> None:
    class Hasty(FakeSession):
        def getDigits(self, *args: Any) -> str:  # noqa: N802
            digits = super().getDigits(*args)
            self.hangup()
            return digits

    session = call(tmp_path, TODAY, Hasty(keys=[(3.0, "1")]))
    assert session.variables["prozvon_result"] == "confirmed"
    assert session.variables["prozvon_flow"] == "left"
    assert decoded(session, "prozvon_heard") == ["hello", "choice"]  # not the thanks: nobody was there


@pytest.mark.parametrize(
    ("second", "heard"),
    [(0.0, []), (0.05, ["hello"]), (0.2, ["hello"]), (0.5, ["hello", "choice"]), (2.0, ["hello", "choice"])],
)
def test_hanging_up_anywhere_is_left(tmp_path: Path, second: float, heard: list[str]) -> None:
    session = FakeSession(hangs_up_at=second)
    if second == 0.0:
        session.is_up = False
    session = call(tmp_path, TODAY, session)
    assert session.variables["prozvon_flow"] == "left"
    assert "prozvon_result" not in session.variables
    assert decoded(session, "prozvon_heard") == heard
    assert session.hangup_cause is None


def test_nothing_is_heard_that_comes_after_hanging_up(tmp_path: Path) -> None:
    """On a real clock time passes between any two steps."""

    class Ticking(FakeSession):
        def monotonic(self) -> float:
            self.t += 1e-6
            return self.t

    made = program({"start": [say("hello"), {"do": "wait", "seconds": 1.0}, say("after")]})
    session = call(tmp_path, made, Ticking(hangs_up_at=0.8))
    assert decoded(session, "prozvon_heard") == ["hello"]
    session = call(tmp_path, made, Ticking(hangs_up_at=0.1))
    assert decoded(session, "prozvon_heard") == ["hello"]


def test_hung_up_before_the_script_began_nothing_is_done(tmp_path: Path) -> None:
    session = call(tmp_path, {**TODAY, "machine": "hang_up"}, FakeSession(is_up=False))
    assert session.done == []
    assert session.variables["prozvon_flow"] == "left"


def test_nobody_presses_anything(tmp_path: Path) -> None:
    session = call(tmp_path, TODAY, FakeSession())
    assert session.variables["prozvon_flow"] == "ended"
    assert decoded(session, "prozvon_path") == ["0.0 start", "5.7 no key", "11.0 no key"]


def test_digits_are_collected_to_the_end_key_or_the_pause(tmp_path: Path) -> None:
    made = program({"start": [ask(), ask(into="second", end=""), {"do": "wait", "seconds": 1.5}]})
    keys = [(0.1, "1"), (1.0, "2"), (2.0, "3"), (3.0, "#"), (4.0, "7"), (5.0, "7"), (9.0, "7")]
    session = call(tmp_path, made, FakeSession(keys=keys))
    assert decoded(session, "prozvon_values") == {"code": "123", "second": "777"}
    assert session.t == 9.0 + 5.0 + 1.5  # the pause after the last key, then the wait


def test_a_key_pressed_before_the_question_begins_the_answer(tmp_path: Path) -> None:
    made = program({"start": [say("hello"), ask()]})
    session = call(tmp_path, made, FakeSession(keys=[(0.1, "1"), (1.0, "2"), (2.0, "3"), (3.0, "4")]))
    assert decoded(session, "prozvon_values") == {"code": "1234"}
    assert spoken(session) == ["hello."]


def test_a_key_pressed_during_the_last_message_counts_though_the_caller_hangs_up(tmp_path: Path) -> None:
    class Hasty(FakeSession):
        def speak(self, text: str) -> int:
            played = super().speak(text)
            self.hangup()
            return played

    session = call(tmp_path, TODAY, Hasty(keys=[(0.1, "1")]))
    assert session.variables["prozvon_result"] == "confirmed"
    assert session.variables["prozvon_flow"] == "left"
    assert decoded(session, "prozvon_heard") == ["hello"]


def test_the_end_key_alone_during_a_prompt_is_no_digits(tmp_path: Path) -> None:
    session = call(tmp_path, program({"start": [ask(tries=1)]}), FakeSession(keys=[(0.1, "#")]))
    assert decoded(session, "prozvon_path") == ["0.0 start", "0.1 no digits"]


def test_hanging_up_half_way_through_digits_is_no_answer(tmp_path: Path) -> None:
    session = call(
        tmp_path, program({"start": [ask()]}), FakeSession(keys=[(1.0, "1"), (2.0, "2")], hangs_up_at=3.0)
    )
    assert session.variables["prozvon_flow"] == "left"
    assert decoded(session, "prozvon_values") == {}


def test_a_wait_is_cut_short_by_a_key_and_by_hanging_up(tmp_path: Path) -> None:
    made = program({"start": [{"do": "wait", "seconds": 9.0}, menu(keys={"1": "one"})], "one": []})
    assert decoded(call(tmp_path, made, FakeSession(keys=[(2.0, "1")])), "prozvon_path")[1] == "2.0 key 1"
    assert call(tmp_path, made, FakeSession(hangs_up_at=2.0)).variables["prozvon_flow"] == "left"


def test_after_a_wait_messages_are_played(tmp_path: Path) -> None:
    made = program({"start": [{"do": "wait", "seconds": 1.0}, say("hello"), {"do": "wait", "seconds": 1.0}]})
    session = call(tmp_path, made, FakeSession())
    assert session.done == [(1.0, "speak", "hello."), (2.3, "hangup", "NORMAL_CLEARING")]


def test_a_message_that_an_operator_breaks_off_is_no_error(tmp_path: Path) -> None:
    class BrokenOff(FakeSession):
        def speak(self, text: str) -> int:
            super().speak(text)
            return 0

    session = call(tmp_path, program({"start": [say("hello")]}), BrokenOff())
    assert session.variables["prozvon_flow"] == "ended"


def test_keys_after_a_wrong_one_are_forgotten(tmp_path: Path) -> None:
    made = program({"start": [menu(keys={"1": "one"}, invalid="wrong")], "one": []})
    session = call(tmp_path, made, FakeSession(keys=[(1.0, "9"), (1.0, "1"), (1.0, "1")]))
    assert decoded(session, "prozvon_path")[-1].endswith("no key")
    bare = program({"start": [menu(keys={"1": "one"})], "one": []})
    session = call(tmp_path, bare, FakeSession(keys=[(1.0, "9"), (1.0, "1"), (1.0, "1")]))
    assert decoded(session, "prozvon_path")[-1].endswith("no key")


def test_keys_after_a_wrong_one_do_not_cut_a_wait_short(tmp_path: Path) -> None:
    flow = {"start": [menu(tries=1, otherwise="sorry")], "sorry": [{"do": "wait", "seconds": 2.0}]}
    session = call(tmp_path, program(flow), FakeSession(keys=[(1.0, "9"), (1.0, "1"), (1.0, "1")]))
    assert session.t == 3.0


def test_a_flood_of_keys_ends_like_any_call(tmp_path: Path) -> None:
    made = program({"start": [say("hello"), menu(keys={"1": "start"})]})
    session = call(tmp_path, made, FakeSession(keys=[(0.01 * n, "15*#A"[n % 5]) for n in range(5000)]))
    assert session.variables["prozvon_flow"] == "ended"
    assert all(len(value) <= 6000 for value in session.variables.values())


def test_a_text_that_was_rendered_before_is_played_and_not_spoken(tmp_path: Path) -> None:
    name = prompt_name("ru", "hello.")
    write_wav(tmp_path / "prompts" / name, 2.0)
    session = call(tmp_path, program({"start": [say("hello")]}), FakeSession())
    assert session.done[0] == (0.0, "file", name)
    assert session.t == 2.0


def test_recorded_sounds_are_played_from_the_prompts_folder(tmp_path: Path) -> None:
    write_wav(tmp_path / "prompts" / f"{DIGEST}.wav", 1.0)
    messages = {"hello": {"ru": [{"file": f"{DIGEST}.wav"}, {"said": 0}, {"said": 1}]}}
    made = program({"start": [say("hello")]}, messages=messages)
    payload = {"c": {}, "l": "ru", "s": {"hello": ["", "Анна <{$\u0007\ud800}>"]}}
    session = call(tmp_path, made, FakeSession(), payload)
    assert spoken(session) == [f"{DIGEST}.wav", "Анна" + 8 * " "]


def test_a_part_without_a_letter_or_digit_is_no_sound(tmp_path: Path) -> None:
    messages = {"hello": {"ru": [{"text": "a"}, {"text": ". - "}, {"text": "1"}]}}
    session = call(tmp_path, program({"start": [say("hello")]}, messages=messages), FakeSession())
    assert spoken(session) == ["a", "1"]


def test_a_sound_that_is_missing_ends_the_call_with_an_error_and_a_line_in_the_log(
    tmp_path: Path, logged: list[tuple[str, str]]
) -> None:
    made = program({"start": [say("hello")]}, messages={"hello": {"ru": [{"file": f"{DIGEST}.wav"}]}})
    session = call(tmp_path, made, FakeSession())
    assert session.variables["prozvon_flow"] == "error"
    assert decoded(session, "prozvon_heard") == []
    assert logged == [("err", "prozvon: call a-1: 0.0 error at line 1: cannot play file\n")]


def test_no_voice_is_an_error_in_a_prompt_as_well(tmp_path: Path, logged: list[tuple[str, str]]) -> None:
    session = call(tmp_path, program({"start": [menu()]}), FakeSession(can_speak=False))
    assert session.variables["prozvon_flow"] == "error"
    assert logged[0] == ("debug", "prozvon: the voice ru of tts_commandline did not speak to the end\n")


def test_the_voice_comes_from_the_dialplan(tmp_path: Path) -> None:
    voices = {"prozvon_tts_engine": "piper", "prozvon_tts_voice_ru": "irina-medium"}
    session = call(tmp_path, program({"start": [say("hello")]}), FakeSession(variables=voices))
    assert session.voice == ("piper", "irina-medium")
    hostile = {"prozvon_tts_engine": "a b", "prozvon_tts_voice_ru": "$(reboot)"}
    session = call(tmp_path, program({"start": [say("hello")]}), FakeSession(variables=hostile))
    assert session.voice == ("tts_commandline", "ru")


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"prozvon_program": ""}, "no program digest"),
        ({"prozvon_program": "../../../etc/passwd"}, "no program digest"),
        ({"prozvon_program": "f" * 32}, f"program {'f' * 32} cannot be read: FileNotFoundError"),
        ({"prozvon_payload": "!"}, "payload not readable"),
        ({"prozvon_payload": "жж"}, "payload not readable"),
        ({"prozvon_payload": "abc"}, "payload not readable"),
        ({"prozvon_payload": encoded([])}, "payload not readable"),
        ({"prozvon_payload": "A" * (PAYLOAD_MAX + 1)}, "payload too long"),
    ],
)
def test_what_the_call_needs_and_does_not_get_is_an_error_in_the_log(
    tmp_path: Path, logged: list[tuple[str, str]], variables: dict[str, str], why: str
) -> None:
    session = call(tmp_path, TODAY, FakeSession(variables=variables))
    assert session.variables["prozvon_flow"] == "error"
    assert session.hangup_cause == "NORMAL_CLEARING"
    assert logged == [("err", f"prozvon: {why}\n")]


@pytest.mark.parametrize("text", ["{", "[" * 5000, "[]", '"\udcff"'])
def test_a_program_that_is_not_readable_is_an_error(tmp_path: Path, text: str) -> None:
    session = FakeSession(variables={"prozvon_program": DIGEST, "prozvon_payload": encoded({})})
    entry = publish(tmp_path, {})
    (tmp_path / "programs" / f"{DIGEST}.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    entry.handler(session, "")
    assert session.variables["prozvon_flow"] == "error"


@pytest.mark.parametrize(
    "error", [RuntimeError("x" * 50_000), MemoryError(), SystemExit(), KeyboardInterrupt()]
)
def test_nothing_leaves_the_handler_and_no_long_text_reaches_the_log(
    tmp_path: Path, logged: list[tuple[str, str]], error: BaseException
) -> None:
    class Broken(FakeSession):
        def speak(self, text: str) -> int:
            raise error

    session = call(tmp_path, TODAY, Broken())
    assert session.variables["prozvon_flow"] == "error"
    assert logged[0][1].startswith(f"prozvon: the flow failed: {type(error).__name__}")
    assert len(logged[0][1]) < 2000


def test_the_session_is_let_go_of_though_all_its_calls_fail(tmp_path: Path) -> None:
    class Dead(FakeSession):
        def _check(self, call: str, *texts: Any, numbers: tuple[Any, ...] = ()) -> None:
            raise RuntimeError("gone")

    session = Dead()
    publish(tmp_path, TODAY).handler(session, "")
    assert session.destroyed == 1


def test_no_reference_to_the_session_outlives_the_handler(tmp_path: Path) -> None:
    entry = publish(tmp_path, program({"start": [say("hello"), menu(), ask()]}, machine="leave_message"))
    for settings_of in (
        {"keys": [(4.0, "5")], "sound": [(300, 3000)]},
        {"can_speak": False},
        {"variables": {"prozvon_program": "none"}},
    ):
        session = FakeSession(**settings_of)
        session.variables = {
            "prozvon_program": DIGEST,
            "prozvon_payload": encoded({}),
            "prozvon_attempt": "a",
            "prozvon_tmp": str(tmp_path),
        } | session.variables
        reference = weakref.ref(session)
        gc.collect()
        gc.disable()  # a cycle would only be found by the collector, and the channel would hang until then
        try:
            entry.handler(session, "")
            del session
            assert reference() is None
        finally:
            gc.enable()


def test_the_callback_of_keys_answers_str_whatever_comes() -> None:
    pressed: list[str] = []
    assert on_input(None, "event", object(), pressed) == ""
    assert on_input(None, "dtmf", Dtmf("w"), pressed) == ""
    assert on_input(None, "dtmf", Dtmf("1"), pressed) == "stop"
    assert on_input(None, "dtmf", Dtmf("2"), pressed) == "stop"
    assert pressed == ["1"]


def test_a_switch_that_answers_none_for_digits_is_no_digits() -> None:
    class Silent(FakeSession):
        def getDigits(self, *_: Any) -> Any:  # noqa: N802
            return None

    from callflow.moves import Digits, Gather

    assert gather(Silent(), Gather("a", (), 1, 1, 5.0), Stock("/", "ru")) == Digits("")


def test_outside_a_switch_there_is_no_log_and_time_is_real() -> None:
    log("err", "nobody reads this")
    assert now_s(object()) > 0  # type: ignore[arg-type]


def test_an_action_or_part_it_does_not_know_is_a_bug_that_shows(tmp_path: Path) -> None:
    from callflow.moves import Action, Part, Play

    with pytest.raises(TypeError, match="unknown action"):
        driver._perform(FakeSession(), Action(), Stock("/", "ru"), Course("/", {}))
    with pytest.raises(TypeError, match="unknown part"):
        driver._perform(FakeSession(), Play("a", (Part(),)), Stock("/", "ru"), Course("/", {}))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    PROGRAM,
    st.lists(st.tuples(st.floats(0, 60), st.sampled_from("0123456789*#")), max_size=40),
    st.one_of(st.just(1e9), st.floats(0, 60)),
    st.lists(st.tuples(st.sampled_from([40, 100, 700]), st.sampled_from([0, 100, 3000])), max_size=12),
)
def test_any_call_ends_and_leaves_valid_variables(
    tmp_path: Path, made: Any, keys: list[tuple[float, str]], hangs_up_at: float, sound: list[tuple[int, int]]
) -> None:
    keys.sort()
    session = call(tmp_path, made, FakeSession(keys=keys, hangs_up_at=hangs_up_at, sound=sound))
    assert session.variables["prozvon_party"] in ("human", "machine", "unknown")
    for name in ("prozvon_path", "prozvon_heard", "prozvon_values"):
        assert decoded(session, name) is not None
        assert len(session.variables[name]) <= 6000
