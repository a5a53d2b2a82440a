"""`displace_session`: a sound over whatever is sent, while the call does something else (switch_ivr_async.c)."""

from __future__ import annotations

from orchestrator.simulator.audio import file_ms
from orchestrator.simulator.leg import NEVER_MS, Leg


def displace(leg: Leg, data: str) -> None:
    """`displace_session SOUND [FLAGS [+SECONDS]]`; `l` in the flags: again and again. Without media: nothing."""
    name, _, more = data.strip().partition(" ")
    length_ms = file_ms(leg.fetch(name))
    if not leg.has_media or length_ms is None or name in leg.behind:
        return
    leg.behind[name] = leg.now_ms
    leg.hears(name)
    began_ms = leg.now_ms
    end_ms = NEVER_MS if "l" in more.split(" ")[0] else began_ms + length_ms
    leg.ours.append((began_ms, end_ms))

    def over() -> None:
        if leg.behind.get(name) == began_ms:
            del leg.behind[name]

    if end_ms < NEVER_MS:
        leg.at(end_ms, over)


def stop_displacing(leg: Leg, data: str) -> None:
    """`stop_displace_session SOUND`."""
    began_ms = leg.behind.pop(data.strip(), None)
    if began_ms is None:
        return
    for place, (begin_ms, end_ms) in enumerate(leg.ours):
        if begin_ms == began_ms and end_ms > leg.now_ms:
            leg.ours[place] = (begin_ms, leg.now_ms)
            return
