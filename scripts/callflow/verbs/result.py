"""result: what the call came to, in the scenario's own words. A later one replaces it.

On an answering machine nothing is concluded: the disposition `machine` says it, and its rule decides.
"""

from __future__ import annotations

from .. import program as reading
from ..state import State


def enter(call: State, step: dict[str, object]) -> None:
    name = reading.result_name(step, "name")
    if not call.is_machine:
        call.result = name
