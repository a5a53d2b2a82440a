"""opt_out: notes that the person takes their consent back. It goes before all other notes, and never lacks room.

A machine takes nothing back: only a person does.
"""

from __future__ import annotations

from .. import program as reading
from ..state import State


def enter(call: State, step: dict[str, object]) -> None:
    if call.is_machine:
        return
    purpose = reading.name_or_none(step, "purpose")
    if purpose is None or reading.flag(step, "everything", otherwise=True):
        call.leave_first_note({"do": "opt_out", "everything": True}, "opts out")
    else:
        call.leave_first_note(
            {"do": "opt_out", "everything": False, "purpose": purpose}, "opt_out " + purpose
        )
