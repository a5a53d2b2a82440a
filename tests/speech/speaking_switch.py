"""A real FreeSWITCH as `switch init` prepares it, on the loopback, whose one callee answers and types a code.

The callee is a context of the engineers' own behind mod_loopback. What calls play is heard from the switch's events.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import gevent
from gevent import socket

from orchestrator.esl.connection import Connection
from orchestrator.esl.protocol import EslError
from orchestrator.render.release import ram_of
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.site import site_of
from orchestrator.runtime.switch_init import init_switch
from orchestrator.simulator.clock import RealClock

PASSWORD: Final = "a-good-one"
START_S: Final = 40.0
STOP_S: Final = 15.0
CODE: Final = "1042"

_CALLEE: Final = f"""\
<context name="callee">
  <extension name="any">
    <condition>
      <action application="answer"/>
      <action application="sleep" data="7000"/>
      <action application="send_dtmf" data="{CODE}"/>
      <action application="sleep" data="60000"/>
    </condition>
  </extension>
</context>
"""

SCENARIO: Final = """\
scenario: greeting
kind: robocall
languages: [ru]
contact: {name: text, sum: money}
messages:
  hello: {ru: 'Здравствуйте, {{ name }}. К оплате {{ sum | money }}.'}
  code: {ru: Код}
  back: {ru: 'Вы набрали {{ entered | digits }}, то есть {{ entered }}'}
flow:
  start:
    - say: hello
    - ask: {prompt: code, digits: 4, into: entered, timeout: 20s, tries: 1, end: none, otherwise: silent}
    - say: back
    - result: typed
  silent: [{result: nothing}]
machine: off
dial:
  gateways: [main]
  caller_id: +74951234567
  hours: {daily: 00:00-24:00}
  timezone: Europe/Moscow
  attempts: 1
rules:
  typed: {status: done}
  nothing: {status: done}
"""


class SpeakingSwitch:
    """`settings` are the project's, in `folder`. `played`: files of all calls so far, in their order."""

    def __init__(self, binary: Path, folder: Path, *, speech: str, serve: bool) -> None:
        self.folder = folder
        self.settings = _project(folder, speech=speech, serve=serve)
        self.switch = self.settings.switches["main"]
        self.root = Path(self.switch.root)
        init_switch(self.settings, "main", RealClock().now_ms)
        (self.root / "conf" / "local" / "dialplan" / "callee.xml").write_text(_CALLEE, "utf-8")
        self._events: Connection | None = None
        self.played: list[str] = []
        with (folder / "stdout").open("wb") as stdout:
            self._process = subprocess.Popen(
                [self.root / "start"],
                env=os.environ | {"FREESWITCH": str(binary)},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT,
            )
        try:
            self.wait(self._is_up, "the switch up", START_S)
            self._listen()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._events is not None:
            self._events.close()
        self._process.terminate()
        deadline = time.monotonic() + STOP_S
        while self._process.poll() is None and time.monotonic() < deadline:
            gevent.sleep(0.1)
        self._process.kill()
        self._process.wait()
        for database in Path("/").glob(f"{ram_of(site_of(self.settings, 'main'))[1:]}.*"):
            database.unlink()

    def api(self, command: str) -> str:
        connection = Connection("127.0.0.1", self.switch.port, PASSWORD)
        connection.connect()
        try:
            return connection.api(command, 20.0)
        finally:
            connection.close()

    def complaints(self) -> list[str]:
        log = (self.root / "log" / "freeswitch.log").read_text("utf-8", "replace")
        return re.findall(r"^.*\[(?:ERR|CRIT|ALERT)\].*$", log, re.M)

    def wait(self, is_so: Callable[[], object], what: str, timeout_s: float = 60.0) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and self._process.poll() is None:
            if is_so():
                return
            gevent.sleep(0.05)
        log = self.root / "log" / "freeswitch.log"
        said = log.read_text("utf-8", "replace")[-3000:] if log.exists() else ""
        raise AssertionError(f"not {what}: {said or (self.folder / 'stdout').read_text()}")

    def _is_up(self) -> bool:
        try:
            return self.api("python prozvon_switch hello").startswith("{")
        except EslError:
            return False

    def _listen(self) -> None:
        def hear(event: dict[str, object]) -> None:
            if str(event.get("Channel-Name", "")).startswith("loopback/") and "-a" in str(
                event["Channel-Name"]
            ):
                self.played.append(str(event.get("Playback-File-Path", "")))

        self._events = Connection("127.0.0.1", self.switch.port, PASSWORD, on_event=hear)
        self._events.connect()
        self._events.command("event json PLAYBACK_START")


def _project(folder: Path, *, speech: str, serve: bool) -> Settings:
    (folder / "scenarios").mkdir(parents=True)
    (folder / "scenarios" / "greeting.yaml").write_text(SCENARIO, "utf-8")
    (folder / "esl").write_text(PASSWORD + "\n", "utf-8")
    (folder / "esl").chmod(0o600)
    http = _free_port(socket.SOCK_STREAM)
    served = f"serve_prompts: 127.0.0.1:{http}\n" if serve else ""
    url = f"    prompts_url: http://127.0.0.1:{http}/prompts\n" if serve else ""
    rtp = 30_000 + http % 80 * 100
    (folder / "prozvon.yaml").write_text(
        f"""\
project: speaking
fsync: everysec
speech: {speech}
{served}switches:
  main:
    port: {_free_port(socket.SOCK_STREAM)}
    password_file: esl
    rtp_ports: {rtp}-{rtp + 98}
{url}    profiles:
      prozvon: {{ip: 127.0.0.1, port: {_free_port(socket.SOCK_DGRAM)}}}
    gateways:
      main: {{dial: "loopback/{{digits}}/callee", cps: 10}}
""",
        "utf-8",
    )
    return load_settings(folder)


def _free_port(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
