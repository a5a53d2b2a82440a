"""Writing files that somebody else reads at the same time: beside their final name, synced, then renamed."""

from __future__ import annotations

import contextlib
import os
import pwd
import tempfile
from pathlib import Path


def write_file(path: Path, data: bytes) -> bool:
    """Write `path`, readable to everybody, unless it holds just this; whether it was written. OSError."""
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        pass
    replace_file(path, data)
    return True


def replace_file(path: Path, data: bytes, *, mode: int = 0o644, owner: str = "") -> None:
    """Write `path` anew, and its folder when it is not there. `owner`: the user who gets it; "" is nobody else.

    OSError, or LookupError for an unknown user; nothing is left of it then.
    """
    make_folder(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name.lstrip('.')}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        if owner:
            give_to(Path(temporary), owner)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(path: Path) -> bool:
    """Have the folder there, whatever the umask: others must read what is in it. Whether it was made."""
    if path.is_dir():
        return False
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    path.chmod(0o755)
    return True


def give_to(path: Path, owner: str) -> None:
    """Make the user `owner` the owner, if that is another one. PermissionError, LookupError."""
    wanted = pwd.getpwnam(owner)
    if path.stat().st_uid != wanted.pw_uid:
        os.chown(path, wanted.pw_uid, wanted.pw_gid)


def replace_link(link: Path, target: str) -> None:
    """Let the symbolic link point to `target`: before or after, never nothing."""
    draft = link.with_name(f".{link.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    draft.symlink_to(target)
    try:
        os.replace(draft, link)
    except BaseException:
        draft.unlink()
        raise
    sync_folder(link.parent)


def sync_folder(folder: Path) -> None:
    """What was renamed in it outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
