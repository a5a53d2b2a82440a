"""Targets of each kind: this machine, another one by stand-ins for ssh and rsync, another one by real ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.deploy.opening import open_target
from orchestrator.deploy.target import Target
from tests.deploy.factories import NOW, place
from tests.deploy.machines import SSHD, StandIns, sshd


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    made = StandIns(tmp_path / "stand-ins")
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    return made


@pytest.fixture(params=["here", "stand-in", "sshd"])
def ssh(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the target is: "" for this machine."""
    if request.param == "here":
        yield ""
    elif request.param == "stand-in":
        request.getfixturevalue("stand_ins")
        yield "there.example"
    elif not (os.path.exists(SSHD) and shutil.which("ssh") and shutil.which("rsync")):
        pytest.skip("no sshd, ssh and rsync are installed here")
    else:
        with sshd(tmp_path / "sshd") as (where, folder):
            monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
            yield where


@pytest.fixture
def opened(ssh: str) -> Iterator[Callable[..., Target]]:
    """Makes targets for a root folder; they are closed with the test."""
    made: list[Target] = []

    def make(root: Path, **changes: str) -> Target:
        made.append(open_target(place(root, ssh=ssh, **changes), lambda: NOW))
        return made[-1]

    yield make
    for target in made:
        target.close()
