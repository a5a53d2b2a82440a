"""What a worker does besides dialing: answers what calls ask, records those that came in, delivers what calls leave,
brings contacts in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gevent import Greenlet

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.inbound.desk import Desk
from orchestrator.runtime.inbound.ear import Ear
from orchestrator.runtime.inbound.recorder import Recorder
from orchestrator.runtime.intake.intakes import Intakes
from orchestrator.runtime.operators.operators import Operators
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.service_settings import services_of
from orchestrator.runtime.switches.line import Line

Broke = Callable[["Greenlet[..., None]"], None]

NAP_S: Final = 0.05


class Reception:
    """`start` and `stop` as the worker does; `broke(greenlet)` is called when one of its greenlets has a bug."""

    def __init__(
        self, project: Project, lines: Mapping[str, Line], operators: Operators, broke: Broke
    ) -> None:
        services = services_of(
            project.settings.services
        )  # one for all: its limits and rests hold for the worker
        self._desk = Desk(project, lines, services=services, broke=broke, asked_of_leader=operators.asked)
        self._recorder = Recorder(project, lines, broke=broke)
        self._deliveries = Deliveries(project, lines, services=services, broke=broke)
        self._intakes = Intakes(project, services=services, broke=broke)
        self._ear = Ear(
            project.settings.switches,
            asked=[self._desk.asked],
            bridged=[self._desk.bridged, self._recorder.bridged],
            ended=[self._recorder.ended, self._desk.ended],
            of_agents=[operators.heard],
            came_up=[self._recorder.came_up, operators.came_up],
        )

        operators.follow_legs_by(self._ear)

    @property
    def is_busy(self) -> bool:
        """Whether something is left to record, to deliver or to bring in now."""
        try:
            return self._recorder.is_busy or self._deliveries.is_busy or self._intakes.is_busy
        except KnownError:  # the store is away: whoever waits for us waits for it too
            return True

    def next_at(self) -> int | None:
        """When something of this is due by the project's clock; None: nothing is."""
        return self._intakes.next_at()

    def start(self) -> None:
        for part in (self._desk, self._recorder, self._deliveries, self._ear, self._intakes):
            part.start()

    def stop(self) -> None:
        """Nothing is lost: what is not recorded has its marker on the switch, what is not delivered its entry."""
        for part in (self._intakes, self._ear, self._desk, self._recorder, self._deliveries):
            part.stop()
