"""The sending half of a connection: commands out in order, and each caller's answer back to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import gevent
import structlog
from gevent import socket
from gevent.event import AsyncResult
from gevent.event import Event as Flag

from orchestrator.esl.errors import CommandRefused, NotConnected, ReplyTimeout
from orchestrator.esl.protocol import ApiResponse, Core, EslError, Reply, Sent
from orchestrator.esl.timeouts import Timeouts
from orchestrator.esl.waiters import Outcome, Waiter, Waiters

log = structlog.get_logger(__name__)

T = TypeVar("T")
OnReply = Callable[[str, EslError | None], None]  # (job id, what went wrong)


class Writer:
    """Commands of one connection, from any greenlet. One greenlet of its own writes them.

    The core hears of a command in the same breath in which its bytes join the queue, so the order in the core
    and on the wire is the same, and a caller that is killed or times out leaves no half command behind.

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
        self._reason: NotConnected | None = NotConnected("not connected yet")
        self._waiters = Waiters()
        self._queue = bytearray()
        self._queued_bytes = 0  # put into the queue so far, and how many of them the kernel took
        self._written_bytes = 0
        self._work = Flag()
        self._greenlet: gevent.Greenlet[[socket.socket], None] | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether anybody waits for a reply."""
        return len(self._waiters) > 0

    @property
    def is_own_greenlet(self) -> bool:
        return gevent.getcurrent() is self._greenlet

    def start(self, sock: socket.socket) -> None:
        """Commands may be given from now on."""
        self._reason = None
        self._greenlet = gevent.spawn(self._run, sock)

    def release(self, reason: NotConnected) -> None:
        """The connection is gone: everybody who waits gets `reason`, and so does who comes later."""
        self._reason = reason
        self._work.set()
        for waiter in self._waiters.take_all():
            _finish(waiter.done, self.gone(written=waiter.end <= self._written_bytes))

    def gone(self, *, written: bool = False) -> NotConnected:
        """A fresh error: one object raised in many greenlets would gather the tracebacks of all."""
        reason = self._reason or NotConnected("connected")
        return type(reason)(reason.reason, written=written)

    def answer(self, message: Reply | ApiResponse) -> None:
        """The switch has answered."""
        waiter = self._waiters.take(message.token)
        if waiter is not None:
            _finish(waiter.done, message)

    def call(self, make: Callable[[], Sent], patience_s: float) -> Reply | ApiResponse:
        """Send what `make` has the core make, and wait for the answer.

        Raises CommandError, NotConnected, ReplyTimeout.
        """
        result: AsyncResult[Outcome] = AsyncResult()
        token = self._put(make, result.set)
        outcome = None
        try:
            outcome = result.wait(patience_s)
        finally:
            if outcome is None:
                self._give_up(token)
        if outcome is None:
            raise _late(patience_s)
        if isinstance(outcome, EslError):
            raise outcome
        return outcome

    def post(self, make: Callable[[], Sent], on_reply: Callable[[EslError | None], None]) -> None:
        """Send without waiting; `on_reply` is called exactly once, here and now if it cannot be sent."""
        try:
            self._put(make, partial(_tell, on_reply), self._monotonic() + self._timeouts.reply_s)
        except EslError as error:
            _finish(on_reply, error)

    def _put(
        self, make: Callable[[], Sent], done: Callable[[Outcome], None], deadline: float | None = None
    ) -> int:
        if self._reason is not None:
            raise self.gone()
        sent = make()
        self._queue += sent.data
        self._queued_bytes += len(sent.data)
        self._waiters.add(sent.token, Waiter(done, self._queued_bytes), deadline=deadline)
        self._work.set()
        self._on_wait()
        return sent.token

    def _run(self, sock: socket.socket) -> None:
        """The writer greenlet: writes what is queued, and looks after posted commands."""
        try:
            while self._reason is None:
                if self._queue:
                    data, self._queue = self._queue, bytearray()
                    self._transmit(sock, data)
                    continue
                now = self._monotonic()
                for token in self._waiters.overdue(now):
                    self._expire(token)
                deadline = self._waiters.next_deadline
                self._work.clear()
                self._work.wait(None if deadline is None else max(0.0, deadline - now))
        except Exception:
            log.exception("esl_writer_failed")
        finally:
            self._lose(NotConnected("a bug in the writer"))

    def _transmit(self, sock: socket.socket, data: bytearray) -> None:
        """Write all of it, or lose the connection."""
        rest = memoryview(data)
        try:
            while rest and self._reason is None:
                with gevent.Timeout(self._timeouts.write_s, TimeoutError("the switch reads nothing")):
                    count = sock.send(rest)
                self._written_bytes += count
                rest = rest[count:]
        except OSError as error:
            self._lose(NotConnected(f"while writing: {error}"))

    def _expire(self, token: int) -> None:
        waiter = self._give_up(token)
        if waiter is not None:
            _finish(waiter.done, _late(self._timeouts.reply_s))

    def _give_up(self, token: int) -> Waiter | None:
        self._core.forget(token)
        return self._waiters.take(token)


def _late(patience_s: float) -> ReplyTimeout:
    return ReplyTimeout(f"no reply within {patience_s:g} s")


def _tell(on_reply: Callable[[EslError | None], None], outcome: Outcome) -> None:
    if isinstance(outcome, EslError):
        on_reply(outcome)
    else:
        on_reply(None if outcome.text.startswith("+OK") else CommandRefused(outcome.text))


def _finish(done: Callable[[T], None], outcome: T) -> None:
    """Callbacks are other people's code: what they raise must not end the reader."""
    try:
        done(outcome)
    except Exception:
        log.exception("esl_reply_handler_failed")
