"""A real FreeSWITCH of the doctor's own tests, prepared by `switch init`, to be spoilt and put right again."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gevent.server import DatagramServer

from orchestrator.doctor.findings import Finding, Verdict
from orchestrator.doctor.judge import judge_switch
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.switches.doctor import StoreSeen, look_at_switch
from orchestrator.simulator.clock import RealClock
from tests.ports import free_port
from tests.started_switch import StartedSwitch

PASSWORD: Final = "a-good-one"
_COPIED: Final = ("via", "from", "to", "call-id", "cseq")


class OwnSwitch(StartedSwitch):
    """Gateways: `main` answers, `busy` says that it is out of service, `denied` refuses to be registered at, `plain` is
    asked nothing. `settings` are the project's.
    """

    def __init__(self, binary: Path, folder: Path) -> None:
        self._carriers = [_Carrier("200 OK"), _Carrier("503 Service Unavailable")]
        super().__init__(_project(folder, *(carrier.port for carrier in self._carriers)), folder)
        self.start(binary, self._is_up)

    def stop(self) -> None:
        super().stop()
        for carrier in self._carriers:
            carrier.stop()

    def findings(self, settings: Settings | None = None) -> dict[str, Finding]:
        """What the doctor finds of this switch that is not fine, by code."""
        facts = look_at_switch(settings or self.settings, "main", StoreSeen(), RealClock().now_ms)
        return {item.code: item for item in judge_switch(facts) if item.level is not Verdict.OK}

    def with_settings(self, **changes: Any) -> Settings:
        """The project's settings with other ones of the switch."""
        switch = self.settings.switches["main"].model_copy(update=changes)
        return self.settings.model_copy(update={"switches": {"main": switch}})

    @contextmanager
    def edited(self, file: str, pattern: str, text: str) -> Iterator[None]:
        """With every match of `pattern` in a file of the release replaced, and read by the switch."""
        path = self.root / "current" / file
        before = path.read_text("utf-8")
        after, count = re.subn(pattern, text, before)
        assert count, f"{pattern} is not in {before}"
        path.write_text(after, "utf-8")
        try:
            assert self.api("reloadxml") == "+OK [Success]\n"
            yield
        finally:
            path.write_text(before, "utf-8")
            self.api("reloadxml")

    @contextmanager
    def told(self, command: str, undo: str) -> Iterator[None]:
        """With an API command run, and taken back afterwards."""
        self.api(command)
        try:
            yield
        finally:
            self.api(undo)

    def _is_up(self) -> bool:
        """A switch whose trunk is denied, with another that is known to be down."""
        try:
            is_denied = re.search(r"denied.*FAIL_WAIT", self.api("sofia status")) is not None
            return is_denied and "DOWN" in self.api("sofia status gateway busy")
        except EslError:
            return False


class _Carrier:
    """Answers OPTIONS with `status`, and lets nobody register. On a free UDP port of 127.0.0.1."""

    def __init__(self, status: str) -> None:
        self._status = status
        self._server = DatagramServer("127.0.0.1:0", self._reply)
        self._server.start()
        self.port = int(self._server.server_port or 0)

    def stop(self) -> None:
        self._server.stop()

    def _reply(self, data: Any, sender: tuple[str, int]) -> None:
        lines = data.decode("utf-8", "replace").split("\r\n")
        copied = [line for line in lines if line.split(":")[0].lower() in _COPIED]
        status = self._status if lines[0].startswith("OPTIONS") else "403 Forbidden"
        said = [f"SIP/2.0 {status}", *copied, "Content-Length: 0", "", ""]
        self._server.sendto("\r\n".join(said).encode(), sender)


def _project(folder: Path, carrier: int, failing: int) -> Settings:
    for name in ("esl", "trunk"):
        (folder / name).write_text(PASSWORD, "utf-8")
        (folder / name).chmod(0o600)
    rtp = 30_000 + carrier % 90 * 100
    trunk = f'proxy: "127.0.0.1:{carrier}"'
    (folder / "prozvon.yaml").write_text(
        f"""
switches:
  main:
    port: {free_port(socket.SOCK_STREAM)}
    password_file: esl
    rtp_ports: {rtp}-{rtp + 98}
    profiles:
      prozvon: {{ip: 127.0.0.1, port: {free_port(socket.SOCK_DGRAM)}}}
    gateways:
      main: {{{trunk}, ping_s: 5}}
      busy: {{proxy: "127.0.0.1:{failing}", ping_s: 5}}
      denied: {{{trunk}, username: robot, password_file: trunk, registers: true}}
      plain: {{{trunk}, ping_s: 0}}
""",
        "utf-8",
    )
    return load_settings(folder)
