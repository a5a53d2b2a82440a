"""language: goes on in another language, if the program speaks it."""

from __future__ import annotations

from .. import program as reading
from ..state import State
from ..values import value_of


def enter(call: State, step: dict[str, object]) -> None:
    wanted = value_of(call, step.get("value"))
    if wanted not in reading.sequence(call.program.get("languages"), "languages"):
        call.note("no such language")
        return
    call.language = wanted
    call.note("language " + wanted)
