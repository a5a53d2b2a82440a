"""`freeswitch.Event` as scripts make and fire one, after src/switch_cpp.cpp."""

from __future__ import annotations

from typing import Final

from orchestrator.simulator.events import SOURCES
from orchestrator.simulator.leg import Leg

_OF_SCRIPT: Final = {
    "Event-Calling-File": "switch_cpp.cpp",
    "Event-Calling-Function": "Event",
    "Event-Calling-Line-Number": "315",
}


class OwnEvent:
    """One with the data of a leg (`Session.setEventData`); others reach nobody here, for nobody of ours makes them."""

    def __init__(self, kind: str, subclass: str = "") -> None:
        _require_text(kind, subclass)
        self._kind, self._headers = kind, {"Event-Subclass": subclass} if subclass else {}
        self._leg: Leg | None = None

    def addHeader(self, name: str, value: str) -> bool:  # noqa: N802
        _require_text(name, value)
        self._headers[name] = value
        return True

    def fire(self) -> bool:
        if self._leg is None or self._kind not in SOURCES:
            return False
        self._leg.announce(self._kind, self._headers | _OF_SCRIPT)
        return True

    def be_of(self, leg: Leg) -> None:
        """What `setEventData` does: its lines become those of the leg, with ours."""
        self._leg = leg


def _require_text(*values: object) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"in method 'Event', argument of type 'char const *', not {type(value).__name__}")
