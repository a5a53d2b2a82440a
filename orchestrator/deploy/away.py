"""The root folder of a switch on another machine: remote.sh does there what `Here` does on this one."""

from __future__ import annotations

import contextlib
import hashlib
import io
import secrets
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from orchestrator.deploy.files import write_file
from orchestrator.deploy.release import RELEASE_ID, Release
from orchestrator.deploy.ssh import Ssh, end
from orchestrator.deploy.state import State, read_history, read_link
from orchestrator.deploy.target import INCOMING, RELEASES, Place
from orchestrator.domain.problem import KnownError

_FILES: Final = ".files-"


class Away:
    """A Target over ssh."""

    def __init__(self, place: Place, ssh: Ssh) -> None:
        self._place, self._root, self._ssh = place, str(place.root), ssh
        self._holder: subprocess.Popen[bytes] | None = None  # holds the lock over there

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        with self._clear("deploy to"):
            self._holder = self._ssh.hold(self._words("lock"), b"locked")
        try:
            self._do("deploy to", "prepare", str(self._place.cdr), self._place.owner)
            yield
        finally:
            end(self._holder)
            self._holder = None

    def state(self) -> State:
        lines = self._do("read", "state").decode("utf-8", "replace").splitlines()
        fields = [line.split(" ") for line in lines]
        now = next((int(item[1]) for item in fields if item[0] == "now"), None)
        if now is None:
            raise KnownError(f"{self._place}: a shell answers there that does not run our script")
        stored = {item[2]: int(item[1]) * 1000 for item in fields if item[0] == "stored" and len(item) == 3}
        return State(
            now=now * 1000,
            current=read_link(next((item[1] for item in fields if item[0] == "current"), "")),
            history=read_history(lines),
            stored={name: at for name, at in stored.items() if RELEASE_ID.match(name)},
        )

    def hashes(self, release_id: str) -> dict[str, str]:
        return _sums(self._do("read", "hashes", release_id))

    def read(self, release_id: str) -> dict[str, bytes]:
        packed = self._do("read", "read", release_id)
        try:
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                return {
                    member.name.removeprefix("./"): file.read()
                    for member in archive
                    if member.isfile() and (file := archive.extractfile(member)) is not None
                }
        except tarfile.TarError as error:
            raise KnownError(f"cannot read release {release_id} of {self._place}: {error}") from None

    def upload(self, release: Release) -> None:
        found = self.hashes(release.release_id)
        if found == release.hashes:
            return
        incoming = f"{INCOMING}{release.release_id}"
        with self._clear("copy the release to"), staged(release.everything()) as folder:
            self._ssh.copy(folder, f"{self._root}/{RELEASES}/{incoming}")
        if self.hashes(incoming) != release.hashes:
            raise KnownError(f"what got to {self._place} is not what was sent: is there room on its disk?")
        steps = [f"rm {path}" for path in found.keys() - release.hashes.keys()]
        steps += [f"put {path}" for path, value in release.hashes.items() if found.get(path) != value]
        self._do(
            "write the release below", "settle", release.release_id, data="\n".join([*steps, ""]).encode()
        )

    def switch_to(self, release_id: str) -> None:
        self._do("switch over", "switch", release_id)

    def remember(self, release_id: str) -> None:
        self._do("write the history of", "remember", release_id)

    def remove(self, release_ids: Iterable[str]) -> None:
        ids = list(release_ids)
        if ids:
            self._do("remove old releases below", "remove", *ids)

    # Secrets

    def has_secrets(self, data: bytes) -> bool:
        said = self._do("read the secrets of", "has_secrets", self._place.owner, data=data)
        return said.strip() == b"yes"

    def put_secrets(self, data: bytes) -> None:
        self._do("write the secrets of", "put_secrets", self._place.owner, str(len(data)), data=data)

    def restore_secrets(self) -> None:
        self._do("put back the secrets of", "restore_secrets")

    def keep_secrets(self) -> None:
        self._do("tidy up the secrets of", "keep_secrets")

    # Programs and sounds

    def put_files(self, files: Mapping[str, bytes]) -> list[str]:
        names = "\n".join([*files, ""]).encode()
        there = _sums(self._do("publish to", "sums", data=names))
        missing = {path: data for path, data in files.items() if there.get(path) != _sum(data)}
        if missing:
            incoming = f"{_FILES}{secrets.token_hex(6)}"
            with self._clear("publish to"), staged(missing) as folder:
                self._ssh.copy(folder, f"{self._root}/{incoming}")
            names = "\n".join([*missing, ""]).encode()
            self._do("publish to", "put_files", incoming, data=names)
        return list(missing)

    def close(self) -> None:
        self._ssh.close()

    def _do(self, what: str, verb: str, *arguments: str, data: bytes = b"") -> bytes:
        with self._clear(what):
            if self._holder is not None and self._holder.poll() is not None:
                raise KnownError("the lock was lost: it took more than half an hour, or was ended over there")
            return self._ssh.run(self._words(verb, *arguments), data).stdout

    def _words(self, verb: str, *arguments: str) -> list[str]:
        return ["sh", "-c", _script(), "prozvon", verb, self._root, *arguments]

    @contextlib.contextmanager
    def _clear(self, what: str) -> Iterator[None]:
        try:
            yield
        except KnownError as error:
            raise KnownError(f"cannot {what} the switch's folder {self._place}: {error}") from None


@contextlib.contextmanager
def staged(files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder with these files, to copy from."""
    with tempfile.TemporaryDirectory(prefix="pz-") as folder:
        for path, data in files.items():
            write_file(Path(folder) / path, data)
        yield Path(folder)


@cache
def _script() -> str:
    return (Path(__file__).parent / "remote.sh").read_text("utf-8")


def _sums(said: bytes) -> dict[str, str]:
    """What sha256sum printed: path -> SHA-256. A name with a line break in it is none of ours."""
    lines = (line.partition("  ") for line in said.decode("utf-8", "replace").splitlines())
    return {path.removeprefix("./"): value for value, _, path in lines if len(value) == 64}


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
