"""The worker's hand on the studio process: orders out, replies in, and never a wait without an end.

Runs on gevent: `make` waits in its greenlet, the others go on.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import gevent
from gevent import socket
from gevent.event import AsyncResult
from gevent.lock import BoundedSemaphore, Semaphore
from gevent.pool import Pool

from orchestrator.speech.engine import EngineSpec
from orchestrator.speech.errors import Fault, SpeechError

WORDS = (sys.executable, "-m", "orchestrator.speech.studio")
START_S = 20.0  # for the first engine to be there
SPARE_S = 5.0  # beyond what the studio's own time-outs add up to
END_S = 2.0
LOOK_S = 0.01
LINE_MAX = 65_536  # bytes of a reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A text, and the file it is to become. may_be_silent, is_synced: see `studio`."""

    text: str
    language: str
    out: Path
    may_be_silent: bool = False
    is_synced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """ms: how long it is; dbov: how loud, None for silence."""

    ms: int
    dbov: float | None


class StudioLink:
    """One studio process, started when it is first needed and again after it died."""

    def __init__(self, spec: EngineSpec, words: tuple[str, ...] = WORDS) -> None:
        self.spec = spec
        self._words = words
        self._starting = Semaphore(1)
        self._writing = Semaphore(1)
        self._room = BoundedSemaphore(spec.at_once)
        self._ids = itertools.count(1)
        self._waiting: dict[int, AsyncResult[Made]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._reader: gevent.Greenlet[..., None] | None = None
        self._version = ""

    @property
    def is_busy(self) -> bool:
        """Whether an order would have to wait for others."""
        return bool(self._room.locked())

    def version(self) -> str:
        """The engine's version; starts it. SpeechError when there is no engine."""
        with self._starting:
            if self._process is None:
                self._start()
        return self._version

    def make(self, order: Order) -> Made:
        """Have the file made; returns once it is there. SpeechError tells why it is not."""
        with self._room:
            self.version()
            return self._make(order)

    def make_all(self, orders: Iterable[Order]) -> Iterator[Made | SpeechError]:
        """`make` for each, several at once; what came of them, in their order. Whoever stops asking stops the rest."""
        pool = Pool(self.spec.at_once)
        try:
            yield from pool.imap(self._made, orders)
        finally:
            pool.kill()

    def _made(self, order: Order) -> Made | SpeechError:
        try:
            return self.make(order)
        except SpeechError as error:
            return error

    def _make(self, order: Order) -> Made:
        number = next(self._ids)
        result: AsyncResult[Made] = AsyncResult()
        self._waiting[number] = result
        line = {
            "id": number,
            "text": order.text,
            "language": order.language,
            "out": str(order.out),
            "may_be_silent": order.may_be_silent,
            "is_synced": order.is_synced,
        }
        try:
            with self._writing:
                if self._socket is None:
                    raise SpeechError("the studio has just ended")
                self._socket.sendall(json.dumps(line).encode() + b"\n")
            made = result.get(timeout=self._patience_s())
        except gevent.Timeout:
            self._lost("the speech engine does not answer")
            raise SpeechError("the speech engine does not answer") from None
        except OSError:
            self._lost("the studio process is gone")
            raise SpeechError("the studio process is gone") from None
        finally:
            self._waiting.pop(number, None)
        assert made is not None  # noqa: S101  # only what was made is handed out
        return made

    def _patience_s(self) -> float:
        """The studio may try a text twice and then the probe, after one for the voice and the start of the engine."""
        return 4 * self.spec.timeout_s + START_S + SPARE_S

    def close(self) -> None:
        """End the process and its engines. Who waits for an order gets a SpeechError."""
        self._lost("stopped")

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        os.set_blocking(theirs.fileno(), True)  # gevent has no say over there
        try:
            self._process = subprocess.Popen(
                self._words,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise SpeechError(f"cannot start the studio process: {error.strerror}") from None
        finally:
            theirs.close()
        self._socket = ours
        try:
            ours.settimeout(START_S)
            ours.sendall(json.dumps(self.spec.as_json()).encode() + b"\n")
            hello, rest = self._hello(ours)
        except (OSError, ValueError) as error:
            self._lost("it does not start")
            why = "it says nothing" if isinstance(error, TimeoutError) else "it ended at once"
            raise SpeechError(
                f"the studio process does not start: {'it talks nonsense' if isinstance(error, ValueError) else why}"
            ) from None
        if "error" in hello:
            self._lost("it has no engine")
            raise SpeechError(str(hello["error"]))
        ours.settimeout(None)
        self._version = str(hello["version"])
        self._reader = gevent.spawn(self._read, ours, rest)

    def _hello(self, ours: socket.socket) -> tuple[dict[str, object], bytes]:
        data = b""
        while b"\n" not in data:
            some = ours.recv(LINE_MAX)
            if not some:
                raise ConnectionError
            data += some
        line, rest = data.split(b"\n", 1)
        hello: dict[str, object] = json.loads(line)
        return hello, rest

    def _read(self, ours: socket.socket, data: bytes) -> None:
        """Hand each reply to who waits for it, until there are no more."""
        with suppress(OSError):
            while some := ours.recv(LINE_MAX):
                *lines, data = (data + some).split(b"\n")
                for line in lines:
                    self._hand_out(json.loads(line))
        if ours is self._socket:
            self._lost("the studio process died")

    def _hand_out(self, reply: dict[str, object]) -> None:
        result = self._waiting.pop(int(str(reply["id"])), None)
        if result is None:
            return
        if "error" in reply:
            result.set_exception(SpeechError(str(reply["error"]), Fault(str(reply["fault"]))))
        else:
            dbov = reply["dbov"]
            result.set(Made(ms=int(str(reply["ms"])), dbov=None if dbov is None else float(str(dbov))))

    def _lost(self, why: str) -> None:
        """Let go of the process, and tell everybody who waits."""
        process, ours = self._process, self._socket
        self._process = self._socket = None
        waiting, self._waiting = self._waiting, {}
        for result in waiting.values():
            result.set_exception(SpeechError(why))
        if ours is not None:
            ours.close()  # the studio ends by itself when nobody gives it orders any more
        if process is not None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for it; kill it when it does not end by itself."""
    until = time.monotonic() + END_S
    # Not `wait`: without gevent's patches it would hold up every greenlet
    while process.poll() is None:
        if time.monotonic() >= until:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            until = float("inf")
        gevent.sleep(LOOK_S)
    if process.returncode:  # killed: it had no time to end its engines
        for pid in _in_session(process.pid):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _in_session(session: int) -> list[int]:
    """Processes of a session. Its number is nobody else's while there are any (proc(5), field 6 of stat)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
            if int(path.read_bytes().rsplit(b")", 1)[1].split()[3]) == session:
                found.append(int(path.parent.name))
    return found
