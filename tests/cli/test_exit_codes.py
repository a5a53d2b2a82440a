"""Exit codes and what goes where, of the real command: 0 ok, 1 known problem, 2 usage, 3 bug, 130 interrupted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Said, environment, run


def test_what_went_well_is_zero() -> None:
    said = run(None, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Usage: prozvon ")


def test_a_known_problem_is_one_and_one_clear_line(tmp_path: Path) -> None:
    said = run(tmp_path / "nowhere", "campaign", "list")
    assert said == Said(code=1, out="", err=f"prozvon: no such project folder: {tmp_path / 'nowhere'}\n")


def test_a_mistake_in_the_command_is_two() -> None:
    said = run(None, "call")
    assert (said.code, said.out) == (2, "")
    assert "Error: Missing argument 'SCENARIO'." in said.err
    assert "Usage: prozvon call" in said.err


ENDING_IN = """
import click
from orchestrator import __main__ as program

@click.command()
def command() -> int:
    {what}

program.root = command
program.main([])
"""


def _ending_in(what: str, tmp_path: Path) -> Said:
    """What the program says when a command ends so; log files of bugs go to `tmp_path`."""
    done = subprocess.run(
        [sys.executable, "-c", ENDING_IN.format(what=what)],
        capture_output=True,
        text=True,
        env=environment(TMPDIR=str(tmp_path)),
        check=False,
    )
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


def test_a_bug_is_three_and_leaves_its_trace_in_a_file(tmp_path: Path) -> None:
    said = _ending_in("raise RuntimeError('the roof is on fire')", tmp_path)
    assert (said.code, said.out) == (3, "")
    (log,) = tmp_path.glob("prozvon-bug-*.log")
    assert said.err == f"prozvon: this is a bug, please report it with {log}\n"
    assert log.read_text(encoding="utf-8").endswith("RuntimeError: the roof is on fire\n")
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("what", "code", "err"),
    [
        ("return 1", 1, ""),
        ("return None", 0, ""),
        ("raise KeyboardInterrupt", 130, "prozvon: interrupted"),
        ("click.get_current_context().exit(4)", 4, ""),
    ],
)
def test_a_command_says_its_own_code(tmp_path: Path, what: str, code: int, err: str) -> None:
    said = _ending_in(what, tmp_path)
    assert (said.code, said.out, said.err.strip()) == (code, "", err)


def test_an_interrupt_takes_one_line_after_the_terminals_own(tmp_path: Path) -> None:
    assert _ending_in("raise KeyboardInterrupt", tmp_path).err == "\nprozvon: interrupted\n"


@pytest.mark.parametrize("lines", [1, 20_000])
def test_a_reader_that_goes_away_is_nothing_wrong(tmp_path: Path, lines: int) -> None:
    """`prozvon campaign export X | head -1`: nobody is left to tell, and the pipeline has not failed."""
    program = ENDING_IN.format(what=f"import time; time.sleep(0.3); click.echo('word\\n' * {lines})")
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(TMPDIR=str(tmp_path)),
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait() == 0
