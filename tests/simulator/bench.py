"""A running simulated switch with its root folder, and a small client of its event socket."""

from __future__ import annotations

import base64
import json
import shutil
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import orjson
from gevent import socket

from orchestrator.simulator.callee_log import CalleeCall, read_callee_log
from orchestrator.simulator.clock import SharedClock
from orchestrator.simulator.population import Population
from orchestrator.simulator.switch import SimulatedSwitch

HERE = Path(__file__).resolve().parent.parent.parent
START_MS = 1_790_157_600_000  # a Wednesday, 10:00 UTC
PASSWORD = "test-esl-pass"
PROGRAM = "0" * 32
FLOW = {
    "format": 1,
    "scenario": "bench",
    "kind": "robocall",
    "languages": ["ru"],
    "columns": {},
    "machine": "leave_message",
    "messages": {
        "hello": {"ru": [{"text": "Здравствуйте, "}, {"said": 0}]},
        "choice": {"ru": [{"text": "Нажмите один, если заберёте сегодня"}]},
        "thanks": {"ru": [{"text": "Спасибо"}]},
    },
    "flow": {
        "start": [
            {"do": "say", "message": "hello", "line": 1},
            {
                "do": "menu",
                "prompt": "choice",
                "timeout": 5.0,
                "tries": 2,
                "keys": {"1": "today", "2": "later"},
                "otherwise": "nothing",
                "invalid": None,
                "line": 2,
            },
        ],
        "today": [
            {"do": "result", "name": "confirmed", "line": 3},
            {"do": "say", "message": "thanks", "line": 4},
        ],
        "later": [{"do": "result", "name": "later", "line": 5}],
        "nothing": [{"do": "result", "name": "no_choice", "line": 6}],
    },
}
DIALPLAN = """<include>
  <context name="prozvon">
    <extension name="robocall"><condition field="destination_number" expression="^robocall$">
      <action application="python" data="prozvon_robocall"/><action application="hangup"/>
    </condition></extension>
    <extension name="tone"><condition field="destination_number" expression="^tone$">
      <action application="playback" data="tone_stream://%(3000,0,440)"/>
    </condition></extension>
    <extension name="long"><condition field="destination_number" expression="^long$">
      <action application="playback" data="tone_stream://%(90000,0,440)"/>
    </condition></extension>
    <extension name="short"><condition field="destination_number" expression="^short$">
      <action application="hangup"/>
    </condition></extension>
    <extension name="script"><condition field="destination_number" expression="^script-(\\w+)$">
      <action application="python" data="$1 an argument"/><action application="hangup"/>
    </condition></extension>
  </context>
  <context name="loop">
    <extension name="a"><condition field="destination_number" expression="^answer$">
      <action application="answer"/><action application="sleep" data="5000"/>
    </condition></extension>
    <extension name="b"><condition field="destination_number" expression="^busy$">
      <action application="hangup" data="USER_BUSY"/>
    </condition></extension>
    <extension name="c"><condition field="destination_number" expression="^ring$">
      <action application="sleep" data="60000"/><action application="answer"/>
    </condition></extension>
    <extension name="d"><condition field="destination_number" expression="^park$">
      <action application="park"/>
    </condition></extension>
  </context>
</include>
"""


def population(**callees: Any) -> Population:
    """One of these callees for every number, by weight."""
    return Population.model_validate({"population": "bench", "callees": callees})


PERSON = population(person={"kind": "person", "rings": 2, "keys": {"any": {"1": 1}}})


def wait_until(predicate: Callable[[], object], description: str, timeout_s: float = 5.0) -> None:
    """Let the other greenlets run until `predicate` is true."""
    with gevent.Timeout(timeout_s, AssertionError(f"not within {timeout_s} s: {description}")):
        while not predicate():
            gevent.sleep(0.002)


