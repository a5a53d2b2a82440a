"""switch: runs the steps of the first case whose value is that of `left`, else `else`, and goes on after it."""

from __future__ import annotations

from .. import program as reading
from ..state import State
from ..values import compare, value_of


def enter(call: State, step: dict[str, object]) -> None:
    left = value_of(call, step.get("left"))
    for case in reading.sequence(step.get("cases"), "cases"):
        pair = reading.sequence(case, "case")
        if len(pair) != 2:
            raise reading.ProgramError("no case")
        if compare(left, reading.text(pair[0], "a case")) == 0:
            call.descend(reading.sequence(pair[1], "steps of a case"))
            return
    otherwise = step.get("else")
    call.descend(reading.sequence([] if otherwise is None else otherwise, "steps of a switch"))
