"""The root folder of a switch on this machine."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from orchestrator.deploy.files import (
    give_to,
    make_folder,
    replace_file,
    replace_link,
    sync_folder,
    write_file,
)
from orchestrator.deploy.release import MANIFEST, RELEASE_ID, Release
from orchestrator.deploy.state import Activation, State, read_history, read_link
from orchestrator.deploy.target import (
    CURRENT,
    FOLDERS,
    HISTORY,
    INCOMING,
    LEFT_BY_CALLS,
    LOCK,
    PRIVATE,
    RELEASES,
    SECRETS,
    SECRETS_BEFORE,
    Place,
)
from orchestrator.domain.problem import KnownError

SECRET_MODE: Final = 0o600
DRAFT_MS: Final = 3600 * 1000  # a file that is being put there is so by nobody any more
COMPILED: Final = "__pycache__"


class Here:
    """A Target on this machine. `now_ms`: epoch milliseconds, for the history."""

    def __init__(self, place: Place, now_ms: Callable[[], int]) -> None:
        self._place, self._root, self._now_ms = place, place.root, now_ms
        self._releases = self._root / RELEASES

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        with self._clear("deploy to"):
            make_folder(self._root)
            handle = os.open(self._root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise KnownError(
                    f"somebody else is deploying to {self._root}: try again in a moment"
                ) from None
            with self._clear("deploy to"):
                self._tidy()
            yield
        finally:
            os.close(handle)  # which gives the lock back

    def _tidy(self) -> None:
        for name in (RELEASES, *FOLDERS):
            folder = self._place.cdr if name == "cdr" else self._root / name
            if not make_folder(folder):
                continue
            if name in PRIVATE:
                folder.chmod(0o700)
            if name in LEFT_BY_CALLS and self._place.owner:
                give_to(folder, self._place.owner)
        for left in self._releases.glob(f"{INCOMING}*"):
            shutil.rmtree(left)
        for left in (*self._root.glob(f".{CURRENT}.*"), *self._root.glob(".secrets.*")):
            left.unlink()
        for left in (path for name in ("programs", "prompts") for path in (self._root / name).glob(".*.*")):
            if left.stat().st_mtime * 1000 < self._now_ms() - DRAFT_MS:
                left.unlink()

    def state(self) -> State:
        with self._clear("read"):
            try:
                lines = (self._root / HISTORY).read_text("utf-8", "replace").splitlines()
            except FileNotFoundError:
                lines = []
            stored = {
                path.name: int(path.stat().st_mtime * 1000)
                for path in (self._releases.iterdir() if self._releases.is_dir() else ())
                if RELEASE_ID.match(path.name) and path.is_dir()
            }
            return State(
                now=self._now_ms(), current=self._current(), history=read_history(lines), stored=stored
            )

    def _current(self) -> str:
        link = self._root / CURRENT
        return read_link(os.readlink(link)) if link.is_symlink() else ""

    def hashes(self, release_id: str) -> dict[str, str]:
        return {path: hashlib.sha256(data).hexdigest() for path, data in self.read(release_id).items()}

    def read(self, release_id: str) -> dict[str, bytes]:
        with self._clear("read"):
            return _read(self._releases / release_id)

    def upload(self, release: Release) -> None:
        if self.hashes(release.release_id) == release.hashes:
            return
        incoming = self._releases / f"{INCOMING}{release.release_id}"
        wanted = release.everything()
        with self._clear("write the release below"):
            try:
                _write(incoming, wanted)
                if _read(incoming) != wanted:
                    raise KnownError(
                        f"what was written to {incoming} is not what is read there: is the disk sound?"
                    )
                _settle(incoming, self._releases / release.release_id, wanted)
            finally:
                shutil.rmtree(incoming, ignore_errors=True)

    def switch_to(self, release_id: str) -> None:
        link = self._root / CURRENT
        with self._clear("switch over"):
            if release_id:
                replace_link(link, f"{RELEASES}/{release_id}")
            else:
                link.unlink(missing_ok=True)
                sync_folder(self._root)

    def remember(self, release_id: str) -> None:
        line = Activation(at=self._now_ms(), release_id=release_id).line().encode()
        with self._clear("write the history of"), (self._root / HISTORY).open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                line = line if file.read() == b"\n" else b"\n" + line  # a crash cut the last one off
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def remove(self, release_ids: Iterable[str]) -> None:
        with self._clear("remove old releases below"):
            for release_id in release_ids:
                shutil.rmtree(self._releases / release_id)

    # Secrets

    def has_secrets(self, data: bytes) -> bool:
        path = self._root / SECRETS
        with self._clear("read the secrets of"):
            try:
                is_private = path.stat().st_mode & 0o777 == SECRET_MODE
                return is_private and self._is_owned(path) and path.read_bytes() == data
            except FileNotFoundError:
                return False

    def _is_owned(self, path: Path) -> bool:
        return not self._place.owner or path.owner() == self._place.owner

    def put_secrets(self, data: bytes) -> None:
        path, before = self._root / SECRETS, self._root / SECRETS_BEFORE
        with self._clear("write the secrets of"):
            old = path.read_bytes() if path.exists() else b""
            replace_file(before, old, mode=SECRET_MODE, owner=self._place.owner)
            replace_file(path, data, mode=SECRET_MODE, owner=self._place.owner)

    def restore_secrets(self) -> None:
        before = self._root / SECRETS_BEFORE
        with self._clear("put back the secrets of"):
            if not before.exists():
                return
            if before.stat().st_size:
                os.replace(before, self._root / SECRETS)
            else:  # there were none
                (self._root / SECRETS).unlink(missing_ok=True)
                before.unlink()
            sync_folder(self._root)

    def keep_secrets(self) -> None:
        with self._clear("tidy up the secrets of"):
            (self._root / SECRETS_BEFORE).unlink(missing_ok=True)

    # Programs and sounds

    def put_files(self, files: Mapping[str, bytes]) -> list[str]:
        with self._clear("publish to"):
            return [path for path, data in files.items() if write_file(self._root / path, data)]

    def close(self) -> None:
        """Nothing is open."""

    @contextlib.contextmanager
    def _clear(self, what: str) -> Iterator[None]:
        """An error of the system as one line that says what could not be done, and where."""
        try:
            yield
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            raise KnownError(
                f"cannot {what} the switch's folder {self._root}: {error.strerror or error}{where}"
            ) from None
        except LookupError:
            raise KnownError(
                f"there is no user {self._place.owner!r} here (`owner:` in prozvon.yaml)"
            ) from None


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """A new folder with these files, readable to everybody, synced."""
    make_folder(folder)
    for path, data in files.items():
        write_file(folder / path, data)
    for inner in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        inner.chmod(0o755)
        sync_folder(inner)


def _read(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and COMPILED not in path.parts
    }


def _settle(incoming: Path, folder: Path, wanted: Mapping[str, bytes]) -> None:
    """Bring the folder into force under its name; one that is there already is put right file by file, for it may be
    the current one.
    """
    if not folder.exists():
        os.replace(incoming, folder)
        sync_folder(folder.parent)
        return
    found = _read(folder)
    for path in found.keys() - wanted.keys():
        (folder / path).unlink()
    for path in sorted(wanted.keys() - {MANIFEST} | {MANIFEST}):
        if found.get(path) != wanted[path]:
            make_folder((folder / path).parent)
            os.replace(incoming / path, folder / path)
    sync_folder(folder)
