"""set: gives a flow variable a text, or the text of a column or of another variable; a private one stays private."""

from __future__ import annotations

from .. import program as reading
from ..state import State
from ..values import is_private, value_of


def enter(call: State, step: dict[str, object]) -> None:
    value = step.get("value")
    call.set(reading.name(step, "name"), value_of(call, value), private=is_private(call, value))
