from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.simulator.throttle import Limits
from tests.simulator.bench import Bench, Client, line, population, wait_until

ANSWERS = population(person={"kind": "person", "rings": 0})
RINGS = population(person={"kind": "no_answer"})


@pytest.fixture
def live(bench: Callable[..., Bench]) -> tuple[Bench, Client]:
    """One answered call, `a`, on a clock that hardly moves."""
    made = bench(population=ANSWERS, speed=5)
    client = made.client("CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_EXECUTE", "BACKGROUND_JOB")
    client.originate(line("a", extension="long"), "job")
    wait_until(lambda: client.named("CHANNEL_EXECUTE"), "the answer")
    return made, client


def test_a_live_call_can_be_looked_at(live: tuple[Bench, Client]) -> None:
    _, client = live
    assert client.command("api uuid_exists a") == "true"
    assert client.command("api uuid_getvar a prozvon_attempt") == "a"
    assert client.command("api uuid_getvar a nosuch") == "_undef_"
    assert client.command("api uuid_setvar a own value of mine") == "+OK\n"
    assert client.command("api uuid_getvar a own") == "value of mine"
    assert client.command("api uuid_setvar a own") == "+OK\n"
    assert client.command("api uuid_getvar a own") == "_undef_"
    dump = json.loads(client.command("api uuid_dump a json"))
    assert (dump["Event-Name"], dump["variable_prozvon_attempt"]) == ("CHANNEL_DATA", "a")
    assert "\nUnique-ID: a\n" in client.command("api uuid_dump a")
    for usage in ("uuid_getvar a", "uuid_setvar a", "uuid_dump"):
        assert client.command(f"api {usage}").startswith("-USAGE: <uuid>")


def test_channels_are_listed(live: tuple[Bench, Client]) -> None:
    _, client = live
    listed = json.loads(client.command("api show channels as json"))
    assert listed["row_count"] == 1
    row = listed["rows"][0]
    assert (row["uuid"], row["callstate"], row["dest"], row["initial_dest"]) == (
        "a",
        "ACTIVE",
        "long",
        "79990000001",
    )
    assert (row["application"], row["cid_num"]) == ("playback", "79990000001")
    assert json.loads(client.command("api show channels count as json")) == {"row_count": 1, "rows": []}
    assert client.command("api show channels count") == "\n1 total.\n"
    assert client.command("api show channels like zzz as json") == '{"row_count": 0}\n'
    assert client.command("api show calls like a as json") == client.command("api show channels as json")
    plain = client.command("api show channels as delim |").split("\n")
    assert plain[0].split("|") == list(row)
    assert plain[1].split("|")[0] == "a"
    assert "\n1 session(s) - peak 1" in client.command("api status")


def test_a_killed_call_is_gone_at_once(live: tuple[Bench, Client]) -> None:
    made, client = live
    assert client.command("api uuid_kill a MANAGER_REQUEST") == "+OK\n"
    assert client.command("api uuid_exists a") == "false"
    assert client.command("api uuid_kill a") == "-ERR No such channel!\n"
    made.wait_idle()
    wait_until(lambda: client.named("CHANNEL_HANGUP_COMPLETE"), "the end")
    assert client.named("CHANNEL_HANGUP_COMPLETE")[0]["Hangup-Cause"] == "MANAGER_REQUEST"
    assert made.callees()[0].by == "switch"


def test_an_unknown_cause_kills_with_normal_clearing(live: tuple[Bench, Client]) -> None:
    made, client = live
    client.command("api uuid_kill a NONSENSE")
    made.wait_idle()
    assert made.cdr("a")["variables"]["hangup_cause"] == "NORMAL_CLEARING"


