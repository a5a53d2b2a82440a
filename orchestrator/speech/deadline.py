"""Processes that are ended when they take too long, with whatever they have started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

from orchestrator.speech.errors import SpeechError

CHUNK = 1 << 16
SAID_MAX = 64 * 1024  # bytes kept of what a process writes


class TooSlow(SpeechError):  # noqa: N818  # as the deadline says it
    """It has had its time."""


class Deadline:
    """A moment of real time. `left_s` raises TooSlow once it has passed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at = time.monotonic() + seconds

    def left_s(self) -> float:
        left = self._at - time.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> TooSlow:
        return TooSlow(f"took longer than {self._seconds:g} s")


def start(words: list[str], *, errors: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """The process, with unbuffered pipes, in a group of its own. SpeechError when it cannot be started."""
    try:
        return subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0, process_group=0
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SpeechError(f"cannot start {words[0]}: {why}") from None


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it and what it has started. From any thread."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill it and what it has started, let go of its pipes, and wait for it."""
    kill(process)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()


def write(handle: int, data: bytes, deadline: Deadline) -> None:
    """Write all. SpeechError when the reader is gone or too slow."""
    os.set_blocking(handle, False)
    view = memoryview(data)
    while view:
        if not select.select([], [handle], [], deadline.left_s())[1]:
            continue
        try:
            view = view[os.write(handle, view[:CHUNK]) :]
        except BlockingIOError:
            continue
        except OSError:
            raise SpeechError("ended before it had read the text") from None


def read_some(handle: int, deadline: Deadline) -> bytes:
    """What comes next; b"" at the end."""
    while not select.select([handle], [], [], deadline.left_s())[0]:
        pass
    return os.read(handle, CHUNK)


def run(
    words: list[str],
    text: bytes,
    seconds: float,
    started: Callable[[subprocess.Popen[bytes]], None] = lambda _: None,
) -> str:
    """Run a command with `text` on its standard input; the last line it printed. SpeechError when it fails.

    It may print as much as it likes: only the end is kept. `started` is told of the process.
    """
    deadline = Deadline(seconds)
    process = start(words, errors=subprocess.STDOUT)
    started(process)
    try:
        assert process.stdin is not None  # noqa: S101  # a pipe was asked for
        assert process.stdout is not None  # noqa: S101  # as above
        with suppress(SpeechError):  # it need not read all: its exit code tells; and being slow shows below
            write(process.stdin.fileno(), text, deadline)
        process.stdin.close()
        said = b""
        while some := read_some(process.stdout.fileno(), deadline):
            said = (said + some)[-SAID_MAX:]
        try:
            code = process.wait(deadline.left_s())
        except subprocess.TimeoutExpired:
            raise deadline.passed() from None
    finally:
        end(process)
    last = _last_line(said)
    if code:
        raise SpeechError(f"ended with {code}{': ' + last if last else ''}")
    return last


def _last_line(said: bytes) -> str:
    """The last thing a process said, fit for a line of ours."""
    lines = said.decode("utf-8", "replace").strip().splitlines() or [""]
    return " ".join("".join(char if char.isprintable() else " " for char in lines[-1]).split())[:200]
