"""The simulated FreeSWITCH: a server on the event socket, legs that run real scripts, callees that answer."""

from __future__ import annotations

import socket
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import gevent
from gevent.server import StreamServer
from gevent.socket import socket as Socket  # noqa: N812 - it is a class

from orchestrator.domain.problem import KnownError
from orchestrator.simulator.applications import Applications
from orchestrator.simulator.bridging import Bridge
from orchestrator.simulator.calls import Calls
from orchestrator.simulator.clock import Clock
from orchestrator.simulator.commands import FULL_VERSION, Commands
from orchestrator.simulator.configuration import SUCCESS, Configuration
from orchestrator.simulator.dialplan import Dialplan
from orchestrator.simulator.events import Event, EventMaker
from orchestrator.simulator.far_switch import Address, FarSwitch
from orchestrator.simulator.faults import NONE, FaultLine, Faults
from orchestrator.simulator.http_cache import HttpCache
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.links import Far
from orchestrator.simulator.listener import Listener
from orchestrator.simulator.modules import Modules
from orchestrator.simulator.population import Population
from orchestrator.simulator.scripts import Scripts
from orchestrator.simulator.show import span_text
from orchestrator.simulator.sofia import Sofia
from orchestrator.simulator.throttle import Limits
from orchestrator.simulator.timers import Timers
from orchestrator.simulator.variables import PREFIX

HEARTBEAT_MS: Final = 20_000
CONSOLE_LINES: Final = 1000
WITHOUT_VARIABLES: Final = ("DTMF",)  # switch_channel_event_set_extended_data
SHUTDOWN_S: Final = 5.0
BACKLOG: Final = 64
SHUTDOWN_NOTICE: Final = (
    b"Content-Type: text/disconnect-notice\nContent-Length: 31\n\nThe system is being shut down.\n"
)


