"""Plays the parts of a message and collects keys on a FreeSWITCH session."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .moves import Digits, Failed, File, Gather, Gone, Input, Part, Play, Played, Recording, Text, Wait
from .names import RECORDING, VOICE, prompt_name, speakable
from .stock import FOLDERS, Stock
from .switch import Session, log, now_s, variable

KEYS = frozenset("0123456789*#ABCD")
BROKEN_S = 0.1  # a sound that ends sooner and with a failure was never there
TRIES = 2


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


def _never() -> bool:
    return False


def play(session: Session, action: Play, stock: Stock, is_cut_short: Callable[[], bool] = _never) -> Input:
    """is_cut_short: asked between the parts, and when something has ended one of them; a key is no matter of it."""
    if action.flush:
        session.flushDigits()
    played = _play_parts(session, action.parts, stock, barge_in=action.barge_in, is_cut_short=is_cut_short)
    return unless_gone(session, played)


def said(session: Session, parts: tuple[Part, ...], stock: Stock, tone: str) -> str:
    """Say something, or let `tone` be heard where it cannot be said: to an agent, who knows what a tone means. The key
    that cut it short, "" for none. An engine that is not there says nothing, and tells nobody (mod_tts_commandline.c).
    """
    began_s = now_s(session)
    played = play(session, Play("", parts), stock)
    key = played.digit if isinstance(played, Played) else ""
    if not key and session.ready() and now_s(session) - began_s < BROKEN_S:
        pressed: list[str] = []
        session.setInputCallback(on_input, pressed)
        session.streamFile(tone)
        session.unsetInputCallback()
        key = "".join(pressed)
    return key


def wait(session: Session, action: Wait) -> Input:
    if action.flush:
        session.flushDigits()
    pressed: list[str] = []
    session.setInputCallback(on_input, pressed)
    try:
        session.sleep(int(action.seconds * 1000))
    finally:
        session.unsetInputCallback()
    return unless_gone(session, Played("".join(pressed)))


def unless_gone(session: Session, played: Input) -> Input:
    """Gone, if the caller has hung up; a key pressed before that still counts, for it may be an answer."""
    return Gone() if played == Played() and not session.ready() else played


def gather(session: Session, action: Gather, stock: Stock) -> Input:
    """Keys typed so far, then up to `max`. A complete answer counts though the caller hung up after it."""
    if action.flush:
        session.flushDigits()
    typed = action.typed
    if not typed:
        played = _play_parts(session, action.parts, stock, barge_in=action.barge_in)
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


def _play_parts(
    session: Session,
    parts: tuple[Part, ...],
    stock: Stock,
    *,
    barge_in: bool,
    is_cut_short: Callable[[], bool] = _never,
) -> Input:
    """Played, with the key that cut it short; or Failed. Keys pressed during it count, as before it began; without
    `barge_in` they are forgotten.
    """
    pressed: list[str] = []
    if barge_in:
        session.setInputCallback(on_input, pressed)
    try:
        for part in parts:
            if not _can_be_heard(session, part, stock, pressed, is_cut_short):
                return Failed("cannot play " + type(part).__name__.lower())
            if pressed or not session.ready() or is_cut_short():
                break
    finally:
        if barge_in:
            session.unsetInputCallback()
        else:
            session.flushDigits()
    return Played("".join(pressed))


def _can_be_heard(
    session: Session, part: Part, stock: Stock, pressed: list[str], is_cut_short: Callable[[], bool]
) -> bool:
    """Play a part, or the beginning of it. One that ends at once is tried again, and so is one that nobody was to cut
    short: a break of the orchestrator's may have come too late for what it was meant for.
    """
    is_heard = False
    for _ in range(TRIES):
        if is_cut_short():
            return True
        began_s = now_s(session)
        is_played = _play_part(session, part, stock, pressed)
        is_heard = is_heard or now_s(session) - began_s >= BROKEN_S
        if is_played or pressed or not session.ready() or (is_heard and is_cut_short is not _never):
            return True
    return is_heard or is_cut_short()


def _play_part(session: Session, part: Part, stock: Stock, pressed: list[str]) -> bool:
    if isinstance(part, Recording):
        path = os.path.join(stock.root, "recordings", part.name)
        is_there = bool(RECORDING.fullmatch(part.name)) and os.path.isfile(path)
        if is_there:
            session.streamFile(path)
        return True  # nothing recorded is nothing to listen to, and one that was cut short is no failure
    if isinstance(part, File):
        # Of a sound that is nowhere the switch's own log shall tell the place where it belongs.
        missing = stock.url + part.name if stock.url else os.path.join(stock.root, FOLDERS[0], part.name)
        return session.streamFile(stock.file(part.name) or missing) == 1
    if not isinstance(part, Text):
        raise TypeError("unknown part")
    if not any(map(str.isalnum, part.text)):
        return True  # a full stop between two parts: engines say nothing for it, or fail
    prepared = stock.prepared(part)
    if prepared:
        return all(session.streamFile(path) == 1 for path in prepared)
    if stock.url and stock.voice:
        is_played = session.streamFile(stock.url + prompt_name(stock.language, part.text, stock.voice)) == 1
        if is_played or pressed or not session.ready():
            return is_played
    return _speak(session, part.text, stock.language)


def _speak(session: Session, text: str, language: str) -> bool:
    """Have the switch itself speak, while the caller waits."""
    engine, voice = _voice(session, language)
    session.set_tts_params(engine, voice)
    is_spoken = session.speak(speakable(text)) == 1
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
