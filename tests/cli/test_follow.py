"""Ctrl-C: while a list is loaded it leaves no trace; while a campaign is watched it does what it was asked to."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from orchestrator.domain.lead import CampaignState
from orchestrator.runtime.project import open_project
from tests.cli.commands import running
from tests.cli.terminal import at_terminal
from tests.runtime.factories import contacts, wait_until

ID = "greeting-20261130-1"


@pytest.mark.parametrize(
    ("choice", "state", "said"),
    [
        ("leave", CampaignState.RUNNING, f"{ID} goes on: prozvon campaign show {ID} looks at it again"),
        ("pause", CampaignState.PAUSED, f"{ID} is paused: prozvon campaign resume {ID}"),
        # There is no terminal to ask on.
        ("ask", CampaignState.RUNNING, f"{ID} goes on: prozvon campaign show {ID} looks at it again"),
    ],
)
def test_an_interrupt_while_watching_leaves_or_pauses_as_asked(
    folder: Path, choice: str, state: CampaignState, said: str
) -> None:
    (folder / "list.csv").write_bytes(contacts(1, 2))
    command = ("call", "greeting", str(folder / "list.csv"), "--yes", "--no-worker", "--on-interrupt", choice)
    with running(folder, *command) as call:
        call.wait_to_say(f"{ID} running: 0/2 done, 0 held, 0 on the line, 2 to call")
        call.signal(signal.SIGINT)
        found = call.end()
    assert (found.code, found.out) == (0, "")
    assert said in found.err.splitlines()
    assert "Traceback" not in found.err
    assert "KeyboardInterrupt" not in found.err
    with open_project(folder) as project:
        assert project.campaign(ID).state is state


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_loading_leaves_no_trace(folder: Path, number: signal.Signals) -> None:
    with (
        running(folder, "call", "greeting", "-", "--yes", "--no-worker", stdin=subprocess.PIPE) as call,
        open_project(folder) as project,
    ):
        assert call.process.stdin is not None
        call.process.stdin.write(contacts(*range(6000)))
        call.process.stdin.flush()
        store = project.store
        wait_until(
            lambda: [c for c in store.campaigns() if store.counts(c.campaign_id).leads], "it is half loaded"
        )
        call.signal(number)
        found = call.end()
        call.process.stdin.close()
        assert (found.code, found.err.strip()) == (130, "prozvon: interrupted")
        assert project.store.campaigns() == ()


def test_at_a_terminal_it_is_asked_what_an_interrupt_means(folder: Path) -> None:
    (folder / "list.csv").write_bytes(contacts(1, 2))
    with at_terminal(folder, "call", "greeting", str(folder / "list.csv"), "--no-worker") as terminal:
        terminal.read_until("Launch? [y/N]")
        terminal.type("y\n")
        terminal.read_until("leads 2   to call 2")
        terminal.interrupt()
        terminal.read_until("leave it running, pause it, or go on watching?")
        terminal.type("watch\n")
        terminal.read_until("leads 2   to call 2")
        terminal.interrupt()
        terminal.read_until("leave it running, pause it, or go on watching?")
        terminal.type("pause\n")
        terminal.read_until(f"{ID} is paused: prozvon campaign resume {ID}")
        assert terminal.end() == 0
    assert "Traceback" not in terminal.shown
    with open_project(folder) as project:
        assert project.campaign(ID).state is CampaignState.PAUSED
