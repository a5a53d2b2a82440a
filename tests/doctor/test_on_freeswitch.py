"""The doctor at a real FreeSWITCH: well, spoilt in every way that is cheap to bring about, and out of the box."""

from __future__ import annotations

import resource
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.doctor.findings import Finding, Verdict
from orchestrator.doctor.judge import judge_switch
from orchestrator.esl.connection import Connection
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import DEFAULT_PASSWORD, Gateway, Switch
from orchestrator.runtime.switches.doctor import StoreSeen, look_at_switch
from orchestrator.runtime.switches.preflight import ready_fault
from orchestrator.simulator.clock import RealClock
from tests.conformance.real_switch import find_binary
from tests.doctor.bare_switch import BareSwitch
from tests.doctor.own_switch import PASSWORD, OwnSwitch

pytestmark = pytest.mark.freeswitch

# Of the switch as it is started here: its carriers are made to fail, and tests may run as root.
ALWAYS = {"gateways.down", "gateways.unregistered", "gateways.unwatched"}
SOCKET = "conf/autoload_configs/event_socket.conf.xml"
CDR = "conf/autoload_configs/json_cdr.conf.xml"
DIALPLAN = "dialplan/prozvon.xml"
OURS = '<extension name="robocall">'


@pytest.fixture(scope="module")
def binary() -> Path:
    found = find_binary()
    if found is None:
        pytest.skip("no FreeSWITCH: put it on PATH, or its prefix into PROZVON_FREESWITCH")
    return found


@pytest.fixture(scope="module")
def switch(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnSwitch]:
    made = OwnSwitch(binary, tmp_path_factory.mktemp("switch"))
    yield made
    made.stop()


def _wrong(switch: OwnSwitch, settings: Settings | None = None) -> dict[str, Finding]:
    """What is found besides that which always is, and that files of the release were edited by the test."""
    found = switch.findings(settings)
    return {
        code: item
        for code, item in found.items()
        if code not in {*ALWAYS, "scripts.root_user", "scripts.torn"}
    }


def test_what_is_wrong_with_its_trunks_is_all_that_is_wrong(switch: OwnSwitch) -> None:
    found = switch.findings()
    assert found.keys() - {"scripts.root_user"} == ALWAYS
    assert "gateway busy is down" in found["gateways.down"].found
    assert "gateway denied is not registered (FAIL_WAIT)" in found["gateways.unregistered"].found
    assert "gateway plain is there" in found["gateways.unwatched"].found
    assert PASSWORD not in "".join(map(str, found.values()))


def test_it_is_ready_for_calls(switch: OwnSwitch) -> None:
    connection = Connection("127.0.0.1", switch.port, PASSWORD)
    connection.connect()
    try:
        assert ready_fault(connection, switch.settings.switches["main"]) is None
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("command", "undo", "code", "said"),
    [
        ("fsctl api_expansion on", "fsctl api_expansion off", "expansion.on", "api-expansion is on"),
        (
            "fsctl sps 20",
            "fsctl sps 100",
            "sessions.sps",
            "and the switch admits 19",
        ),
        (
            "fsctl max_sessions 119",
            "fsctl max_sessions 1000",
            "sessions.most",
            "120 calls at once by the gateways",
        ),
        ("fsctl pause", "fsctl resume", "sessions.paused", "takes no calls for now"),
        ("fsctl pause outbound", "fsctl resume outbound", "sessions.paused", "takes no calls for now"),
        ("fsctl min_idle_cpu 20", "fsctl min_idle_cpu 0", "sessions.idle_cpu", "+OK min idle cpu: 20.00"),
        ("unload mod_json_cdr", "load mod_json_cdr", "modules.missing", "mod_json_cdr is not loaded"),
        ("unload mod_sndfile", "load mod_sndfile", "modules.missing", "mod_sndfile is not loaded"),
    ],
)
def test_a_state_that_is_wrong_is_found(
    switch: OwnSwitch, command: str, undo: str, code: str, said: str
) -> None:
    with switch.told(command, undo):
        found = _wrong(switch)
    assert found.keys() == {code}
    assert said in found[code].found
    assert _wrong(switch) == {}


