"""One connection to the event socket of a switch, on greenswitch and gevent."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from functools import partial

import gevent
import structlog
from gevent.event import Event as Flag
from greenswitch.esl import InboundESL

from orchestrator.esl.errors import AccessDenied, AuthFailed, CommandRefused, NotConnected, ReplyTimeout
from orchestrator.esl.inbox import Inbox, InboxLimits, Lag
from orchestrator.esl.protocol import (
    ApiResponse,
    AuthRequest,
    CommandError,
    Core,
    DisconnectNotice,
    EslError,
    Event,
    Limits,
    Message,
    PeerError,
    Reply,
    RudeRejection,
    Sent,
)
from orchestrator.esl.sockets import close_socket, open_socket
from orchestrator.esl.timeouts import Timeouts
from orchestrator.esl.turns import BREATH_S, give_turn
from orchestrator.esl.writer import OnReply, Writer

log = structlog.get_logger(__name__)

_READ_BYTES = 65_536
_HAVE_METHODS = ("api", "bgapi", "auth", "userauth")


class Connection(InboundESL):  # type: ignore[misc]  # greenswitch has no types
    """One connection, for one use: `connect`, then commands from any greenlet, until it is lost or stopped.

    Events go to `on_event` (as a dict, see protocol.Event) and to greenswitch's `register_handle` handlers
    (as Event), in order, in a greenlet of their own: a handler may take its time and send commands, but see
    `lag`. What it raises is logged. `wanted`: names of the event values it reads (None: all); the others are not
    decoded. `monotonic` (seconds) measures time-outs and lag only.

    Once `connected` turns false it stays so: `lost` is set, `reason` says why, and everybody who waits for a
    reply gets NotConnected. Events that were read before that are still delivered; `join` waits for them.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        *,
        name: str = "",
        on_event: Callable[[dict[str, object]], None] | None = None,
        timeouts: Timeouts | None = None,
        limits: Limits | None = None,
        inbox: InboxLimits | None = None,
        wanted: Iterable[str] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        # The base class keeps its password in the open: it does not get ours.
        super().__init__(host, port, "", timeout=self._timeouts.connect_s)
        self._get_password: Callable[[], str] = lambda: password  # a closure: in no repr and no vars()
        self.name = name or f"{host}:{port}"
        self._log = log.bind(switch=self.name)
        self._on_event = on_event
        self._monotonic = monotonic
        self._core = Core(limits, wanted=wanted)
        self._inbox = Inbox(inbox or InboxLimits(), monotonic)
        self._writer = Writer(
            self._core, self._timeouts, monotonic, on_wait=self._inbox.go_on.set, lose=self._lose
        )
        self._is_used = False
        self._greeted = Flag()
        self._told_dropped = 0
        self._told_dropped_at = 0.0
        self.heard_at = 0.0  # monotonic time of the last bytes read
        self.lost = Flag()
        self.reason: NotConnected | None = None

    def __repr__(self) -> str:
        return f"<Connection {self.name}: {self.reason or self._core.state}>"

    # -- life

    def connect(self) -> None:
        """Connect and authenticate.

        Raises NotConnected, AuthFailed, AccessDenied; CommandError on a connection that was used before, or
        for a password that cannot be sent.
        """
        if self._is_used:
            raise CommandError("a connection is for one use: make a new one")
        self._is_used = True
        if self.reason is not None:
            raise self._writer.gone()
        try:
            self.sock = open_socket(self.host, self.port, timeout_s=self._timeouts.connect_s)
        except OSError as error:
            self._lose(NotConnected(f"cannot connect to {self.host}:{self.port}: {error}"))
            raise self._writer.gone() from None
        if self.reason is not None:  # closed while we were connecting
            close_socket(self.sock)
            raise self._writer.gone()
        self.connected = True
        self._writer.start(self.sock)
        self.start_event_handlers()
        try:
            if not self._greeted.wait(self._timeouts.greeting_s):
                self._lose(NotConnected(f"no greeting within {self._timeouts.greeting_s:g} s"))
            self.authenticate()
        finally:
            if self._core.state != "ready":
                self.close("not authenticated")

    def authenticate(self) -> None:
        """The second part of `connect`."""
        try:
            reply = self._writer.call(
                lambda: self._core.send_auth(self._get_password()), self._timeouts.auth_s
            )
        except ReplyTimeout as error:
            raise NotConnected(f"authenticating: {error}", written=True) from None
        if not reply.text.startswith("+OK"):
            raise AuthFailed(f"the switch does not take the password: {reply.text}", written=True)

    def stop(self) -> None:
        """Say goodbye, close, and wait a little for the events already read. Never raises, never hangs."""
        if self.connected:
            with contextlib.suppress(EslError):  # going anyway
                self._writer.call(lambda: self._core.send_command("exit"), self._timeouts.goodbye_s)
        self.close()
        self.join(self._timeouts.goodbye_s)

    def close(self, reason: str = "closed by us") -> None:
        """Close at once, without waiting for anything. Who waits for a reply gets NotConnected."""
        self._lose(NotConnected(reason))

    def join(self, timeout_s: float) -> bool:
        """After the loss: wait until every event that was read is handled. False: it still goes on."""
        own = (self._receive_events_greenlet, self._process_events_greenlet)
        others = [greenlet for greenlet in own if greenlet not in (None, gevent.getcurrent())]
        return len(gevent.joinall(others, timeout=timeout_s)) == len(others)

    @property
    def is_own_greenlet(self) -> bool:
        """Whether the caller runs inside this connection: in an event handler or in on_reply."""
        own = (self._receive_events_greenlet, self._process_events_greenlet)
        return self._writer.is_own_greenlet or gevent.getcurrent() in own

    def discard(self) -> int:
        """Throw away the events that wait for the handler, and say how many they were."""
        return self._inbox.clear()

    @property
    def lag(self) -> Lag:
        """How far behind the handler is. `dropped` events must be made good by reconciling."""
        return self._inbox.lag

    # -- commands

    def command(
        self, line: str, headers: Iterable[tuple[str, str]] = (), *, timeout_s: float | None = None
    ) -> Reply:
        """Send a command and wait for its reply.

        Raises CommandError (it may not be sent), NotConnected, ReplyTimeout, CommandRefused (`-ERR ...`).
        """
        if line.split(" ", 1)[0].lower() in _HAVE_METHODS:
            raise CommandError("there are api(), bgapi() and connect() for this command")
        return _accepted(self._call(lambda: self._core.send_command(line, headers), timeout_s))

    def api(self, command: str, timeout_s: float | None = None) -> str:
        """Run an API command and return what it printed, `-ERR ...` included.

        It holds up this connection until it is through, events too. Raises CommandError, NotConnected,
        ReplyTimeout, CommandRefused (no permission).
        """
        answer = self._call(lambda: self._core.send_api(command), timeout_s)
        if isinstance(answer, Reply):
            raise CommandRefused(answer.text)
        return answer.text

    def bgapi(self, command: str, job_id: str, timeout_s: float | None = None) -> None:
        """Have an API command run aside under our own Job-UUID; returns once the switch has accepted it.

        What it printed comes as the event BACKGROUND_JOB, perhaps before this returns. Raises CommandError,
        NotConnected, ReplyTimeout, CommandRefused; `written` on each says if the switch may have read it.
        """
        _accepted(self._call(lambda: self._core.send_bgapi(command, job_id), timeout_s))

    def bgapi_many(self, jobs: Iterable[tuple[str, str]], on_reply: OnReply) -> None:
        """`bgapi` for each (command, job id) without the wait: all are written in one go, and this returns.

        Raises nothing. `on_reply(job_id, error)` is called exactly once for each job, perhaps before this
        returns: error is None when the switch accepted it, else what `bgapi` would raise. It runs between two
        reads of the connection: it may neither block nor wait for replies, and what it raises is logged.
        """
        for command, job_id in jobs:
            self._writer.post(partial(self._core.send_bgapi, command, job_id), partial(on_reply, job_id))

    def send(self, data: str) -> Reply | ApiResponse:
        """Greenswitch's way to send a command of one line: its answer, refusals included."""
        return self._call(lambda: self._core.send_command(data), None)

    def _call(self, make: Callable[[], Sent], timeout_s: float | None) -> Reply | ApiResponse:
        if gevent.getcurrent() is self._receive_events_greenlet or self._writer.is_own_greenlet:
            raise CommandError("on_reply may not wait for replies: it runs where they are read")
        return self._writer.call(make, self._timeouts.reply_s if timeout_s is None else timeout_s)

    # -- the reader

    def receive_events(self) -> None:
        """The reader greenlet: it ends with the connection."""
        reason = NotConnected("the switch closed the connection")
        turn = self._monotonic()
        try:
            while self.connected and (data := self.sock.recv(_READ_BYTES)):
                self.heard_at = self._monotonic()
                self._take(self._core.receive_data(data))
                if self._core.fault is not None:
                    raise self._core.fault
                self._tell_dropped(every_s=1.0)
                self._hold()
                # recv gives no turn while there is something to read. The handler gets its turn after each
                # read: events that are handled at once leave their memory, still in the cache, to the next.
                if self.heard_at - turn > BREATH_S:
                    give_turn()
                    turn = self._monotonic()
                elif len(self._inbox):
                    gevent.sleep(0)
            self._core.receive_eof()
        except PeerError as error:
            reason = NotConnected(f"the switch broke the protocol: {error}")
        except OSError as error:
            reason = NotConnected(f"while reading: {error}")
        except Exception as error:
            self._log.exception("esl_reader_failed")
            reason = NotConnected(f"a bug in the reader: {error!r}")
        finally:
            self._lose(reason)
            self._tell_dropped(every_s=0.0)

    def _take(self, messages: list[Message]) -> None:
        put, now = self._inbox.put, self.heard_at
        for message in messages:
            if isinstance(message, Event):
                put(message, now)
            else:
                self._take_other(message)

    def _take_other(self, message: Message) -> None:
        match message:
            case Reply() | ApiResponse():
                self._writer.answer(message)
            case AuthRequest():
                self._greeted.set()
            case RudeRejection(text=text):
                self._lose(AccessDenied(f"the switch does not take us: {text.strip()}"))
            case DisconnectNotice(text=text, is_lingering=False):
                self._lose(NotConnected(f"the switch closed the connection: {text.strip()}"))
            case _:
                self._log.debug("esl_message_ignored", kind=type(message).__name__)

    def _hold(self) -> None:
        """Stand still while the handler is far behind: the switch slows down, our memory does not fill up.

        Not while somebody waits for a reply (the handler itself, perhaps), nor for ever: the switch kills a
        listener that does not read, so after `stall_s` events are read and thrown away (see InboxLimits).
        """
        inbox = self._inbox
        while self.connected and not self._writer.is_awaited and (patience_s := inbox.patience_s) > 0:
            if not inbox.is_paused:
                inbox.is_paused = True
                self._log.warning("esl_reading_paused", events=len(inbox))
            inbox.go_on.clear()
            inbox.go_on.wait(patience_s)
        inbox.is_paused = False

    def _tell_dropped(self, *, every_s: float) -> None:
        """Log what was thrown away since it was last told."""
        dropped = self._inbox.dropped
        if dropped != self._told_dropped and self.heard_at - self._told_dropped_at >= every_s:
            self._log.error("esl_events_dropped", count=dropped - self._told_dropped, total=dropped)
            self._told_dropped, self._told_dropped_at = dropped, self.heard_at

    # -- the handler

    def process_events(self) -> None:
        """The handler greenlet: it ends when the connection is lost and all that was read is handled."""
        inbox = self._inbox
        turn = self._monotonic()
        try:
            while True:
                event = inbox.take()
                if event is not None:
                    self._handle(event)
                    if self._monotonic() - turn < BREATH_S:
                        continue
                    give_turn()
                elif self.reason is None:
                    inbox.has_events.wait()
                else:
                    return
                turn = self._monotonic()
        except Exception:
            self._log.exception("esl_event_delivery_failed")
        finally:
            self._lose(NotConnected("a bug in the delivery of events"))

    def _handle(self, event: Event) -> None:
        try:
            if self._on_event is not None:
                self._on_event(event.headers)
            if self.event_handlers:
                for handler in self.event_handlers.get(event.name) or self.event_handlers.get("*", ()):
                    handler(event)
        except (Exception, gevent.Timeout):  # a time-out is no Exception, and this greenlet must go on
            self._log.exception("esl_handler_failed", event_name=event.name)  # no values: personal data

    # -- the end

    def _lose(self, reason: NotConnected) -> None:
        """The one way out of being connected. The first reason counts."""
        if self.reason is not None:
            return
        self.reason = reason
        self.connected = False
        self._run = False
        self._core.close()
        if hasattr(self, "sock"):
            close_socket(self.sock)
        self._writer.release(reason)
        self._greeted.set()
        self._inbox.has_events.set()
        self._inbox.go_on.set()
        self.lost.set()


def _accepted(answer: Reply | ApiResponse) -> Reply:
    if isinstance(answer, ApiResponse) or not answer.is_ok:
        raise CommandRefused(answer.text)
    return answer
