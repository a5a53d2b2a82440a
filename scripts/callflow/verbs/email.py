"""email: notes a mail to people whom the settings name, to be sent after the call."""

from __future__ import annotations

from .. import program as reading
from ..messages import written
from ..state import State


def enter(call: State, step: dict[str, object]) -> None:
    to, text = reading.name(step, "to"), written(call, reading.name(step, "message"))
    call.leave_note({"do": "email", "to": to, "text": text}, "email " + to)