class SimulatedSwitch:
    """A FreeSWITCH 1.10.12 for tests and demonstrations.

    `root` is the switch root: current/dialplan, current/scripts, programs/, prompts/. CDRs go to `cdr_dir` (default
    ROOT/cdr), what callees experienced to `callee_log` (default ROOT/callees.jsonl). `gateways` exist and are
    up. `port` 0 takes a free one: read `port` after `start`. `on_crash` is called on the fault `crash`, after
    which nothing is written any more; without it the switch only stops.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        password: str = "ClueCon",  # noqa: S107 - FreeSWITCH's own default
        root: Path,
        population: Population,
        seed: int,
        clock: Clock,
        gateways: Iterable[str] = ("main",),
        limits: Limits | None = None,
        faults: Faults = NONE,
        cdr_dir: Path | None = None,
        callee_log: Path | None = None,
        on_crash: Callable[[], None] | None = None,
        on_log: Callable[[str, str], None] | None = None,
    ) -> None:
        self.host, self.port, self.password = host, port, password
        self.root, self.seed, self.clock = root, seed, clock
        self.cdr_dir = cdr_dir or root / "cdr"
        self.core_uuid = str(uuid.uuid4())
        self.hostname, self.switchname = "simulated", "simulated"
        self.started_ms = clock.now_ms()
        self.fault_line = FaultLine(faults, seed)
        self.maker = EventMaker(core_uuid=self.core_uuid, hostname=self.hostname, switchname=self.switchname)
        self.timers = Timers(clock)
        self.release = root / "current"  # a link to the one in force
        self.variables = self._first_variables()
        self.configuration = Configuration(root, self.release, self.variables, self.log)
        self.modules = Modules(self.configuration)
        self.http_cache = HttpCache(root / "cache" / "http", self.log)
        self.dialplan = Dialplan()
        self.scripts = Scripts(self.release / "scripts", self.log, clock.now_ms)
        self.applications = Applications(
            self.scripts,
            self.log,
            bridge=lambda leg, data: Bridge(self, leg).run(data),
            has_room=lambda: not self.fault_line.happens(self.fault_line.faults.disk_full),
        )
        self.scripts.applications = self.applications
        self.sofia = Sofia(self)
        self.commands = Commands(self)
        self.console: deque[tuple[str, str]] = deque(maxlen=CONSOLE_LINES)
        self.has_crashed = False
        self._on_crash, self._on_log = on_crash, on_log
        self._listeners: set[Listener] = set()
        self._server: StreamServer | None = None
        self._stopping = False
        self.calls = Calls(
            self,
            population,
            gateways=gateways,
            limits=limits or Limits(),
            callee_log=callee_log or root / "callees.jsonl",
            caller_log=(callee_log.parent if callee_log else root) / "callers.jsonl",
        )
        self.scripts.others = self.calls
        self.links: dict[str, Far] = {}  # gateway -> where its calls arrive

    def link(self, gateway: str, other: SimulatedSwitch | Address) -> None:
        """Let calls to a gateway arrive on another simulated switch, of this process or where it listens, which must be
        on the same clock.
        """
        self.links[gateway] = FarSwitch(other) if isinstance(other, Address) else other.calls
        self.calls.gateways.setdefault(gateway, "up")

    # Life

    def start(self) -> None:
        """Listen. KnownError when the dialplan is broken, OSError when the port is taken."""
        self.cdr_dir.mkdir(parents=True, exist_ok=True)
        if (said := self.reload()) != SUCCESS:
            raise KnownError(f"the configuration below {self.root} cannot be read: {said}")
        self.sofia.load()
        self._server = StreamServer(_listening(self.host, self.port), self._serve)
        self._server.start()
        self.port = self._server.socket.getsockname()[1]
        self.timers.start()
        self._heart = gevent.spawn(self._beat)

    def serve(self) -> None:
        """`start`, then go on until `stop`."""
        if self._server is None:
            self.start()
        while not self._stopping:
            gevent.sleep(0.05)

    def stop(self) -> None:
        """As SIGTERM: hang up every leg with SYSTEM_SHUTDOWN, write the CDRs, say goodbye to the clients."""
        if self._server is None or self._stopping:
            return
        self._stopping = True
        if not self.has_crashed:
            self.calls.throttle.is_paused = True
            self.emit("SHUTDOWN", {"Event-Info": "System Shutting Down"})
            self.calls.end_all("SYSTEM_SHUTDOWN", within_s=SHUTDOWN_S)
            for listener in list(self._listeners):
                listener.farewell(SHUTDOWN_NOTICE)
        self._end()

    def shut_down_soon(self) -> None:
        gevent.spawn_later(0.05, self.stop)

    def crash(self) -> None:
        """Die now: live calls leave no CDR and nobody hears about it."""
        if self.has_crashed:
            return
        self.has_crashed = True
        if self._on_crash is not None:
            self._on_crash()
        for listener in list(self._listeners):
            listener.drop()
        gevent.spawn(self.stop)

    def _end(self) -> None:
        if self._server is not None:
            self._server.stop(timeout=1)
        self._heart.kill(block=False)
        self.calls.abandon()
        gevent.sleep(0)
        self.timers.stop()
        for far in self.links.values():
            if isinstance(far, FarSwitch):
                far.close()
        self.calls.callee_log.close()
        self.calls.caller_log.close()

    def _serve(self, connection: Socket, _address: object) -> None:
        listener = Listener(self, connection)
        self._listeners.add(listener)
        try:
            listener.run()
        finally:
            self._listeners.discard(listener)

    # Events

    def emit(
        self,
        name: str,
        headers: Mapping[str, str | list[str]],
        *,
        body: str | None = None,
        subclass: str | None = None,
    ) -> None:
        """Fire an event that is not a channel's."""
        listeners = [listener for listener in self._listeners if listener.wants(name, subclass)]
        if listeners and not self.has_crashed:
            self._deliver(self.maker.make(name, headers, now_ms=self.clock.now_ms(), body=body), listeners)
        else:
            self.maker.sequence += 1

    def emit_channel(self, name: str, leg: Leg, extra: Mapping[str, str] | None = None) -> None:
        """Fire an event of a leg, at the leg's own time."""
        subclass = extra.get("Event-Subclass") if extra and name == "CUSTOM" else None
        listeners = [listener for listener in self._listeners if listener.wants(name, subclass)]
        if not listeners or self.has_crashed:
            self.maker.sequence += 1
            return
        first = {"Hangup-Cause": leg.channel.cause} if name == "CHANNEL_HANGUP_COMPLETE" else None
        headers = leg.channel.headers()
        if name in WITHOUT_VARIABLES:
            headers = {line: value for line, value in headers.items() if not line.startswith(PREFIX)}
        if extra:
            headers.update(extra)
        self._deliver(self.maker.make(name, headers, now_ms=leg.now_ms, first=first), listeners)

    def _deliver(self, event: Event, listeners: Iterable[Listener]) -> None:
        for listener in listeners:
            listener.deliver(event)

    def log(self, level: str, text: str) -> None:
        """One line on the switch's console, and to clients that asked for the log."""
        text = text.rstrip("\n")
        self.console.append((level, text))
        if self._on_log is not None:
            self._on_log(level, text)
        for listener in self._listeners:
            listener.deliver_log(level, text)

    def _beat(self) -> None:
        next_ms = self.clock.now_ms() + HEARTBEAT_MS
        while True:
            self.clock.sleep_until(next_ms)
            next_ms = max(next_ms + HEARTBEAT_MS, self.clock.now_ms())
            self.emit("HEARTBEAT", self._heartbeat())

    def _heartbeat(self) -> dict[str, str | list[str]]:
        now_ms, throttle = self.clock.now_ms(), self.calls.throttle
        return {
            "Event-Info": "System Ready",
            "Up-Time": span_text(now_ms - self.started_ms),
            "FreeSWITCH-Version": FULL_VERSION.split()[2],
            "Uptime-msec": str(now_ms - self.started_ms),
            "Session-Count": str(self.calls.count),
            "Max-Sessions": str(throttle.max_sessions),
            "Session-Per-Sec": str(throttle.left(now_ms)),
            "Session-Per-Sec-Last": str(throttle.last(now_ms)),
            "Session-Per-Sec-Max": str(throttle.peak),
            "Session-Per-Sec-FiveMin": str(throttle.peak),
            "Session-Since-Startup": str(throttle.sessions),
            "Session-Peak-Max": str(self.calls.peak),
            "Session-Peak-FiveMin": str(self.calls.peak),
            "Idle-CPU": "98.800000",
        }

    # Configuration

    def reload(self) -> str:
        """Read the configuration again: `Success`, or what is wrong with it, and then it stays as it was."""
        said = self.configuration.load()
        self.dialplan.read(self.configuration.section("dialplan"))
        if said == SUCCESS:
            self.emit("RELOADXML", {})
        return said

    def global_variable(self, name: str) -> str | None:
        return self.variables.get(name)

    def _first_variables(self) -> dict[str, str]:
        """Global ones, before the configuration sets others."""
        return {
            "core_uuid": self.core_uuid,
            "hostname": self.hostname,
            "switchname": self.switchname,
            "base_dir": str(self.root),
            "conf_dir": str(self.root / "conf"),
            "log_dir": str(self.root / "log"),
            "script_dir": str(self.release / "scripts"),
            "local_ip_v4": "127.0.0.1",
        }


def _listening(host: str, port: int) -> Socket:
    """A socket that listens; closed again when it cannot."""
    server = Socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        server.listen(BACKLOG)
    except OSError:
        server.close()
        raise
    return server
