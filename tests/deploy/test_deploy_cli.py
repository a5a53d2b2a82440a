"""`prozvon deploy` and its kin, against simulated switches: what they do, what they say, and their exit codes."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent.server import StreamServer

from orchestrator.runtime.project import open_project
from orchestrator.simulator.clock import RealClock
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from tests.cli.commands import Said, prozvon, run, running
from tests.deploy.machines import StandIns
from tests.ports import free_port
from tests.runtime.factories import launched, make_folder

PASSWORD = "s3cret-of-the-switch"
SETTINGS = """\
project: test
clock: simulated
switches:
"""
SWITCH = """\
  {name}:
    port: {port}
    password_env: PZ_TEST_PASSWORD
    root: {name}
    sps: {sps}
    gateways: {{main: {{proxy: "127.0.0.1:5099"}}}}
"""


class Yard:
    """A project with switches, each of them simulated or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports: dict[str, int] = {}
        self._stack = ExitStack()
        make_folder(folder)

    def configure(self, *names: str, **sps: int) -> None:
        """Write prozvon.yaml; `NAME=7` changes a setting of a switch."""
        for name in names:
            self.ports.setdefault(name, free_port())
        text = "".join(
            SWITCH.format(name=name, port=self.ports[name], sps=sps.get(name, 100)) for name in names
        )
        (self.folder / "prozvon.yaml").write_text(SETTINGS + text, "utf-8")

    def start(self, name: str) -> SimulatedSwitch:
        switch = SimulatedSwitch(
            root=self.folder / name,
            population=load_population("everyday"),
            seed=1,
            clock=RealClock(),
            password=PASSWORD,
            port=self.ports[name],
            gateways=("main",),
        )
        switch.start()
        self._stack.callback(switch.stop)
        return switch

    def deploy(self, *arguments: str) -> Said:
        return prozvon(self.folder, "deploy", *arguments)

    def documents(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.deploy(*arguments, "--json").out.splitlines()]

    def current(self, name: str) -> str:
        link = self.folder / name / "current"
        return os.readlink(link).rpartition("/")[2] if link.is_symlink() else ""

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def yard(short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    monkeypatch.setenv("PZ_TEST_PASSWORD", PASSWORD)
    made = Yard(short_tmp / "p")
    yield made
    made.close()


@pytest.fixture
def north(yard: Yard) -> Yard:
    """One switch, running from its first release."""
    yard.configure("north")
    assert yard.deploy("--offline").code == 0
    yard.start("north")
    return yard


def test_from_nothing_to_a_switch_that_runs_another_release_and_back(yard: Yard) -> None:
    yard.configure("north")
    said = yard.deploy("--offline")
    first = yard.current("north")
    assert said.code == 0
    assert said.out.splitlines()[0] == f"north: release {first} is in force (the first one)"
    assert "  secrets.xml changed" in said.out.splitlines()
    yard.start("north")
    assert yard.deploy().out == f"north: nothing to do, release {first} is in force\n"

    yard.configure("north", north=70)
    assert yard.deploy().out.splitlines()[1:] == [
        "  0 files added, 1 changed, 0 removed",
        "  told the switch: reloadxml, fsctl sps 70",
    ]
    second = yard.current("north")
    assert yard.deploy().out == f"north: nothing to do, release {second} is in force\n"

    assert (
        yard.deploy("rollback").out.splitlines()[0]
        == f"north: release {first} is in force (before: {second})"
    )
    assert yard.current("north") == first
    assert yard.deploy("rollback").code == 0
    assert yard.current("north") == second


def test_a_difference_is_shown_and_nothing_changed(north: Yard) -> None:
    first = north.current("north")
    said = north.deploy("--diff")
    assert (said.code, said.out) == (0, "")
    assert said.err == f"north: no difference, release {first} is in force\n"
    north.configure("north", north=70)
    said = north.deploy("--diff")
    assert said.code == 2
    assert '+      <param name="sessions-per-second" value="70"/>\n' in said.out
    assert said.out.startswith("--- current/conf/autoload_configs/switch.conf.xml\n")
    assert north.current("north") == first
    assert len(list((north.folder / "north" / "releases").iterdir())) == 1


def test_passwords_are_in_no_output_and_no_release(north: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PZ_TEST_PASSWORD", "an0ther-password")
    said = north.deploy("--diff")
    assert (said.code, said.out) == (2, "secrets.xml: changed\n")
    outs = [said, north.deploy("--diff", "--json"), north.deploy("--offline"), north.deploy("status")]
    for one in outs:
        assert "an0ther" not in one.out + one.err
        assert PASSWORD not in one.out + one.err
    for path in (north.folder / "north" / "releases").rglob("*"):
        assert path.is_dir() or not any(text in path.read_bytes() for text in (b"an0ther", PASSWORD.encode()))
    secrets = north.folder / "north" / "secrets.xml"
    assert secrets.stat().st_mode & 0o777 == 0o600


def test_the_difference_of_a_switch_without_a_release_is_everything(yard: Yard) -> None:
    yard.configure("north")
    said = yard.deploy("--diff")
    assert said.code == 2
    assert said.out.count("--- /dev/null\n") > 40
    assert "north: no release -> " in said.err
    assert not (yard.folder / "north").exists()


def test_one_switch_that_is_away_does_not_stop_the_others(yard: Yard) -> None:
    yard.configure("north", "south")
    assert yard.deploy("--offline").code == 0
    yard.start("south")
    before = yard.current("north")
    yard.configure("north", "south", north=70, south=70)
    said = yard.deploy()
    assert said.code == 1
    assert said.err == (
        f"prozvon: north: cannot connect to 127.0.0.1:{yard.ports['north']}: [Errno 111] Connection refused "
        "(start the switch, or mend prozvon.yaml; `prozvon deploy --offline` is for a switch that does not run); "
        "nothing was changed there\n"
    )
    assert yard.current("north") == before
    assert said.out.startswith(f"south: release {yard.current('south')} is in force (before: ")
    found = yard.documents()
    assert [(item["switch"], item.get("outcome"), "error" in item) for item in found] == [
        ("north", None, True),
        ("south", "unchanged", False),
    ]


def test_only_the_switches_that_are_named_are_deployed_to(yard: Yard) -> None:
    yard.configure("north", "south")
    assert yard.deploy("--offline", "--switch", "south").code == 0
    assert yard.current("north") == ""
    assert yard.current("south") != ""
    assert (
        yard.deploy("--switch", "west").refusal
        == "no switch 'west' in prozvon.yaml (there are: north, south)"
    )


def test_a_switch_that_refuses_the_password_is_left_alone(
    north: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _everything(north.folder / "north")
    monkeypatch.setenv("PZ_TEST_PASSWORD", "an0ther-password")
    said = north.deploy()
    assert said.code == 1
    assert "does not take the password: look at `password_env:`" in said.err
    assert said.err.endswith("; nothing was changed there\n")
    assert "an0ther" not in said.err
    assert _everything(north.folder / "north") == before


def _everything(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _foreign(version: str) -> int:
    """The port of something that greets like an event socket and says this version."""

    def serve(client: Any, _: object) -> None:
        client.sendall(b"Content-Type: auth/request\n\n")
        with client.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"auth"):
                    client.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
                elif line.startswith(b"api"):
                    body = version.encode()
                    client.sendall(
                        b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(body), body)
                    )

    server = StreamServer(("127.0.0.1", 0), serve)
    server.start()
    gevent.sleep(0)
    return int(server.server_port)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.8.7-release\n", "is FreeSWITCH 1.8.7, and prozvon knows 1.10 only; nothing was changed there"),
        ("hello\n", "does not say which FreeSWITCH it is ('hello'); nothing was changed there"),
    ],
)
def test_another_freeswitch_is_left_alone(yard: Yard, version: str, said: str) -> None:
    yard.configure("north")
    yard.deploy("--offline")
    before = _everything(yard.folder / "north")
    yard.ports["north"] = _foreign(version)
    yard.configure("north", north=70)
    found = yard.deploy()
    assert found.code == 1
    assert found.err == f"prozvon: north: 127.0.0.1:{yard.ports['north']} {said}\n"
    assert _everything(yard.folder / "north") == before


