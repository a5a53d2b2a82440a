"""Whatever is killed, cut or full in the middle of a deploy: what is in force is whole; the next one gets through."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.deploy.opening import open_target
from orchestrator.deploy.stored import drift
from orchestrator.deploy.switchover import Job, bring
from orchestrator.domain.problem import KnownError
from tests.deploy.factories import NOW, files_below, here, place, small_release, written
from tests.deploy.machines import StandIns
from tests.deploy.switches import ReadingSwitch

HERE = Path(__file__).resolve().parents[2]
OLD, NEW = b"<old/>", b"<new/>"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """With a release in force, and secrets."""
    root = tmp_path / "root"
    written(root, small_release(root))
    (root / "secrets.xml").touch(mode=0o600)
    (root / "secrets.xml").write_bytes(OLD)
    return root


def test_killed_at_any_moment_a_whole_release_is_in_force(root: Path) -> None:
    """At every single file, folder, link and rename of it."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.deploy.dying", str(root)],
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": f"{HERE}:{HERE / 'scripts'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    rows = [line.split("\t") for line in ran.stdout.splitlines()]
    assert len(rows) > 60  # files, their drafts, their folders, links, the history, the secrets
    assert {row[1] for row in rows} == {"0"}, "a file of what is in force is missing or half"
    assert {row[2] for row in rows} == {"<old/>", "<new/>"}
    assert {row[3] for row in rows} == {"True"}, (
        "the next deploy gets through, and leaves nothing lying about"
    )
    current = [row[0] for row in rows]
    assert set(current) == {"old", "new"}
    assert current == sorted(current, reverse=True), "once switched over it stays so"


def test_a_full_disk_leaves_the_old_release_and_no_trace(root: Path) -> None:
    before = files_below(root)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, limits[1]))
    try:
        with pytest.raises(KnownError, match=r"cannot write the release below .* File too large") as caught:
            bring(here(root), Job(release=small_release(root, sps=7), secrets=NEW), None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value)
    assert files_below(root) == before


# Another machine: each command over there is a moment at which things break


def _away(root: Path, secrets: bytes = NEW, **changes: object) -> None:
    switch = ReadingSwitch(root)
    with closing(open_target(place(root, ssh="there.example"), lambda: NOW)) as target:
        bring(target, Job(release=small_release(root, **changes), secrets=secrets), switch)


@pytest.fixture
def runs(tmp_path: Path, stand_ins: StandIns) -> int:
    """How many commands a deploy runs over there."""
    other = tmp_path / "other"
    written(other, small_release(other))
    _away(other, sps=7)
    count = len(stand_ins.runs)
    stand_ins.forget()
    return count


@pytest.fixture
def moments(root: Path, stand_ins: StandIns, runs: int) -> Iterator[int]:
    """Each command of a deploy, with everything as it was before."""

    def each() -> Iterator[int]:
        kept = files_below(root)
        link = os.readlink(root / "current")
        for number in range(1, runs + 1):
            yield number
            stand_ins.forget()
            subprocess.run(["rm", "-rf", str(root)], check=True)
            for path, data in kept.items():
                if not path.startswith("current/"):
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    (root / path).touch(mode=0o600 if "secrets" in path else 0o644)
                    (root / path).write_bytes(data)
            (root / "current").symlink_to(link)

    return each()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_breaks_off_at_any_command_leaves_a_whole_release(
    root: Path, stand_ins: StandIns, moments: Iterator[int], when: str
) -> None:
    """Before a command was run, or after it while its answer was under way."""
    old, new = small_release(root), small_release(root, sps=7)
    said = []
    for number in moments:
        stand_ins.fail(number, "echo 'Connection reset by peer' >&2; exit 255", when=when)
        try:
            _away(root, sps=7)
        except KnownError as error:
            said.append(str(error))
        current = here(root).state().standing
        assert current in (old.release_id, new.release_id)
        assert drift(here(root).read(current)) == ()
        assert (root / "secrets.xml").read_bytes() in (OLD, NEW)
        assert (
            bring(here(root), Job(release=new, secrets=NEW), ReadingSwitch(root)).release_id == new.release_id
        )
        assert here(root).state().finished == new.release_id
        assert here(root).has_secrets(NEW)
        assert not [path for path in root.rglob(".*") if path.name != ".deploy.lock"]
    assert len(said) > 8
    assert [line for line in said if "\n" in line] == []
    assert [line for line in said if "reset by peer" not in line and "lock" not in line] == []


def test_a_half_copied_release_never_comes_into_force(root: Path, stand_ins: StandIns) -> None:
    old = here(root).state().current
    copy = _number_of(root, stand_ins, "rsync")
    stand_ins.fail(copy, 'truncate -s 10 "$there/scripts/prozvon_robocall.py"', when="after")
    with pytest.raises(KnownError, match=r"what got to there.example:.* is not what was sent") as caught:
        _away(root, sps=7)
    assert "\n" not in str(caught.value)
    assert here(root).state().current == old
    assert (root / "secrets.xml").read_bytes() == OLD
    assert list(here(root).state().stored) == [old]


def test_a_full_disk_over_there_is_one_clear_line(root: Path, stand_ins: StandIns) -> None:
    old = here(root).state().current
    copy = _number_of(root, stand_ins, "rsync")
    stand_ins.fail(
        copy,
        "echo 'rsync: [receiver] write failed: No space left on device (28)' >&2; echo more >&2; exit 11",
    )
    with pytest.raises(
        KnownError, match=r"cannot copy the release to .*: No space left on device \(28\)$"
    ) as caught:
        _away(root, sps=7)
    assert "\n" not in str(caught.value)
    assert here(root).state().current == old


def _number_of(root: Path, stand_ins: StandIns, command: str) -> int:
    """Which run of a deploy is the first of this command."""
    probe = root.with_name("probe")
    written(probe, small_release(probe))
    _away(probe, sps=7)
    number = next(n for n, run in enumerate(stand_ins.runs, 1) if run == command)
    stand_ins.forget()
    return number


def test_two_machines_deploying_to_one_switch_do_not_interleave(root: Path, stand_ins: StandIns) -> None:
    with here(root).lock(), pytest.raises(KnownError, match="somebody else is deploying"):
        _away(root, sps=7)
