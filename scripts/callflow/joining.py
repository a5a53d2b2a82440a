"""Lets a caller talk with an agent whose leg is parked, on this switch or over a link to another one of ours."""

from __future__ import annotations

import re

from .consulting import pushed
from .course import SILENT_MS, Course
from .dialing import tape_talk
from .guarding import guarded
from .holding import silence
from .moves import Gone, Input, Join, Joined
from .switch import Session, leg_of, log, now_s, talk, variable

LEG = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LINK = re.compile(r"[A-Za-z0-9_.:/@+-]{1,200}")
PREFIX = "join-"  # and the leg: the number that a link is dialed with
OWNER = "prozvon_for"  # on an agent's leg: the call that is to join it
CALLER_HEADER = "X-Prozvon-Call"
CALLER = "sip_h_" + CALLER_HEADER  # over a link: which call it is
JOINS = "prozvon_joins"  # the leg that is being talked with: the events of the talk carry it
LINK_S = 5  # for the other switch to answer
GONE = "DESTINATION_OUT_OF_ORDER"


def join(session: Session, action: Join, course: Course) -> Input:
    """Talk until one of the two hangs up, or the orchestrator takes the agent's leg away. Gone: the caller hung up
    before there was a talk.
    """
    silence(session, course)
    if not session.ready():
        return Gone()
    target = action.link.replace("{leg}", PREFIX + action.leg)
    if not LEG.fullmatch(action.leg) or (target and not LINK.fullmatch(target)):
        return Joined("missed", why="unknown")
    session.setVariable("hangup_after_bridge", "false")
    session.setVariable("continue_on_fail", "true")
    session.setVariable(JOINS, action.leg)
    with tape_talk(session, action.tape, course, stereo=action.stereo):
        why, seconds = (
            _over_link(session, target) if target else _here(session, action.leg, variable(session, "uuid"))
        )
    session.setVariable(JOINS, "")
    if why:
        return Joined("missed", why=why) if session.ready() else Gone()
    return Joined("talked", round(seconds, 1), offer=pushed(session, course))


def meet(session: Session) -> None:
    """All of a call that another switch of ours brings for a leg that is parked here, from the entry script. Nothing is
    raised, and the session is let go of in the end.
    """
    guarded(session, lambda: _meet(session))


def _meet(session: Session) -> None:
    leg = variable(session, "destination_number")[:64].removeprefix(PREFIX)
    why = "unknown"
    if LEG.fullmatch(leg):
        session.setVariable("media_timeout", str(SILENT_MS))  # holds when it is set before the answer
        session.setVariable("hangup_after_bridge", "false")
        why, _ = _here(session, leg, variable(session, CALLER), answers=True)
    if why:
        log("warning", f"a caller from another switch did not meet an agent: {why}")
    session.hangup(GONE if why else "NORMAL_CLEARING")


def _here(session: Session, leg: str, caller: str, *, answers: bool = False) -> tuple[str, float]:
    """("", seconds of talk), or (why there was none, 0). The switch joins whatever leg it is told, also one that rings
    or talks already, and both callers suffer: so it is looked at first.
    """
    session.setVariable("last_bridge_to", "")  # an earlier talk's
    other = leg_of(leg)
    try:
        why = _unfit(other, caller)
        if why:
            return why, 0.0
        if answers:
            session.execute("answer", "")
        began_s = now_s(session)
        talk(session, other)
    finally:
        other.destroy()
    seconds = now_s(session) - began_s
    return ("", seconds) if variable(session, "last_bridge_to") == leg else ("gone", 0.0)


def _unfit(other: Session, caller: str) -> str:
    """Why a leg is not to be joined; "" for an agent's that waits for this caller. Two that join it at the same instant
    would both be heard: whose it is, the orchestrator has written on it.
    """
    if not other.ready():
        return "gone"
    if not variable(other, "prozvon_agent"):
        return "unknown"
    if not other.answered():
        return "ringing"
    owner = variable(other, OWNER)
    return "busy" if other.bridged() or (owner and caller and owner != caller) else ""


def _over_link(session: Session, target: str) -> tuple[str, float]:
    """The other switch answers when the agent is there."""
    session.setVariable("originate_disposition", "")
    began_s = now_s(session)
    call = variable(session, "uuid")
    named = f",sip_h_{CALLER_HEADER}={call}" if LEG.fullmatch(call) else ""
    shared = f"ignore_early_media=true,originate_timeout={LINK_S},media_timeout={SILENT_MS}{named}"
    session.execute("bridge", "{" + shared + "}" + target)
    disposition = variable(session, "originate_disposition")
    return ("", now_s(session) - began_s) if disposition == "SUCCESS" else (_word(disposition), 0.0)


def _word(cause: str) -> str:
    return cause.lower() if re.fullmatch("[A-Z_]{1,64}", cause) else "failed"
