"""The simulated switch over the same root and the same callees, on a faster clock."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from orchestrator.simulator.clock import SharedClock
from orchestrator.simulator.switch import SimulatedSwitch
from orchestrator.simulator.throttle import Limits
from tests.conformance.numbers import population
from tests.conformance.real_switch import PASSWORD
from tests.conformance.root import make_root

SPEED: Final = 10.0
START_MS: Final = 1_790_157_600_000  # a Wednesday


class SimulatedOne:
    """`second_s`: real seconds of a second on its clock."""

    second_s = 1 / SPEED

    def __init__(self, folder: Path) -> None:
        self.root, self.cdr_dir = folder / "root", folder / "root" / "cdr"
        make_root(self.root)
        self._switch = SimulatedSwitch(
            root=self.root,
            password=PASSWORD,
            population=population(),
            seed=1,
            clock=SharedClock.create(folder / "clock", start_ms=START_MS, speed=SPEED),
            gateways=("main",),
            limits=Limits(sessions_per_second=100, max_sessions=100),
        )
        self._switch.start()
        self.password, self.port = PASSWORD, self._switch.port

    def stop(self) -> None:
        self._switch.stop()