def _value(name: str) -> str:
    return f'name="{name}" value="[^"]*"'


def _before_ours(conditions: str) -> str:
    return f'<extension name="theirs">{conditions}</extension>{OURS}'


@pytest.mark.parametrize(
    ("file", "pattern", "text", "code", "said"),
    [
        (
            SOCKET,
            _value("password"),
            'name="password" value="ClueCon"',
            "socket.default_password_next",
            "ClueCon",
        ),
        (
            CDR,
            _value("log-b-leg"),
            'name="log-b-leg" value="true"',
            "cdr.b_leg",
            "log-b-leg of mod_json_cdr is true",
        ),
        (
            CDR,
            _value("prefix-a-leg"),
            'name="prefix-a-leg" value="on"',
            "cdr.setting",
            "prefix-a-leg of mod_json_cdr",
        ),
        (
            CDR,
            _value("rotate"),
            'name="rotate" value="true"',
            "cdr.setting",
            "rotate of mod_json_cdr is true",
        ),
        (
            CDR,
            _value("encode-values"),
            'name="encode-values" value="no"',
            "cdr.setting",
            "encode-values of mod_json",
        ),
        (
            CDR,
            _value("log-dir"),
            'name="log-dir" value="/elsewhere"',
            "cdr.elsewhere",
            "CDRs are written to /elsewhere",
        ),
        (
            CDR,
            _value("encode"),
            'name="url" value="http://127.0.0.1:9/"',
            "cdr.setting",
            "log-http-and-disk of mod",
        ),
        (
            DIALPLAN,
            OURS,
            _before_ours("<condition/>"),
            "dialplan.taken",
            "the extension 'theirs' of the context",
        ),
        (
            DIALPLAN,
            OURS,
            _before_ours('<condition field="ani" expression="7"/>'),
            "dialplan.in_doubt",
            "the extension 'theirs' of the context prozvon may take our calls",
        ),
        (DIALPLAN, '"prozvon"', '"other"', "dialplan.missing", "our dialplan is not on the switch"),
    ],
)
def test_a_configuration_that_is_wrong_is_found(
    switch: OwnSwitch, file: str, pattern: str, text: str, code: str, said: str
) -> None:
    with switch.edited(file, pattern, text):
        assert file in switch.findings()["scripts.torn"].found
        found = _wrong(switch)
    assert found.keys() == {code}
    assert said in found[code].found


def test_an_event_socket_open_to_the_world_is_found(switch: OwnSwitch) -> None:
    """As its configuration has it: nothing is opened here."""
    with switch.edited(SOCKET, _value("listen-ip"), 'name="listen-ip" value="0.0.0.0"'):
        assert _wrong(switch) == {}  # only our own list gets in
        with switch.edited(SOCKET, 'prozvon_event_socket"', 'any_v4.auto"'):
            assert _wrong(switch).keys() == {"socket.open"}
        with switch.edited(SOCKET, 'prozvon_event_socket"', '10.0.0.0/8"'):
            assert _wrong(switch) == {}


def test_folders_that_are_away_are_found(switch: OwnSwitch) -> None:
    for name, codes in (("cdr", {"cdr.unwritable", "cdr.unreadable"}), ("prompts", {"folders.unreadable"})):
        away = (switch.root / name).rename(switch.root / "away")
        try:
            assert _wrong(switch).keys() == codes
        finally:
            away.rename(switch.root / name)


def test_scripts_that_are_missing_broken_or_changed_are_found(switch: OwnSwitch) -> None:
    script = switch.root / "current" / "scripts" / "prozvon_switch.py"
    text = script.read_bytes()
    try:
        script.unlink()
        assert _wrong(switch).keys() == {"scripts.none"}
        script.write_bytes(text[:1000])  # half copied
        assert _wrong(switch).keys() == {"scripts.none"}
    finally:
        script.write_bytes(text)
    part = next((switch.root / "current" / "scripts").glob("callflow_*/machine.py"))
    text = part.read_bytes()
    try:
        part.write_bytes(text + b"#")
        assert "callflow_" in switch.findings()["scripts.torn"].found
    finally:
        part.write_bytes(text)
    assert "scripts.torn" not in switch.findings()