def test_a_switch_that_does_not_run_from_there_gets_its_release_back(north: Yard) -> None:
    """The switch was started from another root: what it says of itself is believed, not the folder."""
    north.configure("north", "south")
    assert north.deploy("--offline", "--switch", "south").code == 0
    first = north.current("south")
    north.ports["south"] = north.ports["north"]
    north.configure("north", "south", south=70)
    said = north.deploy("--switch", "south")
    assert said.code == 1
    assert f"the switch runs scripts from {north.folder / 'north'}, not from" in said.err
    assert f"(release {first} is again in force)" in said.err
    assert north.current("south") == first


def test_a_folder_that_cannot_be_written_is_one_clear_line(yard: Yard) -> None:
    yard.configure("north")
    (yard.folder / "north").touch()
    said = yard.deploy("--offline")
    assert said.code == 1
    assert said.err == (
        f"prozvon: north: cannot deploy to the switch's folder {yard.folder.resolve() / 'north'}: "
        f"File exists: {yard.folder.resolve() / 'north'}\n"
    )


def test_the_status_of_a_switch_that_is_well(north: Yard) -> None:
    said = north.deploy("status")
    assert said.code == 0
    first = north.current("north")
    lines = said.out.splitlines()
    assert lines[0].startswith(f"north: release {first} since 20")
    assert lines[2] == f"  the switch says: {first}"
    (found,) = north.documents("status")
    assert (found["release"], found["says"], found["drift"], found["fault"]) == (first, first, [], None)
    assert found["callflow"].startswith("callflow_")
    assert found["previous"] is None


