"""Every command, application and event that the product uses is in this suite: a new one fails here until it has a
test.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.simulator.applications import APPLICATIONS, OWN_APPLICATIONS
from orchestrator.simulator.interfaces import INTERFACES
from tests.conformance import inbound_scenarios as lines
from tests.conformance.desk import Desk
from tests.conformance.used import applications_of, command_in, commands_of, events_of

HERE = Path(__file__).resolve().parent
# What looks like a command and is none -> why
PROSE = {
    "echo": "the shell's, on the switch's machine",
    "load": "a sentence of the doctor",
    "local_stream": "the name of a configuration",
    "json": "how a list is printed",
    "page": "where an item of an intake stood",
}
# Application that scripts run -> a number whose call runs it
RUN_BY = {
    "answer": lines.MENU,
    "ring_ready": lines.EARLY,
    "bridge": lines.FORWARD,
    "record": lines.RECORD,
    "record_session": lines.TAPED,
    "record_session_mask": lines.TAPED,
    "record_session_unmask": lines.TAPED,
    "stop_record_session": lines.FORWARD,
    "displace_session": lines.LINE,
    "stop_displace_session": lines.LINE,
}

THROUGH_THE_PRODUCT = "originate"  # the desk lets the product write its own line


def product() -> list[Path]:
    files = [
        path for path in (HERE.parents[1] / "orchestrator").rglob("*.py") if "simulator" not in path.parts
    ]
    assert len(files) > 100
    return files


def suite() -> list[Path]:
    return [path for path in HERE.glob("*.py") if path.name not in (Path(__file__).name, "used.py")]


def test_every_command_of_the_product_has_a_test_here() -> None:
    used, tested = commands_of(product()), commands_of(suite()).keys() | {THROUGH_THE_PRODUCT}
    covered = {command for command in used for one in tested if f"{one} ".startswith(f"{command} ")}
    missing = {command: where for command, where in used.items() if command not in covered | PROSE.keys()}
    assert missing == {}
    assert set(PROSE) <= set(used)
    assert {"show channels", "originate", "sofia status gateway", "python prozvon_switch cdr"} <= set(used)


def test_every_event_of_the_product_has_a_test_here() -> None:
    used, tested = events_of(product()), events_of(suite())
    assert {event: where for event, where in used.items() if event not in tested} == {}
    assert {"CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB", "SHUTDOWN"} <= set(used)


def test_every_command_of_the_product_is_simulated() -> None:
    simulator = HERE.parents[1] / "orchestrator" / "simulator"
    known = "".join((simulator / name).read_text("utf-8") for name in ("commands.py", "leg_commands.py"))
    heads = {command.split()[0] for command in commands_of(product()).keys() - PROSE.keys()}
    assert {head for head in heads if f'"{head}": ' not in known} == set()


def scripts() -> list[Path]:
    return list((HERE.parents[1] / "scripts").rglob("*.py"))


def test_every_application_of_the_scripts_has_a_call_here() -> None:
    used = applications_of(scripts())
    assert used == set(RUN_BY)
    assert used <= APPLICATIONS.keys() | set(OWN_APPLICATIONS)


@pytest.mark.parametrize("number", sorted(set(RUN_BY.values())))
def test_calls_run_these_applications(desk: Desk, number: str) -> None:
    _, call = desk.call_in(number)
    desk.ended(call)
    cdr = json.loads((desk.switch.cdr_dir / f"{call}.cdr.json").read_text("utf-8", "replace"))
    run = {one["app_name"] for one in cdr["app_log"]["applications"]}
    assert {name for name, by in RUN_BY.items() if by == number} <= run
    assert desk.api(f"python prozvon_switch done {call}") == "+OK"


def test_applications_are_found_in_calls(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "def f(session):\n    session.execute('say', x)\n    session.execute(name)\n    execute()\n"
    )
    assert applications_of([script]) == {"say"}


def test_commands_are_found_in_texts() -> None:
    assert command_in("api sofia status gateway {}", is_asked=False) == "sofia status gateway"
    assert command_in("sofia profile {} rescan", is_asked=False) == "sofia profile rescan"
    assert command_in("sofia profile out rescan", is_asked=False) == "sofia profile rescan"
    assert command_in("uuid_kill {} {}", is_asked=False) == "uuid_kill"
    assert command_in("reloadxml", is_asked=False) == "reloadxml"
    assert command_in("fsctl {} {}", is_asked=False) == "fsctl"
    assert (command_in("status", is_asked=False), command_in("status", is_asked=True)) == ("", "status")
    assert command_in("nobody says that", is_asked=True) == ""
    assert "originate" in INTERFACES["mod_commands"]["api"].split("|")
