"""One originated call from its INVITE to its CDR."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from orchestrator.simulator import variables
from orchestrator.simulator.callee import Callee
from orchestrator.simulator.causes import sip_cause
from orchestrator.simulator.cdr import write_cdr
from orchestrator.simulator.chance import chance, pick
from orchestrator.simulator.channel import Profile
from orchestrator.simulator.leg import NEVER_MS, Leg
from orchestrator.simulator.messages import Messages
from orchestrator.simulator.originate import Originate
from orchestrator.simulator.outbound import outbound_channel
from orchestrator.simulator.population import Outcome

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

POST_DIAL_MS: Final = 120  # from the INVITE to the first answer of the far end
TICK_MS: Final = 20  # the switch looks at its legs this often

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
        leg, callee = self.leg, self.leg.callee
        waits_for_answer = self._request.variables.get("ignore_early_media", "false") != "false"
        if self._is_sip and callee.outcome not in _NO_RINGING:
            if not leg.live_for(POST_DIAL_MS):
                return False
            if not self._picks_up_at_once and self._progress() and not waits_for_answer:
                leg.at(leg.now_ms + round(callee.rings_s * 1000), self._late_end_of_early_media)
                self._succeeded()
                return leg.is_up
        deadline_ms = (leg.channel.created_ms // 1000 + self._request.timeout_s) * 1000 + TICK_MS
        final_ms = (
            leg.now_ms + round(callee.rings_s * 1000) if callee.outcome not in _NEVER_ENDS else NEVER_MS
        )
        if not leg.live_until(min(deadline_ms, final_ms)):
            return False
        if final_ms >= deadline_ms:
            leg.hang_up("NO_ANSWER", by="network")
            return False
        if callee.outcome is not Outcome.ANSWERED:
            self._refuse()
            return False
        self._answer()
        self._succeeded()
        return leg.is_up

    def _progress(self) -> bool:
        """180, or 183 with sound; True for the latter."""
        leg, channel = self.leg, self.leg.channel
        if self._is_sip:
            self._dialog()
        if leg.callee.early_media:
            channel.progress_media_ms = leg.now_ms
            channel.answer_state = "early"
            channel.variables.update(variables.MEDIA)
            channel.set("endpoint_disposition", "EARLY MEDIA")
            self._switch.emit_channel("CHANNEL_PROGRESS_MEDIA", leg)
            channel.call_state = "EARLY"
            return True
        channel.progress_ms = leg.now_ms
        self._switch.emit_channel("CHANNEL_PROGRESS", leg)
        channel.call_state = "RINGING"
        return False

    @property
    def _picks_up_at_once(self) -> bool:
        callee = self.leg.callee
        return callee.outcome is Outcome.ANSWERED and not callee.rings_s and not callee.early_media

    @property
    def _is_sip(self) -> bool:
        return self._request.destination.endpoint == "sofia"

    def _dialog(self) -> None:
        channel = self.leg.channel
        channel.network_addr = "127.0.0.1"
        channel.variables.update(
            variables.of_ringing(caller=channel.ani, number=self.leg.number, uuid=channel.uuid)
        )

    def _answer(self) -> None:
        leg, channel = self.leg, self.leg.channel
        if not channel.network_addr and self._is_sip:
            self._dialog()
        channel.answered_ms = leg.now_ms
        channel.answer_state = "answered"
        if self._is_sip:
            channel.variables.update(variables.ANSWERED)
        self._switch.emit_channel("CHANNEL_ANSWER", leg)
        channel.call_state = "ACTIVE"
        channel.set("endpoint_disposition", "ANSWER")
        if leg.callee.kind is not None:
            self._switch.calls.callee_log.answered(at=leg.now_ms, call=channel.uuid)
        gone_ms = leg.now_ms + round(leg.callee.stays_s * 1000)
        leg.at(gone_ms, lambda: leg.hang_up("NORMAL_CLEARING", by="callee"))

    def _refuse(self) -> None:
        leg, channel = self.leg, self.leg.channel
        cause = leg.callee.cause
        if not cause:
            status = leg.callee.sip_status or 480
            phrase, cause = sip_cause(status)
            is_real = leg.callee.kind is not None
            channel.network_addr = "127.0.0.1" if is_real else ""
            channel.variables.update(
                variables.of_refusal(status, phrase, cause, channel.uuid, is_real=is_real)
            )
        leg.hang_up(cause, by="callee")

    def _late_end_of_early_media(self) -> None:
        if self.leg.callee.outcome is Outcome.ANSWERED:
            self._answer()
        elif self.leg.callee.outcome not in _NEVER_ENDS:
            self._refuse()

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
        if request.application:
            actions: tuple[tuple[str, str], ...] = ((request.application, request.application_data),)
        else:
            self._transfer()
            route = self._switch.dialplan.route(request.context, self._caller_field)
            if route is None or request.dialplan != "XML":
                channel.state = "CS_ROUTING"
                leg.hang_up("NO_ROUTE_DESTINATION", by="switch")
                self._mark_transfer()
                return
            actions = tuple((action.application, action.data) for action in route.actions)
            self._enter(route.extension, actions)
        channel.state, channel.state_number = "CS_EXECUTE", "4"
        self._flip()
        for name, data in actions:
            if not leg.is_up:
                return
            self._switch.applications.execute(leg, name, data)
        leg.hang_up("NORMAL_CLEARING", by="switch")

    def _transfer(self) -> None:
        channel, request, now_ms = self.leg.channel, self._request, self.leg.now_ms
        channel.set("endpoint_disposition", "ANSWER")
        channel.set("max_forwards", "70")
        channel.transferred_ms = now_ms
        first = channel.first
        channel.current = Profile(
            index="2",
            created_ms=now_ms,
            caller_name=first.caller_name,
            caller_number=first.caller_number,
            callee_name=first.callee_name,
            callee_number=first.callee_number,
            destination=request.extension,
            dialplan=request.dialplan,
            context=request.context,
            rdnis=first.destination,
        )

    def _enter(self, extension: str, actions: tuple[tuple[str, str], ...]) -> None:
        self._mark_transfer()
        channel = self.leg.channel
        channel.extension = (extension, self._request.extension, actions)
        channel.is_in_dialplan = True

    def _mark_transfer(self) -> None:
        """Where it was transferred to: the leg says so only once it has been routed. [recorded]"""
        channel, request = self.leg.channel, self._request
        second = channel.transferred_ms // 1000
        mark = f"{second}:{channel.uuid}:bl_xfer:{request.extension}/{request.context}/{request.dialplan}"
        channel.set("transfer_history", mark)
        channel.set("transfer_source", mark)
        channel.profile.transfer_source = mark

    def _flip(self) -> None:
        """Once it executes, the called party is the caller of its own leg. [recorded]"""
        profile, first = self.leg.channel.profile, self.leg.channel.first
        self.leg.channel.set("pre_transfer_caller_id_name", first.caller_name)
        self.leg.channel.set("pre_transfer_caller_id_number", first.caller_number)
        self.leg.channel.set("channel_cid_flipped", "yes")
        if profile is not first:
            profile.caller_name, profile.caller_number = first.callee_name, first.callee_number
            profile.callee_name, profile.callee_number = first.caller_name, first.caller_number

    def _caller_field(self, name: str) -> str | None:
        profile, channel = self.leg.channel.profile, self.leg.channel
        match name:
            case "destination_number":
                return profile.destination
            case "caller_id_number":
                return profile.caller_number
            case "caller_id_name":
                return profile.caller_name
            case "context":
                return profile.context
            case "uuid":
                return channel.uuid
        return channel.get(name)

    # After hangup

    def _finish(self) -> None:
        leg, channel, switch = self.leg, self.leg.channel, self._switch
        if switch.has_crashed:
            return
        leg.hang_up("NORMAL_CLEARING", by="switch")
        order = pick(_JOB_ORDER, self._rng)
        result = f"+OK {channel.uuid}\n" if self._is_originated else f"-ERR {channel.cause}\n"
        if order == "before_complete" and not self._is_originated:
            self._announce(result)
        channel.call_state, channel.state, channel.state_number = "HANGUP", "CS_REPORTING", "11"
        self._report()
        if not switch.fault_line.happens(switch.fault_line.faults.no_cdr):
            write_cdr(switch.cdr_dir, channel, core_uuid=switch.core_uuid, switchname=switch.switchname)
        if leg.callee.kind is not None:
            switch.calls.callee_log.over(
                at=channel.hungup_ms,
                call=channel.uuid,
                cause=channel.cause,
                by=leg.ended_by,
                keys=leg.keys,
                heard=leg.heard,
            )
        switch.emit_channel("CHANNEL_HANGUP_COMPLETE", leg)
        if order == "after_complete":
            self._announce(result)
        if not leg.is_zombie:
            channel.state_number = "12"
            switch.emit_channel("CHANNEL_DESTROY", leg)
        self._on_end(leg)
        self._announce(result)

    def _report(self) -> None:
        channel = self.leg.channel
        profile = channel.profile
        caller = (
            f'"{profile.caller_name}" <{profile.caller_number}>'
            if profile.caller_name
            else profile.caller_number
        )
        last = channel.applications[-1] if channel.applications else None
        channel.variables.update(
            variables.of_times(
                cause=channel.cause,
                created=channel.created_ms,
                profile=profile.created_ms,
                answered=channel.answered_ms,
                progress=channel.progress_ms,
                progress_media=channel.progress_media_ms,
                ended=channel.hungup_ms,
                caller_id=caller,
                last_app=(last.name, last.data) if last else None,
            )
        )
        if not self._is_sip:
            return
        if channel.answered_ms:
            by_callee = self.leg.ended_by == "callee"
            channel.set("sip_hangup_disposition", "recv_bye" if by_callee else "send_bye")
            packets = (channel.hungup_ms - channel.answered_ms) // TICK_MS
            channel.variables.update(variables.of_rtp(packets, packets))
        elif self.leg.ended_by != "callee":
            channel.variables.update(variables.CANCEL_SENT)


_NO_RINGING: Final = (
    Outcome.SILENT,
    Outcome.INVALID,
    Outcome.CONGESTION,
    Outcome.FAILED,
    Outcome.UNREACHABLE,
    Outcome.BUSY,
)
_NEVER_ENDS: Final = (Outcome.NO_ANSWER, Outcome.SILENT)
