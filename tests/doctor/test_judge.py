"""Every finding of the catalogue, each from a switch that is well but for that one thing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.doctor import questions as ask
from orchestrator.doctor.catalogue import CATALOGUE, CHECKS
from orchestrator.doctor.facts import Door, HereFacts, Reach, SwitchFacts
from orchestrator.doctor.findings import Verdict, is_sound
from orchestrator.doctor.hello import HELLO
from orchestrator.doctor.judge import judge_here, judge_switch
from orchestrator.doctor.judge_inbound import LOCATE_INBOUND
from tests.doctor.cases import CASES
from tests.doctor.facts import (
    HERE_WELL,
    RULE,
    SOFIA,
    WANTED,
    WELL,
    faults,
    replied,
    said_hello,
    settings_xml,
    simulated,
    wanting,
)
from tests.doctor.spoilt import (
    ANY,
    CDR,
    acl,
    cdr,
    dialing,
    gateway,
    not_taken_in,
    process,
    socket,
    speaking,
    taking_calls,
    url,
)


@pytest.mark.parametrize(("facts", "code", "said"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_what_is_wrong_is_the_one_finding(facts: SwitchFacts | HereFacts, code: str, said: str) -> None:
    found = faults(facts)
    assert [item.code for item in found] == [code]
    assert said in str(found[0])
    assert found[0].level == CATALOGUE[code].level
    assert "\n" not in str(found[0])
    assert len(str(found[0])) < 600


def test_every_finding_of_the_catalogue_is_shown_to_be_made() -> None:
    assert {code for _, code, _ in CASES} == set(CATALOGUE)


@pytest.mark.parametrize(
    ("takes", "said"),
    [
        (("+74950000001", "any"), "calls are taken to +74950000001, any"),
        (("1", "2", "3", "4", "5"), "calls are taken to 1, 2, 3 and 2 more"),
    ],
)
def test_the_numbers_that_are_answered_are_told(takes: tuple[str, ...], said: str) -> None:
    found = [item for item in judge_switch(taking_calls(takes=takes)) if item.code == "inbound.ok"]
    assert [item.found for item in found] == [said]


def test_every_finding_belongs_to_a_check() -> None:
    assert {code.split(".")[0] for code in CATALOGUE} == set(CHECKS)


def test_a_switch_that_is_well_is_fine_in_every_check() -> None:
    found = judge_switch(taking_calls())
    assert {item.level for item in found} == {Verdict.OK}
    assert [item.code.removesuffix(".ok") for item in found] == [
        check for check in CHECKS if check not in ("speech", "settings", "store", "disk")
    ]
    assert is_sound(found)


def test_a_switch_whose_scenarios_take_no_calls_is_not_asked_about_them() -> None:
    assert "inbound.ok" not in [item.code for item in judge_switch(WELL)]
    assert LOCATE_INBOUND not in ask.first_questions(WANTED)
    assert LOCATE_INBOUND in ask.first_questions(replace(WANTED, takes=("any",)))


def test_a_machine_that_is_well_is_fine_in_every_check() -> None:
    assert [(item.code, item.where) for item in judge_here(HERE_WELL)] == [
        ("store.ok", ""),
        ("disk.ok", ""),
        ("speech.ok", ""),
    ]
    least = HereFacts(speech_fault=None, free_mb=None)
    assert [item.code for item in judge_here(least)] == ["store.ok"]


def test_only_an_error_is_unsound() -> None:
    assert is_sound(judge_switch(said_hello(user="root")))
    assert not is_sound(judge_switch(replied(ask.EXPANSION, "[true]")))


def test_a_call_over_loopback_counts_twice() -> None:
    facts = replied(
        "module_exists mod_loopback", "true", dialing("loopback/{number}/x", cps=50, channels=501)
    )
    rows = '{"rows":[{"name":"loopback"}]}'
    found = {item.code: item for item in faults(replied(ask.ENDPOINTS, rows, facts))}
    assert set(found) == {"sessions.sps", "sessions.most", "process.files"} - {"process.files"}
    assert "to 101 and" in found["sessions.sps"].todo
    assert "to 1002 and" in found["sessions.most"].todo


def test_a_missing_module_of_an_endpoint_is_told_once() -> None:
    facts = replied(ask.ENDPOINTS, '{"rows":[]}', replied("module_exists mod_sofia", "false"))
    assert [item.code for item in faults(facts)] == ["modules.missing"]


def test_a_missing_python_is_told_once() -> None:
    facts = replied("module_exists mod_python3", "false", replied(HELLO, "-ERR python Command not found!"))
    assert [item.code for item in faults(facts)] == ["modules.missing"]


def test_a_missing_json_cdr_is_told_once() -> None:
    facts = replied(ask.JSON_CDR, "can't find anything\n", replied("module_exists mod_json_cdr", "false"))
    assert [item.code for item in faults(facts)] == ["modules.missing"]


@pytest.mark.parametrize("reply", ["", "[]", '{"row_count":0}', '{"rows":[7]}', '{"rows":[{}]}'])
def test_endpoints_that_do_not_show_are_nobodys_fault(reply: str) -> None:
    assert faults(replied(ask.ENDPOINTS, reply)) == []


@pytest.mark.parametrize(
    "facts",
    [
        socket(listen_ip="::1"),
        socket(listen_ip="localhost"),
        socket({"10.0.0.5": Door.SHUT}),
        socket({"10.0.0.5": Door.REFUSED}, acl("loopback.auto", "false", "false"), listen_ip=ANY),
        socket({}, acl("10.0.0.0/8", "false", "false"), listen_ip="10.0.0.5", apply_inbound_acl="10.0.0.0/8"),
    ],
)
def test_an_event_socket_for_few_is_fine(facts: SwitchFacts) -> None:
    assert faults(facts) == []


def test_every_list_of_an_event_socket_must_let_in() -> None:
    text = settings_xml("event_socket.conf", listen_ip="::", password="x").replace(
        "</settings>", "{}</settings>"
    )
    lists = "".join(f'<param name="apply-inbound-acl" value="{name}"/>' for name in ("any_v6.auto", "lan"))
    facts = replied(ask.EVENT_SOCKET, text.format(lists))
    for command, reply in (acl("any_v6.auto", "false", "true") | acl("lan", "false", "false")).items():
        facts = replied(command, reply, facts)
    assert faults(facts) == []
    facts = replied(ask.may_enter(ask.WORLD[1], "lan"), "true", facts)
    assert [item.code for item in faults(facts)] == ["socket.open"]


def test_a_load_limit_that_is_off_is_none() -> None:
    assert faults(replied(ask.IDLE_CPU, "+OK min idle cpu: 0.00%\n")) == []
    assert faults(replied(ask.IDLE_CPU, None)) == []


def test_a_registered_gateway_is_up() -> None:
    found = judge_switch(gateway(State="REGED", PingFreq="0"))
    assert "gateway main is up (registered)" in [item.found for item in found]


@pytest.mark.parametrize(("ping_time", "how"), [("2.13", "it answers"), ("0.00", "not asked yet")])
def test_a_gateway_nobody_has_asked_yet_is_not_said_to_answer(ping_time: str, how: str) -> None:
    found = judge_switch(gateway(PingTime=ping_time))
    assert f"gateway main is up ({how})" in [item.found for item in found]


def test_a_dial_string_without_gateway_is_told_as_it_is() -> None:
    for dial in (
        "sofia/prozvon/{number}@10.0.0.1",
        "user/{number}",
        "sofia/{number}",
        "sofia/gateway/{number}",
    ):
        found = judge_switch(replied(ask.ENDPOINTS, "", dialing(dial)))
        assert f"gateway main goes by {dial}" in [item.found for item in found]
    unknown = replied(ask.PROFILES, None, dialing("sofia/other/{number}@10.0.0.1"))
    assert faults(unknown) == []


def test_cdrs_are_where_the_scripts_read_them() -> None:
    """The settings may name the folder through a link; the switch's scripts name what is read there."""
    assert faults(replace(cdr(), wanted=replace(WANTED, cdr="/link/cdr"))) == []
    found = judge_switch(said_hello(cdr={"is_writable": True}))
    assert "a CDR of every call in /srv/prozvon/cdr" in [item.found for item in found]
    silent = replied(ask.JSON_CDR, settings_xml("json_cdr.conf", **CDR), replied(HELLO, "-ERR no reply"))
    assert [item.code for item in faults(silent)] == ["scripts.none"]


