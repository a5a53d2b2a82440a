"""A real FreeSWITCH, prepared by `switch init` and started by its start script, on the loopback alone."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Final

from orchestrator.esl.protocol import EslError
from orchestrator.runtime.settings import Settings, load_settings
from tests.ports import free_port
from tests.render.carrier import REALM, Carrier
from tests.started_switch import StartedSwitch

# All that XML, the preprocessor, a shell or a dial string could take for its own
NASTY: Final = 'it\'s "q" <&> $${hostname} ${x} $$ \\ } { ]]> --> é 漢 x-pre-process %41;,#'
EVENT_SOCKET: Final = f"esl {NASTY}"
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


class PreparedSwitch(StartedSwitch):
    """Two profiles, four gateways, and files of an engineer in conf/local. `settings` are the project's."""

    patience_s = 10.0

    def __init__(self, binary: Path, folder: Path) -> None:
        self.carrier = Carrier("robot", NASTY)
        super().__init__(_project(folder, self.carrier.port), folder)
        self.switch = self.settings.switches["main"]
        for path, text in OWN_FILES.items():
            (self.root / "conf" / "local" / path).write_text(text + "\n", "utf-8")
        self.start(binary, self._is_up)

    def stop(self) -> None:
        super().stop()
        self.carrier.stop()

    def _is_up(self) -> bool:
        """Registered, and with its second profile."""
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
    port: {free_port(socket.SOCK_STREAM)}
    password_file: esl
    sps: 50
    max_sessions: 70
    rtp_ports: {rtp}-{rtp + 98}
    prompts_url: http://127.0.0.1:9/
    profiles:
      prozvon: {{ip: 127.0.0.1, port: {free_port(socket.SOCK_DGRAM)}}}
      second: {{ip: 127.0.0.1, port: {free_port(socket.SOCK_DGRAM)}, codecs: PCMU}}
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
