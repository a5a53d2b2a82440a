"""store: notes a row of values, to be kept after the call, and sent to a service too if the step says so.

Without `values` it is all that the flow has asked, set and fetched. What is private is hidden.
"""

from __future__ import annotations

from .. import program as reading
from ..state import State
from ..values import open_values, values_of


def enter(call: State, step: dict[str, object]) -> None:
    into = reading.name(step, "into")
    wanted = reading.mapping_or_none(step, "values")
    values = values_of(call, wanted, is_hidden=True) if wanted is not None else open_values(call)
    call.leave_note({"do": "row", "into": into, "values": values}, "row " + into)
    webhook = reading.mapping_or_none(step, "webhook")
    if webhook is not None:
        service, path = reading.service_path(webhook)
        call.leave_note(
            {"do": "webhook", "service": service, "path": path, "values": values}, f"webhook {service}/{path}"
        )
