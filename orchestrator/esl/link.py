"""Keeps a switch connected: comes back after every loss, and asks for the same events again."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import gevent
import structlog
from gevent.event import Event as Flag
from gevent.lock import Semaphore

from orchestrator.esl.backoff import Backoff
from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import AccessDenied, AuthFailed, NotConnected, ReplyTimeout
from orchestrator.esl.inbox import InboxLimits, Lag
from orchestrator.esl.protocol import CommandError, EslError, Limits, filter_line, subscription
from orchestrator.esl.timeouts import Timeouts

log = structlog.get_logger(__name__)

_STEADY_S = 10.0  # a connection that held this long ends a row of failures


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    """How a link behaves; the defaults are meant for everybody.

    has_command_connection: commands go over a second connection of their own. The switch sends no events
        while it reads a command, or runs an `api`, on the same connection.
    has_slow_connection: and those that the switch may take its time for (`show channels`, scripts) over a third one:
        whatever comes after such a command on the same connection waits for it.
    ping_s: after so long a silence the switch must answer within `Timeouts.reply_s`, or it is taken for dead.
    drain_s: how long the events of a lost connection may still be handled; the rest is thrown away.
    """

    has_command_connection: bool = False
    has_slow_connection: bool = False
    ping_s: float = 15.0
    drain_s: float = 5.0
    backoff: Backoff = field(default_factory=Backoff)
    timeouts: Timeouts = field(default_factory=Timeouts)
    limits: Limits = field(default_factory=Limits)
    inbox: InboxLimits = field(default_factory=InboxLimits)


class Link:
    """A switch that is kept connected from `start` to `stop`.

    on_up(conn): connected, subscribed, filters set. Events may come before it returns. If it raises, the
        connection is closed and made again.
    on_down(reason): after each loss, once all events that were read are handled; and after each failed try.
    on_event(event): every event, one at a time, in order, in a greenlet of its own.
    events: names for `event json`; one with `::` is a custom event's subclass. None: no events.
    wanted: names of the event values that on_event reads; None: all. The others are not decoded.
    filters: (header, value) pairs. The switch sends events that match any of them; with none, every event.
    chance: numbers 0 <= x < 1 that spread the tries; monotonic: seconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        *,
        name: str = "",
        on_up: Callable[[Connection], None] | None = None,
        on_down: Callable[[str], None] | None = None,
        on_event: Callable[[dict[str, object]], None] | None = None,
        events: tuple[str, ...] = (),
        filters: tuple[tuple[str, str], ...] = (),
        wanted: frozenset[str] | None = None,
        options: LinkOptions | None = None,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = host
        self.port = port
        self.name = name or f"{host}:{port}"
        self._get_password: Callable[[], str] = lambda: password  # a closure: in no repr and no vars()
        self._on_up, self._on_down, self._on_event = on_up, on_down, on_event
        self._subscription = subscription(events) if events else None
        self._filters = list(dict.fromkeys(filters))
        self._wanted = None if wanted is None else wanted | {"Event-Name"}
        for header, value in self._filters:
            filter_line(header, value)  # a mistake shows here, not at the first connection
        self._options = options or LinkOptions()
        self._chance = chance
        self._monotonic = monotonic
        self._log = log.bind(switch=self.name)
        self._greenlet: gevent.Greenlet[[], None] | None = None
        self._stopping = Flag()
        self._up = Flag()
        self._changing = Semaphore(1)  # filters are changed on the switch by one greenlet at a time
        self._connections: list[Connection] = []  # for events, slow commands, commands
        self._subscribed: Connection | None = None  # the event connection, once it has the filters
        self._reason = "not started"
        self._dropped = 0  # events thrown away on connections that are gone

    def __repr__(self) -> str:
        return f"<Link {self.name}: {'up' if self.is_up else self._reason}>"

    def start(self) -> None:
        """Begin to connect, and return at once."""
        if self._greenlet is None:
            self._reason = "connecting"
            self._greenlet = gevent.spawn(self._run)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Close and end, for good. Events already read are handled within `timeout_s`. From any greenlet."""
        self._stopping.set()
        connections = list(self._connections)
        is_inside = any(connection.is_own_greenlet for connection in connections)
        for connection in connections:
            connection.close("stopped")
        if self._greenlet is not None and self._greenlet is not gevent.getcurrent() and not is_inside:
            self._greenlet.join(timeout_s)

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    def wait_up(self, timeout_s: float) -> bool:
        """Wait until connected; whether it is."""
        return bool(self._up.wait(timeout_s))

    @property
    def conn(self) -> Connection:
        """The connection for commands. Raises NotConnected, with the latest reason, while there is none."""
        if not self.is_up:
            raise NotConnected(self._reason)
        return self._connections[-1]

    @property
    def slow_conn(self) -> Connection:
        """The connection for commands that may take long; the usual one where there is none. Raises as `conn`."""
        usual = self.conn
        return self._connections[1] if self._options.has_slow_connection else usual

    @property
    def lag(self) -> Lag:
        """How far behind `on_event` is; `dropped` counts from the start of the link."""
        lag = self._connections[0].lag if self._connections else Lag()
        return replace(lag, dropped=lag.dropped + self._dropped)

    # -- filters

    def add_filter(self, header: str, value: str) -> None:
        """Let events with this header and value through, from now on and after every reconnect.

        Raises CommandError, ReplyTimeout or CommandRefused; without a connection it is set with the next one.
        """
        line = filter_line(header, value)
        with self._changing:
            if (header, value) not in self._filters:
                self._filters.append((header, value))
                self._apply(line)

    def remove_filter(self, header: str, value: str) -> None:
        """Take a filter away. With the last one gone the switch sends every event."""
        line = filter_line(header, value, delete=True)
        with self._changing:
            if (header, value) in self._filters:
                self._filters.remove((header, value))
                self._apply(line)

    def _apply(self, line: str) -> None:
        if self._subscribed is not None:
            with contextlib.suppress(NotConnected):  # set anew with the next connection
                self._subscribed.command(line)

    # -- life

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            started = self._monotonic()
            error = self._live()
            self._reason = str(error)
            self._tell_down()
            if self._stopping.is_set():
                return
            failures = 1 if self._monotonic() - started >= _STEADY_S else failures + 1
            delay_s = self._options.backoff.delay_s(failures, self._chance)
            if isinstance(error, AuthFailed | AccessDenied | CommandError):
                delay_s = self._options.backoff.most_s  # a person must put it right first
            self._log.warning("esl_link_down", reason=self._reason, next_try_s=round(delay_s, 1))
            self._stopping.wait(delay_s)

    def _live(self) -> Exception:
        """One connection from the try to the loss, and why it ended."""
        try:
            self._connect()
            self._up.set()
            self._log.info("esl_link_up")
            if self._on_up is not None:
                self._on_up(self._connections[-1])
            return self._watch()
        except EslError as error:
            return error
        except Exception as error:
            self._log.exception("esl_on_up_failed")
            return error
        finally:
            self._up.clear()
            self._subscribed = None
            self._clear_away()

    def _connect(self) -> None:
        options = self._options
        count = 1 + options.has_slow_connection + options.has_command_connection
        for is_first in (True, False, False)[:count]:
            connection = Connection(
                self.host,
                self.port,
                self._get_password(),
                name=self.name,
                on_event=self._on_event if is_first else None,
                timeouts=options.timeouts,
                limits=options.limits,
                inbox=options.inbox,
                wanted=self._wanted,
                monotonic=self._monotonic,
            )
            self._connections.append(connection)
            if self._stopping.is_set():
                raise NotConnected("stopped")
            connection.connect()
            if is_first:
                self._subscribe(connection)

    def _subscribe(self, connection: Connection) -> None:
        """Filters first: the other way round the switch would send everything for a moment."""
        with self._changing:
            for header, value in self._filters:
                connection.command(filter_line(header, value))
            if self._subscription is not None:
                connection.command(self._subscription)
            self._subscribed = connection

    def _watch(self) -> NotConnected:
        """Wait for the loss of any connection, and make sure that silence is not death."""
        connections, ping_s = self._connections, self._options.ping_s
        while True:
            gevent.wait([connection.lost for connection in connections], timeout=ping_s, count=1)
            for connection in connections:
                if connection.reason is not None:
                    return connection.reason
                if self._monotonic() - connection.heard_at >= ping_s:
                    try:
                        connection.api("uptime")
                    except ReplyTimeout as error:
                        return NotConnected(f"the switch is silent: {error}")

    def _clear_away(self) -> None:
        for connection in self._connections:
            connection.close("closed by the link")
        for connection in self._connections:
            if not connection.join(self._options.drain_s):
                self._log.error("esl_events_dropped", count=connection.discard())
            self._dropped += connection.lag.dropped
        self._connections = []

    def _tell_down(self) -> None:
        try:
            if self._on_down is not None:
                self._on_down(self._reason)
        except Exception:
            self._log.exception("esl_on_down_failed")
