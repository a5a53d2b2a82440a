"""The simulated switch over the same project and the same callees, on a faster clock."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import gevent

from orchestrator.simulator.callee_log import read_callee_log
from orchestrator.simulator.clock import SharedClock
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.switch import SimulatedSwitch
from orchestrator.simulator.throttle import Limits
from tests.conformance.http_server import HttpServer
from tests.conformance.numbers import population
from tests.conformance.project import MAX_SESSIONS, PASSWORD, SPS, Ports, make_project

SPEED: Final = 10.0
START_MS: Final = 1_790_157_600_000  # a Wednesday
PORTS: Final = Ports(event_socket=8021, sip=5080, callees=5090, nobody=5099, rtp_first=20_000, http=0)


class SimulatedOne:
    """`second_s`: real seconds of a second on its clock."""

    second_s = 1 / SPEED

    def __init__(self, folder: Path) -> None:
        self._server = HttpServer()
        self.project = make_project(folder / "project", replace(PORTS, http=self._server.port))
        self._server.folder = self.project.www
        self.root, self.cdr_dir, self.password = self.project.root, self.project.cdr_dir, PASSWORD
        self._clock = SharedClock.create(folder / "clock", start_ms=START_MS, speed=SPEED)
        self._start()

    def _start(self) -> None:
        self._switch = SimulatedSwitch(
            root=self.root,
            password=self.password,
            population=population(),
            seed=1,
            clock=self._clock,
            gateways=(),  # those of the configuration
            limits=Limits(sessions_per_second=SPS, max_sessions=MAX_SESSIONS),
        )
        self._switch.start()
        self._switch.link("loop", self._switch)
        self._switch.calls.gateways |= {"dead": "dead", "down": "down"}
        self.port = self._switch.port

    def restart(self) -> None:
        """As after SIGTERM."""
        self._switch.stop()
        self._start()

    def die(self) -> None:
        """As after kill -9."""
        self._switch.crash()
        gevent.sleep(0)
        self._switch.stop()
        self._start()

    def hears(self, call: str, number: str) -> bool:
        heard = {one.call: one.heard for one in read_callee_log(self.root / "callees.jsonl")}
        return bool(heard[call])

    def calls(self, called: str, caller: str) -> SimulatedCaller:
        asked = base64.urlsafe_b64encode(json.dumps({"called": called, "caller": caller}).encode())
        said = self._switch.calls.incoming(asked.decode())
        assert said.startswith("+OK "), said
        leg = self._switch.calls.live_leg(said.split()[1])
        assert leg is not None
        return SimulatedCaller(leg)

    def log_warnings(self) -> list[str]:
        return []

    def stop(self) -> None:
        self._switch.stop()
        self._server.stop()


class SimulatedCaller:
    """A caller's finger and mouth."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg

    def hang_up(self) -> None:
        self._leg.soon(self._leg.leaves)

    def press(self, keys: str) -> None:
        for key in keys:
            self._leg.soon(lambda key=key: self._leg.press(key))  # type: ignore[misc]  # bound now

    def speak(self, seconds: float) -> None:
        self._leg.soon(lambda: self._leg.speaks(seconds))

    @property
    def hears(self) -> bool:
        return bool(self._leg.heard)

    @property
    def hears_us(self) -> bool:
        return bool(self._leg.heard)

    @property
    def is_over(self) -> bool:
        return not self._leg.is_up

    @property
    def trouble(self) -> str:
        return ""
