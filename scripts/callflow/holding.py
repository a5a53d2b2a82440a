"""Waiting for an offer on a FreeSWITCH session: music goes on behind, and what the orchestrator pushes is seen at once.

The music is a sound laid over the silence that the script sends while it sleeps (`displace_session`): nothing that is
asked meanwhile makes a gap in it, and to look for an offer every second costs nothing that can be heard. The
orchestrator wakes the script when it pushes (`uuid_break` ends a sleep within a frame); should that get lost, the offer
is seen at the next look.
"""

from __future__ import annotations

from .consulting import pushed
from .course import Course
from .moves import Hold, Input, Offered, Played
from .music import on_choice, tracks
from .playing import unless_gone
from .stock import Stock
from .switch import Session, now_s

LOOK_S = 1.0
OVER_S = (
    0.01  # so little left is over: less than verbs take for due, or they would ask for it again and again
)
TRACKS_MAX = 30  # of a folder of music: they stand in one argument


def hold(session: Session, action: Hold, stock: Stock, course: Course) -> Input:
    """Offered as soon as there is an offer; Played when the time is over, or at one of the keys: others are lost."""
    if action.flush:
        session.flushDigits()
    until_s, state = now_s(session) + action.seconds, [action.keys]
    if session.ready():
        _play_behind(session, action.source, stock, course)
    session.setInputCallback(on_choice, state)
    try:
        while True:
            offer = pushed(session, course)
            if offer is not None:
                return Offered(offer)
            left_s = until_s - now_s(session)
            if len(state) > 1 or left_s < OVER_S or not session.ready():
                break
            session.sleep(round(min(left_s, LOOK_S) * 1000))
    finally:
        session.unsetInputCallback()
    return unless_gone(session, Played("".join(state[1:])))


def silence(session: Session, course: Course) -> None:
    """End the music behind: something else is to be heard."""
    if course.behind and session.ready():
        session.execute("stop_displace_session", course.behind)
        session.setVariable("send_silence_when_idle", "")
    course.behind = ""


def _play_behind(session: Session, source: str, stock: Stock, course: Course) -> None:
    found = tracks(source, stock)[:TRACKS_MAX] if source else []
    sound = found[0] if len(found) == 1 else "file_string://" + "!".join(found) if found else ""
    if sound == course.behind:
        return
    silence(session, course)
    if sound and session.ready():
        session.setVariable(
            "send_silence_when_idle", "-1"
        )  # or nothing is sent that a sound could be laid over
        session.execute("displace_session", sound + " l")
        course.behind, course.has_media = sound, True
