"""One switch as the worker sees it: an event connection, a command connection, and which run of the switch it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import gevent
import structlog

from orchestrator.domain.problem import KnownError
from orchestrator.esl.connection import CommandRefused, NotConnected, ReplyTimeout
from orchestrator.esl.link import Link
from orchestrator.runtime.settings import Settings, Switch

log = structlog.get_logger()

EVENTS = ("CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB")
API_TIMEOUT_S = 10.0
CDR_BYTES = 1_000_000  # a CDR is about 20 KB; more is not one of ours
SIMULATED = "simulated"  # stands in the version of a simulated switch

Variables = dict[str, object]


class Line:
    """Keeps both connections of a switch up. `core_uuid` is None while the switch is not usable.

    on_event gets each event as a dict; on_up is called (in a greenlet of its own) each time both connections
    are up and the switch has said who it is; on_down(reason) when either is lost.
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
    ) -> None:
        self.name = name
        self.switch = switch
        self.core_uuid: str | None = None
        self.down_reason = "not connected yet"
        self._settings = settings
        self._on_up = on_up
        self._on_down = on_down
        password = switch.password()
        self._events = Link(
            switch.host,
            switch.port,
            password,
            name=f"{name} events",
            on_up=lambda _: self._maybe_up(),
            on_down=self._went_down,
            on_event=on_event,
            events=EVENTS,
            filters=(("variable_prozvon_worker", worker_id), ("Event-Name", "BACKGROUND_JOB")),
        )
        self._commands = Link(
            switch.host,
            switch.port,
            password,
            name=f"{name} commands",
            on_up=lambda _: self._maybe_up(),
            on_down=self._went_down,
            on_event=lambda _: None,
            events=(),
            filters=(),
        )

    @property
    def is_up(self) -> bool:
        return self.core_uuid is not None

    def start(self) -> None:
        self._events.start()
        self._commands.start()

    def stop(self) -> None:
        self.core_uuid = None
        self._commands.stop()
        self._events.stop()

    def also_hear(self, worker_id: str) -> None:
        """Receive the events of another worker's attempts too (it is gone, and they were adopted)."""
        self._events.add_filter("variable_prozvon_worker", worker_id)

    def originate(self, command: str, job_id: str, on_reply: Callable[[Exception | None], None]) -> None:
        """Write one `bgapi originate`; returns at once. `on_reply(None)` when the switch took it.

        An error says by its `written` whether the switch may have got the line.
        """
        self._commands.conn.bgapi_nowait(command, job_id, on_reply)

    def api(self, command: str) -> str:
        return self._commands.conn.api(command, API_TIMEOUT_S)

    def live_channels(self) -> frozenset[str]:
        """The ids of all channels on the switch now."""
        reply = self.api("show channels as json")
        rows = json.loads(reply).get("rows") or []
        return frozenset(str(row["uuid"]) for row in rows)

    def cdr(self, attempt_id: str) -> Variables | None:
        """The variables of the CDR the switch wrote for this attempt, or None when there is none (yet)."""
        return read_cdr(self.switch.cdr_folder / f"{attempt_id}.cdr.json")

    def _went_down(self, reason: str) -> None:
        was_up, self.core_uuid, self.down_reason = self.is_up, None, reason
        if was_up:
            self._on_down(self, reason)

    def _maybe_up(self) -> None:
        """Called when either connection came up: once both are, ask who the switch is."""
        if self._events.is_up and self._commands.is_up:
            gevent.spawn(self._introduce)

    def _introduce(self) -> None:
        try:
            if self._settings.clock == "simulated" and SIMULATED not in self.api("version"):
                log.error("real_switch_refused", switch=self.name, why="the settings say `clock: simulated`")
                self.down_reason = "a real switch is never dialed on a simulated clock (`clock:` in prozvon.yaml)"
                return
            core_uuid = self.api("global_getvar core_uuid").strip()
        except (NotConnected, ReplyTimeout, CommandRefused) as error:
            self.down_reason = str(error)
            return
        if not core_uuid or core_uuid.startswith("-"):
            self.down_reason = f"the switch does not say its core_uuid: {core_uuid[:80]!r}"
            return
        self.core_uuid = core_uuid
        self._on_up(self)


def read_cdr(path: Path) -> Variables | None:
    """`variables` of a mod_json_cdr file, or None when it is missing, half written or not one."""
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(CDR_BYTES))
    except (OSError, ValueError):
        return None
    variables = data.get("variables") if isinstance(data, dict) else None
    return variables if isinstance(variables, dict) else None


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
