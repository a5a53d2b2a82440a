"""Another machine by the system's ssh and rsync: commands there, and files to it, over one connection.

Nothing that comes from settings becomes syntax: ssh gets one argument with every word quoted for the shell over there,
the destination is checked where settings are read (it begins with no `-`), and rsync is told to keep paths whole.
"""

from __future__ import annotations

import os
import select
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from orchestrator.domain.problem import KnownError

CONNECT_S: Final = 10
START_S: Final = 30.0  # connecting, and whatever is asked on the way in
COMMAND_S: Final = 120.0
COPY_S: Final = 600.0
FAILED: Final = 255  # what ssh itself exits with
OPTIONS: Final = (
    "BatchMode=yes",  # a question would wait for ever
    f"ConnectTimeout={CONNECT_S}",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
    "LogLevel=ERROR",
)
SOCKET_PATH_MAX: Final = 80  # a socket's path ends at 104, and ssh adds to it while it connects


class Ssh:
    """`where`: [USER@]HOST[:PORT]. Connects when it is first used; `close` it.

    Every method raises KnownError, in one line, when the machine cannot be reached or a command fails there.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self._destination, _, port = where.partition(":")
        self._port = ("-p", port) if port else ()
        self._folder: Path | None = None
        self._master: subprocess.Popen[bytes] | None = None

    def run(
        self, words: Sequence[str], data: bytes = b"", *, codes: Sequence[int] = (0,)
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command there with `data` on its standard input. KnownError when its exit code is not in `codes`."""
        self._connect()
        ran = self._wait([*self._command(), shlex.join(words)], data, COMMAND_S)
        if ran.returncode not in codes:
            raise KnownError(first_line(ran.stderr) or f"exit code {ran.returncode}")
        return ran

    def hold(self, words: Sequence[str], ready: bytes) -> subprocess.Popen[bytes]:
        """Start a command that goes on until its standard input is closed; it has printed `ready` and a line break.

        KnownError, with what it complained about, when it ends before. It also ends when we are killed.
        """
        self._connect()
        return self._start([*self._command(), shlex.join(words)], ready)

    def copy(self, folder: Path, there: str) -> None:
        """Put the content of `folder` into the folder `there`, which is made."""
        self._connect()
        shell = shlex.join(["ssh", *self._options(), *self._port])
        command = [
            "rsync",
            "-r",
            "-s",
            "--timeout=60",
            "-e",
            shell,
            f"{folder}/",
            f"{self._destination}:{there}/",
        ]
        ran = self._wait(command, b"", COPY_S)
        if ran.returncode:
            said = first_line(ran.stderr)
            if "not found" in said and "rsync" in said:
                said = f"there is no rsync on {self.where}: install it there"
            raise KnownError(said or f"rsync failed with {ran.returncode}")

    def close(self) -> None:
        """End the connection. What was started with `hold` ends with it."""
        if self._master is not None:
            end(self._master)
            self._master = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _connect(self) -> None:
        """One connection that all others go through. It lasts as long as we do: it reads what we never write."""
        if self._master is not None:
            if self._master.poll() is not None:  # and a lock that was held there is gone
                raise KnownError(f"the connection to {self.where} broke off")
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pz-", dir=_short_folder()))
        waits = "echo ready && exec cat >/dev/null"
        command = [
            "ssh",
            "-T",
            "-M",
            "-o",
            "ControlPersist=no",
            *self._options(),
            *self._port,
            "--",
            self._destination,
            waits,
        ]
        try:
            self._master = self._start(command, b"ready")
        except KnownError as error:
            hint, said = "", str(error).lower()
            if "identification has changed" in said:
                hint = ": find out why before anything else"
            elif "host key" in said:
                hint = f": connect by hand once, `{shlex.join(['ssh', *self._port, self._destination])}`"
            elif "permission denied" in said:
                hint = ": it needs a key that asks for nothing (ssh-agent, or one without passphrase)"
            raise KnownError(f"cannot reach {self.where} by ssh: {error}{hint}") from None

    def _command(self) -> list[str]:
        return ["ssh", "-T", *self._options(), *self._port, "--", self._destination]

    def _options(self) -> list[str]:
        assert self._folder is not None  # noqa: S101  # made when connecting
        return [word for option in OPTIONS for word in ("-o", option)] + ["-S", str(self._folder / "s")]

    def _start(self, command: Sequence[str], ready: bytes) -> subprocess.Popen[bytes]:
        with tempfile.TemporaryFile() as complaints:
            try:
                process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints
                )
            except FileNotFoundError:
                raise KnownError(f"there is no `{command[0]}` on this machine: install it") from None
            assert process.stdout is not None  # noqa: S101  # as asked for above
            is_heard, _, _ = select.select([process.stdout], [], [], START_S)
            if is_heard and process.stdout.readline().strip() == ready:
                return process
            end(process)
            if not is_heard:
                raise KnownError(f"{self.where} did not answer within {START_S:g} s")
            complaints.seek(0)
            raise KnownError(first_line(complaints.read()) or f"exit code {process.returncode}")

    def _wait(
        self, command: Sequence[str], data: bytes, timeout_s: float
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            ran = subprocess.run(command, input=data, capture_output=True, timeout=timeout_s, check=False)
        except FileNotFoundError:
            raise KnownError(f"there is no `{command[0]}` on this machine: install it") from None
        except subprocess.TimeoutExpired:
            raise KnownError(f"{self.where} did not answer within {timeout_s:g} s") from None
        if ran.returncode == FAILED:
            raise KnownError(
                f"the connection to {self.where} failed: {first_line(ran.stderr) or 'it broke off'}"
            )
        return ran


def end(process: subprocess.Popen[bytes]) -> None:
    """Close its input, which is its sign to go, and see that it goes."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def first_line(complaint: bytes) -> str:
    """The first complaint is the cause of the others."""
    text = "".join(
        char if char.isprintable() or char == "\n" else " " for char in complaint.decode("utf-8", "replace")
    )
    lines = (" ".join(line.strip("@ ").split()) for line in text.split("\n"))  # ssh frames what is grave in @
    return next((line for line in lines if line), "")[:300]


def _short_folder() -> str:
    """A folder whose path leaves room for a socket's name, and needs no quotes."""
    folder = tempfile.gettempdir()
    is_fine = len(folder) <= SOCKET_PATH_MAX and not set(folder) & set(" \t'\"\\%")
    return folder if is_fine and os.access(folder, os.W_OK) else "/tmp"  # noqa: S108  # mkdtemp makes it private
