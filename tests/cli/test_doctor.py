"""`prozvon doctor`: what it prints, for people and for scripts, and how it exits."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from orchestrator.cli.doctor import show
from orchestrator.doctor.findings import Finding, Verdict
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.simulated_root import make_root
from orchestrator.simulator.clock import RealClock
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from tests.cli.commands import prozvon
from tests.ports import free_port


def _finding(
    level: Verdict, *, where: str = "main", check: str = "version", todo: str = "mend it"
) -> Finding:
    return Finding(where=where, code=f"{check}.x", level=level, found="a [thing] is so", todo=todo)


def _shown(*findings: Finding, width: int = 100) -> str:
    out = io.StringIO()
    show(Console(file=out, width=width), findings)
    return out.getvalue()


def test_each_finding_is_a_line_below_its_switch() -> None:
    said = _shown(
        _finding(Verdict.OK, todo=""),
        _finding(Verdict.ERROR, check="cdr"),
        _finding(Verdict.NOTE, where="", check="disk"),
    )
    lines = [line.rstrip() for line in said.splitlines()]
    assert lines == [
        "switch main",
        "ok       version: a [thing] is so",
        "error    cdr: a [thing] is so → mend it",
        "",
        "this machine",
        "note     disk: a [thing] is so → mend it",
        "",
        "1 error, 1 note",
    ]


def test_a_narrow_terminal_folds_lines_and_loses_nothing() -> None:
    said = _shown(_finding(Verdict.WARNING), width=40)
    assert "a [thing] is so → mend it" in " ".join(said.split())


def test_the_levels_are_summed_worst_first() -> None:
    assert _shown(_finding(Verdict.OK)).splitlines()[-1] == "all is well"
    several = [_finding(Verdict.NOTE), _finding(Verdict.WARNING), _finding(Verdict.WARNING)]
    assert _shown(*several).splitlines()[-1] == "2 warnings, 1 note"


def _project(folder: Path) -> int:
    """A project with one switch; the port where it is looked for."""
    port = free_port()
    folder.mkdir()
    (folder / "secret").touch(mode=0o600)
    (folder / "secret").write_text("s3cret", "utf-8")
    (folder / "prozvon.yaml").write_text(
        "speech: {engine: switch}\nswitches:\n  main:\n    password_file: secret\n    gateways: {main: {}}\n"
        f"    port: {port}\n",
        "utf-8",
    )
    return port


def test_an_error_exits_with_one_and_is_an_object_for_scripts(short_tmp: Path) -> None:
    port = _project(short_tmp / "p")
    said = prozvon(short_tmp / "p", "doctor", "--json")
    assert said.code == 1
    assert said.err == ""
    rows = json.loads(said.out)
    assert rows[0].keys() == {"switch", "code", "level", "found", "todo"}
    assert (rows[0]["switch"], rows[0]["code"], rows[0]["level"]) == ("main", "reach.away", "error")
    assert f"127.0.0.1:{port}" in rows[0]["found"]
    assert "" in {row["switch"] for row in rows}


def test_a_switch_without_errors_exits_with_zero(short_tmp: Path) -> None:
    folder = short_tmp / "p"
    port = _project(folder)
    settings = load_settings(folder)
    make_root(settings, "main", RealClock().now_ms)
    switch = SimulatedSwitch(
        root=settings.switches["main"].root,
        port=port,
        population=load_population("everyday"),
        seed=1,
        clock=RealClock(),
        password="s3cret",
    )
    switch.start()
    try:
        said = prozvon(folder, "doctor", "--switch", "main")
    finally:
        switch.stop()
    assert said.code == 0, said.out
    assert "switch main\n" in said.out
    assert "originated calls get to our script" in said.out
    assert "this machine\n" in said.out


def test_a_switch_that_is_not_in_the_settings_is_refused(short_tmp: Path) -> None:
    _project(short_tmp / "p")
    said = prozvon(short_tmp / "p", "doctor", "--switch", "north")
    assert said.refusal == "no switch 'north' in prozvon.yaml (there are: main)"