def test_all_calls_with_a_variable_are_hung_up(bench: Callable[..., Bench]) -> None:
    made = bench(population=RINGS, speed=5)
    client = made.client("CHANNEL_PROGRESS", "BACKGROUND_JOB")
    for call, campaign in (("a", "c1"), ("b", "c2"), ("c", "c1")):
        client.originate(line(call, prozvon_campaign=campaign), call)
    wait_until(lambda: len(client.named("CHANNEL_PROGRESS")) == 3, "three ringing")
    said = "+OK hangup all channels matching [prozvon_campaign]=[c1] with cause: MANAGER_REQUEST\n"
    assert client.command("api hupall MANAGER_REQUEST prozvon_campaign c1") == said
    assert (client.job("a"), client.job("c")) == ("-ERR MANAGER_REQUEST\n",) * 2
    assert client.command("api uuid_exists b") == "true"
    assert client.command("api fsctl hupall USER_BUSY") == "+OK hangup all channels with cause USER_BUSY\n"
    assert client.job("b") == "-ERR USER_BUSY\n"


def test_originate_over_api_blocks_until_its_answer(bench: Callable[..., Bench]) -> None:
    made = bench(population=ANSWERS)
    client = made.client()
    assert client.command(f"api originate {line('a', extension='short')}") == "+OK a\n"
    assert client.command("api originate nonsense").startswith("-USAGE: <call url> <exten>")
    assert client.command(f"api originate {line('b', gateway='nosuch')}") == "-ERR INVALID_GATEWAY\n"


def test_pausing_refuses_calls_without_an_event(bench: Callable[..., Bench]) -> None:
    made = bench()
    client = made.client("ALL")
    client.command("api fsctl pause")
    assert client.command("api fsctl pause_check") == "true"
    assert client.command("api fsctl ready_check") == "false"
    assert "is not ready" in client.command("api status")
    client.originate(line("a"), "a")
    assert client.job("a") == "-ERR DESTINATION_OUT_OF_ORDER\n"
    client.command("api fsctl resume")
    client.command("api fsctl pause outbound")
    assert client.command("api fsctl pause_check") == "false"
    assert client.command("api fsctl pause_check outbound") == "true"
    assert client.command("api fsctl pause_check inbound") == "false"
    client.originate(line("b"), "b")
    assert client.job("b") == "-ERR DESTINATION_OUT_OF_ORDER\n"
    assert not [event for event in client.events if event["Event-Name"].startswith("CHANNEL")]
    assert made.cdrs() == []
    assert made.callees() == []


def test_limits_are_shown_and_changed(bench: Callable[..., Bench]) -> None:
    client = bench(limits=Limits(sessions_per_second=7, max_sessions=9)).client()
    assert client.command("api fsctl sps") == "+OK sessions per second: 7\n"
    assert client.command("api fsctl max_sessions 5") == "+OK max sessions: 5\n"
    assert client.command("api fsctl loglevel 3") == "+OK log level: 3 [3]\n"
    assert "5 session(s) max" in client.command("api status")


def test_calls_over_a_limit_are_refused_without_an_event(bench: Callable[..., Bench]) -> None:
    made = bench(population=RINGS, speed=1, limits=Limits(max_sessions=2))
    client = made.client("CHANNEL_CREATE", "CHANNEL_DESTROY", "BACKGROUND_JOB")
    for call in ("a", "b", "c"):
        client.originate(line(call), call)
    assert client.job("c") == "-ERR DESTINATION_OUT_OF_ORDER\n"
    wait_until(lambda: len(client.named("CHANNEL_CREATE")) == 2, "two calls")
    assert client.named("CHANNEL_DESTROY") == []


def test_too_many_calls_in_a_second_are_refused(bench: Callable[..., Bench]) -> None:
    made = bench(population=RINGS, speed=0.01, limits=Limits(sessions_per_second=5))
    client = made.client("CHANNEL_CREATE", "BACKGROUND_JOB")
    for call in range(8):
        client.originate(line(str(call)), str(call))
    wait_until(lambda: len(client.events) == 8, "four calls and four refusals")
    assert len(client.named("CHANNEL_CREATE")) == 4
    assert {event["_body"] for event in client.named("BACKGROUND_JOB")} == {"-ERR DESTINATION_OUT_OF_ORDER\n"}


