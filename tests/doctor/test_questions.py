"""What a switch is asked, and that asking changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.doctor import questions as ask
from orchestrator.doctor.dialplan import LOCATE_DIALPLAN
from orchestrator.doctor.hello import HELLO
from tests.doctor.facts import MAIN, REPLIES, WANTED, settings_xml

SPEAKING = replace(WANTED, speaks_itself=True)


def _gateway(dial: str) -> ask.WantedGateway:
    return replace(MAIN, dial=dial)


def test_a_plain_switch_is_asked_for_what_its_gateways_need() -> None:
    asked = ask.first_questions(WANTED)
    assert {LOCATE_DIALPLAN, ask.PROFILES, "sofia status gateway main"} <= set(asked)
    assert [word for word in asked if word.startswith("module_exists")] == [
        f"module_exists mod_{name}"
        for name in ("python3", "dialplan_xml", "dptools", "sndfile", "json_cdr", "sofia")
    ]
    assert len(asked) == len(set(asked))


def test_a_switch_without_sip_is_not_asked_about_it() -> None:
    asked = ask.first_questions(replace(WANTED, gateways=(_gateway("loopback/{number}/x"),)))
    assert "module_exists mod_loopback" in asked
    assert not [word for word in asked if "sofia" in word]


def test_prompts_by_url_programs_and_speech_are_asked_for_where_they_are_used() -> None:
    wanted = replace(SPEAKING, prompts_url="http://x/", programs=("abc", "def"))
    assert {"module_exists mod_http_cache", ask.TTS_ENGINE} <= set(ask.first_questions(wanted))
    programs = (f"{ask.HAS_PROGRAMS} abc", f"{ask.HAS_PROGRAMS} def")
    assert ask.script_questions(wanted) == (ask.OWN_CLOCK, HELLO, *programs)
    away = replace(wanted, is_here=False)
    assert ask.script_questions(away) == (ask.OWN_CLOCK, HELLO, *programs, ask.NO_CDR)


def test_what_is_asked_next_follows_from_the_answers() -> None:
    assert ask.more_questions(WANTED, {}) == ()
    assert ask.more_questions(WANTED, REPLIES) == (
        "acl 203.0.113.1 loopback.auto",
        "acl 2001:db8::1 loopback.auto",
        "sofia status profile prozvon",
    )
    assert ask.more_questions(SPEAKING, {}) == ("module_exists mod_tts_commandline", ask.TTS_SETTINGS)
    assert ask.more_questions(SPEAKING, {ask.TTS_ENGINE: "flite\n"}) == ("module_exists mod_flite",)


@pytest.mark.parametrize("said", ["", "-ERR no reply\n", "a b", "x;system"])
def test_an_engine_that_is_no_word_is_not_asked_for(said: str) -> None:
    assert ask.tts_engine({ask.TTS_ENGINE: said}) == "tts_commandline"


@pytest.mark.parametrize("name", ["a b", "x;y", "a" * 81])
def test_a_name_that_could_be_more_than_one_word_is_not_asked_for(name: str) -> None:
    replies = {ask.EVENT_SOCKET: settings_xml("event_socket.conf", apply_inbound_acl=name)}
    assert ask.access_lists(replies) == ()
    odd = REPLIES[ask.PROFILES].replace("prozvon\tprofile", f"{name}\tprofile")
    assert not [q for q in ask.more_questions(WANTED, {ask.PROFILES: odd}) if q.startswith("sofia")]


def test_nothing_that_is_asked_changes_anything() -> None:
    """fsctl sets what it is given, hence no third word; python runs our own script, which only reads."""
    wanted = replace(SPEAKING, programs=("abc",), prompts_url="http://x/", is_here=False)
    asked = [
        *ask.first_questions(wanted),
        *ask.more_questions(wanted, REPLIES),
        *ask.script_questions(wanted),
    ]
    harmless = ("xml_locate", "module_exists", "show", "sofia status", "acl", "global_getvar", "version")
    for question in asked:
        words = question.split(" ")
        if words[0] == "fsctl":
            assert question == "fsctl pause_check outbound" or len(words) == 2
        elif words[0] == "python":
            assert words[1:3] in (
                ["prozvon_switch", "hello"],
                ["prozvon_switch", "has"],
                ["prozvon_switch", "cdr"],
            )
        else:
            own = ("eval [${regex(1|1)}]", "strmicroepoch", "prozvon_fault")
            assert question in own or question.startswith(harmless)


@pytest.mark.parametrize(
    ("dial", "endpoint", "gateway", "profile"),
    [
        ("sofia/gateway/main/{number}", "sofia", "main", None),
        ("sofia/out/{number}@10.0.0.1", "sofia", None, "out"),
        ("loopback/{number}/x", "loopback", None, None),
        ("Sofia/x", "sofia", None, None),
        ("sofia/{number}", "sofia", None, None),
        ("{number}", "{number}", None, None),
    ],
)
def test_a_dial_string_names_what_it_goes_by(
    dial: str, endpoint: str, gateway: str | None, profile: str | None
) -> None:
    made = _gateway(dial)
    assert (ask.endpoint_of(made), ask.sofia_gateway(made), ask.sofia_profile(made)) == (
        endpoint,
        gateway,
        profile,
    )
