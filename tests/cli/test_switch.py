"""`prozvon switch simulate`: what it refuses before it listens. What it does is in test_end_to_end.py."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from orchestrator.cli.switch import clock_of, faults_of
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import load_settings
from orchestrator.simulator.clock import RealClock, SharedClock
from orchestrator.simulator.faults import Faults
from tests.cli.commands import Said, prozvon
from tests.runtime.factories import NOON, STANDING


def _simulate(folder: Path, *arguments: str) -> Said:
    return prozvon(folder, "switch", "simulate", *arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--switch", "other"), "no switch 'other' in prozvon.yaml (there are: main)"),
        (("--population", "nobody"), "no population nobody: "),
        (("--fault", "lse=1"), "no fault 'lse'; there are: drop_after, "),
        (("--fault", "lose"), "--fault lose: the value is a number"),
        (("--fault", "lose=much"), "--fault lose=much: the value is a number"),
        (("--fault", "drop_after=1.5"), "--fault drop_after=1.5: the value is a number"),
        (("--fault", "lose=-1"), "--fault lose=-1: the value is 0 or more"),
        (("--fault", "lose=nan"), "--fault lose=nan: the value is 0 or more"),
        (
            ("--speed", "7"),
            "the clock FOLDER/data/clock runs 1e-09 times as fast: leave --speed out, or remove ",
        ),
    ],
)
def test_what_cannot_be_simulated_is_one_clear_line(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert _simulate(folder, *arguments).refusal.startswith(said.replace("FOLDER", str(folder.resolve())))


def test_a_port_that_is_taken_is_one_clear_line(folder: Path) -> None:
    port = load_settings(folder).switches["main"].port
    with socket.create_server(("127.0.0.1", port)):
        assert _simulate(folder).refusal == (
            f"the simulated switch cannot listen on 127.0.0.1:{port}: Address already in use"
        )


def test_a_switch_somewhere_else_is_not_simulated(folder: Path) -> None:
    (folder / "prozvon.yaml").write_text("switches: {far: {host: 10.0.0.1}}\n", encoding="utf-8")
    assert _simulate(folder).refusal == "a simulated switch serves this machine only; far is at 10.0.0.1"


def test_a_switch_that_is_deployed_to_over_ssh_is_not_simulated(folder: Path) -> None:
    text = "switches: {far: {ssh: pbx.example, root: /srv/prozvon}}\n"
    (folder / "prozvon.yaml").write_text(text, encoding="utf-8")
    said = "a simulated switch serves this machine only; far has `ssh: pbx.example`"
    assert _simulate(folder).refusal == said


def test_a_folder_that_cannot_be_written_is_one_clear_line(folder: Path) -> None:
    (folder / "data" / "switch").touch()
    assert _simulate(folder).refusal.startswith("cannot deploy to the switch's folder")


def test_faults_are_shares_and_counts() -> None:
    assert faults_of(("lose=0.25", "drop_after=7", "delay_s=2")) == Faults(
        lose=0.25, drop_after=7, delay_s=2.0
    )
    assert faults_of(()) == Faults()


# The clock


@pytest.fixture
def fresh(folder: Path) -> Path:
    """A project whose simulated clock was never started."""
    (folder / "data" / "clock").unlink()
    return folder


def test_a_new_clock_begins_where_it_is_told(fresh: Path) -> None:
    clock = clock_of(load_settings(fresh), STANDING, "2026-11-30T12:00:00+03:00")
    assert isinstance(clock, SharedClock)
    assert (clock.now_ms(), clock.speed) == (NOON, STANDING)


@pytest.mark.parametrize("start", [str(NOON), "2026-11-30T09:00Z", "2026-11-30 12:00+03:00"])
def test_a_beginning_can_be_written_in_many_ways(fresh: Path, start: str) -> None:
    assert clock_of(load_settings(fresh), STANDING, start).now_ms() == NOON


def test_a_new_clock_begins_now_and_runs_like_any_other(fresh: Path) -> None:
    before = RealClock().now_ms()
    clock = clock_of(load_settings(fresh), None, None)
    assert before <= clock.now_ms() <= RealClock().now_ms() + 1
    assert clock.speed == 1.0


def test_a_clock_that_is_there_goes_on(folder: Path) -> None:
    settings = load_settings(folder)
    assert clock_of(settings, None, "2030-01-01").now_ms() == NOON
    assert clock_of(settings, STANDING, None).now_ms() == NOON


@pytest.mark.parametrize("start", ["yesterday", "9" * 30, "-5", "0001-01-01", "²", ""])
def test_a_beginning_that_is_no_time_is_refused(fresh: Path, start: str) -> None:
    with pytest.raises(KnownError, match="is neither an ISO time nor epoch milliseconds"):
        clock_of(load_settings(fresh), None, start)
    assert not (fresh / "data" / "clock").exists()


def test_a_real_clock_can_be_neither_moved_nor_hurried(fresh: Path) -> None:
    (fresh / "prozvon.yaml").write_text("clock: real\n", encoding="utf-8")
    settings = load_settings(fresh)
    assert isinstance(clock_of(settings, None, None), RealClock)
    for speed, start in ((2.0, None), (None, "2026-11-30")):
        with pytest.raises(KnownError, match="need `clock: simulated`"):
            clock_of(settings, speed, start)


def test_a_file_that_is_no_clock_is_one_clear_line(folder: Path) -> None:
    (folder / "data" / "clock").write_bytes(b"not a clock")
    with pytest.raises(KnownError, match="the simulated clock cannot be read"):
        clock_of(load_settings(folder), None, None)


def test_the_clock_is_there_before_what_takes_calls_is_registered(fresh: Path) -> None:
    settings = fresh / "prozvon.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "inbound: {scenarios: line}\n", encoding="utf-8"
    )
    (fresh / "scenarios" / "line.yaml").write_text(LINE, encoding="utf-8")
    port = load_settings(fresh).switches["main"].port
    with socket.create_server(("127.0.0.1", port)):
        assert "cannot listen" in _simulate(fresh).refusal
    assert (fresh / "data" / "clock").exists()


LINE = """
scenario: line
kind: ivr
languages: [en]
numbers: [+74950000001]
messages: {hi: {en: Hello.}}
flow: {start: [{say: hi}]}
"""
