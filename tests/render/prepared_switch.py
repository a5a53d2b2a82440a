"""A real FreeSWITCH, prepared by `switch init` and started by its start script, on the loopback alone."""

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
from tests.render.carrier import REALM, Carrier

# All that XML, the preprocessor, a shell or a dial string could take for its own
NASTY: Final = 'it\'s "q" <&> $${hostname} ${x} $$ \\ } { ]]> --> é 漢 x-pre-process %41;,#'
EVENT_SOCKET: Final = f"esl {NASTY}"
START_S: Final = 40.0
STOP_S: Final = 15.0
# mod_sofia says this of every start, as a warning (sofia.c, sofia_msg_thread_run)
USUAL: Final = re.compile(r"\[WARNING\] sofia\.c:\d+ MSG Thread \d+ Started")
COMPLAINT: Final = re.compile(r"\[(?:WARNING|ERR|CRIT|ALERT)\]")

OWN_FILES: Final = {
    "inbound/desk.xml": '<extension name="desk"><condition field="destination_number" expression="^500$">'
    '<action application="hangup" data="USER_BUSY"/></condition></extension>',
    "dialplan/mine.xml": '<context name="mine"><extension name="any"><condition>'
    '<action application="hangup" data="NORMAL_CLEARING"/></condition></extension></context>',
    "gateways/second.mine.xml": '<gateway name="own"><param name="proxy" value="127.0.0.1:9"/>'
    '<param name="register" value="false"/></gateway>',
    "modules/mine.xml": '<load module="mod_hash"/>',
    "autoload_configs/hash.conf.xml": '<configuration name="hash.conf"><remotes/></configuration>',
}


class PreparedSwitch:
    """Two profiles, four gateways, and files of an engineer in conf/local. `settings` are the project's."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.carrier = Carrier("robot", NASTY)
        self.settings = _project(folder, self.carrier.port)
        self.switch = self.settings.switches["main"]
        self.site = site_of(self.settings, "main")
        self.root = Path(self.site.root)
        init_switch(self.settings, "main", lambda: 1_796_029_200_000)
        for path, text in OWN_FILES.items():
            (self.root / "conf" / "local" / path).write_text(text + "\n", "utf-8")
        with (folder / "stdout").open("wb") as stdout:
            self._process = subprocess.Popen(
                [self.root / "start"],
                env=os.environ | {"FREESWITCH": str(binary)},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT,
            )
        try:
            self.wait(self._is_up, "the switch up and registered", START_S)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._process.terminate()
        deadline = time.monotonic() + STOP_S
        while self._process.poll() is None and time.monotonic() < deadline:
            gevent.sleep(0.1)
        self._process.kill()
        self._process.wait()
        self.carrier.stop()
        for database in Path("/").glob(f"{ram_of(self.site)[1:]}.*"):
            database.unlink()

    def api(self, command: str) -> str:
        connection = Connection("127.0.0.1", self.switch.port, EVENT_SOCKET)
        connection.connect()
        try:
            return connection.api(command, 20.0)
        finally:
            connection.close()

    def log(self) -> str:
        return (self.root / "log" / "freeswitch.log").read_text("utf-8", "replace")

    def wait(self, is_so: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and self._process.poll() is None:
            if is_so():
                return
            gevent.sleep(0.1)
        log = self.root / "log" / "freeswitch.log"
        raise AssertionError(f"not {what}: {self.log()[-3000:] if log.exists() else ''}")

    def _is_up(self) -> bool:
        """It takes clients before all of its profiles are there."""
        try:
            return "REGED" in self.api("sofia status gateway nasty") and "UP" in self.api(
                "sofia status gateway third"
            )
        except EslError:
            return False


def complaints(log: str) -> list[str]:
    """Lines of a log that are worse than a notice, those apart that nobody can help."""
    return [line for line in log.splitlines() if COMPLAINT.search(line) and not USUAL.search(line)]


def _project(folder: Path, carrier: int) -> Settings:
    """A project in `folder` with a switch on free ports."""
    secrets = {"esl": EVENT_SOCKET, "trunk": NASTY}
    for name, secret in secrets.items():
        (folder / name).write_text(secret + "\n", "utf-8")
        (folder / name).chmod(0o600)
    rtp = 40_000 + carrier % 100 * 100
    (folder / "prozvon.yaml").write_text(
        f"""
switches:
  main:
    port: {_free_port(socket.SOCK_STREAM)}
    password_file: esl
    sps: 50
    max_sessions: 70
    rtp_ports: {rtp}-{rtp + 98}
    prompts_url: http://127.0.0.1:9/
    profiles:
      prozvon: {{ip: 127.0.0.1, port: {_free_port(socket.SOCK_DGRAM)}}}
      second: {{ip: 127.0.0.1, port: {_free_port(socket.SOCK_DGRAM)}, codecs: PCMU}}
    gateways:
      main: {{proxy: "127.0.0.1:{carrier}", inbound: "127.0.0.3/32", caller_id_in: pai, ping_s: 5}}
      nasty:
        {{proxy: "127.0.0.1:{carrier}", realm: {REALM}, username: robot, password_file: trunk, registers: true}}
      third: {{proxy: "127.0.0.1:{carrier}", profile: second, transport: tcp, ping_s: 0}}
      elsewhere: {{dial: "loopback/{{digits}}/mine"}}
""",
        "utf-8",
    )
    return load_settings(folder)


def _free_port(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
