"""An agent has dialed a feature code: who they are, what they want, and what they hear about it.

Who calls is proved by the password that their telephone has given (SIP digest), or by a PIN; a caller's number proves
nothing, anybody may show any. What a code does, the orchestrator decides (`agent_code`).
"""

from __future__ import annotations

import re

from .agent_words import DEFAULT_LANGUAGE, DONE, saying
from .arrival import read_routes
from .consulting import consult
from .course import Course
from .guarding import guarded
from .moves import Answered, Consult, Digits, Gather
from .music import answer
from .names import LANGUAGE
from .playing import gather, said
from .stock import Stock, stock_of
from .switch import Session, variable
from .taping import PRIVATE

ASK_S = 5.0  # what an agent may wait for: they have nothing else to do
KEY_S, PIN_KEY_S = 5.0, 8.0
PIN_MAX = 16
END = "#"
BREAK, STANDING = "21", "23"
DONE_TONE = "tone_stream://%(120,60,660);%(200,0,880)"
REFUSED_TONE = "tone_stream://%(300,100,300);%(300,0,300)"

CODE = re.compile(r"\*(2[0-9])([0-9]?)")
USER = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
AGENT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
CALLER = re.compile(r"\+?[0-9]{1,20}")


def obey(session: Session, root: str, release: str) -> None:
    """All of the call, from the entry script. release: the folder with inbound.json, which names the voices. The call
    is hung up, but for a standing leg: that goes on in the dialplan, where it is parked. Nothing is raised, and the
    session is let go of in the end.
    """
    guarded(session, lambda: _obey(session, root, release))


def _obey(session: Session, root: str, release: str) -> None:
    found = (read_routes(release) or {}).get("voices")
    voices: dict[str, object] = found if isinstance(found, dict) else {}
    dialed = CODE.fullmatch(variable(session, "destination_number")[:16])
    course = Course(root, {"v": voices}, is_inbound=True, is_answered=False, has_media=False)
    answer(session, course)
    language = variable(session, "prozvon_language")
    if not LANGUAGE.fullmatch(language):
        language = next(iter(voices), DEFAULT_LANGUAGE)
    stock = stock_of(session, root, language, course.payload)
    if dialed is None:
        _tell(session, stock, "no_such_code")
        session.hangup("NORMAL_CLEARING")
        return
    body = {**_who(session, stock), "code": dialed[1], "digits": dialed[2]}
    if dialed[1] == BREAK and not dialed[2]:
        body["digits"] = _typed(session, stock, "which_break", 1, KEY_S)
    answered = consult(session, Consult("agent_code", body, ASK_S), course)
    told = (answered.body if isinstance(answered, Answered) else None) or {"say": "nobody"}
    spoken = str(told.get("language") or "")
    if LANGUAGE.fullmatch(spoken):
        stock = stock_of(session, root, spoken, course.payload)
    _tell(session, stock, str(told.get("say") or "refused"))
    agent = str(told.get("agent") or "")
    if dialed[1] == STANDING and told.get("ok") is True and AGENT.fullmatch(agent):
        _stand(session, agent)
    else:
        session.hangup("NORMAL_CLEARING")


def _who(session: Session, stock: Stock) -> dict[str, object]:
    """Whose telephone it is, by what cannot be forged: or the PIN of somebody whose telephone proves nothing."""
    user = variable(session, "sip_auth_username") if variable(session, "sip_authorized") == "true" else ""
    user = user if USER.fullmatch(user) else ""
    caller = variable(session, "caller_id_number")
    return {
        "user": user,
        "caller": caller if CALLER.fullmatch(caller) else "",
        "pin": "" if user else _typed(session, stock, "pin", PIN_MAX, PIN_KEY_S),
    }


def _typed(session: Session, stock: Stock, prompt: str, most: int, timeout_s: float) -> str:
    """Keys, which no log and no CDR gets to know; a tone where the prompt cannot be said."""
    for name, value in PRIVATE.items():
        session.setVariable(name, value)
    try:
        key = said(session, (saying(prompt, stock.language),), stock, DONE_TONE).strip(END)
        typed = gather(session, Gather(prompt, (), 1, most, timeout_s, END, key), stock)
    finally:
        session.setVariable("sensitive_dtmf", "")
    return typed.value if isinstance(typed, Digits) else ""


def _tell(session: Session, stock: Stock, name: str) -> None:
    """In words, or by a tone where nothing was prepared and no voice speaks."""
    said(session, (saying(name, stock.language),), stock, DONE_TONE if name in DONE else REFUSED_TONE)


def _stand(session: Session, agent: str) -> None:
    """This call is the agent's leg from now on: parked, and parked again after each talk."""
    for name, value in {
        "prozvon_agent": agent,
        "prozvon_floor": "true",
        "prozvon_standing": "true",
        "park_after_bridge": "true",
        "send_silence_when_idle": "-1",  # a telephone that hears nothing may take the call for dead
        "bridge_filter_dtmf": "true",
        "process_cdr": "false",
    }.items():
        session.setVariable(name, value)
