"""Dialplan applications: what `<action>` and `session.execute` may run.

`${...}` in the data is expanded first, with api-expansion off. An application that is not here is an error in
the switch's log and nothing else, as in the switch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from orchestrator.simulator.causes import known_cause
from orchestrator.simulator.channel import AppRun
from orchestrator.simulator.courses import park
from orchestrator.simulator.displacing import displace, stop_displacing
from orchestrator.simulator.events import SOURCES
from orchestrator.simulator.expansion import expand
from orchestrator.simulator.keypad import Keypad
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.separate import atoi, separate
from orchestrator.simulator.taping import mask, record, record_session, stop_record_session, terminators


class ScriptRunner(Protocol):
    def run(self, leg: Leg, data: str) -> None: ...


class Applications:
    """Runs applications on a leg. `log(level, text)` is the switch's console, `has_room` whether a disk takes what
    is written, `bridge` rings others.
    """

    def __init__(
        self,
        scripts: ScriptRunner,
        log: Callable[[str, str], None],
        *,
        bridge: Callable[[Leg, str], None] = lambda leg, data: None,  # noqa: ARG005 - nobody to ring
        has_room: Callable[[], bool] = lambda: True,
    ) -> None:
        self._log = log
        self._own: dict[str, Callable[[Leg, str], None]] = {
            "python": scripts.run,
            "pyrun": scripts.run,
            "bridge": bridge,
            "record": lambda leg, data: record(leg, data, has_room),
            "record_session": lambda leg, data: record_session(leg, data, has_room),
        }

    def execute(self, leg: Leg, name: str, data: str) -> None:
        """Run one application to its end, or until the leg is down."""
        if not leg.is_ready and name not in _AFTER_HANGUP:
            return
        data = expand(data, leg.channel.get)
        channel = leg.channel
        run = APPLICATIONS.get(name) or self._own.get(name)
        if run is None:
            self._log("ERR", f"Invalid Application {name}\n")
            return
        if name in _NEEDS_MEDIA:
            leg.pre_answer()
        channel.applications.append(AppRun(name=name, data=data, at_ms=leg.now_ms))
        channel.set("current_application_response", None)
        channel.set("current_application_data", data)
        channel.set("current_application", name)
        about = {"Application": name, "Application-Data": data}
        about["Application-UUID"] = f"{channel.uuid}-{len(channel.applications)}"
        leg.forget_break()
        leg.announce("CHANNEL_EXECUTE", about)
        run(leg, data)
        about["Application-Response"] = channel.get("current_application_response") or "_none_"
        leg.announce("CHANNEL_EXECUTE_COMPLETE", about)


def _sleep(leg: Leg, data: str) -> None:
    leg.live_for(atoi(data), can_break=True)


def _hangup(leg: Leg, data: str) -> None:
    leg.hang_up(known_cause(data) or "NORMAL_CLEARING", by="switch")


def _set(leg: Leg, data: str) -> None:
    name, _, value = data.partition("=")
    leg.channel.set(name.strip(), value.strip())


def _export(leg: Leg, data: str) -> None:
    """As `set`, and legs that are made for this one get it too; with `nolocal:` they alone."""
    name, _, value = data.partition("=")
    is_own, name = not name.startswith("nolocal:"), name.removeprefix("nolocal:").strip()
    if is_own:
        leg.channel.set(name, value.strip())
    known = [one for one in (leg.channel.get("export_vars") or "").split(",") if one not in ("", name)]
    leg.channel.set("export_vars", ",".join([*known, name]))


def _event(leg: Leg, data: str) -> None:
    """`event NAME=VALUE,...`: an event of this leg with header lines of its own; CUSTOM where none is named."""
    lines = {
        name.strip(): value for name, _, value in (part.partition("=") for part in separate(data, ",", 25))
    }
    name = lines.pop("Event-Name", "CUSTOM")
    if name in SOURCES:
        leg.announce(name, lines | _OF_APPLICATION)


_OF_APPLICATION: Final = {
    "Event-Calling-File": "mod_dptools.c",
    "Event-Calling-Function": "event_function",
    "Event-Calling-Line-Number": "1902",
}


def _unset(leg: Leg, data: str) -> None:
    leg.channel.set(data.strip(), None)


def _playback(leg: Leg, data: str) -> None:
    status = Keypad(leg).play(data, stops_at=terminators(leg))
    leg.channel.set("current_application_response", status)


def _play_and_get_digits(leg: Leg, data: str) -> None:
    words = separate(data, " ", 11) + [""] * 11
    least = atoi(words[0])
    Keypad(leg).play_and_get_digits(
        least,
        max(least, atoi(words[1])),
        tries=atoi(words[2]),
        timeout_ms=max(1000, atoi(words[3])),
        ends=words[4] or "#",
        prompt=words[5],
        invalid=words[6],
        variable=words[7],
        pattern=words[8],
        digit_timeout_ms=atoi(words[9]),
    )


OWN_APPLICATIONS: Final = (
    "python",
    "pyrun",
    "bridge",
    "record",
    "record_session",
)  # that need more than the leg
_NEEDS_MEDIA: Final = ("playback", "play_and_get_digits", "record", "record_session")
_AFTER_HANGUP: Final = ("set", "unset", "stop_record_session", "log", "info")

APPLICATIONS: Final[dict[str, Callable[[Leg, str], None]]] = {
    "answer": lambda leg, data: leg.answer(),  # noqa: ARG005 - one shape for all
    "pre_answer": lambda leg, data: leg.pre_answer(),  # noqa: ARG005
    "ring_ready": lambda leg, data: leg.ring_ready(),  # noqa: ARG005
    "event": _event,
    "sleep": _sleep,
    "hangup": _hangup,
    "set": _set,
    "export": _export,
    "unset": _unset,
    "playback": _playback,
    "play_and_get_digits": _play_and_get_digits,
    "record_session_mask": lambda leg, data: mask(leg, data, is_on=True),
    "record_session_unmask": lambda leg, data: mask(leg, data, is_on=False),
    "stop_record_session": stop_record_session,
    "displace_session": displace,
    "stop_displace_session": stop_displacing,
    "flush_dtmf": lambda leg, data: leg.flush(),  # noqa: ARG005
    "log": lambda leg, data: None,  # noqa: ARG005
    "info": lambda leg, data: None,  # noqa: ARG005
    "park": lambda leg, data: park(leg),  # noqa: ARG005
}
