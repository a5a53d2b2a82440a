"""Scripts that are run by an api command, and releases that are deployed under a running switch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.simulator.bench import Bench, line, wait_until

SAYS = "def fsapi(session, stream, env, args):\n    stream.write(f'{session} {args}')\n"


def test_a_script_answers_an_api_command(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.script("says", SAYS)
    client = made.client()
    assert client.command("api python says one two") == "na one two"
    assert client.command("api python says") == "na "


def test_env_is_the_event_of_the_command(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.script(
        "says",
        "def fsapi(session, stream, env, args):\n    stream.write(env.getType() + ' ')\n"
        "    stream.write(env.getHeader('API-Command-Argument') + ' ' + str(env.getHeader('nosuch')))\n"
        "    assert 'API-Command: python\\n' in env.serialize() and env.getBody() is None\n",
    )
    assert made.client().command("api python says one") == "API says one None"


def test_what_a_script_wrote_before_it_failed_is_its_answer(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.script("fails", SAYS + "    stream.raw_write('half', 2)\n    raise ValueError(stream.get_data())\n")
    made.script("mute", "def fsapi(session, stream, env, args):\n    stream.write(5)\n")
    client = made.client()
    assert client.command("api python fails x") == "na xha"
    assert "ValueError: na xha" in made.logged[-1][1]
    for missing in ("nosuch", "mute", "mute::nosuch", ""):
        assert client.command(f"api python {missing}") == "-ERR no reply\n"


def test_pyrun_runs_a_script_beside_the_command(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.script("alone", "import freeswitch\ndef runtime(args):\n    freeswitch.consoleLog('info', args)\n")
    client = made.client()
    assert client.command("api pyrun alone one two") == "OK\n"
    assert client.command("api pyrun nosuch") == "OK\n"
    assert client.command("api version short")
    assert ("INFO", "one two") in made.logged


def release(root: Path, name: str) -> None:
    """A release whose entry script and dialplan name their own version of the package, put in force."""
    folder = root / "releases" / name
    package = folder / "scripts" / f"flow_{name}"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "says.py").write_text(
        f"text = '{name}'\n"
        "def says(session):\n    session.sleep(2000)\n    session.setVariable('said', text)\n"
    )
    text = (
        f"import os\nfrom flow_{name}.says import text, says\n"
        "def fsapi(session, stream, env, args):\n    stream.write(text + ' ' + os.path.realpath(__file__))\n"
        "def handler(session, args):\n    says(session)\n"
    )
    (folder / "scripts" / "entry.py").write_text(text)
    os.utime(folder / "scripts" / "entry.py", (0, 0))  # as copying with times may leave it
    (folder / "dialplan").mkdir()
    (folder / "dialplan" / "own.xml").write_text(
        '<include>\n<context name="prozvon"><extension name="own"><condition>'
        '<action application="python" data="entry"/>'
        f'<action application="set" data="release={name}"/></condition></extension></context>\n</include>'
    )
    link = root / "current.new"
    link.symlink_to(folder)
    link.rename(root / "current")


def test_a_deploy_takes_effect_at_once_and_calls_under_way_end_as_they_began(
    bench: Callable[..., Bench], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    release(root, "a")
    made = bench(speed=20.0)
    client = made.client("CHANNEL_EXECUTE", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB")
    assert client.command("api python entry") == f"a {root.resolve()}/releases/a/scripts/entry.py"
    client.originate(line("first"), "first")
    wait_until(lambda: client.named("CHANNEL_EXECUTE"), "the script has begun")
    release(root, "b")
    assert client.command("api reloadxml") == "+OK [Success]\n"
    assert client.command("api python entry") == f"b {root.resolve()}/releases/b/scripts/entry.py"
    client.originate(line("second"), "second")
    made.wait_idle()
    said = {call: made.cdr(call)["variables"] for call in ("first", "second")}
    assert [(said[call]["said"], said[call]["release"]) for call in said] == [("a", "a"), ("b", "b")]
