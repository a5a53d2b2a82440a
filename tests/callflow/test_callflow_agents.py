"""What agents' telephones do: a leg that was answered, a caller brought over a link, and feature codes."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fake_legs import LEG, OTHER_LEG, FakeLeg, packed, put
from fake_session import FakeSession, write_wav
from flow_calls import CHECKOUT

from callflow.agent_codes import STANDING
from callflow.agent_words import DONE, SAYINGS, saying, texts
from callflow.names import prompt_name
from orchestrator.render.dialplan import STANDING_CODE

WHISPER = "0" * 32 + ".wav"
KEY_WHISPER = packed({"a": "1", "l": "ru", "v": {}, "p": {"ru": [{"f": WHISPER}]}})


def entry(root: Path, name: str) -> ModuleType:
    """The entry script as it stands on a switch."""
    (root / "scripts").mkdir(parents=True, exist_ok=True)
    script = root / "scripts" / f"{name}.py"
    shutil.copy(CHECKOUT / "scripts" / "agents" / f"{name}.py", script)
    spec = importlib.util.spec_from_file_location(name, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(root: Path, name: str, session: FakeSession) -> FakeSession:
    entry(root, name).handler(session, "")
    assert session.faults == []
    assert session.destroyed == 1
    return session


# -- a leg that was answered


def answered_leg(root: Path, session: FakeSession) -> FakeSession:
    write_wav(root / "prompts" / WHISPER, 2.0)
    return run(root, "prozvon_agent_leg", session)


def test_a_leg_without_a_whisper_is_parked_at_once(tmp_path: Path) -> None:
    session = answered_leg(tmp_path, FakeSession())
    assert (session.t, session.is_up, session.done) == (0, True, [])


def test_a_whisper_is_heard_once_and_the_leg_is_parked(tmp_path: Path) -> None:
    text = packed({"a": "", "l": "ru", "v": {}, "p": {"ru": [{"f": WHISPER}]}})
    session = answered_leg(tmp_path, FakeSession(variables={"prozvon_whisper": text}))
    assert (session.t, session.is_up) == (2.0, True)
    assert "prozvon_whisper" not in session.variables


def test_the_key_takes_the_call_and_any_other_hears_it_again(tmp_path: Path) -> None:
    session = FakeSession(variables={"prozvon_whisper": KEY_WHISPER}, keys=[(1.0, "5"), (3.5, "1")])
    answered_leg(tmp_path, session)
    assert session.is_up
    assert session.t == 3.5
    assert [data for _, what, data in session.done if what == "file"] == [WHISPER, WHISPER]


def test_who_never_presses_it_has_not_answered(tmp_path: Path) -> None:
    session = answered_leg(tmp_path, FakeSession(variables={"prozvon_whisper": KEY_WHISPER}))
    assert session.hangup_cause == "ALLOTTED_TIMEOUT"
    assert 30 <= session.t <= 36


def test_an_agent_who_hangs_up_in_the_whisper_is_gone(tmp_path: Path) -> None:
    session = FakeSession(variables={"prozvon_whisper": KEY_WHISPER}, hangs_up_at=1.0)
    assert answered_leg(tmp_path, session).t == 1.0


@pytest.mark.parametrize("accept", ["", "1"])
def test_a_whisper_that_nobody_prepared_is_a_tone(tmp_path: Path, accept: str) -> None:
    text = packed({"a": accept, "l": "ru", "v": {}, "p": {"ru": [{"t": "Позвонили", "p": []}]}})
    session = FakeSession(variables={"prozvon_whisper": text}, can_speak=False, keys=[(1.2, accept or "9")])
    answered_leg(tmp_path, session)
    assert session.is_up
    assert next(what for _, what, _ in session.done) == "stream"


def test_a_key_alone_is_asked_for_with_a_tone(tmp_path: Path) -> None:
    text = packed({"a": "1", "l": "ru", "v": {}, "p": {}})
    session = FakeSession(variables={"prozvon_whisper": text}, keys=[(5.2, "1")])
    assert answered_leg(tmp_path, session).is_up


# -- over a link


def test_a_caller_from_another_switch_is_answered_when_the_agent_is_there(tmp_path: Path) -> None:
    put(FakeLeg(talks_s=7.0, variables={"prozvon_agent": "anna", "prozvon_for": OTHER_LEG}))
    variables = {"destination_number": f"join-{LEG}", "sip_h_X-Prozvon-Call": OTHER_LEG}
    session = run(tmp_path, "prozvon_link", FakeSession(is_answered=False, variables=variables))
    assert session.is_answered
    assert (session.t, session.hangup_cause) == (7.0, "NORMAL_CLEARING")


@pytest.mark.parametrize("number", [f"join-{OTHER_LEG}", "join-", "join-sofia/p/1", LEG[:-1]])
def test_nobody_else_is_met_over_a_link(tmp_path: Path, number: str) -> None:
    put(FakeLeg())
    session = FakeSession(is_answered=False, variables={"destination_number": number})
    assert run(tmp_path, "prozvon_link", session).hangup_cause == "DESTINATION_OUT_OF_ORDER"
    assert not session.is_answered


def test_a_leg_that_is_kept_for_another_call_is_not_met(tmp_path: Path) -> None:
    put(FakeLeg(variables={"prozvon_agent": "anna", "prozvon_for": OTHER_LEG}))
    variables = {"destination_number": f"join-{LEG}", "sip_h_X-Prozvon-Call": LEG}
    session = run(tmp_path, "prozvon_link", FakeSession(is_answered=False, variables=variables))
    assert session.hangup_cause == "DESTINATION_OUT_OF_ORDER"


# -- feature codes

AUTHENTICATED = {"sip_auth_username": "1001", "sip_authorized": "true", "caller_id_number": "+79990000001"}


def dialed(
    root: Path, session: FakeSession, number: str, body: object = None, **variables: str
) -> FakeSession:
    session.variables |= {"destination_number": number, **variables}
    session.is_answered = False
    if body is not None:
        session.desk = lambda _: (0.2, packed(body))
    return run(root, "prozvon_agent", session)


def spoken(session: FakeSession) -> list[str]:
    return [data for _, what, data in session.done if what == "speak"]


def test_a_telephone_that_has_authenticated_is_known_by_its_user(tmp_path: Path) -> None:
    session = FakeSession()
    dialed(tmp_path, session, "*20", {"ok": True, "say": "available", "language": "ru"}, **AUTHENTICATED)
    (asked,) = session.asked
    assert asked == {"user": "1001", "caller": "+79990000001", "pin": "", "code": "20", "digits": "", "n": 1,
                     "what": "agent_code"}  # fmt: skip
    assert spoken(session) == ["Вы на линии."]
    assert session.hangup_cause == "NORMAL_CLEARING"


@pytest.mark.parametrize(
    "forged",
    [
        {"caller_id_number": "1001", "caller_id_name": "1001", "sip_from_user": "1001"},
        {"sip_auth_username": "1001"},  # claimed, never proved
        {"sip_auth_username": "1001", "sip_authorized": "false"},
        {"sip_auth_username": "a b", "sip_authorized": "true"},
        {"sip_authorized": "true", "sip_acl_authed_by": "domains"},  # let in by its address
    ],
)
def test_what_a_caller_shows_proves_nothing_and_a_pin_is_asked_for(
    tmp_path: Path, forged: dict[str, str]
) -> None:
    session = FakeSession(keys=[(4.0, "4"), (4.1, "2"), (4.2, "#")])
    dialed(tmp_path, session, "*20", {"ok": False, "say": "unknown"}, **forged)
    (asked,) = session.asked
    assert (asked["user"], asked["pin"]) == ("", "42")
    assert spoken(session) == ["Enter your code, then hash.", "You are not known here."]
    assert session.variables["digits_dialed_filter"] == ".+"  # the CDR does not know it


def test_a_hostile_number_gets_nowhere(tmp_path: Path) -> None:
    session = FakeSession()
    dialed(tmp_path, session, "*20", {"ok": False}, **{**AUTHENTICATED, "caller_id_number": "${system(id)}"})
    assert session.asked[0]["caller"] == ""


@pytest.mark.parametrize(("number", "digits"), [("*212", "2"), ("*21", "3")])
def test_a_break_has_a_number_dialed_with_the_code_or_typed_after_it(
    tmp_path: Path, number: str, digits: str
) -> None:
    session = FakeSession(keys=[(3.0, "3")])
    dialed(tmp_path, session, number, {"ok": True, "say": "on_break"}, **AUTHENTICATED)
    assert (session.asked[0]["code"], session.asked[0]["digits"]) == ("21", digits)


def test_a_standing_leg_stays_on_the_line_and_is_an_agents_from_now_on(tmp_path: Path) -> None:
    session = FakeSession()
    dialed(tmp_path, session, "*23", {"ok": True, "say": "standing", "agent": "anna"}, **AUTHENTICATED)
    assert session.is_up
    names = ("prozvon_agent", "prozvon_floor", "prozvon_standing", "park_after_bridge", "bridge_filter_dtmf")
    assert [session.variables[name] for name in names] == ["anna", "true", "true", "true", "true"]


@pytest.mark.parametrize(
    "body", [{"ok": False, "say": "unknown"}, {"ok": True, "say": "standing"}, {"ok": True, "agent": "a,b"}]
)
def test_who_is_refused_a_standing_leg_is_hung_up(tmp_path: Path, body: dict[str, Any]) -> None:
    session = dialed(tmp_path, FakeSession(), "*23", body, **AUTHENTICATED)
    assert session.hangup_cause == "NORMAL_CLEARING"
    assert "prozvon_agent" not in session.variables


def test_a_silent_orchestrator_is_told_to_the_agent(tmp_path: Path) -> None:
    session = dialed(tmp_path, FakeSession(), "*20", **AUTHENTICATED)
    assert spoken(session) == [SAYINGS["nobody"]["en"]]
    assert 5 <= session.t < 10


@pytest.mark.parametrize("number", ["*2", "*2x", "*20${x}", "20", "*30"])
def test_what_is_no_code_is_told(tmp_path: Path, number: str) -> None:
    session = dialed(tmp_path, FakeSession(), number, **AUTHENTICATED)
    assert (spoken(session), session.asked) == ([SAYINGS["no_such_code"]["en"]], [])


def test_an_engine_that_is_not_there_is_a_tone_too(tmp_path: Path) -> None:
    session = FakeSession(seconds_per_character=0.0, keys=[(1.0, "#"), (2.0, "7"), (2.1, "#")])
    dialed(tmp_path, session, "*20", {"ok": True, "say": "available"})
    assert session.asked[0]["pin"] == "7"
    assert [what for _, what, _ in session.done if what == "stream"] == ["stream", "stream"]


@pytest.mark.parametrize(("say", "tone"), [("available", "880"), ("refused", "300"), ("new_word", "300")])
def test_where_no_voice_speaks_a_tone_tells_whether_it_was_done(tmp_path: Path, say: str, tone: str) -> None:
    session = FakeSession(can_speak=False)
    dialed(tmp_path, session, "*20", {"ok": True, "say": say}, **AUTHENTICATED)
    (told,) = [data for _, what, data in session.done if what == "stream"]
    assert tone in told


def test_a_pin_is_asked_for_with_a_tone_where_no_voice_speaks(tmp_path: Path) -> None:
    session = FakeSession(can_speak=False, keys=[(2.0, "7"), (2.1, "#")])
    dialed(tmp_path, session, "*20", {"ok": True, "say": "available"})
    assert session.asked[0]["pin"] == "7"


def test_an_agent_who_hangs_up_hears_nothing_more(tmp_path: Path) -> None:
    session = FakeSession(hangs_up_at=1.0)
    dialed(tmp_path, session, "*20", {"ok": True, "say": "available"})
    assert spoken(session)[1:] == []


def test_what_was_prepared_is_played_in_the_voice_of_the_language(tmp_path: Path) -> None:
    voices = {"ru": "0123abcd", "en": "0123abce"}
    (tmp_path / "inbound.json").write_text(json.dumps({"voices": voices}), encoding="utf-8")
    name = prompt_name("ru", SAYINGS["available"]["ru"], voices["ru"])
    write_wav(tmp_path / "prompts" / name)
    session = FakeSession()
    dialed(tmp_path, session, "*20", {"ok": True, "say": "available"}, **AUTHENTICATED)
    assert ("file", name) in [each[1:] for each in session.done]
    other = FakeSession(variables={"prozvon_language": "en"})
    dialed(tmp_path, other, "*20", {"ok": True, "say": "available"}, **AUTHENTICATED)
    assert spoken(other) == ["You are available."]


def test_a_fault_ends_the_call_and_lets_go_of_it(tmp_path: Path) -> None:
    (tmp_path / "inbound.json").write_text("[", encoding="utf-8")
    session = dialed(tmp_path, FakeSession(), "*20", **AUTHENTICATED)
    assert session.hangup_cause == "NORMAL_TEMPORARY_FAILURE"

    class Broken(FakeSession):
        def hangup(self, cause: str = "") -> None:
            raise RuntimeError(cause)

    broken = Broken()
    entry(tmp_path, "prozvon_agent").handler(broken, "")
    assert broken.destroyed == 1


def test_all_that_is_said_is_there_in_both_languages() -> None:
    assert all(set(words) == {"ru", "en"} for words in SAYINGS.values())
    assert set(DONE) < set(SAYINGS)
    assert len(texts("ru")) == len(texts("en")) == len(SAYINGS)
    assert texts("fr") == []
    assert saying("available", "fr").text == "You are available."


def test_codes_of_the_dialplan_are_those_of_the_script() -> None:
    assert STANDING == STANDING_CODE
