"""Where the files of a project's own redis-server are."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.problem import KnownError

SOCKET_BYTES = 100  # sun_path holds 108 with its ending zero (Linux), 104 elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the files of one embedded server are. Everything is private to the user (0700, 0600)."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Held exclusively while somebody starts or stops the server."""
        return self.folder / "lock"

    @property
    def users(self) -> Path:
        """Held shared by every store in use: the last to leave stops the server."""
        return self.folder / "users"

    @property
    def alive(self) -> Path:
        """Held by the server process itself (it inherits the handle), so for exactly as long as it lives."""
        return self.folder / "alive"

    @property
    def pid(self) -> Path:
        return self.folder / "redis.pid"

    @property
    def log(self) -> Path:
        return self.folder / "redis.log"

    @property
    def socket(self) -> Path:
        """In the folder; where that path is too long for a socket, in a private folder named by its digest."""
        own = self.folder / "redis.sock"
        if len(os.fsencode(own)) <= SOCKET_BYTES:
            return own
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path("/tmp") / f"prozvon-{os.getuid()}-{name}" / "redis.sock"  # noqa: S108  # checked by `private_folder`

    def prepare(self) -> None:
        """Have both folders, and private. KnownError, OSError."""
        private_folder(self.folder)
        if self.socket.parent != self.folder:
            self.socket.parent.mkdir(mode=0o700, exist_ok=True)
            private_folder(self.socket.parent)


def place_in(data: Path) -> Place:
    """The place of the store of a data folder, made if need be. KnownError when it cannot be."""
    folder = data.absolute() / "store"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = Place(folder=folder.resolve())
        place.prepare()
    except OSError as error:
        raise KnownError(f"cannot keep the store in {folder}: {error.strerror}") from None
    return place


def private_folder(folder: Path) -> None:
    """Make it 0700. KnownError when it is not ours: somebody else could read the contacts, or feed us false ones."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise KnownError(f"{folder} belongs to another user: run as that user, or choose another data folder")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
