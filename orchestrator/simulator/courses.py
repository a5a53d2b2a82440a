"""What a leg does from its routing to its hangup: its extension, parked, or what it was told to do instead.

Sources: switch_core_state_machine.c, switch_ivr.c (park, transfer), switch_ivr_bridge.c (after a bridge).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orchestrator.simulator.causes import known_cause
from orchestrator.simulator.channel import Profile
from orchestrator.simulator.dialplan import Action, Route
from orchestrator.simulator.leg import NEVER_MS, Leg
from orchestrator.simulator.separate import atoi, separate
from orchestrator.simulator.taping import TRUE

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

MAX_FORWARDS: Final = 70


def live(switch: SimulatedSwitch, leg: Leg) -> None:
    """Run the applications in `leg.steps` and whatever it is told to do instead, until it is down."""
    while leg.is_up:
        course = leg.take_course()
        if course is not None:
            course()
        elif leg.steps:
            leg.channel.state, leg.channel.state_number = "CS_EXECUTE", "4"
            name, data = leg.steps.popleft()
            switch.applications.execute(leg, name, data)
        else:
            leg.hang_up("NORMAL_CLEARING", by="switch")


def enter(switch: SimulatedSwitch, leg: Leg, extension: str, dialplan: str, context: str) -> bool:
    """Go to an extension, as a transfer does. False, and hung up, when there is none."""
    channel, old = leg.channel, leg.channel.profile
    channel.set("max_forwards", str(atoi(channel.get("max_forwards") or str(MAX_FORWARDS + 1)) - 1))
    channel.transferred_ms = leg.now_ms
    channel.current = Profile(
        index=str(int(old.index) + 1),
        created_ms=leg.now_ms,
        caller_name=old.caller_name,
        caller_number=old.caller_number,
        callee_name=old.callee_name,
        callee_number=old.callee_number,
        destination=extension,
        dialplan=dialplan,
        context=context,
        rdnis=old.destination,
        username=old.username,
        source=old.source,
    )
    route = _inline(extension) if dialplan.lower() == "inline" else None
    if dialplan == "XML":
        route = switch.dialplan.route(context, channel.get)
    if route is None:
        channel.state, channel.state_number = "CS_ROUTING", "3"
        leg.hang_up("NO_ROUTE_DESTINATION", by="switch")
        _mark(leg, extension, dialplan, context)
        return False
    _mark(leg, extension, dialplan, context)
    actions = tuple((action.application, action.data) for action in route.actions)
    channel.extension = (route.extension, extension, actions)
    channel.is_in_dialplan = True
    leg.steps.clear()
    leg.steps.extend(actions)
    return True


def _inline(text: str) -> Route:
    """`APP:DATA,APP:DATA`: the dialplan `inline` of mod_dptools."""
    parts = (part.partition(":") for part in separate(text, ",", 128))
    actions = tuple(Action(application=name, data=data) for name, _, data in parts)
    return Route(extension="inline", actions=actions)


def _mark(leg: Leg, extension: str, dialplan: str, context: str) -> None:
    """Where it was transferred to: the leg says so only once it has been routed. [recorded]"""
    channel = leg.channel
    mark = f"{channel.transferred_ms // 1000}:{channel.uuid}:bl_xfer:{extension}/{context}/{dialplan}"
    channel.push("transfer_history", mark)
    channel.set("transfer_source", mark)
    channel.profile.transfer_source = mark


def transfer(
    switch: SimulatedSwitch, leg: Leg, extension: str, dialplan: str = "", context: str = ""
) -> None:
    """From anywhere: leave what it does and go to this extension; "" for the dialplan and context it is in."""
    profile = leg.channel.profile
    dialplan, context = dialplan or profile.dialplan or "XML", context or profile.context or "default"
    leg.channel.set("signal_bond", None)
    leg.go_to(lambda: _transferred(switch, leg, extension, dialplan, context))


def _transferred(switch: SimulatedSwitch, leg: Leg, extension: str, dialplan: str, context: str) -> None:
    enter(switch, leg, extension, dialplan, context)
    leg.settled.set()


# Parked


def park(leg: Leg) -> None:
    """Hear nothing and do nothing, until it is told to or its `park_timeout` (SECONDS[:CAUSE]) is over."""
    channel, timeout = leg.channel, leg.channel.get("park_timeout")
    end_ms, cause = NEVER_MS, "NORMAL_CLEARING"
    if timeout is not None:
        cause = known_cause(timeout.partition(":")[2]) or cause
        end_ms = (leg.now_ms // 1000 + atoi(timeout)) * 1000
        channel.set("park_timeout", None)
        channel.set("park_after_bridge", None)
    leg.announce("CHANNEL_PARK")
    leg.settled.set()
    on_digit, leg.on_digit = leg.on_digit, lambda: _forget_key(leg)
    try:
        while leg.is_ready and leg.now_ms < end_ms:
            leg.live_until(end_ms)
    finally:
        leg.on_digit = on_digit
    if leg.is_ready:
        leg.hang_up(cause, by="switch")
    leg.announce("CHANNEL_UNPARK")


def _forget_key(leg: Leg) -> bool:
    leg.take_digit()
    return False


def be_parked(leg: Leg) -> None:
    """In the state CS_PARK, which only another course or the hangup ends."""
    leg.channel.state, leg.channel.state_number = "CS_PARK", "6"
    leg.forget_break()
    park(leg)


# After a bridge


def after_bridge(switch: SimulatedSwitch, leg: Leg) -> bool:
    """What its variables ask for when a bridge of it is over. False when they ask for nothing."""
    channel = leg.channel
    if is_true(channel.get("park_after_bridge")):
        leg.go_to(lambda: be_parked(leg))
        return True
    where = channel.get("transfer_after_bridge")
    if where:
        channel.set("transfer_after_bridge", None)  # used up
        extension, dialplan, context = [*separate(where, ":", 4), "", "", ""][:3]
        transfer(switch, leg, extension, dialplan, context)
        return True
    return False


def is_true(value: str | None) -> bool:
    return (value or "").lower() in TRUE