def test_other_settings_than_were_deployed_are_found(switch: OwnSwitch) -> None:
    assert _wrong(switch, switch.with_settings(sps=77)).keys() == {"scripts.stale"}
    other = switch.with_settings(root=switch.folder, cdr=switch.root / "cdr")
    assert _wrong(switch, other).keys() == {"scripts.other_root", "scripts.stale"}


def test_gateways_that_the_switch_does_not_have_are_found(switch: OwnSwitch) -> None:
    more = {
        "gateways.unknown": Gateway(),
        "gateways.profile": Gateway(dial="sofia/nosuch/{number}@127.0.0.1"),
        "modules.endpoint": Gateway(dial="skinny/{number}/x"),
    }
    for code, gateway in more.items():
        gateways = {**switch.settings.switches["main"].gateways, "more": gateway}
        assert _wrong(switch, switch.with_settings(gateways=gateways, sps=100)).keys() == {code}


def test_a_switch_that_cannot_be_entered_is_found(switch: OwnSwitch) -> None:
    assert switch.findings(switch.with_settings(password_file=None)).keys() == {"reach.password"}
    assert switch.findings(switch.with_settings(port=1)).keys() == {"reach.away"}


def test_limits_and_modes_of_its_process_are_found(switch: OwnSwitch) -> None:
    pid = switch.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (200, before[1]))
    try:
        assert "may open 200 files" in _wrong(switch)["process.files"].found
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    for name, code, mode in (("log", "process.log", 0o700), ("secrets.xml", "process.secrets", 0o600)):
        (switch.root / name).chmod(0o755)
        try:
            assert _wrong(switch).keys() == {code}
        finally:
            (switch.root / name).chmod(mode)


def test_a_prompt_of_another_format_is_found(switch: OwnSwitch) -> None:
    path = switch.root / "prompts" / "wide.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(320))
    try:
        assert "wide.wav" in _wrong(switch)["sound.format"].found
    finally:
        path.unlink()


def test_a_switch_that_speaks_itself_is_asked_for_its_voice(switch: OwnSwitch) -> None:
    speech = switch.settings.speech.model_copy(update={"engine": "switch"})
    settings = switch.settings.model_copy(update={"speech": speech})
    assert _wrong(switch, settings) == {}
    with switch.told("unload mod_tts_commandline", "load mod_tts_commandline"):
        assert _wrong(switch, settings).keys() == {"speech.no_tts"}


# A switch as somebody else left it


def _bare_findings(port: int, folder: Path) -> dict[str, list[Finding]]:
    settings = Settings(
        switches={"main": Switch(port=port, root=folder / "root", gateways={"main": Gateway()})},
    )
    found: dict[str, list[Finding]] = {}
    for item in judge_switch(look_at_switch(settings, "main", StoreSeen(), RealClock().now_ms)):
        if item.level is not Verdict.OK:
            found.setdefault(item.code, []).append(item)
    return found


def test_a_bare_switch_is_told_all_that_it_lacks(binary: Path, tmp_path: Path) -> None:
    switch = BareSwitch(binary, tmp_path, password=DEFAULT_PASSWORD)
    try:
        found = _bare_findings(switch.port, tmp_path)
    finally:
        switch.stop()
    assert [item.found for item in found["modules.missing"]] == [
        f"mod_{name} is not loaded"
        for name in ("python3", "dialplan_xml", "dptools", "sndfile", "json_cdr", "sofia")
    ]
    assert {
        "expansion.on",
        "socket.default_password",
        "dialplan.missing",
        "gateways.nonsense",
    } <= found.keys()
    assert not {"scripts.none", "cdr.unknown", "modules.endpoint"} & found.keys()


def test_a_switch_that_keeps_us_out_is_told_so(binary: Path, tmp_path: Path) -> None:
    switch = BareSwitch(binary, tmp_path, password=DEFAULT_PASSWORD, apply_inbound_acl="10.255.0.0/16")
    try:
        found = _bare_findings(switch.port, tmp_path)
    finally:
        switch.stop()
    assert found.keys() == {"reach.acl"}
