"""A command at a terminal, with somebody who reads and types."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cli.commands import LIMIT_S, environment
from tests.runtime.factories import wait_until


class Terminal:
    """What has been shown, and the keyboard."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._own, theirs = pty.openpty()
        os.set_blocking(self._own, False)
        self.shown = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "-C", str(folder), *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment(TERM="xterm", COLUMNS="100"),
        )
        os.close(theirs)

    def read_until(self, text: str) -> None:
        """Read on until `text` is shown that was not read before."""
        begin = len(self.shown)

        def is_shown() -> bool:
            with suppress(BlockingIOError, OSError):  # nothing there now; or the other end has closed
                self.shown += os.read(self._own, 65536).decode(errors="replace")
            return text in self.shown[begin:]

        wait_until(is_shown, f"the terminal shows {text!r}")

    def type(self, text: str) -> None:
        os.write(self._own, text.encode())

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Its exit code."""
        return self._process.wait(LIMIT_S)

    def close(self) -> None:
        with self._process:
            self._process.kill()
        os.close(self._own)


@contextmanager
def at_terminal(folder: Path, *arguments: str) -> Iterator[Terminal]:
    """A command at a terminal; whatever happens it ends with the block."""
    terminal = Terminal(folder, *arguments)
    try:
        yield terminal
    finally:
        terminal.close()
