"""`uuid_broadcast`: something is played to a leg beside what it does (switch_ivr_async.c, switch_ivr_broadcast).

What it does goes on in its own time meanwhile; a real switch stops the clock of a sound that is played already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orchestrator.simulator.audio import file_ms
from orchestrator.simulator.causes import known_cause
from orchestrator.simulator.expansion import expand
from orchestrator.simulator.leg import Leg

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

LEAD_MS: Final = 100  # five packets of sound are let pass first


def broadcast(switch: SimulatedSwitch, leg: Leg, what: str) -> None:
    """From outside: `PATH`, or `APP[!CAUSE]::ARGS`."""
    named, colons, data = what.partition("::")
    application, mark, cause = named.partition("!") if colons else ("playback", "", "")
    data = data if colons else what

    def begin() -> None:
        if application == "playback":
            _play(leg, expand(data, leg.channel.get))
        else:
            on_digit = leg.on_digit
            switch.applications.execute(leg, application, data)
            leg.on_digit = on_digit
        if mark:
            leg.hang_up(known_cause(cause) or "NORMAL_CLEARING", by="switch")

    leg.soon(lambda: leg.at(leg.now_ms + LEAD_MS, begin))


def _play(leg: Leg, name: str) -> None:
    about = {"Application": "playback", "Application-Data": name}
    leg.announce("CHANNEL_EXECUTE", about)
    length_ms = file_ms(leg.fetch(name))
    if length_ms is None:
        leg.announce("CHANNEL_EXECUTE_COMPLETE", about | {"Application-Response": "FILE NOT FOUND"})
        return
    leg.hears(name)
    kind = name.partition("://")[0] if "://" in name else "file"
    file = {"Playback-File-Type": kind, "Playback-File-Path": name}
    leg.announce("PLAYBACK_START", file)
    began_ms = leg.now_ms
    leg.ours.append((began_ms, began_ms + length_ms))

    is_over = False

    def end(status: str = "done") -> None:
        nonlocal is_over
        if is_over:
            return
        is_over = True
        leg.stop_beside = lambda: None
        leg.announce("PLAYBACK_STOP", file | {"Playback-Status": status})
        leg.announce("CHANNEL_EXECUTE_COMPLETE", about | {"Application-Response": "FILE PLAYED"})

    leg.stop_beside = lambda: end("break")
    leg.at(began_ms + length_ms, end)
