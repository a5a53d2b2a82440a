"""What the configuration that we ship makes of a switch, asked as the doctor and the deploy ask."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from orchestrator.render.release import MODULES
from orchestrator.simulator.configuration import Configuration
from orchestrator.simulator.xml_tree import to_xml
from tests.conformance.desk import Desk
from tests.conformance.numbers import PICKS_UP, RINGS
from tests.conformance.project import MAX_SESSIONS, SPS

LINE = "=" * 97
UP = "UP"


def shipped(root: Path) -> Configuration:
    """The configuration as it is on disk, put together here."""
    variables = {"local_ip_v4": "127.0.0.1"}
    configuration = Configuration(root, root / "current", variables, lambda *_: None)
    assert configuration.load() == "Success"
    return configuration


@pytest.mark.parametrize(
    ("section", "tag", "value"),
    [
        ("dialplan", "context", "prozvon"),
        ("dialplan", "context", "PROZVON"),
        ("dialplan", "context", "prozvon_inbound"),
        ("dialplan", "context", "unrunnable"),
        ("configuration", "configuration", "switch.conf"),
        ("configuration", "configuration", "event_socket.conf"),
        ("configuration", "configuration", "json_cdr.conf"),
        ("configuration", "configuration", "sofia.conf"),
        ("configuration", "configuration", "modules.conf"),
        ("configuration", "configuration", "acl.conf"),
        ("configuration", "configuration", "tts_commandline.conf"),
    ],
)
def test_the_switch_shows_what_stands_in_the_files(desk: Desk, section: str, tag: str, value: str) -> None:
    found = shipped(desk.switch.root).locate(section, tag=tag, attribute="name", value=value)
    assert found is not None
    assert desk.api(f"xml_locate {section} {tag} name {value}") == to_xml(found)


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("dialplan context name nosuch", "can't find anything\n"),
        ("nosuch", "can't find anything\n"),
        ("", "-ERR bad args\n"),
        ("dialplan context", "-ERR bad args\n"),
    ],
)
def test_what_is_not_there_is_told(desk: Desk, asked: str, reply: str) -> None:
    assert desk.api(f"xml_locate {asked}".rstrip()) == reply


def test_no_password_stays_in_a_variable(desk: Desk) -> None:
    variables = desk.api("global_getvar")
    assert "local_ip_v4=" in variables
    assert desk.switch.password not in variables
    assert desk.switch.password in desk.api("xml_locate configuration configuration name event_socket.conf")


@pytest.mark.parametrize("module", MODULES)
def test_every_module_of_ours_is_loaded(desk: Desk, module: str) -> None:
    assert desk.api(f"module_exists {module}") == "true"
    if module not in ("mod_event_socket", "mod_commands"):
        assert f",{module}," in desk.api(f"show modules {module}")


@pytest.mark.parametrize("module", ["mod_callcenter", "mod_xml_curl", "mod_console", "mod_db", "python3", ""])
def test_no_other_module_is_loaded(desk: Desk, module: str) -> None:
    said = desk.api(f"module_exists {module}".rstrip())
    assert said == ("false" if module else "-ERR no reply\n")
    assert desk.api(f"show modules {module or 'x'}") == "\n0 total.\n"


def test_modules_and_what_they_bring_are_listed(desk: Desk) -> None:
    whole = json.loads(desk.api("show modules as json"))
    loaded = {row["ikey"] for row in whole["rows"]}
    assert {name for name in loaded if name.startswith("mod_")} == set(MODULES)
    assert whole["row_count"] == len(whole["rows"])
    assert all(list(row) == ["type", "name", "ikey", "filename"] for row in whole["rows"])
    endpoints = json.loads(desk.api("show endpoint as json"))
    assert [(row["name"], row["ikey"]) for row in endpoints["rows"]] == [
        ("error", "mod_dptools"),
        ("group", "mod_dptools"),
        ("loopback", "mod_loopback"),
        ("null", "mod_loopback"),
        ("pickup", "mod_dptools"),
        ("rtp", "mod_sofia"),
        ("sofia", "mod_sofia"),
        ("user", "mod_dptools"),
    ]
    assert desk.api("show dialplan") == (
        "type,name,ikey\ndialplan,XML,mod_dialplan_xml\ndialplan,inline,mod_dptools\n\n2 total.\n"
    )


@pytest.mark.parametrize(
    "text", ["${regex(1|1)}", "[${regex(1|1)}]", "${system(true)}", "a${nosuch(b)}c", "${core_uuid}"]
)
def test_text_never_becomes_a_command(desk: Desk, text: str) -> None:
    said = re.sub(r"\$\{\w+\(.*\)\}", "<API execute Permission Denied>", text)
    assert desk.api(f"eval {text}") == said.replace("${core_uuid}", desk.api("global_getvar core_uuid"))
    assert desk.api("fsctl api_expansion") == "+OK api_expansion is off \n"


@pytest.mark.parametrize(
    ("address", "networks", "enters"),
    [
        ("127.0.0.1", "prozvon_event_socket", "true"),
        ("::1", "prozvon_event_socket", "true"),
        ("203.0.113.1", "prozvon_event_socket", "false"),
        ("2001:db8::1", "prozvon_event_socket", "false"),
        ("127.0.0.1", "prozvon_inbound_out", "true"),  # whose calls gateway `main` takes
        ("127.0.0.2", "prozvon_inbound_out", "false"),
        ("127.0.0.1", "loopback.auto", "true"),
        ("203.0.113.1", "loopback.auto", "false"),
        ("10.1.2.3", "rfc1918.auto", "true"),
        ("127.0.0.1", "nosuch", "false"),
        ("nonsense", "loopback.auto", "false"),
    ],
)
def test_lists_of_networks_decide(desk: Desk, address: str, networks: str, enters: str) -> None:
    assert desk.api(f"acl {address} {networks}") == enters


def test_the_limits_are_those_of_the_settings(desk: Desk) -> None:
    assert desk.api("fsctl sps") == f"+OK sessions per second: {SPS}\n"
    assert desk.api("fsctl max_sessions") == f"+OK max sessions: {MAX_SESSIONS}\n"
    assert desk.api("fsctl min_idle_cpu") == "+OK min idle cpu: DISABLED\n"
    assert desk.api("fsctl pause_check outbound") == "false"


def test_the_switch_tells_its_time(desk: Desk) -> None:
    micro = int(desk.api("strmicroepoch"))
    assert abs(int(desk.api("strepoch")) - micro // 1_000_000) <= 1 + 2 / desk.switch.second_s
    assert int(desk.api("uptime s")) <= int(desk.api("uptime ms")) / 1000 + 1


def test_profiles_and_gateways_are_those_of_the_settings(desk: Desk) -> None:
    port, callees = sip_port(desk), proxy_of(desk, "main")
    rows = [("out", "profile", f"sip:mod_sofia@127.0.0.1:{port}", "RUNNING (0)")]
    rows += [(f"out::{name}", "gateway", f"sip:robot@{proxy_of(desk, name)}", "NOREG") for name in GATEWAYS]
    table = "".join(f"{name:>25}\t{kind}\t  {data:>40}\t{state}\n" for name, kind, data, state in rows)
    head = f"{'Name':>25}\t   Type\t  {'Data':>40}\tState\n"
    assert desk.api("sofia status") == f"{head}{LINE}\n{table}{LINE}\n1 profile 0 aliases\n"
    said = desk.api("sofia status gateway main")
    assert counted(said) == gateway_text("main", callees, port)
    assert desk.api("sofia status gateway out::main").startswith(f"{LINE}\nName    \tmain\n")
    assert desk.api("sofia status gateway nosuch") == "Invalid Gateway!\n"
    assert desk.api("sofia status profile nosuch") == "Invalid Profile!\n"


GATEWAYS = ("main", "loop", "down", "dead")  # the newest first


def sip_port(desk: Desk) -> str:
    found = shipped(desk.switch.root).locate(
        "configuration", tag="configuration", attribute="name", value="sofia.conf"
    )
    return str(re.search(r'"sip-port" value="(\d+)"', to_xml(found) if found is not None else "")[1])  # type: ignore[index]  # else the test fails


def proxy_of(desk: Desk, name: str) -> str:
    text = (desk.switch.root / "current" / "gateways" / "out.xml").read_text("utf-8")
    return re.search(rf'name="{name}">\s*<param name="proxy" value="([^"]+)"', text)[1]  # type: ignore[index]  # else the test fails


def counted(report: str) -> str:
    """Without what depends on what happened before."""
    return re.sub(r"(?m)^(Uptime|CallsOUT|FailedCallsOUT)( *)\t\d+", r"\1\2\tN", report)


def gateway_text(name: str, proxy: str, port: str) -> str:
    return (
        f"{LINE}\nName    \t{name}\nProfile \tout\nScheme  \tDigest\nRealm   \t{proxy}\nUsername\trobot\n"
        f"Password\tno\nFrom    \t<sip:robot@{proxy}>\n"
        f"Contact \t<sip:gw+{name}@127.0.0.1:{port};transport=udp;gw={name}>\nExten   \trobot\n"
        f"To      \tsip:robot@{proxy}\nProxy   \tsip:{proxy}\nContext \tprozvon_inbound\nExpires \t3600\n"
        "Freq    \t3600\nPing    \t0\nPingFreq\t0\nPingTime\t0.00\nPingState\t0/0/0\nState   \tNOREG\nStatus  \tUP\n"
        f"Uptime  \tNs\nCallsIN \t0\nCallsOUT\tN\nFailedCallsIN\t0\nFailedCallsOUT\tN\n{LINE}\n"
    )


def test_a_profile_tells_how_it_is_set_up(desk: Desk) -> None:
    port = sip_port(desk)
    said = desk.api("sofia status profile out")
    fields = dict(re.findall(r"(?m)^([A-Za-z-]+(?: [A-Za-z]+)*) *\t(.*)$", said))
    assert said.startswith(f"{LINE}\nName             \tout\n")
    assert list(fields)[:10] == [
        *("Name", "Domain Name", "Auto-NAT", "DBName", "Pres Hosts"),
        *("Dialplan", "Context", "Challenge Realm", "RTP-IP", "SIP-IP"),
    ]
    wanted = {
        "Context": "prozvon_inbound",
        "RTP-IP": "127.0.0.1",
        "URL": f"sip:mod_sofia@127.0.0.1:{port}",
        "BIND-URL": f"sip:mod_sofia@127.0.0.1:{port};transport=udp",
        "CODECS OUT": "PCMA",
        "TEL-EVENT": "101",
        "DTMF-MODE": "rfc2833",
        "REGISTRATIONS": "0",
    }
    assert {name: fields[name] for name in wanted} == wanted


def test_a_gateway_that_answers_no_ping_is_known_to_be_down(desk: Desk) -> None:
    desk.wait(lambda: "\nStatus  \tDOWN" in desk.api("sofia status gateway down"), "down", 15)
    call = desk.call(PICKS_UP, gateway="down")
    assert desk.job(call) == "-ERR GATEWAY_DOWN\n"
    assert desk.events(call) in (["CHANNEL_DESTROY", "BACKGROUND_JOB"], ["BACKGROUND_JOB", "CHANNEL_DESTROY"])
    assert desk.cdr(call) is None
    assert desk.api("sofia profile out gwlist down") == "down "
    assert sorted(desk.api("sofia profile out gwlist").split()) == ["dead", "loop", "main"]


def test_a_gateway_where_nobody_listens_fails_as_congestion(desk: Desk) -> None:
    call = desk.call(PICKS_UP, gateway="dead")
    facts = desk.facts(call)
    assert (facts.cause, facts.answered_at) == ("NORMAL_TEMPORARY_FAILURE", None)
    assert desk.job(call) == "-ERR NORMAL_TEMPORARY_FAILURE\n"


def test_calls_are_counted_at_their_gateway(desk: Desk) -> None:
    def out() -> int:
        return int(re.findall(r"(?m)^CallsOUT\t(\d+)", desk.api("sofia status gateway main"))[0])

    before = out()
    call = desk.call(RINGS)
    desk.wait(lambda: desk.api(f"uuid_exists {call}") == "true", "the channel")
    desk.api(f"uuid_kill {call}")
    desk.facts(call)
    assert out() == before + 1


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("sofia profile nosuch rescan", "Invalid Profile [nosuch]"),
        ("sofia profile out nosuch", "-ERR Unknown command!\n"),
        ("sofia profile out killgw", "-ERR missing gw name\n"),
        ("sofia profile out killgw nosuch", "-ERR no such gateway.\n"),
        ("sofia profile out rescan", "Reload XML [Success]\n+OK scan complete\n"),
        ("sofia profile out", "Invalid Args!\n"),
        # Never a gateway that does not register: the switch keeps its profile locked, and never shuts down again.
        ("sofia profile out register nosuch", "Invalid gateway!\n"),
        ("sofia profile out register all", "+OK\n"),
        ("sofia profile out register", "No gateway name provided!\n"),
        ("sofia profile out start", "Reload XML [Success]\nout started successfully\n"),
        ("sofia profile nosuch start", "Reload XML [Success]\nFailure starting nosuch\n"),
        ("sofia nosuch", "Unknown Command [nosuch]\n"),
    ],
)
def test_commands_to_sofia_are_answered_in_these_words(desk: Desk, asked: str, reply: str) -> None:
    assert desk.api(asked) == reply


def test_a_configuration_that_is_broken_is_complained_of_and_not_taken(desk: Desk) -> None:
    path = desk.switch.root / "conf" / "local" / "dialplan" / "broken.xml"
    path.write_text('<context name="broken">\n<extension>\n</context>\n', "utf-8")
    try:
        said = desk.api("reloadxml")
        assert re.fullmatch(r"\+OK \[\[error near line \d+\]: unexpected closing tag </context>\]\n", said)
        assert desk.api("reloadacl") == said.replace("+OK", "-ERR")
        assert desk.api("sofia profile out rescan") == f"Reload XML {said[4:]}+OK scan complete\n"
        assert desk.api("xml_locate dialplan context name broken") == "can't find anything\n"
        assert '<context name="prozvon">' in desk.api("xml_locate dialplan context name prozvon")
        assert desk.facts(desk.call(PICKS_UP)).result == "told"
    finally:
        path.unlink()
    assert desk.api("reloadacl") == "+OK acl reloaded\n"
    assert desk.api("reloadxml") == "+OK [Success]\n"


def test_files_are_fetched_once_and_kept(desk: Desk) -> None:
    url = prompts_url(desk) + f"9{'0' * 31}.wav"
    desk.api("http_clear_cache")
    assert desk.api(f"http_tryget {url}") == "-ERR download\n"
    assert desk.api(f"http_prefetch {url}") == "+OK\n"
    desk.wait(lambda: desk.api(f"http_tryget {url}").startswith("/"), "the file", 10)
    path = desk.api(f"http_get {url}")
    assert path == desk.api(f"http_tryget {url}")
    assert path.startswith(str(desk.switch.root / "cache" / "http"))
    assert Path(path).read_bytes()[:4] == b"RIFF"
    assert desk.api(f"http_get {prompts_url(desk)}nosuch.wav") == "-ERR http_get Command not found!\n"
    assert desk.api("http_get") == desk.api("http_prefetch") == "USAGE: {param=val}<url>\n"
    assert desk.api("http_clear_cache") == "+OK\n"
    assert desk.api(f"http_tryget {url}") == "-ERR download\n"


def prompts_url(desk: Desk) -> str:
    text = (desk.switch.root / "current" / "dialplan" / "prozvon.xml").read_text("utf-8")
    return re.search(r"prozvon_prompts=http_cache://([^\"]+)", text)[1]  # type: ignore[index]  # else the test fails
