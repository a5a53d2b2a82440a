"""Has a switch get prompts by HTTP before the call that plays them: the call itself then waits for nothing.

`http_get URL` of mod_http_cache as a background job: it downloads, or finds the file in the switch's cache, and its
job says where it is or `-ERR`. (`http_prefetch` would only say that it will try.)
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Protocol

import gevent
from gevent.event import AsyncResult

from orchestrator.esl.writer import OnReply
from orchestrator.speech.errors import SpeechError

PREFIX = "fetch-"
JOB_CHARS = 36  # of a job's id; the switch cuts off the rest
FRESH_S = 6 * 3600.0  # real time for which a switch is trusted to have a file: a quarter of its cache's own
KNOWN_MAX = 50_000


class HasJobs(Protocol):
    """A line to a switch, as far as it is used here."""

    name: str
    core_uuid: str | None

    def originate(self, jobs: list[tuple[str, str]], on_reply: OnReply) -> None: ...


class Fetching:
    """`hear` is given every event; it tells whether it was about a fetch of ours. timeout_s: for one file."""

    def __init__(self, timeout_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._timeout_s = timeout_s
        self._monotonic = monotonic
        self._jobs: dict[str, AsyncResult[str]] = {}
        self._known: dict[tuple[str, str], float] = {}  # (run of the switch, URL) -> when it had the file

    def has(self, line: HasJobs, url: str) -> bool:
        """Whether the switch, in this run of it, has got the file lately."""
        at = self._known.get((line.core_uuid or "", url))
        return at is not None and self._monotonic() - at < FRESH_S

    def get(self, line: HasJobs, url: str) -> None:
        """Have the switch get it; returns once it has. SpeechError when it has not."""
        run = line.core_uuid or ""
        job = PREFIX + uuid.uuid4().hex[: JOB_CHARS - len(PREFIX)]
        result: AsyncResult[str] = AsyncResult()
        self._jobs[job] = result

        def replied(_: str, error: Exception | None) -> None:
            if error is not None:
                result.set_exception(SpeechError(f"the switch {line.name} was not asked: {error}"))

        try:
            line.originate([(f"http_get {url}", job)], replied)
            said = result.get(timeout=self._timeout_s)
        except gevent.Timeout:
            raise SpeechError(_hint(line, url, f"within {self._timeout_s:g} s")) from None
        finally:
            self._jobs.pop(job, None)
        if not str(said).startswith("/"):
            raise SpeechError(_hint(line, url, f"({' '.join(str(said).split())[:60] or 'no word why'})"))
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[run, url] = self._monotonic()

    def error_of(self, line: HasJobs, url: str) -> SpeechError | None:
        """`get`, with its error as a value."""
        try:
            self.get(line, url)
        except SpeechError as error:
            return error
        return None

    def hear(self, event: Mapping[str, object]) -> bool:
        job = event.get("Job-UUID")
        if event.get("Event-Name") != "BACKGROUND_JOB" or not str(job).startswith(PREFIX):
            return False
        result = self._jobs.pop(str(job), None)
        if result is not None:
            result.set(str(event.get("_body") or ""))
        return True


def _hint(line: HasJobs, url: str, why: str) -> str:
    return (
        f"the switch {line.name} cannot get {url.rpartition('/')[0]}/... {why}: "
        "is `prompts_url` right, `serve_prompts` reachable from there, and mod_http_cache loaded?"
    )
