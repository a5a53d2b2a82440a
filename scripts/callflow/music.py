"""Answering, ringing, music and tones on a FreeSWITCH session: what a caller hears while nothing is said."""

from __future__ import annotations

import os
import re
from typing import Any

from .course import Course
from .moves import Input, Music, Played, Ring
from .playing import BROKEN_S, KEYS, unless_gone
from .stock import Stock
from .switch import Session, now_s

STREAM = "moh"  # the switch's own stream of music, ROOT/music/*.wav; moh/NAME: the files of ROOT/music/NAME
RINGING = "%(1000,4000,425)"  # what it sounds like to wait for an answer
WAITING = "tone_stream://%(200,4800,350);loops=-1"  # where there is no music: the line is not dead
SORRY = "tone_stream://%(350,350,425);loops=6"
SORRY_FILE = "sorry.wav"  # in ROOT/sounds, for who would rather have it said
BEEP = "tone_stream://%(300,100,800)"

_FOLDER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WAV = re.compile(r"[A-Za-z0-9_.-]{1,128}\.wav")


def answer(session: Session, course: Course) -> Input:
    if not course.is_answered:
        session.execute("answer", "")
        course.is_answered = course.has_media = True
    return unless_gone(session, Played())


def ring(session: Session, action: Ring, course: Course) -> Input:
    """Ring for a time: by the caller's own telephone company or, once there is sound on the line, by ourselves."""
    if course.has_media:
        return _over_and_over(session, ["tone_stream://" + RINGING + ";loops=-1"], action.seconds, "")
    session.execute("ring_ready", "")
    session.sleep(int(action.seconds * 1000))
    return unless_gone(session, Played())


def music(session: Session, action: Music, stock: Stock, course: Course) -> Input:
    """Never Failed: where the music is not there, a quiet tone every few seconds tells that the line is not dead."""
    if action.flush:
        session.flushDigits()
    course.has_media = True
    return _over_and_over(session, tracks(action.source, stock), action.seconds, action.keys)


def tracks(source: str, stock: Stock) -> list[str]:
    """What to play for a `source` of Music, one after the other; a tone where it is not there."""
    folder = os.path.join(stock.root, "music")
    if source == STREAM:
        found = ["local_stream://" + STREAM] if _waves(folder) else []
    elif source.startswith(STREAM + "/"):
        name = source.partition("/")[2]
        found = _waves(os.path.join(folder, name)) if _FOLDER.fullmatch(name) else []
    else:
        found = [stock.file(source)] if _WAV.fullmatch(source) and stock.file(source) else []
        if not found and stock.url and _WAV.fullmatch(source):
            found = [stock.url + source]
    return found or [WAITING]


def sorry(session: Session, root: str) -> None:
    """What a caller hears of a call that cannot go on."""
    path = os.path.join(root, "sounds", SORRY_FILE)
    if not os.path.isfile(path) or session.streamFile(path) != 1:
        session.streamFile(SORRY)


def on_choice(session: Any, what: str, event: Any, state: list[str]) -> str:
    """Called by the switch for each key: the first of `state[0]` stops the music and is kept, others are forgotten."""
    del session
    if what != "dtmf" or str(event.digit) not in state[0] or str(event.digit) not in KEYS:
        return ""
    if len(state) == 1:
        state.append(str(event.digit))
    return "stop"


def _waves(folder: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if _WAV.fullmatch(name))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names]


def _over_and_over(session: Session, sources: list[str], seconds: float, keys: str) -> Input:
    """Play one after the other and again for `seconds`. A source that plays nothing is left out of the next round."""
    state = [keys]
    until_s = now_s(session) + seconds
    sources = list(sources)
    session.setInputCallback(on_choice, state)
    try:
        while len(state) == 1 and session.ready() and until_s - now_s(session) >= BROKEN_S:
            began_s = now_s(session)
            if sources:
                _set_limit(session, str(max(1, round(until_s - began_s))))
                is_played = session.streamFile(sources[0]) == 1
                is_broken = not is_played and now_s(session) - began_s < BROKEN_S
                sources = sources[1:] + ([] if is_broken else sources[:1])
            else:
                session.sleep(int((until_s - began_s) * 1000))
    finally:
        session.unsetInputCallback()
        _set_limit(session, "")
    return unless_gone(session, Played("".join(state[1:])))


def _set_limit(session: Session, seconds: str) -> None:
    """How long the switch plays one sound (switch_ivr_play_say.c, 1.10); streams never end by themselves."""
    session.setVariable("playback_timeout_sec", seconds)
    session.setVariable("playback_timeout_as_success", "true" if seconds else "")
