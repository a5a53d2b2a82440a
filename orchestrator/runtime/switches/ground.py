"""Folders and files on the machine of a switch, brought about by a shell script: the same here and over ssh.

Two scripts: one looks, one does what is missing; with nothing missing there is no second one.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from orchestrator.deploy.ssh import COMMAND_S, FAILED, Ssh, first_line
from orchestrator.domain.problem import KnownError

# Runs a POSIX shell script where the switch is, and returns what it prints; ShellError when it fails.
Shell = Callable[[str], str]

_MARK = "prozvon"  # in the first bytes of every file of ours
_MARK_BYTES = 400


class ShellError(KnownError):
    """A script ended in an error; the text is the first line of what it complained about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """`is_the_switchs`: it alone writes there. `owner`, `group`: "" leaves them as they are."""

    path: str
    mode: int
    is_the_switchs: bool = False
    owner: str = ""
    group: str = ""

    def given_to(self, user: str, group: str) -> Folder:
        """For a switch that runs as `user`: what it writes is its own, the rest it reads as its group."""
        return replace(self, owner=user if self.is_the_switchs else "", group=group)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    path: str
    data: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A thing that is there. `digest`: SHA-256 of a file, "" of a folder. `is_ours`: it says so itself."""

    digest: str
    mode: int
    owner: str
    group: str
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who we are there, which of the things asked for are there, and the names in the folders asked for.

    `group`: that of the user asked for, "" when there is no such user.
    """

    user: str
    group: str
    found: Mapping[str, Found]
    names: Mapping[str, frozenset[str]]

    @property
    def is_root(self) -> bool:
        return self.user == "root"


@contextmanager
def shell_of(ssh: str) -> Iterator[Shell]:
    """The shell of another machine ([USER@]HOST[:PORT]), or, with "", of this one."""
    if not ssh:
        yield _run_here
        return
    there = Ssh(ssh)
    try:
        yield lambda script: _printed(there.run(["sh", "-s"], script.encode(), codes=range(FAILED)))
    finally:
        there.close()


def _run_here(script: str) -> str:
    return _printed(
        subprocess.run(
            ["sh", "-s"], input=script.encode(), capture_output=True, timeout=COMMAND_S, check=False
        )
    )


def _printed(ran: subprocess.CompletedProcess[bytes]) -> str:
    if ran.returncode:
        raise ShellError(first_line(ran.stderr) or f"exit code {ran.returncode}")
    return ran.stdout.decode(errors="replace")


def look(shell: Shell, paths: Iterable[str], lists: Iterable[str] = (), *, user: str = "") -> Sight:
    """What is at the paths (absolute and plain: letters, digits, `_./+-`), what the folders `lists` hold, and the
    group of `user`.
    """
    script = ["id -un", f'echo "$(id -gn {user} 2>/dev/null)"' if user else "echo"]
    script += [
        f"if [ -d {path} ]; then stat -L -c 'D - %a %U %G - %n' {path}; elif [ -e {path} ]; then "
        f'stat -L -c "F $(sha256sum < {path} | cut -c1-64) %a %U %G '
        f'$(head -c {_MARK_BYTES} {path} | grep -c {_MARK}) %n" {path}; fi'
        for path in paths
    ]
    script += [
        f'[ ! -d {folder} ] || ls -A {folder} | while read -r name; do echo "N {folder} $name"; done'
        for folder in lists
    ]
    me, group, *lines = shell("\n".join(script) + "\n").splitlines()
    found: dict[str, Found] = {}
    names: dict[str, set[str]] = {}
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "N":
            folder, _, name = rest.partition(" ")
            names.setdefault(folder, set()).add(name)
        else:
            digest, mode, owner, group, marks, path = rest.split(" ", 5)
            found[path] = Found(
                digest=digest.strip("-"),
                mode=int(mode, 8),
                owner=owner,
                group=group,
                is_ours=marks not in ("0", "-"),
            )
    return Sight(
        user=me, group=group, found=found, names={folder: frozenset(held) for folder, held in names.items()}
    )


def bring(
    shell: Shell, sight: Sight, folders: Iterable[Folder], files: Iterable[File]
) -> tuple[list[str], list[str]]:
    """Make what is missing or differs; the paths of those folders and files. KnownError: a file is in the way that is
    not ours. ShellError: it cannot be done.
    """
    changed: tuple[list[str], list[str]] = [], []
    script = ["set -eu", "umask 022"]
    for folder in folders:
        if commands := _folder_commands(folder, sight.found.get(folder.path)):
            changed[0].append(folder.path)
            script += commands
    for file in files:
        there = sight.found.get(file.path)
        if there and there.digest == hashlib.sha256(file.data).hexdigest() and there.mode == file.mode:
            continue
        if there and not there.is_ours:
            raise KnownError(
                f"{file.path} is there and prozvon did not write it: move it away, then say this again"
            )
        changed[1].append(file.path)
        script += _file_commands(file)
    if any(changed):
        shell("\n".join(script) + "\n")
    return changed


def _folder_commands(folder: Folder, there: Found | None) -> list[str]:
    commands = [] if there else [f"mkdir -p {folder.path}"]
    if not there or there.mode != folder.mode:
        commands.append(f"chmod {folder.mode:o} {folder.path}")
    owner = folder.owner if not there or there.owner != folder.owner else ""
    group = folder.group if not there or there.group != folder.group else ""
    if owner or group:
        commands.append(f"chown {owner}{f':{group}' if group else ''} {folder.path}")
    return commands


def _file_commands(file: File) -> list[str]:
    """Beside its name first, then renamed: a switch that reloads meanwhile reads one or the other."""
    draft = posixpath.join(posixpath.dirname(file.path), f".{posixpath.basename(file.path)}.new")
    text = base64.encodebytes(file.data).decode()
    return [
        f"mkdir -p {posixpath.dirname(file.path)}",
        f"base64 -d > {draft} <<'END'\n{text}END",
        f"chmod {file.mode:o} {draft}",
        f"mv {draft} {file.path}",
    ]
