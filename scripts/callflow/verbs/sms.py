"""sms: notes a short message, to be sent after the call. Written, not spoken: 1042, not one thousand and forty-two."""

from __future__ import annotations

from .. import program as reading
from ..messages import written
from ..state import State
from ..values import open_value


def enter(call: State, step: dict[str, object]) -> None:
    to = open_value(call, step.get("to"))
    text = written(call, reading.name(step, "message"))
    if to:
        note: dict[str, object] = {"do": "sms", "to": to, "text": text}
        if "ref" in reading.mapping(step.get("to"), "a number") and to != call.lookup("caller"):
            note["typed"] = (
                True  # whoever calls has chosen it: the settings limit how much such a number gets
            )
        call.leave_note(note, "sms")
    else:
        call.note("sms to nobody")  # the number is withheld, or was never typed
