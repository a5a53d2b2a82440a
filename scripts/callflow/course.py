"""What the driver knows of its call, beside the machine's state. Never the session: it must not be kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .switch import Session, instant_s, now_s

DIAL_STRING = re.compile(r"[A-Za-z0-9_.:/@+-]*\{(number|digits)\}[A-Za-z0-9_.:/@+-]*")
# A side that sends nothing for so long is gone without having said so: its network has failed. On hold, ten times that.
SILENT_MS = 300_000
GATEWAY = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass
class Course:
    """One call as it goes on.

    root: of the switch. gateways: name -> dial string with `{number}` (with plus) or `{digits}`, in the order in which
    they are tried. began_s: on the session's clock; began_at_s: the same instant since the epoch. has_media: the caller
    hears what is played, answered or not. behind: the music that goes on while the script waits. tapes: recordings of
    both sides under way. unwritten: names of those that could not be written. asked: questions so far. offer, offered:
    the last offer that was looked at, and the number of the last that was taken.
    """

    root: str
    payload: dict[str, object]
    gateways: dict[str, str] = field(default_factory=dict)
    began_s: float = 0.0
    began_at_s: float = 0.0
    is_inbound: bool = False
    is_answered: bool = True
    has_media: bool = True
    tapes: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)
    asked: int = 0
    behind: str = ""
    offer: str = ""
    offered: int = 0

    def at_s(self, session: Session) -> float:
        """Seconds since the epoch, now."""
        return self.began_at_s + now_s(session) - self.began_s


def course_of(
    session: Session, root: str, payload: dict[str, object], routes: dict[str, object], *, is_inbound: bool
) -> Course:
    """The course of a call that begins now: one that came in is not answered yet, the others are."""
    began_at_s = instant_s(session, *(() if is_inbound else ("answered_time",)), "created_time")
    return Course(
        root,
        {**payload, "at": payload.get("at", began_at_s)},
        gateways_in(routes),
        began_s=now_s(session),
        began_at_s=began_at_s,
        is_inbound=is_inbound,
        is_answered=not is_inbound,
        has_media=not is_inbound,
    )


def gateways_in(routes: dict[str, object]) -> dict[str, str]:
    """The gateways that inbound.json names, those apart that cannot stand in a dial string."""
    found = routes.get("gateways")
    if not isinstance(found, dict):
        return {}
    return {
        name: dial
        for name, dial in found.items()
        if isinstance(dial, str) and DIAL_STRING.fullmatch(dial) and GATEWAY.fullmatch(name)
    }
