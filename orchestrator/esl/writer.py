"""The sending half of a connection: commands out in order, and each caller's answer back to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import gevent
import structlog
from gevent import socket
from gevent.event import AsyncResult
from gevent.event import Event as Flag
from gevent.lock import Semaphore

from orchestrator.esl.errors import CommandRefused, NotConnected, ReplyTimeout
from orchestrator.esl.protocol import ApiResponse, Core, EslError, Reply, Sent
from orchestrator.esl.timeouts import Timeouts
from orchestrator.esl.waiters import Outcome, Waiter, Waiters

log = structlog.get_logger(__name__)

OnReply = Callable[[str, EslError | None], None]


class Writer:
    """Commands of one connection, from any greenlet.

    `on_wait` is called when somebody begins to wait for a reply; `lose` when the connection must be given up,
    and is expected to call `release`.
    """

    def __init__(
        self,
        core: Core,
        timeouts: Timeouts,
        monotonic: Callable[[], float],
        *,
        on_wait: Callable[[], None],
        lose: Callable[[NotConnected], None],
    ) -> None:
        self._core = core
        self._timeouts = timeouts
        self._monotonic = monotonic
        self._on_wait = on_wait
        self._lose = lose
        self._sock: socket.socket | None = None
        self._reason = NotConnected("not connected yet")
        self._turn = Semaphore(1)
        self._waiters = Waiters()
        self._queued_bytes = 0  # given to be written so far, and how many of them the kernel took
        self._written_bytes = 0
        self._has_deadlines = Flag()
        self._expirer: gevent.Greenlet[[], None] | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether anybody waits for a reply."""
        return len(self._waiters) > 0

    def start(self, sock: socket.socket) -> None:
        self._sock = sock

    def release(self, reason: NotConnected) -> None:
        """The connection is gone: everybody who waits gets `reason`, and so does who comes later."""
        self._sock = None
        self._reason = reason
        for waiter in self._waiters.take_all():
            _finish(waiter, self.gone(written=self._is_written(waiter)))
        self._has_deadlines.set()

    def gone(self, *, written: bool = False) -> NotConnected:
        """A fresh error: one object raised in many greenlets would gather the tracebacks of all."""
        return type(self._reason)(self._reason.reason, written=written)

    def answer(self, message: Reply | ApiResponse) -> None:
        """The switch has answered."""
        waiter = self._waiters.take(message.token)
        if waiter is not None:
            _finish(waiter, message)

    def call(self, make: Callable[[], Sent], patience_s: float) -> Reply | ApiResponse:
        """Send what `make` has the core make, and wait for the answer, `patience_s` for all of it.

        Raises CommandError, NotConnected, ReplyTimeout.
        """
        deadline = self._monotonic() + patience_s
        result: AsyncResult[Outcome] = AsyncResult()
        with self._writing(patience_s):
            sent = make()
            waiter = self._add(sent, result.set, None)
            self._transmit(sent.data)
        outcome = None
        try:
            outcome = result.wait(max(0.0, deadline - self._monotonic()))
        finally:
            if outcome is None:
                self._give_up(sent.token)
        if outcome is None:
            raise self._late(waiter, patience_s)
        if isinstance(outcome, EslError):
            raise outcome
        return outcome

    def post(self, jobs: Sequence[tuple[str, str]], on_reply: OnReply) -> None:
        """Send all of these jobs, or raise CommandError or NotConnected; see Connection.bgapi_many."""
        deadline = self._monotonic() + self._timeouts.reply_s
        with self._writing(self._timeouts.write_s):
            commands = self._core.send_bgapi_many(jobs)
            for (_command, job_id), sent in zip(jobs, commands, strict=True):
                self._add(sent, _job_end(on_reply, job_id), deadline)
            if self._expirer is None:
                self._expirer = gevent.spawn(self._expire)
            self._has_deadlines.set()
            self._transmit(b"".join([sent.data for sent in commands]))

    @contextmanager
    def _writing(self, patience_s: float) -> Iterator[None]:
        """Commands are written whole, and in the order in which the core was told of them."""
        if self._sock is None:
            raise self.gone()
        if not self._turn.acquire(timeout=patience_s):
            raise ReplyTimeout(f"other commands were not written within {patience_s:g} s", written=False)
        try:
            if self._sock is None:
                raise self.gone()
            yield
        finally:
            self._turn.release()

    def _add(self, sent: Sent, done: Callable[[Outcome], None], deadline: float | None) -> Waiter:
        self._queued_bytes += len(sent.data)
        waiter = Waiter(done, self._queued_bytes)
        self._waiters.add(sent.token, waiter, deadline=deadline)
        return waiter

    def _transmit(self, data: bytes) -> None:
        """Write all of it, or lose the connection: after a part of a command nothing else may follow."""
        self._on_wait()
        rest = memoryview(data)
        failure = "interrupted while writing"
        try:
            while rest and self._sock is not None:
                with gevent.Timeout(self._timeouts.write_s, TimeoutError("the switch reads nothing")):
                    count = self._sock.send(rest)
                self._written_bytes += count
                rest = rest[count:]
        except OSError as error:
            failure = f"while writing: {error}"
        finally:
            if rest:
                self._lose(NotConnected(failure))

    def _is_written(self, waiter: Waiter) -> bool:
        return waiter.end <= self._written_bytes

    def _late(self, waiter: Waiter, patience_s: float) -> ReplyTimeout:
        return ReplyTimeout(f"no reply within {patience_s:g} s", written=self._is_written(waiter))

    def _give_up(self, token: int) -> Waiter | None:
        self._core.forget(token)
        return self._waiters.take(token)

    def _expire(self) -> None:
        """A greenlet that looks after posted jobs: nobody stands and waits for those."""
        while self._sock is not None:
            now = self._monotonic()
            for token in self._waiters.overdue(now):
                waiter = self._give_up(token)
                if waiter is not None:
                    _finish(waiter, self._late(waiter, self._timeouts.reply_s))
            deadline = self._waiters.next_deadline
            self._has_deadlines.clear()
            self._has_deadlines.wait(None if deadline is None else max(0.0, deadline - now))


def _finish(waiter: Waiter, outcome: Outcome) -> None:
    try:
        waiter.done(outcome)
    except Exception:
        log.exception("esl_reply_handler_failed")


def _job_end(on_reply: OnReply, job_id: str) -> Callable[[Outcome], None]:
    def end(outcome: Outcome) -> None:
        if isinstance(outcome, EslError):
            on_reply(job_id, outcome)
        elif outcome.text.startswith("+OK"):
            on_reply(job_id, None)
        else:
            on_reply(job_id, CommandRefused(outcome.text))

    return end
