"""One originated call from its INVITE to its CDR."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from orchestrator.simulator.callee import Callee
from orchestrator.simulator.chance import chance, pick
from orchestrator.simulator.courses import enter, live
from orchestrator.simulator.ending import TICK_MS, end_leg
from orchestrator.simulator.leg import NEVER_MS, Leg
from orchestrator.simulator.links import Far, Line
from orchestrator.simulator.messages import Messages
from orchestrator.simulator.originate import Originate
from orchestrator.simulator.outbound import outbound_channel
from orchestrator.simulator.signalling import POST_DIAL_MS, Telephone

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

# When the job of a failed originate is announced, against CHANNEL_HANGUP_COMPLETE and CHANNEL_DESTROY.
_JOB_ORDER: Final = {"before_complete": 4.0, "after_complete": 5.0, "after_destroy": 1.0}


class Call:
    """`run` it in a greenlet of its own. `on_result` gets the originate's answer, `+OK ...` or `-ERR ...`, once."""

    def __init__(
        self,
        switch: SimulatedSwitch,
        request: Originate,
        callee: Callee,
        *,
        uuid: str,
        session_id: int,
        now_ms: int,
        on_result: Callable[[str], None],
        on_end: Callable[[Leg], None],
    ) -> None:
        self._switch, self._request, self._on_result, self._on_end = switch, request, on_result, on_end
        self._rng = chance(switch.seed, "call", uuid)
        self._is_announced = self._is_originated = False
        own = request.variables
        self.leg = Leg(
            outbound_channel(
                request,
                uuid=uuid,
                session_id=session_id,
                now_ms=now_ms,
                profile=switch.sofia.profile_of(request.destination.gateway),
            ),
            callee,
            number=request.destination.number,
            messages=Messages(switch.root, own.get("prozvon_program", ""), own.get("prozvon_payload", "")),
            timers=switch.timers,
            emitter=switch,
        )
        self.leg.fetch = switch.http_cache.local
        self._telephone = Telephone(switch, self.leg, callee, is_sip=self._is_sip)
        self.leg.note_over = self._telephone.log_over

    def run(self) -> None:
        leg, channel = self.leg, self.leg.channel
        self._switch.emit_channel("CHANNEL_CREATE", leg)
        channel.state, channel.state_number = "CS_CONSUME_MEDIA", "7"
        try:
            if self._is_answered():
                self._in_dialplan()
        finally:
            self._finish()

    # Until the answer

    def _is_answered(self) -> bool:
        """Live through ringing. True when the leg may go on to its extension."""
        leg, telephone = self.leg, self._telephone
        far = self._switch.links.get(self._request.destination.gateway)
        if far is not None:
            return self._is_answered_there(far)
        waits_for_answer = self._request.variables.get("ignore_early_media", "false") != "false"
        if telephone.rings:
            if not leg.live_for(POST_DIAL_MS):
                return False
            if not telephone.picks_up_at_once and telephone.progress() and not waits_for_answer:
                leg.at(leg.now_ms + (telephone.rings_ms or 0), telephone.finally_says)
                self._succeeded()
                return leg.is_up
        deadline_ms = (leg.channel.created_ms // 1000 + self._request.timeout_s) * 1000 + TICK_MS
        final_ms = NEVER_MS if telephone.rings_ms is None else leg.now_ms + telephone.rings_ms
        if not leg.live_until(min(deadline_ms, final_ms)):
            return False
        if final_ms >= deadline_ms:
            leg.hang_up("NO_ANSWER", by="network")
            return False
        if not telephone.finally_says():
            return False
        self._succeeded()
        return leg.is_up

    def _is_answered_there(self, far: Far) -> bool:
        """By the other end of a line to another switch."""
        leg, telephone = self.leg, self._telephone

        def answers() -> None:
            telephone.answer()
            leg.stop_waiting()

        Line(far, leg, speed=self._switch.clock.speed, rings=telephone.progress, answers=answers)
        deadline_ms = (leg.channel.created_ms // 1000 + self._request.timeout_s) * 1000 + TICK_MS
        while leg.is_up and not leg.channel.answered_ms and leg.now_ms < deadline_ms:
            leg.live_until(deadline_ms)
        if not leg.channel.answered_ms:
            leg.hang_up("NO_ANSWER", by="network")
            return False
        self._succeeded()
        return leg.is_up

    @property
    def _is_sip(self) -> bool:
        return self._request.destination.endpoint in ("sofia", "user")

    def _succeeded(self) -> None:
        """The originate's `+OK`, before the extension begins (or, as a fault, after its end)."""
        self._is_originated = True
        line = self._switch.fault_line
        if not line.happens(line.faults.late_job):
            self._announce(f"+OK {self.leg.channel.uuid}\n")

    def _announce(self, result: str) -> None:
        if not self._is_announced:
            self._is_announced = True
            self._on_result(result)

    # In the dialplan

    def _in_dialplan(self) -> None:
        leg, channel, request = self.leg, self.leg.channel, self._request
        if not leg.live_for(TICK_MS):
            return
        channel.set("endpoint_disposition", "ANSWER")
        if request.application:
            leg.steps.append((request.application, request.application_data))
        elif not enter(self._switch, leg, request.extension, request.dialplan, request.context):
            return
        channel.state, channel.state_number = "CS_EXECUTE", "4"
        self._flip()
        live(self._switch, leg)

    def _flip(self) -> None:
        """Once it executes, the called party is the caller of its own leg. [recorded]"""
        profile, first = self.leg.channel.profile, self.leg.channel.first
        self.leg.channel.set("pre_transfer_caller_id_name", first.caller_name)
        self.leg.channel.set("pre_transfer_caller_id_number", first.caller_number)
        self.leg.channel.set("channel_cid_flipped", "yes")
        if profile is not first:
            profile.caller_name, profile.caller_number = first.callee_name, first.callee_number
            profile.callee_name, profile.callee_number = first.caller_name, first.caller_number

    # After hangup

    def _finish(self) -> None:
        leg, switch = self.leg, self._switch
        if switch.has_crashed:
            return
        leg.hang_up("NORMAL_CLEARING", by="switch")
        order = pick(_JOB_ORDER, self._rng)
        result = f"+OK {leg.channel.uuid}\n" if self._is_originated else f"-ERR {leg.channel.cause}\n"
        if order == "before_complete" and not self._is_originated:
            self._announce(result)

        def after_complete() -> None:
            if order == "after_complete":
                self._announce(result)

        end_leg(switch, leg, is_sip=self._is_sip, after_complete=after_complete)
        leg.settled.set()
        self._on_end(leg)
        self._announce(result)
