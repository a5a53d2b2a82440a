"""Two legs that are there talk to each other: `freeswitch.bridge(a, b)` of a script, and `uuid_bridge`.

As long as they talk the one that was joined is lived by the other: one time, one order of what happens to both
(switch_ivr_bridge.c, switch_ivr_multi_threaded_bridge).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from gevent.event import Event

from orchestrator.simulator.courses import after_bridge, is_true
from orchestrator.simulator.ending import TICK_MS
from orchestrator.simulator.leg import NEVER_MS, Leg
from orchestrator.simulator.taping import bridge_tapes

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

COMES_S: Final = 10.0  # real seconds in which a leg must have left what it did

OnKey = Callable[[str], bool]


class Join:
    """`caller` is the originator, in whose greenlet it all happens; `other` is joined to it."""

    def __init__(self, switch: SimulatedSwitch, caller: Leg, other: Leg, on_key: OnKey | None = None) -> None:
        """`on_key`: a script's callback. It gets the caller's keys instead of the other side; the first key of the
        other side ends the talk, as in the switch.
        """
        self._switch, self._caller, self._other, self._on_key = switch, caller, other, on_key
        self._begun, self._returned = Event(), Event()
        self._has_come = self._is_ended = False

    def run(self) -> None:
        """Until one of them hangs up or is taken away."""
        caller, other = self._caller, self._other
        if not caller.is_ready or not other.is_ready:
            self._switch.log("ERR", "Channels not ready\n")
            return
        if other.bridged_to is not None:
            self._crosstalk()
            return
        caller.pre_answer()
        if not other.channel.answered_ms:
            self._unanswered()
            return
        caller.answer()
        other.settled.clear()
        other.go_to(self._come, caller.now_ms)
        self._run()

    def arrange(self) -> None:
        """From outside: both leave what they do, and then talk."""
        for leg, peer in ((self._caller, self._other), (self._other, self._caller)):
            leg.channel.set("bridge_channel", peer.channel.name)
            leg.channel.set("bridge_uuid", peer.channel.uuid)
            leg.channel.set("signal_bond", peer.channel.uuid)
        self._other.settled.clear()
        self._other.go_to(self._come)
        self._caller.go_to(self._arranged)

    def _arranged(self) -> None:
        for leg, peer in ((self._caller, self._other), (self._other, self._caller)):
            about = {"Application": "uuid_bridge", "Application-Data": peer.channel.uuid}
            leg.announce("CHANNEL_EXECUTE", about)
        self._run()

    def _run(self) -> None:
        self._caller.settled.set()
        if self._begins():
            self._talk()
        self._ends()

    # What no script should do

    def _crosstalk(self) -> None:
        self._switch.log(
            "CRIT", f"{self._other.channel.uuid} talks already: both callers are heard at once\n"
        )
        while self._caller.is_ready and self._other.is_up:
            self._caller.live_for(10 * TICK_MS)

    def _unanswered(self) -> None:
        self._switch.log("CRIT", f"{self._other.channel.uuid} is not answered: both legs are hung up\n")
        self._other.kill("DESTINATION_OUT_OF_ORDER")
        self._caller.hang_up("DESTINATION_OUT_OF_ORDER", by="switch")

    # A talk

    def _begins(self) -> bool:
        """Take the other leg. False when it ended before it came."""
        caller, other = self._caller, self._other
        one, two = caller.channel, other.channel
        caller.now_ms = max(caller.now_ms, other.now_ms)
        two.call_uuid = one.uuid
        two.set("call_uuid", one.uuid)
        one.profile.callee_name, one.profile.callee_number = (
            two.profile.callee_name,
            two.profile.callee_number,
        )
        one.bridged_ms = two.bridged_ms = caller.now_ms
        caller.announce("CHANNEL_BRIDGE", self._ids)
        other.settled.wait(COMES_S)
        if not self._has_come:
            other.kill("DESTINATION_OUT_OF_ORDER")
        self._begun.set()
        return self._has_come

    def _come(self) -> None:
        """In the other leg's greenlet: be lived by the caller until it is given back."""
        other = self._other
        self._has_come = True
        other.stop_beside()
        other.channel.state, other.channel.state_number = "CS_EXCHANGE_MEDIA", "5"
        other.settled.set()
        if not self._begun.wait(COMES_S):
            other.hang_up("DESTINATION_OUT_OF_ORDER", by="switch")
        self._returned.wait(None if other.is_up else 0)
        if other.is_ready and not after_bridge(self._switch, other):
            other.hang_up("NORMAL_CLEARING", by="switch")

    def _talk(self) -> None:
        caller, other = self._caller, self._other
        for leg, peer in ((caller, other), (other, caller)):
            leg.channel.set("last_bridge_to", peer.channel.uuid)
            leg.channel.set("bridge_channel", peer.channel.name)
            leg.channel.set("bridge_uuid", peer.channel.uuid)
            leg.channel.set("signal_bond", peer.channel.uuid)
            leg.bridged_to = peer
        other.lend(caller)
        caller.on_digit, other.on_digit = self._caller_pressed, self._other_pressed
        for leg in (caller, other):
            bridge_tapes(leg, is_on=True)
            leg.talk_begins()
        try:
            while caller.is_ready and other.is_ready and not self._is_ended:
                caller.live_until(NEVER_MS)
        finally:
            caller.on_digit = other.on_digit = None
            for leg in (caller, other):
                bridge_tapes(leg, is_on=False)
                leg.forget_break()
                leg.flush()
                leg.bridged_to = None
            other.take_back()

    def _ends(self) -> None:
        caller, other = self._caller, self._other
        one, two = caller.channel, other.channel
        for leg, peer in ((caller, other), (other, caller)):
            if not leg.is_up:
                peer.channel.set("last_bridge_hangup_cause", leg.channel.cause)
                said = leg.channel.get("proto_specific_hangup_cause")
                if said:
                    peer.channel.set("last_bridge_proto_specific_hangup_cause", said)
                peer.channel.set("bridge_hangup_cause", leg.channel.cause)
        self._is_ended = True
        other.settled.clear()
        self._returned.set()
        other.settled.wait(COMES_S)
        if two.cause:
            one.set("bridge_hangup_cause", two.cause)
        two.call_uuid = ""
        two.set("call_uuid", two.uuid)
        caller.announce("CHANNEL_UNBRIDGE", self._ids)
        if caller.is_ready and not after_bridge(self._switch, caller):
            hangs_up = one.get("hangup_after_bridge")
            if is_true(hangs_up) or (hangs_up or "").lower() == "explicit":
                caller.hang_up(two.cause or "NORMAL_CLEARING", by="switch")

    @property
    def _ids(self) -> dict[str, str]:
        one, two = self._caller.channel.uuid, self._other.channel.uuid
        return {"Bridge-A-Unique-ID": one, "Bridge-B-Unique-ID": two}

    # Keys

    def _caller_pressed(self) -> bool:
        key = self._caller.take_digit()
        if self._on_key is None:
            pass_on(self._caller, key, self._other)
        elif self._on_key(key):
            self._is_ended = True
            self._caller.stop_waiting()
        return False

    def _other_pressed(self) -> bool:
        pass_on(self._other, self._other.take_digit(), self._caller)
        if self._on_key is not None:
            self._is_ended = True
            self._caller.stop_waiting()
        return False


def pass_on(leg: Leg, key: str, peer: Leg) -> None:
    """A key that was pressed in a talk goes to the other side, unless `bridge_filter_dtmf` keeps it."""
    if not is_true(leg.channel.get("bridge_filter_dtmf")):
        peer.gets_key(key)


def uuid_bridge(switch: SimulatedSwitch, one: Leg, two: Leg) -> None:
    """From outside: `one` is the originator, unless it alone has no sound yet."""
    if not one.has_media and two.has_media:
        one, two = two, one
    Join(switch, one, two).arrange()
