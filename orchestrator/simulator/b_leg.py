"""The legs that `bridge` makes for a caller: from the INVITE until they answer, are confirmed, or end.

They live in the caller's time and greenlet: what happens to them is on the caller's agenda, so that who is first is
the same at any speed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from orchestrator.simulator.channel import Channel
from orchestrator.simulator.confirming import Confirmation
from orchestrator.simulator.ending import TICK_MS, end_leg
from orchestrator.simulator.forks import Fork
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.links import Line
from orchestrator.simulator.originate import Originate
from orchestrator.simulator.outbound import outbound_channel
from orchestrator.simulator.signalling import POST_DIAL_MS, Telephone
from orchestrator.simulator.variables import PREFIX

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch


class BLeg(Leg):
    """A leg made for `caller`."""

    def __init__(self, caller: Leg, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._caller = caller
        self.on_key: Callable[[], None] = lambda: None
        self._pressed = ""

    def at(self, at_ms: int, what: Callable[[], object]) -> None:
        self._caller.at(at_ms, lambda: self._happens(what))

    def soon(self, what: Callable[[], object]) -> None:
        self._caller.soon(lambda: self._happens(what))

    def later(self, at_ms: int, what: Callable[[], object]) -> None:
        self._caller.later(at_ms, lambda: self._happens(what))

    def kill(self, cause: str) -> None:
        if self.exists:
            self._killed_with = cause
            self.soon(lambda: self.hang_up(cause, by="switch"))

    def press(self, key: str) -> None:
        super().press(key)
        self.now_ms = max(self.now_ms, self._caller.now_ms)
        self.take_digit()
        self._pressed = key
        self.on_key()

    @property
    def pressed(self) -> str:
        """The key pressed last."""
        return self._pressed

    def _happens(self, what: Callable[[], object]) -> None:
        self.now_ms = max(self.now_ms, self._caller.now_ms)
        if self.is_up:
            what()


class Dialing:
    """One b-leg, begun at once. `on_change` is called when it rings, has won, or is down."""

    def __init__(
        self, switch: SimulatedSwitch, caller: Leg, fork: Fork, uuid: str, on_change: Callable[[], None]
    ) -> None:
        self._switch, self._caller, self._fork, self._on_change = switch, caller, fork, on_change
        self.has_won = self.has_rung = False
        self._began_ms = caller.now_ms
        self._limit_s: int | None = None
        callee = switch.calls.callee(fork.destination, uuid, self._began_ms)
        self.leg = BLeg(
            caller,
            _channel(switch, caller, fork, uuid),
            callee,
            number=fork.destination.number,
            messages=caller.messages,
            timers=switch.timers,
            emitter=switch,
        )
        self._telephone = Telephone(switch, self.leg, callee)
        self.leg.fetch, self.leg.on_down, self.leg.note_over = (
            caller.fetch,
            self._down,
            self._telephone.log_over,
        )
        switch.calls.began(self.leg)
        self._invite()
        far = switch.links.get(fork.destination.gateway)
        if far is not None:
            Line(far, self.leg, speed=switch.clock.speed, rings=self._ring, answers=self._answered)

    @property
    def is_up(self) -> bool:
        return self.leg.is_up

    def _invite(self) -> None:
        leg, telephone = self.leg, self._telephone
        uuid, number = leg.channel.uuid, self._fork.destination.number
        self._caller.channel.push("originated_legs", f"{uuid};Outbound Call;{number}")
        self._announce_outgoing()
        for event in ("CHANNEL_CREATE", "CHANNEL_ORIGINATE"):
            leg.announce(event)
        leg.channel.state, leg.channel.state_number = "CS_CONSUME_MEDIA", "7"
        self._limit("leg_timeout")
        if telephone.rings:
            leg.at(leg.now_ms + POST_DIAL_MS, self._ring)
        elif telephone.rings_ms is not None:
            leg.at(leg.now_ms + telephone.rings_ms, self._finally)

    def _announce_outgoing(self) -> None:
        """Before it has anything that makes it a leg."""
        channel = self.leg.channel
        own, channel.variables = channel.variables, {}
        channel.state, channel.state_number = "CS_NONE", "0"
        self.leg.announce("CHANNEL_OUTGOING")
        channel.variables, channel.state, channel.state_number = own, "CS_INIT", "2"

    def _ring(self) -> None:
        telephone = self._telephone
        if not telephone.picks_up_at_once:
            telephone.progress()
            self.has_rung = True
            self._on_change()
        if telephone.rings_ms is not None:
            self.leg.at(self.leg.now_ms + telephone.rings_ms, self._finally)

    def _finally(self) -> None:
        if self._telephone.finally_says():
            self._taken()

    def _answered(self) -> None:
        """Over a line to another switch."""
        self._telephone.answer()
        self._taken()

    def _taken(self) -> None:
        if self._fork.variables.get("group_confirm_key"):
            self._limit("group_confirm_timeout")
            Confirmation(self.leg, self._fork.variables, self._win)
        else:
            self._win()

    def _win(self) -> None:
        self.has_won = True
        self._on_change()

    def _down(self) -> None:
        own, caller = self.leg.channel, self._caller.channel
        if self._caller.is_up:
            caller.set("last_bridge_hangup_cause", own.cause)
        if self.leg.ended_by == self.leg.far_end:
            said = own.get("proto_specific_hangup_cause")
            caller.set("last_bridge_proto_specific_hangup_cause", said)
            for name in ("sip_invite_failure_status", "sip_invite_failure_phrase"):
                caller.set(name, own.get(name) or caller.get(name))
        end_leg(self._switch, self.leg, has_cdr=False)
        self._switch.calls.ended(self.leg)
        self._on_change()

    def _limit(self, name: str) -> None:
        """A time-out that begins now, in whole seconds, of which the switch lets one more pass."""
        text = self._fork.variables.get(name, "")
        if not text.isdigit() or not int(text):
            return
        limit_s = self._limit_s = int(text) + self.leg.now_ms // 1000 - self._began_ms // 1000

        def over() -> None:
            if self._limit_s == limit_s and not self.has_won:
                self.leg.hang_up("ALLOTTED_TIMEOUT", by="switch")

        self.leg.at((self._began_ms // 1000 + limit_s + 1) * 1000 + TICK_MS, over)


def dial(switch: SimulatedSwitch, caller: Leg, fork: Fork, on_change: Callable[[], None]) -> Dialing | str:
    """Send an INVITE; the cause when there is none to send."""
    calls, destination = switch.calls, fork.destination
    uuid = fork.variables.get("origination_uuid") or calls.new_id()
    if destination.refusal:
        return destination.refusal
    if destination.endpoint not in ("sofia", "user"):
        return "CHAN_NOT_IMPLEMENTED"
    if not calls.throttle.admit(switch.clock.now_ms(), calls.count):
        return "DESTINATION_OUT_OF_ORDER"
    if cause := calls.refusal(destination):
        if cause != "SUBSCRIBER_ABSENT":
            calls.emit_bare(uuid)
        return cause
    return Dialing(switch, caller, fork, uuid, on_change)


def _channel(switch: SimulatedSwitch, caller: Leg, fork: Fork, uuid: str) -> Channel:
    """As an originate makes it, and what a leg has because it was made for another."""
    origin, own = caller.channel, fork.variables
    number = own.get("origination_caller_id_number") or origin.get("effective_caller_id_number")
    name = own.get("origination_caller_id_name") or origin.get("effective_caller_id_name")
    request = Originate(
        destination=fork.destination,
        variables=own,
        caller_number=number or origin.profile.caller_number,
        caller_name=name or number or origin.profile.caller_name,
    )
    channel = outbound_channel(
        request,
        uuid=uuid,
        session_id=switch.calls.throttle.sessions,
        now_ms=caller.now_ms,
        profile=switch.sofia.profile_of(fork.destination.gateway),
    )
    first = channel.first
    first.dialplan, first.context, first.source = "XML", origin.profile.context, "mod_sofia"
    first.username = origin.profile.username
    channel.network_addr = origin.network_addr
    channel.call_uuid, channel.other = origin.uuid, ("originator", origin)
    channel.variables[PREFIX + "call_uuid"] = origin.uuid
    for variable in ("originator", "signal_bond", "originating_leg_uuid"):
        channel.set(variable, origin.uuid)
    for exported in (origin.get("export_vars") or "").split(","):
        if exported and (value := origin.get(exported)) is not None:
            channel.set(exported, value)
    return channel
