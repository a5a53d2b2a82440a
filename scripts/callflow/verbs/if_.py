"""if: runs `then` or `else`, and goes on after it.

Numbers and ISO dates compare by value, other text as text. An unknown variable is "", which is neither less
nor more than anything.
"""

from __future__ import annotations

from .. import program as reading
from ..state import State
from ..values import compare, value_of

_ORDERS = {
    "less": lambda order: order < 0,
    "more": lambda order: order > 0,
    "at_least": lambda order: order >= 0,
    "at_most": lambda order: order <= 0,
}


def enter(call: State, step: dict[str, object]) -> None:
    branch = step.get("then" if _holds(call, step) else "else")
    call.descend(reading.sequence([] if branch is None else branch, "steps of an if"))


def _holds(call: State, step: dict[str, object]) -> bool:
    operator = step.get("op")
    left = value_of(call, step.get("left"))
    if operator in ("set", "not_set"):
        return bool(left) == (operator == "set")
    if operator == "in":
        choices = reading.sequence(step.get("right"), "list of values")
        return any(compare(left, value_of(call, choice)) == 0 for choice in choices)
    right = value_of(call, step.get("right"))
    if operator in ("is", "is_not"):
        return (compare(left, right) == 0) == (operator == "is")
    if not isinstance(operator, str) or operator not in _ORDERS:
        raise reading.ProgramError("unknown comparison")
    return bool(left and right) and _ORDERS[operator](compare(left, right))