def test_settings_of_cdrs_that_do_no_harm_are_fine() -> None:
    for params in (
        {"url": "http://x/", "log_http_and_disk": "true"},
        {"encode": "true"},
        {"encode_values": ""},
        {"rotate": "0"},
    ):
        assert faults(cdr(**params)) == []


def test_prompts_by_url_need_no_folder() -> None:
    for what in ("prompts", "spoken"):
        facts = replied(
            HELLO, said_hello(**{what: {"is_readable": False}}).replies[HELLO], url("", has_workers=True)
        )
        assert faults(facts) == []
    assert faults(url(None, has_workers=True)) == []


def test_a_program_that_is_there_or_not_known_is_fine() -> None:
    for reply in ("+OK", "-ERR usage"):
        assert faults(replied(f"{ask.HAS_PROGRAMS} abc", reply, wanting(programs=("abc",)))) == []


def test_a_switch_that_can_speak_is_fine() -> None:
    for facts in (speaking("true"), speaking("true", engine="flite"), speaking(None)):
        assert faults(facts) == []


def test_clocks_are_not_compared_where_time_is_simulated() -> None:
    assert faults(replace(said_hello(now_ms=1), wanted=replace(WANTED, has_real_clock=False))) == []


def test_the_switch_itself_tells_the_time_where_its_scripts_do_not() -> None:
    facts = replied(ask.OWN_CLOCK, f"{WELL.asked_at_ms + 9000}000", said_hello(now_ms=None))
    assert [item.found for item in faults(facts)] == ["its clock is 9.0 s ahead of ours"]
    assert faults(replied(ask.OWN_CLOCK, None)) == []


