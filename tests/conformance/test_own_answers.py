"""What our own script on the switch answers, and scripts run by command in general."""

from __future__ import annotations

import json
import os
import uuid

import pytest

from orchestrator.runtime.recordings import NoRecording, forget_recordings, read_recording
from orchestrator.runtime.settings_parts.switch_settings import Switch
from tests.conformance.desk import Desk
from tests.conformance.inbound_scenarios import MENU
from tests.conformance.numbers import refusing
from tests.conformance.programs import SHORT


def test_the_switch_says_which_release_it_runs_and_what_it_can_use(desk: Desk) -> None:
    said = json.loads(desk.api("python prozvon_switch hello"))
    root = desk.switch.root
    assert said["root"] == os.path.realpath(root)
    assert said["release"] == os.readlink(root / "current").removeprefix("releases/")
    assert (root / "current" / "scripts" / said["callflow"] / "session.py").is_file()
    assert "callflow_fault" not in said
    assert said["cdr"]["folder"] == str(desk.switch.cdr_dir)
    assert said["cdr"]["is_writable"]
    assert said["prompts"]["is_readable"]
    assert said["tmp"]["is_writable"]
    assert str(root / "current" / "scripts") in said["path"]
    assert said["python"].startswith("3.")
    own_ms = int(desk.api("strmicroepoch")) // 1000
    assert said["now_ms"] == pytest.approx(own_ms, abs=5000 / desk.switch.second_s)


def test_a_record_is_read_through_the_switch(desk: Desk) -> None:
    call = desk.call(refusing(486))
    desk.facts(call)
    said = desk.api(f"python prozvon_switch cdr {call}")
    assert said == (desk.switch.cdr_dir / f"{call}.cdr.json").read_text("utf-8")
    assert json.loads(said)["variables"]["prozvon_attempt"] == call


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        (f"python prozvon_switch cdr {uuid.UUID(int=1)}", "-ERR missing"),
        ("python prozvon_switch cdr ../../secrets", "-ERR usage"),
        ("python prozvon_switch cdr", "-ERR usage"),
        ("python prozvon_switch nosuch", "-ERR usage"),
        ("python prozvon_switch began", "+OK 0"),
        ("python prozvon_switch done of-nobody", "+OK"),
        ("python prozvon_switch recording 2026/01/01/of.nobody.wav 0", "-ERR missing"),
        ("python prozvon_switch recording ../secrets.xml 0", "-ERR usage"),
        ("python prozvon_switch forget recordings 90", "+OK 0"),
        ("python prozvon_switch forget everything 0", "-ERR usage"),
        ("python prozvon_switch", "-ERR usage"),
        (f"python prozvon_switch has programs {SHORT}", "+OK"),
        (f"python prozvon_switch has programs {SHORT} {'e' * 32}", f"-ERR missing {'e' * 32}"),
        (f"python prozvon_switch has prompts {'0' * 32}.wav", "+OK"),
        (f"python prozvon_switch has spoken {'0' * 32}.wav", f"-ERR missing {'0' * 32}.wav"),
    ],
)
def test_questions_to_our_script_have_short_answers(desk: Desk, asked: str, reply: str) -> None:
    assert desk.api(asked) == reply


def test_a_question_may_be_asked_in_the_background(desk: Desk) -> None:
    desk.originate("python prozvon_switch nosuch", "asked")
    assert desk.job("asked") == "-ERR usage"


def test_scripts_run_by_command_get_what_the_switch_gives_them(desk: Desk) -> None:
    folder = desk.switch.root / "current" / "scripts"
    script = folder / "of_the_suite.py"
    script.write_text(
        "def fsapi(session, stream, env, args):\n"
        "    stream.write('%s|%s|' % (session, args))\n"
        "    stream.write(env.getType() + '|' + env.getHeader('API-Command') + '|')\n"
        "    stream.write(str(env.getHeader('nosuch')) + '|' + str(env.getBody()))\n"
        "def part(session, stream, env, args):\n"
        "    stream.write('half')\n    raise ValueError('on purpose')\n"
        "def runtime(args):\n    pass\n"
    )
    try:
        desk.wait(lambda: desk.api("python of_the_suite x").startswith("na|"), "the script is found")
        assert desk.api("python of_the_suite one 'two three'") == "na|one two three|API|python|None|None"
        assert desk.api("python of_the_suite::part") == "half"
        assert desk.api("python of_the_suite::nosuch") == "-ERR no reply\n"
        assert desk.api("pyrun of_the_suite x") == "OK\n"
        text = script.read_text().replace("na|", "").replace("'%s|%s|'", "'new %s %s|'")
        script.write_text(text)
        assert desk.api("python of_the_suite x").startswith("new na x|")
    finally:
        script.unlink()
    assert desk.api("python nosuch") == "-ERR no reply\n"
    assert desk.api("python") == "-ERR no reply\n"


def test_a_recording_is_read_through_the_switch_and_forgotten_when_it_is_old(desk: Desk) -> None:
    name = "2020/02/03/call.message.wav"
    path = desk.switch.root / "recordings" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(range(256)) * 700)
    read = b"".join(read_recording(elsewhere(desk), desk.api, name, 10**6))
    assert read == path.read_bytes()
    assert forget_recordings(desk.api, 36_500) == 0
    assert forget_recordings(desk.api, 90) == 1
    assert not path.parent.exists()
    with pytest.raises(NoRecording):
        list(read_recording(elsewhere(desk), desk.api, name, 10**6))


def elsewhere(desk: Desk) -> Switch:
    """As if it were on another machine."""
    own = desk.switch.project.settings.switches["main"]
    return own.model_copy(update={"ssh": "elsewhere"})


def test_calls_that_began_are_told_until_they_are_done(desk: Desk) -> None:
    caller, call = desk.call_in(MENU)
    caller.hang_up()
    desk.ended(call)
    first, line = desk.api("python prozvon_switch began").split("\n")
    marker = json.loads(line)
    assert (first, marker["id"], marker["called"]) == ("+OK 1", call, MENU)
    assert desk.api(f"python prozvon_switch done {call}") == "+OK"
    assert desk.api("python prozvon_switch began") == "+OK 0"