class Client:
    """Speaks to an event socket and keeps everything that comes back, in order."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._socket.settimeout(None)  # nothing may come for long
        self._buffer = b""
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.replies: deque[tuple[dict[str, str], bytes]] = deque()
        self.events: list[dict[str, Any]] = []
        self.is_closed = False
        self._reader = gevent.spawn(self._read)

    def send(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def authenticate(self, password: str = PASSWORD) -> None:
        self.send(f"auth {password}\n\n")
        assert self.reply()[0]["Reply-Text"] == "+OK accepted"

    def listen(self, *names: str) -> None:
        assert self.command(f"event json {' '.join(names)}") == "+OK event listener enabled json"

    def command(self, text: str) -> str:
        """Send a command; its Reply-Text or api body."""
        self.send(f"{text}\n\n")
        head, body = self.reply()
        return head.get("Reply-Text") or body.decode()

    def originate(self, line: str, job: str) -> None:
        assert self.command(f"bgapi originate {line}\nJob-UUID: {job}") == f"+OK Job-UUID: {job}"

    def reply(self) -> tuple[dict[str, str], bytes]:
        wait_until(lambda: self.replies or self.is_closed, "a reply")
        return self.replies.popleft()

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["Event-Name"] == name]

    def job(self, job: str) -> str:
        """The body of a job once it is there."""

        def found() -> list[str]:
            return [event["_body"] for event in self.named("BACKGROUND_JOB") if event["Job-UUID"] == job]

        wait_until(found, f"job {job}")
        return found()[0]

    def close(self) -> None:
        self._reader.kill()
        self._socket.close()

    def _read(self) -> None:
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.is_closed = True
                return
            self._buffer += data
            while self._take():
                pass

    def _take(self) -> bool:
        head, blank, rest = self._buffer.partition(b"\n\n")
        if not blank:
            return False
        lines = [line.split(": ", 1) for line in head.decode().split("\n")]
        headers = dict(lines)
        length = int(headers.get("Content-Length", 0))
        if len(rest) < length:
            return False
        body, self._buffer = rest[:length], rest[length:]
        self.received.append((headers, body))
        kind = headers["Content-Type"]
        if kind == "text/event-json":
            self.events.append(orjson.loads(body))
        elif kind == "text/event-plain":
            self.events.append({"plain": body.decode()})
        elif kind in ("command/reply", "api/response"):
            self.replies.append((headers, body))
        return True


class Bench:
    """A root folder as a deploy leaves it, and a switch over it."""

    def __init__(self, folder: Path, *, speed: float = 200.0, **options: Any) -> None:
        self.root = folder / "root"
        for name in ("programs", "prompts"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.release = self.root / "current"
        if not self.release.exists():
            (self.root / "releases" / "bench").mkdir(parents=True)
            self.release.symlink_to("releases/bench")
            shutil.copytree(HERE / "scripts" / "callflow", self.release / "scripts" / "callflow")
            for name in ("robocall/prozvon_robocall.py", "switch/prozvon_switch.py"):
                shutil.copy(HERE / "scripts" / name, self.release / "scripts")
            (self.release / "dialplan").mkdir()
            (self.release / "dialplan" / "bench.xml").write_text(DIALPLAN, "utf-8")
        (self.root / "programs" / f"{PROGRAM}.json").write_text(json.dumps(FLOW), "utf-8")
        try:
            self.clock = SharedClock.create(folder / "clock", start_ms=START_MS, speed=speed)
        except FileExistsError:
            self.clock = SharedClock(folder / "clock")
        self.logged: list[tuple[str, str]] = []
        options = {"population": PERSON, "seed": 1, "gateways": ("main", "spare")} | options
        self.switch = SimulatedSwitch(
            root=self.root,
            clock=self.clock,
            password=PASSWORD,
            on_log=lambda level, text: self.logged.append((level, text)),
            **options,
        )
        self.switch.start()
        self.clients: list[Client] = []

    def connect(self) -> Client:
        client = Client(self.switch.port)
        self.clients.append(client)
        return client

    def client(self, *names: str) -> Client:
        """Authenticated, and listening to these events."""
        client = self.connect()
        client.authenticate()
        if names:
            client.listen(*names)
        return client

    def script(self, name: str, text: str) -> None:
        (self.release / "scripts" / f"{name}.py").write_text(text, "utf-8")

    def lines(self) -> int:
        """Of the dialplan, as the switch counts them."""
        return sum("include>" not in line for line in DIALPLAN.splitlines())

    def wait_idle(self, timeout_s: float = 10.0) -> None:
        wait_until(lambda: self.switch.calls.is_idle, "all calls over", timeout_s)

    def cdr(self, call: str) -> dict[str, Any]:
        whole: dict[str, Any] = orjson.loads((self.root / "cdr" / f"{call}.cdr.json").read_bytes())
        return whole

    def cdrs(self) -> list[str]:
        return sorted(path.name.removesuffix(".cdr.json") for path in (self.root / "cdr").iterdir())

    def callees(self) -> list[CalleeCall]:
        return read_callee_log(self.root / "callees.jsonl")

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.switch.stop()


def line(
    call: str, number: str = "79990000001", *, extension: str = "tone", gateway: str = "main", **own: str
) -> str:
    """The arguments of an originate as the worker writes them."""
    payload = base64.urlsafe_b64encode(b'{"c":{},"l":"ru","s":{"hello":["Anna"]}}').decode()
    variables = {
        "origination_uuid": call,
        "ignore_early_media": "true",
        "originate_timeout": "10",
        "prozvon_attempt": call,
        "prozvon_program": PROGRAM,
        "prozvon_payload": payload,
    } | own
    text = ",".join(f"{name}={value}" for name, value in variables.items())
    return f"{{{text}}}sofia/gateway/{gateway}/{number} {extension} XML prozvon"
