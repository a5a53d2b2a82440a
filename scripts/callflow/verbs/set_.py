"""set: gives a flow variable a text, or the text of a column or of another variable."""

from __future__ import annotations

from .. import program as reading
from ..state import State
from ..values import value_of


def enter(call: State, step: dict[str, object]) -> None:
    call.set(reading.name(step, "name"), value_of(call, step.get("value")))
