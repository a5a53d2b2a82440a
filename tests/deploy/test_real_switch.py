"""Deploys to a real FreeSWITCH while it runs: nothing is restarted, and no call hears of it."""

from __future__ import annotations

import base64
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.asset_folders import folder
from orchestrator.deploy.release import Release, build_release
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.switches.site import site_of
from tests.cli.commands import prozvon
from tests.conformance.real_switch import find_binary
from tests.deploy.real_switch import LONG, LONG_S, PASSWORD, PASSWORD_ENV, RealSwitch
from tests.runtime.factories import wait_until

pytestmark = pytest.mark.freeswitch


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSwitch]:
    binary = find_binary()
    if binary is None:
        pytest.skip("no FreeSWITCH: put it on PATH, or its prefix into PROZVON_FREESWITCH")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD_ENV, PASSWORD)
        made = RealSwitch(binary, tmp_path_factory.mktemp("real") / "p")
        yield made
        made.stop()


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A copy of the scripts, to change."""
    shutil.copytree(folder("scripts"), tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "scripts"


def _release(switch: RealSwitch, scripts: Path) -> Release:
    return build_release(site_of(switch.settings, "main"), scripts)


def _decoded(value: str) -> Any:
    """What the interpreter left in a variable."""
    return json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))


def _is_idle(switch: RealSwitch) -> bool:
    """Nothing holds a session, not even a script that is over."""
    said = switch.ask("status")
    return switch.ask("show channels as json") == '{"row_count": 0}\n' and "\n0 session(s) - peak " in said


def _marked(scripts: Path, mark: str) -> Path:
    """Another interpreter: it leaves a variable of its own when a call is over."""
    path = scripts / "callflow" / "names.py"
    text = path.read_text("utf-8")
    line = '        "prozvon_party": state.party,\n'
    assert line in text
    path.write_text(text.replace(line, f'{line}        "prozvon_mark": "{mark}",\n'), "utf-8")
    return scripts


def test_a_call_under_way_ends_on_its_version_and_the_next_begins_on_the_new_one(
    switch: RealSwitch, scripts: Path
) -> None:
    core = switch.ask("global_getvar core_uuid")
    old = switch.bring(_release(switch, scripts)).release_id
    began_s = time.monotonic()
    first = switch.call(LONG)
    running = f"uuid_getvar {first} current_application"
    wait_until(lambda: switch.ask(running) == "python", "the script of the first call runs")

    outcome = switch.bring(_release(switch, _marked(scripts, "new")))
    second = switch.call()
    assert time.monotonic() - began_s < LONG_S, "the deploy took longer than the prompt: it proves nothing"
    assert switch.ask(f"uuid_exists {first}") == "true"

    assert (outcome.is_changed, outcome.commands) == (True, ())
    assert json.loads(switch.ask("python prozvon_switch hello"))["release"] == outcome.release_id != old
    began, came_after = switch.variables(first), switch.variables(second)
    for left in (began, came_after):
        assert (left["prozvon_flow"], left["prozvon_result"]) == ("ended", "told")
        assert left["hangup_cause"] == "NORMAL_CLEARING"
        assert _decoded(left["prozvon_heard"])
        assert _decoded(left["prozvon_path"])
    assert "prozvon_mark" not in began
    assert came_after["prozvon_mark"] == "new"
    assert switch.ask("global_getvar core_uuid") == core
    wait_until(lambda: _is_idle(switch), "no channel is left")


def test_a_broken_interpreter_never_comes_into_force(switch: RealSwitch, scripts: Path) -> None:
    before = switch.target().state().current
    (scripts / "callflow" / "session.py").write_text("def broken(:\n", "utf-8")
    said = r"cannot load the interpreter: SyntaxError: .* \(release .* is again in force\)"
    with pytest.raises(KnownError, match=said):
        switch.bring(_release(switch, scripts))
    assert switch.target().state().current == before
    assert switch.variables(switch.call())["prozvon_result"] == "told"


def test_a_call_that_meets_a_broken_interpreter_ends_with_an_error_and_no_silence(
    switch: RealSwitch, scripts: Path
) -> None:
    """Only a deploy that does not ask can bring one in."""
    (scripts / "callflow" / "machine.py").write_text("import nothing_of_that_name\n", "utf-8")
    before = switch.target().state().current
    switch.bring(_release(switch, scripts), is_offline=True)
    left = switch.variables(switch.call())
    assert (left["prozvon_flow"], left["hangup_cause"]) == ("error", "NORMAL_CLEARING")
    assert int(left["duration"]) <= 1
    target = switch.target()
    target.switch_to(before)
    assert switch.variables(switch.call())["prozvon_result"] == "told"
    wait_until(lambda: _is_idle(switch), "no channel is left")


def test_gateways_come_change_and_go_without_a_restart(switch: RealSwitch) -> None:
    def deployed(gateways: str) -> str:
        switch.configure(gateways)
        said = prozvon(switch.folder, "deploy")
        assert said.code == 0, said
        again = prozvon(switch.folder, "deploy")
        assert again.out.startswith("main: nothing to do"), again
        return said.out

    def proxy(name: str) -> str:
        lines = switch.ask(f"sofia status gateway {name}").splitlines()
        return next((line.split("\t")[1].strip() for line in lines if line.startswith("Proxy")), "")

    core = switch.ask("global_getvar core_uuid")
    one, other = "{proxy: '127.0.0.1:9', ping_s: 0}", "{proxy: '127.0.0.1:99', ping_s: 0}"
    deployed(f"a: {one}, b: {one}")
    uptime = switch.ask("sofia status gateway a")
    assert (proxy("a"), proxy("b")) == ("sip:127.0.0.1:9", "sip:127.0.0.1:9")
    said = deployed(f"a: {one}, b: {other}")
    assert "told the switch: reloadxml, sofia profile prozvon killgw b, sofia profile prozvon rescan" in said
    assert (proxy("a"), proxy("b")) == ("sip:127.0.0.1:9", "sip:127.0.0.1:99")
    assert uptime  # a was never taken away
    deployed(f"a: {one}")
    wait_until(lambda: "Invalid Gateway!" in switch.ask("sofia status gateway b"), "b is gone")
    assert prozvon(switch.folder, "deploy", "rollback").code == 0
    assert proxy("b") == "sip:127.0.0.1:99"
    assert switch.ask("global_getvar core_uuid") == core
    status = prozvon(switch.folder, "deploy", "status")
    assert status.code == 0, status


def test_a_call_goes_on_while_its_gateway_is_made_anew(switch: RealSwitch) -> None:
    own = f"a: {{proxy: '{switch.own_sip}', ping_s: 0, inbound: 127.0.0.1/32"
    switch.configure(f"{own}}}")
    assert prozvon(switch.folder, "deploy").code == 0
    began_s = time.monotonic()
    call = switch.call(LONG, "sofia/gateway/a/79990000001")
    switch.configure(f"{own}, caller_id_in: pai}}")
    assert "sofia profile prozvon killgw a" in prozvon(switch.folder, "deploy").out
    assert time.monotonic() - began_s < LONG_S, "the deploy took longer than the prompt: it proves nothing"
    assert switch.ask(f"uuid_exists {call}") == "true"
    left = switch.variables(call)
    assert (left["prozvon_flow"], left["prozvon_result"]) == ("ended", "told")
    assert switch.variables(switch.call(dial="sofia/gateway/a/79990000001"))["prozvon_result"] == "told"
