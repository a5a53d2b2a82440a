"""The channel an originate makes. Pure."""

from __future__ import annotations

from orchestrator.simulator import variables
from orchestrator.simulator.channel import Channel, Profile
from orchestrator.simulator.originate import Originate


def outbound_channel(
    request: Originate, *, uuid: str, session_id: int, now_ms: int, profile: str = "out"
) -> Channel:
    """`profile`: the SIP profile that the gateway is on."""
    destination = request.destination
    number = destination.number
    is_sip = destination.endpoint in ("sofia", "user")
    name = f"sofia/{profile}/{number}" if is_sip else f"loopback/{number}-a"
    own = variables.of_session(uuid, session_id)
    if is_sip:
        own |= variables.of_invite(
            gateway=destination.gateway, profile=profile, number=number, name=name, own=request.variables
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
