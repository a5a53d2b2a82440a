"""mod_http_cache: files fetched by URL, each once, and where they are on disk.

Real HTTP over a real network, so it takes real time: a call that waits for a file does not grow older by it.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

import gevent

from orchestrator.simulator.separate import take_brackets

SCHEME: Final = "http_cache://"
USAGE: Final = "USAGE: {param=val}<url>\n"
TIMEOUT_S: Final = 10.0
_URL: Final = re.compile(r"https?://[^\s]+\Z")


class HttpCache:
    """Keeps what it fetched below `folder`."""

    def __init__(self, folder: Path, log: Callable[[str, str], None]) -> None:
        self._folder, self._log = folder, log
        self._files: dict[str, Path] = {}

    def local(self, name: str) -> str:
        """The file that is played for `name`; what is no URL of ours stays as it is, and "" is nothing."""
        return self._get(name.removeprefix(SCHEME)) if name.startswith(SCHEME) else name

    # Commands

    def get(self, text: str) -> str:
        if not text:
            return USAGE
        url, wants_new = _taken(text)
        if wants_new:
            self._files.pop(url, None)
        # A command that fails is one that is not there, to the event socket
        return self._get(url) or "-ERR http_get Command not found!\n"

    def try_get(self, text: str) -> str:
        """Only what is here already."""
        if not text:
            return USAGE
        path = self._files.get(_taken(text)[0])
        return str(path) if path is not None else "-ERR download\n"

    def prefetch(self, text: str) -> str:
        if not text:
            return USAGE
        gevent.spawn(self._get, _taken(text)[0])
        return "+OK\n"

    def clear(self, text: str) -> str:
        del text
        for path in self._files.values():
            path.unlink(missing_ok=True)
        self._files.clear()
        return "+OK\n"

    def _get(self, url: str) -> str:
        if url not in self._files:
            data: bytes | str = gevent.get_hub().threadpool.apply(_fetch, (url,))
            if isinstance(data, str):
                self._log("ERR", f"cannot fetch {url}: {data}\n")
                return ""
            name = str(uuid.uuid4())
            path = self._folder / name[:2] / f"{name[2:]}{Path(url).suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            self._files[url] = path
        return str(self._files[url])


def _fetch(url: str) -> bytes | str:
    """What is there, or why not. In a thread of its own, whose exceptions gevent would print."""
    if not _URL.match(url):
        return "not http:// or https://"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:  # noqa: S310 - seen to above
            data: bytes = response.read()
    except urllib.error.HTTPError as error:
        error.close()  # it is the answer, too
        return str(error)
    except (OSError, ValueError) as error:
        return str(error)
    return data


def _taken(text: str) -> tuple[str, bool]:
    """The URL, and whether it is to be fetched again: `{refresh=true}URL`."""
    taken = take_brackets(text, "{", "}")
    return (taken[1], taken[0].get("refresh") == "true") if taken is not None else (text, False)
