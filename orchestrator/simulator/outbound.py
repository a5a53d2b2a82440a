"""The channel an originate makes. Pure."""

from __future__ import annotations

from typing import Final

from orchestrator.simulator import variables
from orchestrator.simulator.channel import Channel, Profile
from orchestrator.simulator.originate import Originate

PROFILE: Final = "out"  # the sofia profile every gateway is on


def outbound_channel(request: Originate, *, uuid: str, session_id: int, now_ms: int) -> Channel:
    destination = request.destination
    number = destination.number
    is_sip = destination.endpoint == "sofia"
    name = f"sofia/{PROFILE}/{number}" if is_sip else f"loopback/{number}-a"
    own = variables.of_session(uuid, session_id)
    if is_sip:
        own |= variables.of_invite(
            gateway=destination.gateway, profile=PROFILE, number=number, name=name, own=request.variables
        )
    else:
        own |= variables.of_loopback(name=name, own=request.variables)
    return Channel(
        uuid=uuid,
        name=name,
        created_ms=now_ms,
        first=Profile(
            index="1",
            created_ms=now_ms,
            caller_name=request.caller_name,
            caller_number=request.caller_number,
            callee_name="Outbound Call",
            callee_number=number,
            destination=number,
        ),
        ani=request.caller_number,
        variables=own,
    )
