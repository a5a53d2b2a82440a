"""The difference between two releases, for people: a unified diff of their files. No secret is in a release."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Final

from orchestrator.deploy.release import MANIFEST

_PACKAGE: Final = re.compile(r"\bcallflow_[0-9a-f]{12}\b")


def diff(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> str:
    """What `new` changes; "" when nothing. The interpreter's package goes by its plain name: it gets another one with
    every change in it.
    """
    was, now = _plain(old), _plain(new)
    return "".join(line for path in sorted(was.keys() | now.keys()) for line in _file(path, was, now))


def _plain(files: Mapping[str, bytes]) -> dict[str, str]:
    return {
        _PACKAGE.sub("callflow", path): _PACKAGE.sub("callflow", data.decode("utf-8", "replace"))
        for path, data in files.items()
        if path != MANIFEST
    }


def _file(path: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    old, new = was.get(path), now.get(path)
    if old == new:
        return
    lines = difflib.unified_diff(
        (old or "").splitlines(keepends=True),
        (new or "").splitlines(keepends=True),
        "/dev/null" if old is None else f"current/{path}",
        "/dev/null" if new is None else f"new/{path}",
    )
    is_empty = True
    for line in lines:
        is_empty = False
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
    if is_empty:  # one of them is not there, the other has nothing in it
        yield f"--- {'/dev/null' if old is None else f'current/{path}'}\n"
        yield f"+++ {'/dev/null' if new is None else f'new/{path}'}\n"
