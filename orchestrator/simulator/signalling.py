"""What a callee's telephone says, as the leg that rings it sees it: 180, 183, 200, a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orchestrator.simulator import variables
from orchestrator.simulator.callee import Callee
from orchestrator.simulator.causes import sip_cause
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.population import Outcome, Phone

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

POST_DIAL_MS: Final = 120  # from the INVITE to the first answer of the far end
NO_RINGING: Final = (
    Outcome.SILENT,
    Outcome.INVALID,
    Outcome.CONGESTION,
    Outcome.FAILED,
    Outcome.UNREACHABLE,
    Outcome.BUSY,
)
NEVER_ENDS: Final = (Outcome.NO_ANSWER, Outcome.SILENT)


class Telephone:
    """The callee's end of one leg. `is_sip` is False for the far end of a loopback."""

    def __init__(self, switch: SimulatedSwitch, leg: Leg, callee: Callee, *, is_sip: bool = True) -> None:
        self._switch, self._leg, self._callee, self._is_sip = switch, leg, callee, is_sip

    @property
    def picks_up_at_once(self) -> bool:
        callee = self._callee
        return callee.outcome is Outcome.ANSWERED and not callee.rings_s and not callee.early_media

    @property
    def rings(self) -> bool:
        """Whether there is a 180 or 183 before the end."""
        return self._is_sip and self._callee.outcome not in NO_RINGING

    @property
    def rings_ms(self) -> int | None:
        """From there to the answer or the refusal; None for neither."""
        return None if self._callee.outcome in NEVER_ENDS else round(self._callee.rings_s * 1000)

    def progress(self) -> bool:
        """180, or 183 with sound; True for the latter."""
        leg, channel = self._leg, self._leg.channel
        if self._is_sip:
            self._dialog()
        if self._callee.early_media:
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

    def finally_says(self) -> bool:
        """200 or a refusal, whichever it is; True for the former."""
        if self._callee.outcome is Outcome.ANSWERED:
            self.answer()
            return True
        if self._callee.outcome not in NEVER_ENDS:
            self.refuse()
        return False

    def answer(self) -> None:
        leg, channel = self._leg, self._leg.channel
        if not channel.network_addr and self._is_sip:
            self._dialog()
        channel.answered_ms = leg.now_ms
        channel.answer_state = "answered"
        if self._is_sip:
            channel.variables.update(variables.ANSWERED)
        self._switch.emit_channel("CHANNEL_ANSWER", leg)
        channel.call_state = "ACTIVE"
        channel.set("endpoint_disposition", "ANSWER")
        if self._callee.kind is not None:
            self._switch.calls.callee_log.answered(at=leg.now_ms, call=channel.uuid)
        leg.at(leg.now_ms + round(self._callee.stays_s * 1000), self._has_stayed)

    def _has_stayed(self) -> None:
        """Who talks for a time of its own does not look at this one."""
        kind = self._callee.kind
        if not self._leg.talks_begun or kind is None or kind.talks is None or isinstance(kind, Phone):
            self._leg.leaves()

    def refuse(self) -> None:
        leg, channel = self._leg, self._leg.channel
        cause = self._callee.cause
        if not cause:
            status = self._callee.sip_status or 480
            phrase, cause = sip_cause(status)
            is_real = self._callee.kind is not None
            channel.network_addr = "127.0.0.1" if is_real else ""
            channel.variables.update(
                variables.of_refusal(status, phrase, cause, channel.uuid, is_real=is_real)
            )
        leg.hang_up(cause, by="callee")

    def log_over(self) -> None:
        """What the callee experienced, once the leg is down."""
        leg, channel = self._leg, self._leg.channel
        if self._callee.kind is not None:
            self._switch.calls.callee_log.over(
                at=channel.hungup_ms,
                call=channel.uuid,
                cause=channel.cause,
                by=leg.ended_by,
                keys=leg.keys,
                heard=leg.heard,
            )

    def _dialog(self) -> None:
        channel = self._leg.channel
        channel.network_addr = "127.0.0.1"
        channel.variables.update(
            variables.of_ringing(caller=channel.ani, number=self._leg.number, uuid=channel.uuid)
        )
