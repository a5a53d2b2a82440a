"""Runs a FreeSWITCH that is installed here, with a configuration of its own, bound to the loopback alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import gevent
from gevent import socket

from tests.conformance.root import make_root
from tests.conformance.sip_callees import SipCallees

PASSWORD: Final = "test-esl-pass"
START_S: Final = 30.0
STOP_S: Final = 15.0
FOLDERS: Final = (
    "log",
    "db",
    "run",
    "scripts",
    "sounds",
    "storage",
    "cache",
    "recordings",
    "certs",
    "htdocs",
    "temp",
)
MODULES: Final = (
    *(
        "logfile",
        "event_socket",
        "json_cdr",
        "sofia",
        "commands",
        "dptools",
        "dialplan_xml",
        "sndfile",
        "python3",
    ),
)
SETTINGS: Final[dict[str, dict[str, str]]] = {
    "switch": {
        "max-sessions": "100",
        "sessions-per-second": "100",
        "api-expansion": "false",
        "dump-cores": "no",
    },
    "event_socket": {"nat-map": "false", "listen-ip": "127.0.0.1", "password": PASSWORD},
    "json_cdr": {"log-b-leg": "false", "prefix-a-leg": "false", "encode": "false"},
    "python": {},
}


def find_binary() -> Path | None:
    """The switch under the prefix PROZVON_FREESWITCH, else the one on PATH."""
    prefix = os.environ.get("PROZVON_FREESWITCH")
    if prefix:
        return Path(prefix) / "bin" / "freeswitch"
    found = shutil.which("freeswitch")
    return Path(found) if found else None


class RealSwitch:
    """`second_s`: real seconds of a second on its clock."""

    second_s = 1.0

    def __init__(self, binary: Path, folder: Path) -> None:
        self.root, self.cdr_dir = folder / "root", folder / "root" / "cdr"
        self.password, self.port = PASSWORD, _free_port(socket.SOCK_STREAM)
        make_root(self.root)
        self._callees = SipCallees()
        self._folder = folder
        self._configure()
        folders = [f"-{name}" for name in FOLDERS]
        arguments = [text for name in folders for text in (name, str(folder / name[1:]))]
        with (folder / "stdout").open("wb") as stdout:
            self._process = subprocess.Popen(
                [str(binary), "-nf", "-nc", "-np", "-nonat", "-conf", str(folder / "conf"), *arguments],
                env=os.environ | {"PYTHONPATH": str(self.root / "current" / "scripts")},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._process.terminate()
        deadline = time.monotonic() + STOP_S
        while self._process.poll() is None and time.monotonic() < deadline:
            gevent.sleep(0.1)  # the callees answer what it still has to say
        self._process.kill()
        self._process.wait()
        self._callees.stop()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._is_up():
                return
            gevent.sleep(0.1)
        log = self._folder / "log" / "freeswitch.log"
        said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise AssertionError(f"FreeSWITCH did not come up: {said}")

    def _is_up(self) -> bool:
        """It takes clients before all of its modules are there."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
                client.sendall(f"auth {PASSWORD}\n\napi sofia status gateway main\n\n".encode())
                received = b""
                while b"api/response" not in received or b"\n\n" not in received.split(b"api/response")[1]:
                    received += client.recv(65536) or b"api/response\n\n"
                client.sendall(b"exit\n\n")
                return b"NOREG" in received + client.recv(65536)
        except OSError:
            return False

    def _configure(self) -> None:
        for name in FOLDERS:
            (self._folder / name).mkdir()
        rtp = 20_000 + self.port % 300 * 100  # two switches at once share no port
        own = {
            "switch": {
                "rtp-start-port": str(rtp),
                "rtp-end-port": str(rtp + 98),
                "switchname": "conformance",
            },
            "event_socket": {"listen-port": str(self.port)},
            "json_cdr": {"log-dir": str(self.cdr_dir)},
        }
        parts = [
            f'<configuration name="{name}.conf"><settings>{_params(SETTINGS[name] | own.get(name, {}))}'
            "</settings></configuration>"
            for name in SETTINGS
        ]
        modules = "".join(f'<load module="mod_{name}"/>' for name in MODULES)
        parts += [
            f'<configuration name="modules.conf"><modules>{modules}</modules></configuration>',
            '<configuration name="logfile.conf"><settings/><profiles><profile name="default"><mappings>'
            '<map name="all" value="notice,warning,err,crit,alert"/></mappings></profile></profiles></configuration>',
            self._sofia(),
        ]
        (self._folder / "conf").mkdir()
        (self._folder / "conf" / "freeswitch.xml").write_text(
            '<?xml version="1.0"?>\n<document type="freeswitch/xml">\n'
            f'<section name="configuration">{"".join(parts)}</section>\n'
            f'<section name="dialplan">\n'
            f'<X-PRE-PROCESS cmd="include" data="{self.root}/current/dialplan/*.xml"/>\n</section>\n'
            "</document>\n",
            "utf-8",
        )

    def _sofia(self) -> str:
        gateway = _params(
            {"proxy": f"127.0.0.1:{self._callees.port}", "username": "robot", "register": "false"}
        )
        profile = _params(
            {
                "context": "public",
                "dialplan": "XML",
                "sip-ip": "127.0.0.1",
                "rtp-ip": "127.0.0.1",
                "sip-port": str(_free_port(socket.SOCK_DGRAM)),
                "rtp-timer-name": "soft",
                "codec-prefs": "PCMA",
                "manage-presence": "false",
            }
        )
        return (
            '<configuration name="sofia.conf"><global_settings/><profiles><profile name="out"><gateways>'
            f'<gateway name="main">{gateway}</gateway></gateways><settings>{profile}</settings>'
            "</profile></profiles></configuration>"
        )


def _params(values: dict[str, str]) -> str:
    return "".join(f'<param name="{name}" value="{value}"/>' for name, value in values.items())


def _free_port(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
