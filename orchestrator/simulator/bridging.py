"""`bridge`: ring others for a leg, and let it talk to the first that answers (switch_ivr_originate.c, _bridge.c).

Sound before a b-leg's answer is taken for ringing, whether `ignore_early_media` is set or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orchestrator.simulator.b_leg import BLeg, Dialing, dial
from orchestrator.simulator.causes import Q850
from orchestrator.simulator.channel import Channel
from orchestrator.simulator.courses import after_bridge, is_true
from orchestrator.simulator.ending import TICK_MS
from orchestrator.simulator.forks import DialString, Fork, parse_dial_string
from orchestrator.simulator.joining import pass_on
from orchestrator.simulator.leg import NEVER_MS, Leg
from orchestrator.simulator.taping import bridge_tapes

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

TIMEOUT_S: Final = 60
_STATUS: Final = {
    "ORIGINATOR_CANCEL": "CANCEL",
    "USER_BUSY": "BUSY",
    "NO_ANSWER": "NOANSWER",
    "DESTINATION_OUT_OF_ORDER": "INVALIDARGS",
    "INVALID_PROFILE": "INVALIDARGS",
    "CALL_REJECTED": "DONTCALL",
}


class Bridge:
    """One run of the application on the leg `caller`."""

    def __init__(self, switch: SimulatedSwitch, caller: Leg) -> None:
        self._switch, self._caller = switch, caller
        self._dialed: list[Dialing] = []
        self._all: list[Dialing] = []
        self._is_cancelled = False
        self._is_ringing = False

    def run(self, data: str) -> None:
        string = parse_dial_string(data)
        channel = self._caller.channel
        channel.set("originate_disposition", "failure")
        channel.set("DIALSTATUS", "INVALIDARGS")
        winner, cause = None, "DESTINATION_OUT_OF_ORDER"
        for group in string.groups:
            winner, cause = self._ring(string, group)
            if winner is not None or not self._caller.is_up:
                break
        if winner is not None:
            self._caller.answer()
        self._leave_causes(winner)
        channel.set("originate_disposition", "SUCCESS" if winner else cause)
        channel.set("DIALSTATUS", "SUCCESS" if winner else _STATUS.get(cause, cause))
        if winner is not None:
            self._talk(winner)
        else:
            channel.set("originate_failed_cause", cause)
            if not self._goes_on(cause):
                self._caller.hang_up(cause, by="switch")

    def _leave_causes(self, winner: BLeg | None) -> None:
        for one in self._all:
            end = "NONE" if one.leg is winner else one.leg.channel.cause
            self._caller.channel.push("originate_causes", f"{one.leg.channel.uuid};{end}")

    def _goes_on(self, cause: str) -> bool:
        """`continue_on_fail`: true, or the causes it is true of."""
        chosen = (self._caller.channel.get("continue_on_fail") or "").lower()
        if chosen in ("true", "yes", "on", "1", "t", "enabled", "active", "allow"):
            return True
        return bool({cause.lower(), str(Q850.get(cause, 0))} & set(chosen.split(",")))

    # Ringing

    def _ring(self, string: DialString, group: tuple[Fork, ...]) -> tuple[BLeg | None, str]:
        """(who answered first, why nobody did)."""
        caller = self._caller
        self._dialed = []
        self._is_cancelled = self._is_ringing = False
        refusal = ""
        if string.variables.get("instant_ringback") == "true":
            self._ring_back(None)
        for fork in group:
            one = dial(self._switch, caller, fork, self._change)
            if isinstance(one, str):
                refusal = refusal or one
            else:
                self._dialed.append(one)
        timeout = string.variables.get("originate_timeout") or caller.channel.get("call_timeout") or ""
        timeout_s = int(timeout) if timeout.isdigit() and int(timeout) else TIMEOUT_S
        deadline_ms = (caller.now_ms // 1000 + timeout_s) * 1000 + TICK_MS
        key = caller.channel.get("origination_cancel_key")
        caller.on_digit = (lambda: self._may_cancel(key)) if key else None
        try:
            while self._waits and caller.now_ms < deadline_ms:
                caller.live_until(deadline_ms)
        finally:
            caller.on_digit = None
        is_late = self._waits and not self._is_cancelled
        winner = next((one for one in self._dialed if one.has_won and one.is_up), None)
        self._let_go(winner, is_late=is_late)
        self._all += self._dialed
        if winner is not None and caller.is_ready:
            return winner.leg, ""
        if not caller.is_ready:
            return None, "ORIGINATOR_CANCEL"
        if is_late:
            return None, "NO_ANSWER"
        return None, self._dialed[0].leg.channel.cause if self._dialed else refusal

    @property
    def _waits(self) -> bool:
        has_won = any(one.has_won for one in self._dialed)
        is_open = any(one.is_up for one in self._dialed)
        return self._caller.is_ready and is_open and not has_won and not self._is_cancelled

    def _let_go(self, winner: Dialing | None, *, is_late: bool) -> None:
        """Hang up whoever is still ringing."""
        if not self._caller.is_ready:
            cause = "ORIGINATOR_CANCEL"
        elif is_late or (winner is None and len(self._dialed) == 1):
            cause = "NO_ANSWER"
        else:
            cause = "LOSE_RACE"
        for one in self._dialed:
            if one.is_up and (one is not winner or not self._caller.is_ready):
                one.leg.now_ms = max(one.leg.now_ms, self._caller.now_ms)
                if cause == "LOSE_RACE":
                    one.leg.channel.set("group_dial_status", "loser")
                if cause == "ORIGINATOR_CANCEL":
                    _tell(one.leg.channel, self._caller.channel)
                one.leg.hang_up(cause, by="switch")

    def _may_cancel(self, key: str) -> bool:
        self._is_cancelled = self._is_cancelled or self._caller.take_digit() == key
        return self._is_cancelled

    def _change(self) -> None:
        """A b-leg rings, has won or is down."""
        self._caller.stop_waiting()
        rung = next((one for one in self._dialed if one.has_rung), None)
        if rung is not None:
            self._ring_back(rung)

    def _ring_back(self, rung: Dialing | None) -> None:
        """Let the caller hear that it rings: the sound that is meant for it, else a 180 when somebody `rung`."""
        caller, channel = self._caller, self._caller.channel
        sound = (channel.get("transfer_ringback") if channel.answered_ms else None) or channel.get("ringback")
        if not self._is_ringing and sound is not None:
            self._is_ringing = True
            caller.pre_answer()
            caller.hears(sound)
        if rung is not None:
            channel.profile.callee_name, channel.profile.callee_number = "Outbound Call", rung.leg.number
            caller.ring_ready()
            channel.progress_ms = channel.progress_ms or caller.now_ms

    # Talking

    def _talk(self, other: BLeg) -> None:
        caller = self._caller
        one, two = caller.channel, other.channel
        one.bridged_ms = two.bridged_ms = caller.now_ms
        one.set("signal_bond", two.uuid)
        one.other = ("originatee", two)
        one.profile.callee_name, one.profile.callee_number = "Outbound Call", other.number
        two.state, two.state_number = "CS_EXCHANGE_MEDIA", "5"
        ids = {"Bridge-A-Unique-ID": one.uuid, "Bridge-B-Unique-ID": two.uuid}
        caller.announce("CHANNEL_BRIDGE", ids)
        for channel, peer in ((one, two), (two, one)):
            channel.set("last_bridge_to", peer.uuid)
            channel.set("bridge_channel", peer.name)
            channel.set("bridge_uuid", peer.uuid)
        self._import(two)
        caller.bridged_to, other.bridged_to = other, caller
        bridge_tapes(caller, is_on=True)
        caller.talk_begins()
        other.talk_begins()
        caller.on_digit = lambda: self._pass_on(other)
        try:
            while caller.is_ready and other.is_up:
                caller.live_until(NEVER_MS)
        finally:
            caller.on_digit = None
            bridge_tapes(caller, is_on=False)
            caller.bridged_to = other.bridged_to = None
        if other.is_up:
            other.now_ms = max(other.now_ms, caller.now_ms)
            _tell(two, one)
            two.set("bridge_hangup_cause", "NORMAL_CLEARING")
            other.hang_up("NORMAL_CLEARING", by="switch")
        if caller.ended_by == caller.far_end:
            one.set("sip_hangup_disposition", "recv_bye")
        one.set("bridge_hangup_cause", two.cause)
        caller.announce("CHANNEL_UNBRIDGE", ids)
        if (
            caller.is_ready
            and not after_bridge(self._switch, caller)
            and is_true(one.get("hangup_after_bridge"))
        ):
            caller.hang_up(two.cause, by="switch")

    def _import(self, other: Channel) -> None:
        """`import`: variables that the caller takes over from who answered."""
        for name in (self._caller.channel.get("import") or "").split(","):
            if name and (value := other.get(name)) is not None:
                self._caller.channel.set(name, value)

    def _pass_on(self, other: BLeg) -> bool:
        """The caller's keys go to the other side."""
        pass_on(self._caller, self._caller.take_digit(), other)
        return False


def _tell(other: Channel, caller: Channel) -> None:
    """A leg learns how the one it was made for ended."""
    other.set("last_bridge_hangup_cause", caller.cause)
    other.set("last_bridge_proto_specific_hangup_cause", caller.get("proto_specific_hangup_cause"))
