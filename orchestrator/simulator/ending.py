"""What becomes of a leg after its hangup: its last variables, its CDR, its last events."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from orchestrator.simulator import variables
from orchestrator.simulator.cdr import write_cdr
from orchestrator.simulator.inbound_variables import CANCEL_RECEIVED, REFUSED
from orchestrator.simulator.leg import Leg

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

TICK_MS: Final = 20  # the switch looks at its legs this often; a packet of sound lasts as long


def end_leg(
    switch: SimulatedSwitch,
    leg: Leg,
    *,
    is_sip: bool = True,
    has_cdr: bool = True,
    after_complete: Callable[[], None] = lambda: None,
) -> None:
    """Report on a leg that is down, and let go of it. `after_complete` comes between its last two events."""
    channel = leg.channel
    channel.call_state, channel.state, channel.state_number = "HANGUP", "CS_REPORTING", "11"
    _report(leg, is_sip=is_sip)
    if (
        has_cdr
        and channel.get("process_cdr") not in ("false", "b_only")
        and not switch.fault_line.happens(switch.fault_line.faults.no_cdr)
    ):
        write_cdr(switch.cdr_dir, channel, core_uuid=switch.core_uuid, switchname=switch.switchname)
    leg.note_over()
    switch.emit_channel("CHANNEL_HANGUP_COMPLETE", leg)
    after_complete()
    if not leg.is_zombie:
        channel.state_number = "12"
        switch.emit_channel("CHANNEL_DESTROY", leg)


def _report(leg: Leg, *, is_sip: bool) -> None:
    channel = leg.channel
    profile = channel.profile
    caller = (
        f'"{profile.caller_name}" <{profile.caller_number}>' if profile.caller_name else profile.caller_number
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
            bridged=channel.bridged_ms,
            ended=channel.hungup_ms,
            dialed=_dialed(leg),
            caller_id=caller,
            last_app=(last.name, last.data) if last else None,
        )
    )
    if not is_sip:
        return
    is_theirs = leg.ended_by == leg.far_end
    if channel.answered_ms:
        channel.set("sip_hangup_disposition", "recv_bye" if is_theirs else "send_bye")
        packets = (channel.hungup_ms - channel.answered_ms) // TICK_MS
        channel.variables.update(variables.of_rtp(packets, packets))
    elif channel.direction == "inbound":
        channel.variables.update(CANCEL_RECEIVED if is_theirs else REFUSED)
    elif not is_theirs:
        channel.variables.update(variables.CANCEL_SENT)


def _dialed(leg: Leg) -> str:
    """The keys that were taken; what `digits_dialed_filter` matches is crossed out."""
    wanted = leg.channel.get("digits_dialed_filter")
    try:
        found = re.search(wanted, leg.dialed) if wanted else None
    except re.error:
        found = None
    parts = [found[0], *found.groups()] if found else []
    text = leg.dialed
    for part in filter(None, parts):
        text = text.replace(part, "X" * len(part))
    return text
