"""One switch as the worker sees it: connections for events, slow and quick commands; which run of the switch it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence

import structlog

from orchestrator.domain.problem import KnownError
from orchestrator.engine.events import READ
from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import CommandRefused
from orchestrator.esl.link import Link, LinkOptions
from orchestrator.esl.protocol import EslError
from orchestrator.esl.writer import OnReply
from orchestrator.runtime.cdr import NoCdr, Variables, cdr_reader
from orchestrator.runtime.metering import Metering, Tallies, Times
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Switch
from orchestrator.runtime.switches.preflight import ready_fault
from orchestrator.runtime.switches.unanswered import Unanswered

log = structlog.get_logger()

STAMP = "Event-Date-Timestamp"  # microseconds of the switch's clock
EVENTS = ("CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB", "SHUTDOWN")
API_TIMEOUT_S = 10.0
SCRIPT = "python "
NOT_THERE = "Command not found"  # what a real switch says to a command that only the simulated one has

_UUID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}\Z")


class Line:
    """Keeps a switch connected. `core_uuid` is None while it is not; `fault` says why no call is made from it
    though it is (our dialplan or scripts are not there: whoever is rung would hear nothing).

    on_event gets each event as a dict; on_up is called each time the switch is connected
    and has said who it is; on_down(reason) when it is lost.
    """

    def __init__(
        self,
        name: str,
        switch: Switch,
        *,
        settings: Settings,
        worker_id: str,
        on_event: Callable[[dict[str, object]], None],
        on_up: Callable[[Line], None],
        on_down: Callable[[Line, str], None],
        metering: Metering | None = None,
    ) -> None:
        self.name = name
        self.switch = switch
        self.core_uuid: str | None = None
        self.fault: str | None = None
        self._lost = "not connected yet"
        self._unanswered = Unanswered()
        self._settings = settings
        self._on_event = on_event
        self._on_up = on_up
        self._on_down = on_down
        self._metering = metering
        self._read_cdr = cdr_reader(switch, self.api)
        self._link = Link(
            switch.host,
            switch.port,
            switch.password(),
            name=name,
            on_up=self._introduce,
            on_down=self._went_down,
            on_event=self._hear,
            events=EVENTS,
            filters=(
                ("variable_prozvon_worker", worker_id),
                ("Event-Name", "BACKGROUND_JOB"),
                ("Event-Name", "SHUTDOWN"),
            ),
            wanted=READ | {STAMP},
            options=LinkOptions(has_command_connection=True, has_slow_connection=True),
        )

    @property
    def is_up(self) -> bool:
        return self.core_uuid is not None

    @property
    def dials_as(self) -> str | None:
        """The Core-UUID to claim calls under; None when none may be made from this switch now."""
        return None if self.fault or self._unanswered.is_behind else self.core_uuid

    @property
    def down_reason(self) -> str:
        """Why no call may be made from it; "" when one may."""
        if not self.is_up:
            return self._lost
        return self.fault or (
            "it is overloaded: slow to take what it was told to call" if self._unanswered.is_behind else ""
        )

    @property
    def behind_s(self) -> float:
        """For how long the oldest event that we have read, and not looked at yet, waits."""
        return self._link.lag.oldest_s

    @property
    def dropped(self) -> int:
        """Events thrown away so far because we were too slow: what they told must be asked for."""
        return self._link.lag.dropped

    def start(self) -> None:
        self._link.start()

    def stop(self) -> None:
        self.core_uuid = None
        self._link.stop()

    def also_hear(self, worker_id: str) -> None:
        """Receive the events of another worker's attempts too (it is gone, and they were adopted)."""
        try:
            self._link.add_filter("variable_prozvon_worker", worker_id)
        except EslError as error:  # set with the next connection; until then their calls are cases
            log.warning("filter_not_set", switch=self.name, error=str(error))

    def originate(self, jobs: Sequence[tuple[str, str]], on_reply: OnReply) -> None:
        """Write the `bgapi originate` of each (command, job id) and return without waiting.

        `on_reply(job id, error)` comes exactly once for each: None when the switch took it; an error's `written`
        says whether the switch may have read it.
        """
        self._unanswered.written(job_id for _, job_id in jobs)

        def answered(job_id: str, error: EslError | None) -> None:
            self._measure(self._unanswered.answered(job_id), error)
            on_reply(job_id, error)

        try:
            self._link.conn.bgapi_many(jobs, answered)
        except EslError as error:
            for _, job_id in jobs:
                answered(job_id, error)

    def _measure(self, took_s: float, error: EslError | None) -> None:
        if self._metering is not None:
            if error is None:
                self._metering.time(Times.ORIGINATE, self.name, took_s)
            else:
                self._metering.count(Tallies.REFUSED, self.name)

    def api(self, command: str) -> str:
        """The reply, after that to every command written before. Scripts alone go the way of `ask`: they read files."""
        if command.startswith(SCRIPT):
            return self.ask(command)
        return self._link.conn.api(command, API_TIMEOUT_S)

    def ask(self, command: str) -> str:
        """The same for what a busy switch takes seconds for, such as `show channels`: it holds up no other command, and
        knows nothing of those that are still on their way.
        """
        return self._link.slow_conn.api(command, API_TIMEOUT_S)

    def look_again(self) -> None:
        """Whether what `fault` says has been put right."""
        if not self.fault or not self.is_up:
            return
        try:
            self.fault = ready_fault(self._link.conn, self.switch)
        except EslError as error:
            log.warning("switch_not_asked", switch=self.name, error=str(error))
            return
        if not self.fault:
            log.info("switch_ready", switch=self.name)

    def live_channels(self) -> frozenset[str]:
        """The ids of all channels on the switch now."""
        reply = self.api("show channels as json")
        rows = json.loads(reply).get("rows") or []
        return frozenset(str(row["uuid"]) for row in rows)

    def has_calls(self) -> bool:
        """Whether anybody is on the line, those who called included; also when that cannot be told."""
        try:
            return bool(self.live_channels())
        except (EslError, ValueError):
            return True

    def cdr(self, attempt_id: str) -> Variables | NoCdr:
        """The variables of the CDR the switch wrote for this attempt, or why there are none."""
        return self._read_cdr(attempt_id)

    def _hear(self, event: dict[str, object]) -> None:
        """A switch that is being stopped goes on talking for seconds, and turns every call down meanwhile."""
        if event.get("Event-Name") == "SHUTDOWN":
            self._went_down("the switch is being shut down")
        else:
            self._on_event(event)

    def _went_down(self, reason: str) -> None:
        was_up, self.core_uuid, self._lost = self.is_up, None, reason
        if was_up:
            self._on_down(self, reason)

    def _introduce(self, conn: Connection) -> None:
        """Connected: ask which run of which switch this is. What it raises has the link try again."""
        if self._settings.clock == "simulated" and NOT_THERE in conn.api("prozvon_fault", API_TIMEOUT_S):
            self._lost = "a real switch is never dialed on a simulated clock (`clock:` in prozvon.yaml)"
            log.error("real_switch_refused", switch=self.name, why=self._lost)
            return
        core_uuid = conn.api("global_getvar core_uuid", API_TIMEOUT_S).strip()
        if not _UUID.match(core_uuid):
            raise CommandRefused(f"the switch does not say its core_uuid: {core_uuid[:80]!r}")
        self.fault = ready_fault(conn, self.switch)
        self.core_uuid = core_uuid
        if self.fault:
            log.error("switch_not_ready", switch=self.name, why=self.fault)
        self._on_up(self)


def require_gateways(missing: Iterable[str], settings: Settings) -> None:
    """KnownError naming the gateways that no switch has."""
    names = list(missing)
    if not names:
        return
    have = ", ".join(sorted({name for _, name, _ in settings.gateways()})) or "none"
    raise KnownError(
        f"no switch has the gateway {', '.join(names)} (there are: {have}): "
        "name it under `switches:` in prozvon.yaml, or change `dial.gateways` of the scenario"
    )