def test_a_gateway_tells_its_state(bench: Callable[..., Bench]) -> None:
    made = bench(population=population(busy={"kind": "busy"}))
    client = made.client("BACKGROUND_JOB")
    client.originate(line("a"), "a")
    client.job("a")
    made.wait_idle()
    report = client.command("api sofia status gateway main")
    assert "\nStatus  \tUP\n" in report
    assert "\nCallsOUT\t1\n" in report
    assert "\nFailedCallsOUT\t1\n" in report
    assert client.command("api prozvon_fault gateway main down") == "+OK\n"
    assert "\nStatus  \tDOWN\n" in client.command("api sofia status gateway main")
    assert client.command("api sofia status gateway nosuch") == "Invalid Gateway!\n"
    assert "out::main\tgateway\t" in client.command("api sofia status")
    assert client.command("api sofia nonsense") == "Unknown Command [nonsense]\n"


def test_small_questions_have_their_answers(bench: Callable[..., Bench]) -> None:
    made = bench()
    client = made.client()
    assert client.command("api global_getvar core_uuid") == made.switch.core_uuid
    assert client.command("api eval id ${core_uuid}") == f"id {made.switch.core_uuid}"
    assert client.command("api eval ${system(ls)}") == "<API execute Permission Denied>"
    assert len(client.command("api create_uuid")) == 36
    up_s = int(client.command("api uptime"))
    assert int(client.command("api uptime ms")) >= up_s * 1000
    assert client.command("api show nonsense").startswith("-USAGE: codec|endpoint")


def test_reloading_reads_the_dialplan_again_or_says_what_is_wrong(bench: Callable[..., Bench]) -> None:
    made = bench()
    client = made.client("RELOADXML")
    new = made.release / "dialplan" / "new.xml"
    new.write_text("<include>\n<context>\n</include>\n")
    assert client.command("api reloadxml") == (
        f"+OK [[error near line {made.lines() + 6}]: unexpected closing tag </section>]\n"
    )
    assert made.switch.dialplan.route("prozvon", {"destination_number": "short"}.get) is not None
    assert client.events == []
    new.write_text(
        '<context name="new">\n<extension name="x"><condition>\n'
        '<action application="answer"/></condition></extension></context>\n'
    )
    assert client.command("api reloadxml") == "+OK [Success]\n"
    assert made.switch.dialplan.route("new", {}.get) is not None
    wait_until(lambda: client.events, "the event")


def test_a_switch_whose_configuration_is_broken_does_not_start(
    bench: Callable[..., Bench], tmp_path: Path
) -> None:
    (tmp_path / "root" / "conf").mkdir(parents=True)
    (tmp_path / "root" / "conf" / "freeswitch.xml").write_text("<document>\n<section>\n</document>\n")
    with pytest.raises(KnownError, match="near line 3"):
        bench()


def test_xml_can_be_asked_for(bench: Callable[..., Bench]) -> None:
    made = bench()
    (made.release / "dialplan" / "new.xml").write_text('<context name="new"/>\n')
    client = made.client()
    assert client.command("api reloadxml") == "+OK [Success]\n"
    asked = {
        "dialplan context name NEW": '<context name="new"></context>\n',
        "dialplan context name nosuch": "can't find anything\n",
        "nosuch": "can't find anything\n",
        "": "-ERR bad args\n",
        "dialplan context": "-ERR bad args\n",
    }
    assert {text: client.command(f"api xml_locate {text}") for text in asked} == asked
    assert client.command("api xml_locate configuration").startswith('<section name="configuration">')
    assert client.command("api xml_locate root").startswith('<document type="freeswitch/xml">')


def test_shutdown_by_command_ends_the_switch(bench: Callable[..., Bench]) -> None:
    client = bench().client()
    assert client.command("api fsctl shutdown") == "+OK\n"
    wait_until(lambda: client.is_closed, "the end")


def test_heartbeats_come_every_twenty_seconds(bench: Callable[..., Bench]) -> None:
    made = bench(speed=400)
    client = made.client("HEARTBEAT")
    wait_until(lambda: len(client.events) >= 3, "three heartbeats")
    stamps = [int(event["Event-Date-Timestamp"]) for event in client.events]
    began = made.switch.started_ms * 1000
    assert [at for beat, at in enumerate(stamps, 1) if at < began + beat * 20_000_000] == []
    assert client.events[0]["Session-Count"] == "0"