def test_what_was_changed_by_hand_is_found_and_put_right(north: Yard) -> None:
    root = north.folder / "north" / "current"
    (root / "dialplan" / "prozvon.xml").write_text("<include/>", "utf-8")
    (root / "scripts" / "mine.py").write_text("", "utf-8")
    said = north.deploy("status")
    assert said.code == 1
    assert [line for line in said.out.splitlines() if "by hand" in line] == [
        "  changed by hand: dialplan/prozvon.xml",
        "  changed by hand: scripts/mine.py",
    ]
    assert north.deploy("--diff").code == 2
    assert "changed by hand there, and put right: dialplan/prozvon.xml, scripts/mine.py" in north.deploy().out
    assert north.deploy("status").code == 0


def test_the_status_of_a_switch_that_is_away_or_new(yard: Yard) -> None:
    yard.configure("north")
    said = yard.deploy("status")
    assert (said.code, said.out) == (1, "north: no release is there: run `prozvon deploy`\n")
    assert not (yard.folder / "north").exists()
    yard.deploy("--offline")
    said = yard.deploy("status")
    assert said.code == 1
    assert "  the switch says: nothing" in said.out
    assert "cannot connect to 127.0.0.1" in said.out


def test_a_deploy_that_was_broken_off_shows_in_the_status(north: Yard) -> None:
    (north.folder / "north" / "history").write_text("", "utf-8")
    said = north.deploy("status")
    assert said.code == 1
    assert "its deploy was broken off: run `prozvon deploy`" in said.out
    assert north.deploy().code == 0
    assert north.deploy("status").code == 0


def test_there_is_nothing_before_the_first_release(north: Yard) -> None:
    said = north.deploy("rollback")
    assert said.code == 1
    assert said.err == "prozvon: north: there is no release before the current one\n"


def test_options_stand_after_the_word_they_belong_to(north: Yard) -> None:
    said = north.deploy("--offline", "rollback")
    assert (said.code, said.err) == (2, "Error: write options after `rollback`\n")
    assert north.deploy("--diff", "--offline").code == 2


def test_a_new_switch_gets_the_programs_of_campaigns_under_way(yard: Yard) -> None:
    """With `prozvon call` the switches of that day got them."""
    yard.configure("north")
    with open_project(yard.folder) as project:
        campaign = launched(project, 1)
        yard.configure("north", "south")
        assert yard.deploy("--offline", "--switch", "south").code == 0
    programs = yard.folder / "south" / "programs"
    assert [path.name for path in programs.iterdir()] == [f"{campaign.program}.json"]
    assert (programs / f"{campaign.program}.json").read_bytes() == (
        yard.folder / "north" / "programs" / f"{campaign.program}.json"
    ).read_bytes()


def test_a_store_that_is_away_does_not_keep_a_switch_from_its_release(yard: Yard) -> None:
    yard.configure("north")
    path = yard.folder / "prozvon.yaml"
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    path.write_text(f"store: redis://127.0.0.1:{port}\n" + path.read_text("utf-8"), "utf-8")
    said = yard.deploy("--offline")
    assert said.code == 0
    assert said.err.startswith("programs of campaigns are left as they are on the switches: ")
    assert yard.current("north") != ""


def test_over_ssh_it_is_the_same(yard: Yard, stand_ins: StandIns) -> None:
    """As a process of its own, as a person runs it."""
    yard.configure("north")
    path = yard.folder / "prozvon.yaml"
    text = path.read_text("utf-8")
    there = text.replace("    root: north\n", f"    root: {yard.folder}/north\n    ssh: pbx.example\n")
    path.write_text(there, "utf-8")
    said = run(yard.folder, "deploy", "--offline")
    assert (said.code, said.err) == (0, "")
    first = yard.current("north")
    assert {"ssh", "rsync"} == set(stand_ins.runs)
    path.write_text(text, "utf-8")
    with running(yard.folder, "switch", "simulate") as switch:
        switch.wait_to_say("listens on")
        path.write_text(there.replace("sps: 100", "sps: 70"), "utf-8")
        said = run(yard.folder, "deploy")
        assert (said.code, said.err) == (0, "")
        assert said.out.splitlines()[-1] == "  told the switch: reloadxml, fsctl sps 70"
        assert run(yard.folder, "deploy").out.startswith("north: nothing to do")
        assert run(yard.folder, "deploy", "--diff").code == 0
        assert run(yard.folder, "deploy", "rollback").code == 0
        assert yard.current("north") == first
        assert run(yard.folder, "deploy", "status").code == 0
