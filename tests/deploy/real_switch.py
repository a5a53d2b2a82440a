"""A FreeSWITCH that is installed here, prepared by `switch init`; whom it calls are its own loopback channels."""

from __future__ import annotations

import base64
import json
import math
import os
import struct
import subprocess
import uuid
import wave
from pathlib import Path
from typing import Any, Final

from orchestrator.deploy.console import Console
from orchestrator.deploy.here import Here
from orchestrator.deploy.release import Release
from orchestrator.deploy.switchover import Job, Outcome, bring
from orchestrator.deploy.target import Target
from orchestrator.render.release import ram_of
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.places import place_of
from orchestrator.runtime.switches.site import site_of
from orchestrator.runtime.switches.switch_init import init_switch
from orchestrator.simulator.clock import RealClock
from tests.ports import free_port
from tests.runtime.factories import wait_until

PASSWORD_ENV: Final = "PZ_TEST_PASSWORD"
PASSWORD: Final = "s3cret-of-the-switch"
SHORT: Final = "1" * 32  # digest of a program that says something for SHORT_S twice, and concludes `told`
LONG: Final = "2" * 32  # the same, for LONG_S and then for SHORT_S
SHORT_S: Final = 0.4
LONG_S: Final = 8.0
SETTINGS: Final = """\
switches:
  main:
    port: {port}
    password_env: {env}
    rtp_ports: {rtp}-{rtp_last}
    profiles: {{prozvon: {{ip: 127.0.0.1, port: {sip}}}}}
    gateways: {{{gateways}}}
"""
CALLEES: Final = """\
<include>
  <context name="callees">
    <extension name="waits">
      <condition field="destination_number" expression="^waits$">
        <action application="answer"/>
        <action application="sleep" data="60000"/>
      </condition>
    </extension>
  </context>
</include>
"""

INBOUND: Final = """\
<include>
  <extension name="answers">
    <condition>
      <action application="answer"/>
      <action application="sleep" data="60000"/>
    </condition>
  </extension>
</include>
"""


class RealSwitch:
    """Runs from `folder`/data/switch; `stop` it."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.folder, self._binary = folder, binary
        self._ports = {"port": free_port(), "sip": free_port(), "rtp": 40_000 + os.getpid() % 100 * 100}
        self.configure()
        self.settings = load_settings(folder)
        init_switch(self.settings, "main", RealClock().now_ms)
        self.root = self.settings.switches["main"].root
        self._write_callees()
        self._process = self._start()
        try:
            wait_until(self._is_up, "FreeSWITCH is up")
        except BaseException:
            self.stop()
            raise

    def configure(self, gateways: str = "") -> None:
        """Write prozvon.yaml with these gateways."""
        rtp_last = self._ports["rtp"] + 98
        text = SETTINGS.format(env=PASSWORD_ENV, gateways=gateways, rtp_last=rtp_last, **self._ports)
        self.folder.mkdir(exist_ok=True)
        (self.folder / "prozvon.yaml").write_text(text, "utf-8")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        ram = Path(ram_of(site_of(self.settings, "main")))
        for path in ram.parent.glob(f"{ram.name}.*"):
            path.unlink()

    def console(self) -> Console:
        return Console("127.0.0.1", self._ports["port"], PASSWORD)

    def ask(self, command: str) -> str:
        with self.console() as console:
            return console.ask(command)

    def target(self) -> Target:
        return Here(place_of(self.settings.switches["main"]), RealClock().now_ms)

    def bring(self, release: Release, *, is_offline: bool = False) -> Outcome:
        """Deploy a release of the test's own."""
        job = Job(release=release, secrets=None, root=os.path.realpath(self.root))
        if is_offline:
            return bring(self.target(), job, None)
        with self.console() as console:
            return bring(self.target(), job, console)

    @property
    def own_sip(self) -> str:
        """Where a gateway reaches this very switch."""
        return f"127.0.0.1:{self._ports['sip']}"

    def call(self, program: str = SHORT, dial: str = "loopback/waits/callees") -> str:
        """Start a call; its id."""
        attempt = uuid.uuid4().hex
        payload = (
            base64.urlsafe_b64encode(json.dumps({"c": {}, "l": "en", "s": {}}).encode()).decode().rstrip("=")
        )
        variables = {
            "origination_uuid": attempt,
            "prozvon_attempt": attempt,
            "prozvon_program": program,
            "prozvon_payload": payload,
        }
        values = ",".join(f"{name}={value}" for name, value in variables.items())
        said = self.ask(f"originate {{{values}}}{dial} robocall XML prozvon")
        assert said.startswith("+OK"), said
        return attempt

    def variables(self, attempt: str) -> dict[str, str]:
        """What the call's CDR says, once it is there."""
        path = self.root / "cdr" / f"{attempt}.cdr.json"
        wait_until(path.exists, "the call has left its CDR")
        found: dict[str, Any] = {}

        def is_whole() -> bool:
            try:
                found.update(json.loads(path.read_text("utf-8")))
            except ValueError:
                return False
            return True

        wait_until(is_whole, "the CDR is written")
        return dict(found["variables"])

    def _write_callees(self) -> None:
        for name, text in (("dialplan", CALLEES), ("inbound", INBOUND)):
            (self.root / "conf" / "local" / name).mkdir(parents=True, exist_ok=True)
            (self.root / "conf" / "local" / name / "test.xml").write_text(text, "utf-8")
        for digest, seconds in ((SHORT, SHORT_S), (LONG, LONG_S)):
            program = json.dumps(_program(f"{digest}.wav", f"{SHORT}.wav"))
            (self.root / "programs" / f"{digest}.json").write_text(program, "utf-8")
            _write_tone(self.root / "prompts" / f"{digest}.wav", seconds)

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "stdout").open("ab") as stdout:
            return subprocess.Popen(
                [str(self.root / "start")],
                env=os.environ | {"FREESWITCH": str(self._binary)},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT,
            )

    def _is_up(self) -> bool:
        assert self._process.poll() is None, (self.folder / "stdout").read_text("utf-8", "replace")
        try:
            return '"prozvon": 1' in self.ask("python prozvon_switch hello")
        except Exception:  # it takes clients before all of its modules are there
            return False


def _program(*sounds: str) -> dict[str, Any]:
    messages = {f"m{n}": {"en": [{"file": sound}]} for n, sound in enumerate(sounds)}
    says = [{"do": "say", "message": name, "line": 1} for name in messages]
    return {
        "format": 1,
        "scenario": "deploying",
        "kind": "robocall",
        "languages": ["en"],
        "columns": {},
        "machine": "off",
        "messages": messages,
        "flow": {"start": [*says, {"do": "result", "name": "told", "line": 2}]},
    }


def _write_tone(path: Path, seconds: float) -> None:
    samples = (int(4000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(int(8000 * seconds)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
