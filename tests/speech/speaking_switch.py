"""A real FreeSWITCH as `switch init` prepares it, on the loopback, whose one callee answers and types a code.

The callee is a context of the engineers' own behind mod_loopback. What calls play is heard from the switch's events.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Final

from orchestrator.esl.connection import Connection
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.settings import Settings, load_settings
from tests.ports import free_port
from tests.started_switch import StartedSwitch

PASSWORD: Final = "a-good-one"
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


class SpeakingSwitch(StartedSwitch):
    """`settings` are the project's, in `folder`. `played`: files of all calls so far, in their order."""

    patience_s = 60.0

    def __init__(self, binary: Path, folder: Path, *, speech: str, serve: bool) -> None:
        super().__init__(_project(folder, speech=speech, serve=serve), folder)
        self.switch = self.settings.switches["main"]
        (self.root / "conf" / "local" / "dialplan" / "callee.xml").write_text(_CALLEE, "utf-8")
        self._events: Connection | None = None
        self.played: list[str] = []
        self.start(binary, self._is_up)
        try:
            self._listen()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._events is not None:
            self._events.close()
        super().stop()

    def complaints(self) -> list[str]:
        return re.findall(r"^.*\[(?:ERR|CRIT|ALERT)\].*$", self.log(), re.M)

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
    http = free_port(socket.SOCK_STREAM)
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
    port: {free_port(socket.SOCK_STREAM)}
    password_file: esl
    rtp_ports: {rtp}-{rtp + 98}
{url}    profiles:
      prozvon: {{ip: 127.0.0.1, port: {free_port(socket.SOCK_DGRAM)}}}
    gateways:
      main: {{dial: "loopback/{{digits}}/callee", cps: 10}}
""",
        "utf-8",
    )
    return load_settings(folder)
