"""An agent has answered the leg that rings them: they hear the whisper, press the key that is asked for, and are parked
by the dialplan until a caller joins them.
"""

from __future__ import annotations

from .guarding import guarded
from .moves import Digits, Gather
from .music import BEEP
from .playing import gather, said
from .stock import Stock, stock_of
from .switch import Session, now_s, variable
from .whispering import Whisper, whisper_of

WHISPER_MAX_S = 30.0  # to hear it and to press the key
KEY_WAIT_S = 4.0  # then it is said again
NOT_TAKEN = (
    "ALLOTTED_TIMEOUT"  # as for a telephone that nobody picks up: it may have been an answering machine
)


def attend(session: Session, root: str) -> None:
    """All of it, from the entry script. The leg goes on in the dialplan, or is hung up: when the key was not pressed.
    Nothing is raised, and the session is let go of in the end.
    """
    guarded(session, lambda: _attend(session, root))


def _attend(session: Session, root: str) -> None:
    whisper = whisper_of(variable(session, "prozvon_whisper"), variable(session, "prozvon_language"))
    session.setVariable("prozvon_whisper", "")  # it has done its part
    if not whisper.accept:
        if whisper.parts:
            said(session, whisper.parts, _stock(session, whisper, root), BEEP)
        return
    until_s = now_s(session) + WHISPER_MAX_S
    while session.ready() and now_s(session) < until_s:
        stock = _stock(session, whisper, root)
        key = said(session, whisper.parts, stock, BEEP)
        pressed = gather(session, Gather("", (), 1, 1, KEY_WAIT_S, typed=key), stock)
        if isinstance(pressed, Digits) and pressed.value == whisper.accept:
            return
    session.hangup(NOT_TAKEN)


def _stock(session: Session, whisper: Whisper, root: str) -> Stock:
    return stock_of(session, root, whisper.language, {"v": whisper.tag})
