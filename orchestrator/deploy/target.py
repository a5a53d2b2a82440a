"""Where a release goes: the root folder of a switch, on this machine or on another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from orchestrator.deploy.release import Release
from orchestrator.deploy.state import State

RELEASES: Final = "releases"
CURRENT: Final = "current"
HISTORY: Final = "history"
SECRETS: Final = "secrets.xml"
SECRETS_BEFORE: Final = ".secrets.before"
LOCK: Final = ".deploy.lock"
INCOMING: Final = ".incoming-"
FOLDERS: Final = ("programs", "prompts", "spoken", "cdr", "recordings", "inbound")
LEFT_BY_CALLS: Final = ("cdr", "recordings", "inbound")  # the switch writes to them
PRIVATE: Final = ("recordings", "inbound")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A switch's root folder. `ssh`: [USER@]HOST[:PORT] of its machine, "" for this one. `owner`: the user the switch
    runs as, "" when that is whoever deploys. `cdr`: the folder it writes its CDRs to.
    """

    root: Path
    cdr: Path
    ssh: str = ""
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.ssh}:{self.root}" if self.ssh else str(self.root)


class Target(Protocol):
    """A root folder. Every method raises KnownError, in one line, when the machine does not do it; what it was about
    to replace is then still there, whole.
    """

    def lock(self) -> AbstractContextManager[None]:
        """Nobody else deploys to it meanwhile. The folders are there then, and what a broken deploy left is gone."""

    def state(self) -> State: ...

    def hashes(self, release_id: str) -> dict[str, str]:
        """Path -> SHA-256 of every file in a release, as they are now. Compiled Python is left out."""

    def read(self, release_id: str) -> dict[str, bytes]:
        """Every file of a release, as they are now, release.json among them."""

    def upload(self, release: Release) -> None:
        """Have the release there, whole and verified, not in force. Files changed by hand are restored."""

    def switch_to(self, release_id: str) -> None:
        """Let `current` point to a release; "": to none."""

    def remember(self, release_id: str) -> None:
        """Write down that the release is in force."""

    def remove(self, release_ids: Iterable[str]) -> None: ...

    def has_secrets(self, data: bytes) -> bool:
        """Whether secrets.xml holds just this, private and the owner's."""

    def put_secrets(self, data: bytes) -> None:
        """Write secrets.xml; what it held before is kept for `restore_secrets` until `keep_secrets`."""

    def restore_secrets(self) -> None: ...

    def keep_secrets(self) -> None: ...

    def put_files(self, files: Mapping[str, bytes]) -> list[str]:
        """Write the files (path below the root -> bytes) that are missing or differ, each at once; which they were."""

    def close(self) -> None: ...
