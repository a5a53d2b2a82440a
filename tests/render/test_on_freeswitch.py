"""What we write for a switch, on a real one: it loads without a complaint, and keeps out whom it should."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.engine.events import facts_of_cdr
from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import AuthFailed
from orchestrator.render.release import MODULES, ram_of
from orchestrator.runtime.cdr import read_cdr
from tests.conformance.real_switch import find_binary
from tests.render.carrier import ask
from tests.render.prepared_switch import EVENT_SOCKET, NASTY, PreparedSwitch, complaints

pytestmark = pytest.mark.freeswitch


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreparedSwitch]:
    binary = find_binary()
    if binary is None:
        pytest.skip("no FreeSWITCH: put it on PATH, or its prefix into PROZVON_FREESWITCH")
    made = PreparedSwitch(binary, tmp_path_factory.mktemp("switch"))
    yield made
    made.stop()


def test_it_starts_and_reloads_without_one_complaint(switch: PreparedSwitch) -> None:
    assert complaints(switch.log()) == []
    assert switch.api("reloadxml") == "+OK [Success]\n"
    switch.api("reloadacl")
    assert complaints(switch.log()) == []
    assert "nasty" in switch.log()  # it does say something


def test_every_gateway_and_module_of_ours_and_of_the_engineers_is_there(switch: PreparedSwitch) -> None:
    said = switch.api("sofia status")
    for place in ("prozvon::main", "prozvon::nasty", "second::third", "second::own"):
        assert place in said
    for module in (*MODULES, "mod_hash"):
        assert switch.api(f"module_exists {module}") == "true"


def test_any_password_gets_to_the_carrier_as_it_is(switch: PreparedSwitch) -> None:
    assert switch.carrier.registered >= 1


def test_no_password_is_a_variable_or_in_the_log_or_open_to_others(switch: PreparedSwitch) -> None:
    variables = switch.api("global_getvar")
    assert "carrier" not in variables
    assert "prozvon_secret" not in variables
    assert NASTY not in switch.log()
    for name in ("log", "db", "run", "storage", "recordings", "cache", "tmp", "certs"):
        assert stat.S_IMODE((switch.root / name).stat().st_mode) == 0o700
    assert stat.S_IMODE((switch.root / "secrets.xml").stat().st_mode) == 0o600


def test_text_never_becomes_a_command(switch: PreparedSwitch, tmp_path: Path) -> None:
    assert "Permission Denied" in switch.api(f"eval ${{system(touch {tmp_path}/here)}}")
    assert not (tmp_path / "here").exists()


def test_its_databases_are_in_memory(switch: PreparedSwitch) -> None:
    assert list((switch.root / "db").iterdir()) == []
    ram = Path(ram_of(switch.site))
    assert {path.name.removeprefix(ram.name) for path in ram.parent.glob(f"{ram.name}.*")} == {
        ".core.db",
        ".prozvon.sofia.db",
        ".second.sofia.db",
    }


def test_it_takes_what_the_settings_say(switch: PreparedSwitch) -> None:
    assert switch.api("fsctl sps") == "+OK sessions per second: 50\n"
    assert switch.api("fsctl max_sessions") == "+OK max sessions: 70\n"
    assert switch.api("switchname") == "main"


def test_the_event_socket_refuses_strangers_and_wrong_passwords(switch: PreparedSwitch) -> None:
    wrong = Connection("127.0.0.1", switch.switch.port, EVENT_SOCKET + "x")
    with pytest.raises(AuthFailed):
        wrong.connect()
    assert switch.api("acl 127.0.0.1 prozvon_event_socket") == "true"
    assert switch.api("acl 127.0.0.2 prozvon_event_socket") == "false"
    assert _greeting(switch.switch.port, "127.0.0.2").startswith(b"Content-Type: text/rude-rejection")
    assert _greeting(switch.switch.port, "127.0.0.1").startswith(b"Content-Type: auth/request")


def test_calls_come_in_from_the_networks_of_inbound_gateways_alone(switch: PreparedSwitch) -> None:
    port = switch.switch.profiles["prozvon"].port
    assert ask("INVITE", "12345", port, source="127.0.0.1") == "403"
    assert ask("INVITE", "12345", port, source="127.0.0.3") == "603"  # nobody there, said at once
    assert ask("INVITE", "500", port, source="127.0.0.3") == "486"  # an engineer's own extension comes first
    assert ask("INVITE", "500", switch.switch.profiles["second"].port, source="127.0.0.3") == "403"


@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE", "PUBLISH", "REFER"])
def test_nobody_does_anything_but_call(switch: PreparedSwitch, method: str) -> None:
    assert ask(method, "12345", switch.switch.profiles["prozvon"].port, source="127.0.0.3") >= "400"


def test_the_callers_number_is_where_the_carrier_wants_it(switch: PreparedSwitch) -> None:
    number = "{origination_caller_id_number=+74950000001,origination_caller_id_name=+74950000001}"
    for gateway in ("main", "nasty"):
        switch.api(f"originate {number}sofia/gateway/{gateway}/+79990000001 &park()")
    asserted, plain = (
        {line.partition(":")[0]: line for line in text.splitlines()} for text in switch.carrier.invites
    )
    assert "+74950000001@" in asserted["P-Asserted-Identity"]
    assert "Remote-Party-ID" not in asserted
    assert "sip:+74950000001@" in plain["From"]
    assert not {"P-Asserted-Identity", "Remote-Party-ID"} & plain.keys()
    assert all("prozvon" in text["User-Agent"] for text in (asserted, plain))


def test_the_record_of_a_call_is_read_back(switch: PreparedSwitch) -> None:
    variables = "origination_uuid=a-1,prozvon_attempt=a-1,prozvon_campaign=c%20"
    switch.api(f"originate {{{variables}}}sofia/gateway/main/+79990000002 robocall XML prozvon")
    record = Path(switch.site.cdr) / "a-1.cdr.json"
    switch.wait(record.is_file, "a record of the call")
    assert json.loads(record.read_bytes())["switchname"] == "main"
    found = read_cdr(record)
    assert isinstance(found, dict)
    facts = facts_of_cdr(found)
    assert (facts.cause, facts.sip_status) == ("USER_BUSY", "486")


def _greeting(port: int, source: str) -> bytes:
    from gevent import socket

    with socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0)) as client:
        return bytes(client.recv(64))
