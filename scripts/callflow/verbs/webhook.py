"""webhook: notes values for a service, to be sent after the call.

Without `send` it is the caller and all that the flow has asked, set and fetched. What is private is hidden.
"""

from __future__ import annotations

from .. import program as reading
from ..state import State
from ..values import open_values, values_of


def enter(call: State, step: dict[str, object]) -> None:
    service, path = reading.service_path(step)
    wanted = reading.mapping_or_none(step, "send")
    everything = {**open_values(call), "caller": call.lookup("caller")}
    values = values_of(call, wanted, is_hidden=True) if wanted is not None else everything
    call.leave_note(
        {"do": "webhook", "service": service, "path": path, "values": values}, f"webhook {service}/{path}"
    )
