"""Plays the parts of a message and collects keys on a FreeSWITCH session."""

from __future__ import annotations

import os
from typing import Any

from .moves import Digits, Failed, File, Gather, Gone, Input, Part, Play, Played, Text, Wait
from .names import VOICE, prompt_name, speakable
from .switch import Session, log, now_s, variable

KEYS = frozenset("0123456789*#ABCD")
BROKEN_S = 0.1  # a sound that ends sooner and with a failure was never there


def on_input(session: Any, what: str, event: Any, pressed: list[str]) -> str:
    """Called by the switch for each key: the first one stops what is being played.

    A plain function with a plain list: a bound method would keep the session, and so the channel, for ever.
    """
    del session
    if what != "dtmf":
        return ""
    key = str(event.digit)
    if key not in KEYS:
        return ""
    if not pressed:
        pressed.append(key)
    return "stop"


def play(session: Session, action: Play, root: str, language: str) -> Input:
    if action.flush:
        session.flushDigits()
    return _unless_gone(session, _play_parts(session, action.parts, root, language))


def wait(session: Session, action: Wait) -> Input:
    if action.flush:
        session.flushDigits()
    pressed: list[str] = []
    session.setInputCallback(on_input, pressed)
    try:
        session.sleep(int(action.seconds * 1000))
    finally:
        session.unsetInputCallback()
    return _unless_gone(session, Played("".join(pressed)))


def _unless_gone(session: Session, played: Input) -> Input:
    """Gone, if the caller has hung up; a key pressed before that still counts, for it may be an answer."""
    return Gone() if played == Played() and not session.ready() else played


def gather(session: Session, action: Gather, root: str, language: str) -> Input:
    """Keys typed so far, then up to `max`. A complete answer counts though the caller hung up after it."""
    if action.flush:
        session.flushDigits()
    typed = action.typed
    if not typed:
        played = _play_parts(session, action.parts, root, language)
        if not isinstance(played, Played):
            return played
        if played.digit and played.digit == action.end:
            return Digits("")
        typed = played.digit
    if len(typed) < action.max:
        timeout_ms = int(action.timeout_s * 1000)
        more = session.getDigits(action.max - len(typed), action.end, timeout_ms, timeout_ms) or ""
        typed += "".join(key for key in more if key in KEYS)
    if not session.ready() and len(typed) < action.max:
        return Gone()
    return Digits(typed)


def _play_parts(session: Session, parts: tuple[Part, ...], root: str, language: str) -> Input:
    """Played, with the key that cut it short; or Failed. Keys pressed during it count, as before it began."""
    pressed: list[str] = []
    session.setInputCallback(on_input, pressed)
    try:
        for part in parts:
            began_s = now_s(session)
            is_played = _play_part(session, part, root, language)
            if pressed or not session.ready():
                break
            if not is_played and now_s(session) - began_s < BROKEN_S:
                return Failed("cannot play " + type(part).__name__.lower())
    finally:
        session.unsetInputCallback()
    return Played("".join(pressed))


def _play_part(session: Session, part: Part, root: str, language: str) -> bool:
    if isinstance(part, File):
        return session.streamFile(os.path.join(root, "prompts", part.name)) == 1
    if not isinstance(part, Text):
        raise TypeError("unknown part")
    if not any(map(str.isalnum, part.text)):
        return True  # a full stop between two parts: engines say nothing for it, or fail
    path = os.path.join(root, "prompts", prompt_name(language, part.text))
    if os.path.isfile(path):
        return session.streamFile(path) == 1
    engine, voice = _voice(session, language)
    session.set_tts_params(engine, voice)
    is_spoken = session.speak(speakable(part.text)) == 1
    if not is_spoken:
        log("debug", "the voice " + voice + " of " + engine + " did not speak to the end")
    return is_spoken


def _voice(session: Session, language: str) -> tuple[str, str]:
    """The speech engine and voice of a language, from channel variables a dialplan may set."""
    engine = variable(session, "prozvon_tts_engine")
    voice = variable(session, "prozvon_tts_voice_" + language)
    return (
        engine if VOICE.fullmatch(engine) else "tts_commandline",
        voice if VOICE.fullmatch(voice) else language,
    )
