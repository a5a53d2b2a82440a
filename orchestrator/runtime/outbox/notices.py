"""Notices by apprise, an optional library: its URLs are secrets of the environment, its plug-ins run in threads."""

from __future__ import annotations

import importlib
import logging
import os
import re
import threading
from collections.abc import Mapping
from typing import Any

from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.aside import Aside

TIMEOUT_S = 30.0  # for one notice, its waiting included
THREADS = 4
_SECRET = re.compile(r"[^\s:/@?&=,+]{6,}")  # whatever in a URL may be one
_PLACES = re.compile(r"\{(to|digits|key)\}")


class Notices:
    """aside: threads of its own, so that a plug-in that hangs holds up nothing else."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside

    def send(
        self,
        variable: str,
        subject: str,
        text: str,
        known: Mapping[str, str] | None = None,
        needs: tuple[str, ...] = (),
    ) -> None:
        """variable: of the environment: one apprise URL. known: what {to}, {digits} and {key} in it stand for. needs:
        one of these must stand in it.

        Undelivered, with what apprise says and none of the URL, when it was not taken. Apprise does not tell what is of
        use to try again, so all of it is.
        """
        url = os.environ.get(variable, "").strip()
        if not url:
            raise Undelivered(f"the environment variable {variable} is not set: it holds the apprise URL")
        if needs and not any(f"{{{place}}}" in url for place in needs):
            places = " or ".join(f"{{{place}}}" for place in needs)
            raise Undelivered(f"the apprise URL of {variable} has no {places}: whom would it go to?")
        filled = _PLACES.sub(lambda found: (known or {}).get(found[1], found[0]), url)
        why = self._aside.run(lambda: _notify(filled, subject, text), "a notice by apprise")
        if why is not None:
            raise Undelivered(f"apprise ({variable}) did not take it", heard=f": {_masked(why, url)}")


def _notify(url: str, subject: str, text: str) -> str | None:
    """None when it was taken; else why not. Runs in a thread."""
    try:
        apprise: Any = importlib.import_module("apprise")
    except ImportError:
        return "the library is not installed: pip install 'prozvon[apprise]'"
    said = _Said(threading.get_ident())
    logger = logging.getLogger("apprise")
    logger.addHandler(said)
    try:
        sender = apprise.Apprise()
        if not sender.add(url):
            return "it is no URL that apprise knows"
        is_taken = sender.notify(body=text, title=subject)
    except Exception as error:  # a plug-in's own: it takes nobody else's delivery with it
        return f"{type(error).__name__}: {error}"
    finally:
        logger.removeHandler(said)
    return None if is_taken else " ".join(said.lines) or "it was not taken, and nothing is said of why"


class _Said(logging.Handler):
    """What is logged by one thread."""

    def __init__(self, thread: int) -> None:
        super().__init__(logging.WARNING)
        self._thread = thread
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.lines.append(record.getMessage())


def _masked(text: str, url: str) -> str:
    """Without whatever the URL holds."""
    for secret in sorted(set(_SECRET.findall(url)), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