def test_a_switch_on_another_machine_has_no_process_here() -> None:
    assert faults(replace(WELL, process=None)) == []


def test_files_are_counted_for_the_calls_there_can_be() -> None:
    few = replied(ask.MAX_SESSIONS, None, process(open_files=439))
    assert [item.code for item in faults(few)] == ["sessions.unknown", "process.files"]
    none = replace(process(open_files=8_199), wanted=replace(WANTED, gateways=()))
    assert [item.code for item in faults(none)] == ["gateways.none", "process.files"]
    assert faults(process(open_files=-1)) == []
    assert faults(process(open_files=None, log_mode=None, secrets_mode=None)) == []


def test_of_a_simulated_switch_only_what_it_answers_is_judged() -> None:
    """It has no configuration files, nor most commands of a real one."""
    unanswered = (
        ask.EXPANSION,
        ask.EVENT_SOCKET,
        ask.JSON_CDR,
        ask.SPS,
        ask.OWN_CLOCK,
        "module_exists mod_sndfile",
    )
    facts = said_hello(user="root", now_ms=None)
    for command in unanswered:
        facts = replied(command, f"-ERR {command.split(' ')[0]} Command not found!\n", facts)
    facts = replied(ask.profile_status("prozvon"), "", facts)
    facts = replied(ask.TTS_SETTINGS, None, replied("module_exists mod_tts_commandline", "true", facts))
    facts = replace(facts, wanted=replace(WANTED, speaks_itself=True, has_default_password=True))
    assert faults(simulated(facts)) == []
    assert "the simulated switch 1.10.12" in [item.found for item in judge_switch(simulated(facts))]
    assert len(faults(facts)) > 5


def test_of_a_switch_that_does_not_take_us_in_nothing_else_is_said() -> None:
    for reach in Reach:
        if reach is not Reach.IN:
            assert len(judge_switch(not_taken_in(reach))) == 1


def test_profiles_of_unreadable_status_are_not_judged() -> None:
    for reply in ("", "-ERR sofia Command not found!\n", SOFIA.replace(RULE, "")):
        assert faults(replied(ask.PROFILES, reply)) == []


def test_no_password_is_in_a_finding_or_in_facts_that_are_shown() -> None:
    assert "s3cret" not in repr(WELL)
    assert "s3cret" not in json.dumps([str(item) for item in judge_switch(WELL)])
