"""One client of the event socket: its subscription, its queue and its commands (mod_event_socket.c)."""

from __future__ import annotations

import contextlib
import re
import uuid
from typing import TYPE_CHECKING, Final

import gevent
from gevent.event import Event as Flag
from gevent.socket import socket as Socket  # noqa: N812 - it is a class

from orchestrator.simulator.events import NAMES, Event
from orchestrator.simulator.wire import (
    GOODBYE,
    GREETING,
    Command,
    CommandReader,
    api_response,
    command_reply,
)

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

AUTH_S: Final = 25.0  # real seconds until the password must be there
MAX_QUEUE: Final = 100_000  # MAX_QUEUE_LEN
MAX_MISSED: Final = 500
RECEIVE_BYTES: Final = 65536
LOG_LEVELS: Final = ("CONSOLE", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG")


class _TooLate(Exception):  # noqa: N818 - named after what it means
    """No password in time."""


class Listener:
    """Serves one connection with `run`, until it is closed."""

    def __init__(self, switch: SimulatedSwitch, connection: Socket) -> None:
        self._switch, self._socket = switch, connection
        self._reader = CommandReader()
        self._out: list[bytes] = []
        self._has_out = Flag()
        self._is_open = True
        self._is_authed = False
        self._is_leaving = False
        self._format = "plain"
        self._wants_events = False
        self._names: set[str] = set()
        self._subclasses: set[str] = set()
        self._filters: list[tuple[str, str]] = []
        self._log_level = -1
        self._missed = 0
        self._delivered = 0

    def run(self) -> None:
        writer = gevent.spawn(self._write)
        try:
            self.send(GREETING)
            with contextlib.suppress(OSError, _TooLate), gevent.Timeout(AUTH_S, _TooLate) as patience:
                self._read(patience)
            if self._is_open:
                self.send(GOODBYE)
        finally:
            self._is_open = False
            self._has_out.set()
            writer.join(timeout=1.0)
            writer.kill()
            with contextlib.suppress(OSError):
                self._socket.close()

    def _read(self, patience: gevent.Timeout) -> None:
        while self._is_open and not self._is_leaving:
            data = self._socket.recv(RECEIVE_BYTES)
            if not data:
                return
            for command in self._reader.feed(data):
                self._obey(command)
                if self._is_authed:
                    patience.cancel()
                if self._is_leaving or not self._is_open:
                    return

    # Out

    def send(self, data: bytes) -> None:
        self._out.append(data)
        self._has_out.set()

    def _write(self) -> None:
        while self._is_open or self._out:
            self._has_out.wait()
            self._has_out.clear()
            batch, self._out = self._out, []
            try:
                self._socket.sendall(b"".join(batch))
            except OSError:
                self._is_open = False
                return
            if not self._is_open and not self._out:
                return

    def drop(self) -> None:
        """Lose the connection as a network does: no goodbye, nothing queued is sent."""
        self._out.clear()
        self._is_open = False
        with contextlib.suppress(OSError):
            self._socket.shutdown(2)

    def farewell(self, notice: bytes) -> None:
        """The switch goes down: say so and close."""
        self.send(notice)
        self._is_open = False
        self._has_out.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(0)

    def wants(self, name: str, subclass: str | None = None) -> bool:
        """Whether events of this name go to this client at all, filters aside."""
        if not self._wants_events or not self._is_open:
            return False
        if "ALL" in self._names:
            return True
        return name in self._names and (name != "CUSTOM" or not subclass or subclass in self._subclasses)

    def deliver(self, event: Event) -> None:
        """Queue an event that `wants` said yes to, unless a filter or a fault says no."""
        if self._filters and not self._passes(event):
            return
        line = self._switch.fault_line
        if line.is_quiet:
            self._queue(event)
            return
        if line.crashes():
            self._switch.crash()
            return
        if line.drops(self._delivered):
            self._delivered = 0
            self.drop()
            return
        for delivery in line.deliveries():
            if delivery.after_s:
                gevent.spawn_later(delivery.after_s, self._queue, event)
            else:
                self._queue(event)

    def _queue(self, event: Event) -> None:
        if not self._is_open:
            return
        self._delivered += 1
        if len(self._out) >= MAX_QUEUE:
            self._missed += 1
            if self._missed > MAX_MISSED:
                self.drop()
            return
        self._missed = 0
        self.send(event.as_json() if self._format == "json" else event.as_plain())

    def _passes(self, event: Event) -> bool:
        send = False
        for name, value in self._filters:
            found = event.headers.get(name)
            if found is None:
                continue
            text = found if isinstance(found, str) else "ARRAY::" + "|:".join(found)
            is_wanted, wanted = _sign(value)
            if send and is_wanted:
                continue
            if _compares(text, wanted, is_regex=value.startswith("/")):
                if not is_wanted:
                    return False
                send = True
        return send

    def deliver_log(self, level: str, text: str) -> None:
        number = LOG_LEVELS.index(level) if level in LOG_LEVELS else 7
        if number <= self._log_level and self._is_open:
            body = f"{text}\n".encode("utf-8", "surrogateescape")
            head = (
                f"Content-Type: log/data\nContent-Length: {len(body)}\nLog-Level: {number}\nText-Channel: 0\n"
                "Log-File: mod_python3.c\nLog-Func: handler\nLog-Line: 1\nUser-Data: \n\n"
            )
            self.send(head.encode() + body)

    # Commands

    def _obey(self, command: Command) -> None:
        line = command.line
        lower = line.lower()
        if lower.startswith(("exit", "...")):
            self._is_leaving = True
            self._reply("+OK bye")
        elif not self._is_authed:
            self._authenticate(line, lower)
        elif lower.startswith("api "):
            self._api(line[4:])
        elif lower.startswith("bgapi "):
            self._bgapi(line[6:], command.header("Job-UUID") or str(uuid.uuid4()))
        else:
            self._reply(self._answer(command, lower) or "-ERR command not found")

    def _authenticate(self, line: str, lower: str) -> None:
        if not lower.startswith(("auth ", "userauth ")):
            self._reply("-ERR command not found")
            return
        is_right = lower.startswith("auth ") and line[5:] == self._switch.password
        if is_right and not self._switch.fault_line.happens(self._switch.fault_line.faults.refuse_auth):
            self._is_authed = True
            self._reply("+OK accepted")
        else:
            self._is_leaving = True
            self._reply("-ERR invalid")

    def _api(self, text: str) -> None:
        name, _, arguments = text.partition(" ")
        result = self._switch.commands.run(name, arguments)
        if name != "prozvon_fault":
            self._switch.emit("API", _api_headers(name, arguments))
        self.send(api_response(result))

    def _bgapi(self, text: str, job: str) -> None:
        name, _, arguments = text.partition(" ")
        self._reply(f"~Reply-Text: +OK Job-UUID: {job}\nJob-UUID: {job}\n\n")

        def announce(result: str) -> None:
            headers: dict[str, str | list[str]] = {"Job-UUID": job, "Job-Command": name}
            if arguments:
                headers["Job-Command-Arg"] = arguments
            self._switch.emit("API", _api_headers(name, arguments))
            self._switch.emit("BACKGROUND_JOB", headers, body=result)

        self._switch.commands.start(name, arguments, announce)

    def _answer(self, command: Command, lower: str) -> str:
        line = command.line
        if lower.startswith("filter "):
            return self._filter(line[7:].lstrip(" "))
        if lower.startswith("sendevent"):
            return self._sendevent(command)
        if lower.startswith("sendmsg"):
            target = line[7:].strip() or command.header("session-id")
            return f"-ERR invalid session id [{target}]"
        if lower.startswith("divert_events"):
            return "-ERR not controlling a session."
        if lower.startswith(("linger", "nolinger")):
            return "-ERR not controlling a session"
        if lower.startswith("nolog"):
            was_on, self._log_level = self._log_level >= 0, -1
            return "+OK no longer logging" if was_on else "-ERR not loging"
        if lower.startswith("log"):
            return self._log(line[3:].strip(" "))
        if lower.startswith("event"):
            return self._event(line.split(" ")[1:])
        if lower.startswith("nixevent"):
            return self._nixevent(line.split(" ")[1:])
        if lower.startswith("noevents"):
            was_on, self._wants_events = self._wants_events, False
            self._names.clear()
            self._subclasses.clear()
            return "+OK no longer listening for events" if was_on else "-ERR not listening for events"
        return ""

    def _filter(self, text: str) -> str:
        name, _, value = text.partition(" ")
        if name.lower() == "delete" and value:
            name, _, value = value.partition(" ")
            if name.lower() == "all":
                self._filters.clear()
            self._filters = [
                pair for pair in self._filters if pair[0] != name or (value and pair[1] != value)
            ]
            return f"+OK filter deleted. [{name}][{value}]"
        if not value:
            return "-ERR invalid syntax"
        if name.lower() == "add":
            name, _, value = value.partition(" ")
        self._filters.append((name, value))
        return f"+OK filter added. [{name}]=[{value}]"

    def _event(self, words: list[str]) -> str:
        known = 0
        is_custom = False
        for place, word in enumerate(words):
            if not place and word.lower() in ("plain", "json"):
                self._format = word.lower()
            elif not place and word.lower() == "xml":
                return "-ERR the simulated switch has no xml events"
            elif is_custom:
                self._subclasses.add(word)
            elif (name := _event_name(word)) is not None:
                known += 1
                self._names.add(name)
                is_custom = name == "CUSTOM"
        if not known:
            return "-ERR no keywords supplied"
        self._wants_events = True
        return f"+OK event listener enabled {self._format}"

    def _nixevent(self, words: list[str]) -> str:
        known = 0
        is_custom = False
        for word in words:
            if is_custom:
                self._subclasses.discard(word)
            elif (name := _event_name(word)) is not None:
                known += 1
                if name == "CUSTOM":
                    is_custom = True
                elif name == "ALL":
                    self._names.clear()
                else:
                    if "ALL" in self._names:
                        self._names = set(NAMES) - {"ALL"}
                    self._names.discard(name)
        return "+OK events nixed" if known else "-ERR no keywords supplied"

    def _log(self, level: str) -> str:
        number = int(level) if level.isdigit() else -2
        if not level:
            number = 7
        elif level.upper() in LOG_LEVELS:
            number = LOG_LEVELS.index(level.upper())
        if not 0 <= number <= 7:
            return "-ERR invalid log level"
        self._log_level = number
        return f"+OK log level {level} [{number}]"

    def _sendevent(self, command: Command) -> str:
        headers: dict[str, str | list[str]] = {"Command": command.line}
        headers |= {
            name: value for name, value in command.headers.items() if name.lower() != "content-length"
        }
        event_id = str(uuid.uuid4())
        headers["Event-UUID"] = event_id
        subclass = command.header("Event-Subclass") or None
        self._switch.emit("CUSTOM", headers, body=command.body or None, subclass=subclass)
        return f"+OK {event_id}"

    def _reply(self, text: str) -> None:
        self.send(command_reply(text))


def _event_name(word: str) -> str | None:
    name = word.upper().removeprefix("SWITCH_EVENT_")
    return name if name in NAMES else None


def _sign(value: str) -> tuple[bool, str]:
    """A leading - means "not", a leading + "yes" (mod_event_socket.c:335)."""
    is_wanted = True
    at = 0
    while at < len(value) and value[at] in "+- ":
        is_wanted = value[at] == "+" if value[at] != " " else is_wanted
        at += 1
    return is_wanted, value[at:]


def _compares(text: str, wanted: str, *, is_regex: bool) -> bool:
    if not is_regex:
        return text.lower() == wanted.lower()
    pattern, _, flags = wanted[1:].rpartition("/")
    try:
        return re.search(pattern or wanted.strip("/"), text, re.IGNORECASE if "i" in flags else 0) is not None
    except re.error:
        return False


def _api_headers(name: str, arguments: str) -> dict[str, str | list[str]]:
    headers: dict[str, str | list[str]] = {"API-Command": name}
    if arguments:
        headers["API-Command-Argument"] = arguments
    return headers
