"""An agent has answered the leg that rings them: they hear the whisper, press the key that is asked for, and are parked
by the dialplan until a caller joins them.
"""

from __future__ import annotations

from .guarding import guarded
from .moves import Failed, Gather, Play
from .music import BEEP
from .playing import gather, play
from .stock import stock_of
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
    said = whisper_of(variable(session, "prozvon_whisper"), variable(session, "prozvon_language"))
    session.setVariable("prozvon_whisper", "")  # it has done its part
    if not said.accept:
        if said.parts:
            _say(session, said, root)
        return
    until_s = now_s(session) + WHISPER_MAX_S
    while session.ready() and now_s(session) < until_s:
        if _is_taken(session, said, root):
            return
    session.hangup(NOT_TAKEN)


def _say(session: Session, said: Whisper, root: str) -> None:
    """What cannot be said is a tone: the agent is to know that a call comes."""
    stock = stock_of(session, root, said.language, {"v": said.tag})
    if isinstance(play(session, Play("", said.parts), stock), Failed):
        session.streamFile(BEEP)


def _is_taken(session: Session, said: Whisper, root: str) -> bool:
    stock = stock_of(session, root, said.language, {"v": said.tag})
    heard = gather(session, Gather("", said.parts, 1, 1, KEY_WAIT_S), stock)
    if isinstance(heard, Failed) or not said.parts:
        session.streamFile(BEEP)
        heard = gather(session, Gather("", (), 1, 1, KEY_WAIT_S), stock)
    return getattr(heard, "value", "") == said.accept
