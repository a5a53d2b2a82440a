from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestrator.simulator.applications import Applications
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.scripts import Scripts
from tests.simulator.bench import START_MS
from tests.simulator.legs import answered_leg, passed_s


class Rig:
    """A scripts folder and its interpreter."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "scripts"
        self.folder.mkdir()
        self.root = root
        self.logged: list[tuple[str, str]] = []
        self.scripts = Scripts(
            self.folder, lambda level, text: self.logged.append((level, text)), lambda: START_MS
        )
        self.scripts.applications = Applications(self.scripts, lambda *_: None)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def run(self, data: str) -> Leg:
        leg = answered_leg(self.root)
        self.scripts.run(leg, data)
        return leg


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_the_handler_gets_the_session_and_the_arguments(rig: Rig) -> None:
    rig.write(
        "a.py", "def handler(session, args):\n    session.setVariable('args', args)\n    session.sleep(500)\n"
    )
    leg = rig.run("a one 'two three'")
    assert leg.channel.get("args") == "one two three"  # the switch takes the quotes off
    assert passed_s(leg) == 0.5
    rig.write("b.py", "def other(session, args):\n    session.setVariable('args', args + '.')\n")
    assert rig.run("b::other").channel.get("args") == "."


def test_the_named_module_is_new_for_every_call_and_its_imports_are_not(rig: Rig) -> None:
    rig.write("counted.py", "calls = []\n")
    rig.write(
        "a.py",
        "import counted\nown = []\ndef handler(session, args):\n    own.append(1)\n    counted.calls.append(1)\n"
        "    session.setVariable('own', str(len(own)))\n    session.setVariable('imported', str(len(counted.calls)))\n",
    )
    assert [
        (leg.channel.get("own"), leg.channel.get("imported")) for leg in (rig.run("a"), rig.run("a"))
    ] == [
        ("1", "1"),
        ("1", "2"),
    ]


def test_a_changed_script_is_read_again(rig: Rig) -> None:
    rig.write("a.py", "def handler(session, args):\n    session.setVariable('v', '1')\n")
    assert rig.run("a").channel.get("v") == "1"
    rig.write("a.py", "def handler(session, args):\n    session.setVariable('v', 'changed')\n")
    assert rig.run("a").channel.get("v") == "changed"


def test_packages_relative_imports_and_dataclasses_work(rig: Rig) -> None:
    rig.write("flow/__init__.py", "")
    rig.write(
        "flow/state.py",
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass State:\n    text: str = 'x'\n",
    )
    rig.write("flow/deep/__init__.py", "from ..state import State\nfrom . import leaf\n")
    rig.write(
        "flow/deep/leaf.py", "import flow.state as again\nfrom .. import state\nsame = again is state\n"
    )
    rig.write(
        "a.py",
        "import os.path\nimport flow.deep\nfrom flow import state\n"
        "v = flow.deep.State().text + str(flow.deep.leaf.same)\n"
        "def handler(session, args):\n    session.setVariable('v', v)\n",
    )
    assert rig.run("a").channel.get("v") == "xTrue"
    assert not {name for name in sys.modules if name.partition(".")[0] == "flow"}


def test_sys_path_is_the_scripts_own_and_says_where_modules_are(rig: Rig) -> None:
    rig.write("other/flow/__init__.py", "from . import leaf\n")
    rig.write("other/flow/leaf.py", "v = 'found'\n")
    rig.write(
        "a.py",
        "import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), 'other'))\n"
        "import flow\nsys.path.pop(0)\nimport flow.leaf\n"
        "def handler(session, args):\n    session.setVariable('v', flow.leaf.v + str(len(sys.path)))\n",
    )
    assert rig.run("a").channel.get("v") == "found1"
    rig.write("b.py", "import leaf\n")
    rig.run("b")
    assert "No module named 'leaf'" in rig.logged[-1][1]


def test_scripts_do_not_share_modules_with_the_host(rig: Rig) -> None:
    rig.write("orchestrator/__init__.py", "mine = '1'\n")
    host = sys.modules["orchestrator"]
    rig.write(
        "a.py",
        "import sys\nsys.path.append('/nosuch')\nimport orchestrator\n"
        "def handler(session, args):\n    session.setVariable('v', orchestrator.mine)\n",
    )
    assert rig.run("a").channel.get("v") == "1"
    assert sys.modules["orchestrator"] is host
    assert "/nosuch" not in sys.path


def test_time_is_the_legs_own(rig: Rig) -> None:
    rig.write(
        "a.py",
        "import time\nbegan = time.time()\ndef handler(session, args):\n"
        "    session.setVariable('v', '%d' % (began * 1000))\n    time.sleep(1)\n    assert time.strftime\n",
    )
    leg = rig.run("a")
    assert leg.channel.get("v") == str(START_MS)
    assert (
        passed_s(leg) == 0
    )  # outside a call's greenlet the module has the switch's clock and does not sleep


def test_the_console_is_reached_and_what_stalls_a_switch_is_refused(rig: Rig) -> None:
    rig.write(
        "a.py",
        "import freeswitch\nfrom freeswitch import consoleLog\n"
        "def handler(session, args):\n    consoleLog('info', 'hello\\n')\n    freeswitch.API().execute('status')\n",
    )
    rig.run("a")
    assert rig.logged[0] == ("INFO", "hello\n")
    assert "stops every other call" in rig.logged[1][1]
    rig.write(
        "b.py", "import freeswitch\ndef handler(session, args):\n    freeswitch.consoleLog('info', 5)\n"
    )
    rig.run("b")
    assert "TypeError" in rig.logged[2][1]


def test_an_event_of_no_call_reaches_nobody_and_takes_nothing_but_text(rig: Rig) -> None:
    rig.write(
        "a.py",
        "import freeswitch\ndef handler(session, args):\n    event = freeswitch.Event('CUSTOM', 'x')\n"
        "    session.setVariable('v', str(event.fire()))\n    event.addHeader('n', 5)\n",
    )
    assert rig.run("a").channel.get("v") == "False"
    assert "TypeError" in rig.logged[-1][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nosuch_module\n", "nosuch_module"),
        ("x = 1\n", "handler"),
        ("def handler(:\n", "SyntaxError"),
        ("from . import x\n", "ImportError"),
    ],
)
def test_a_script_that_cannot_be_imported_is_an_error_in_the_log(rig: Rig, text: str, said: str) -> None:
    rig.write("a.py", text)
    leg = rig.run("a")
    assert said in rig.logged[0][1]
    assert leg.is_up


def test_a_script_that_is_not_there_is_an_error_in_the_log(rig: Rig) -> None:
    rig.run("nosuch")
    assert "No module named 'nosuch'" in rig.logged[0][1]
    rig.write("broken.py", "raise ValueError('once')\n")
    rig.run("broken")
    rig.write("broken.py", "def handler(session, args):\n    session.setVariable('v', '1')\n")
    assert rig.run("broken").channel.get("v") == "1"


def test_an_exception_is_logged_and_the_call_goes_on(rig: Rig) -> None:
    rig.write("a.py", "def handler(session, args):\n    raise ValueError(args)\n")
    assert rig.run("a wrong").is_up
    assert rig.logged[0][0] == "ERR"
    assert "ValueError: wrong" in rig.logged[0][1]
    assert rig.scripts.zombies == []
    rig.write("b.py", "import sys\ndef handler(session, args):\n    sys.exit(3)\n")
    rig.run("b")
    assert len(rig.logged) == 1


def test_an_exception_text_that_crashes_a_real_switch_is_pointed_out(rig: Rig) -> None:
    rig.write("a.py", "def handler(session, args):\n    raise ValueError('x' * 30000)\n")
    rig.run("a")
    assert rig.logged[0] == ("CRIT", "an exception text over 20 KB crashes a real switch\n")


def test_a_script_that_goes_on_after_hangup_is_stopped(rig: Rig) -> None:
    rig.write(
        "a.py",
        "def handler(session, args):\n    session.hangup()\n    while True:\n        session.sleep(10)\n",
    )
    rig.run("a")
    assert "does not end after hangup" in rig.logged[0][1]


@pytest.mark.parametrize(
    ("text", "is_zombie"),
    [
        ("def handler(session, args):\n    pass\n", False),
        ("kept = []\ndef handler(session, args):\n    kept.append(session)\n", True),
        ("kept = []\ndef handler(session, args):\n    kept.append(session)\n    session.destroy()\n", False),
        ("def handler(session, args):\n    session.setInputCallback(print, session)\n", True),
        ("kept = []\ndef handler(session, args):\n    kept.append(session.ready)\n", True),
    ],
)
def test_a_script_that_keeps_its_session_leaves_a_zombie(rig: Rig, text: str, is_zombie: bool) -> None:
    rig.write("a.py", text)
    leg = rig.run("a")
    assert leg.is_zombie is is_zombie
    assert rig.scripts.zombies == (["leg"] if is_zombie else [])
