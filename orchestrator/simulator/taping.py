"""`record`, `record_session` and what masks and ends them (switch_ivr_play_say.c, switch_ivr_async.c)."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Final

from orchestrator.simulator.audio import BUFFER_BYTES, PRE_BUFFER_FRAMES, Recording, RecordingOptions
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.separate import atoi, take_brackets

SILENCE_S: Final = 3  # of `record`, where 0 or nothing is said
TRUE: Final = ("yes", "on", "true", "t", "enabled", "active", "allow", "1")
HasRoom = Callable[[], bool]


def record(leg: Leg, data: str, has_room: HasRoom) -> None:
    """`record FILE [SECONDS [THRESHOLD [SECONDS of silence]]]`. A file that cannot be made hangs up."""
    words = [*data.split(), "", "", "", ""]
    path, limit_s, threshold, silence_s = words[0], atoi(words[1]), atoi(words[2]), atoi(words[3])
    try:
        tape = _tape(leg, path, RecordingOptions(pre_buffer_frames=0, is_far_only=True), has_room)
    except OSError:
        leg.hang_up("DESTINATION_OUT_OF_ORDER", by="switch")
        return
    tape.is_of_session = False
    leg.channel.set("silence_hits_exhausted", "false")
    leg.announce("RECORD_START", {"Record-File-Path": path})
    end_ms = (leg.now_ms // 1000 + limit_s + 1) * 1000 if limit_s else None  # it counts whole seconds
    leg.recordings[path] = tape
    _listen(leg, tape, end_ms, (silence_s or SILENCE_S) * 1000 if threshold else None)
    leg.recordings.pop(path, None)
    tape.stop(leg.now_ms)
    _leave(leg, tape)
    leg.announce("RECORD_STOP", {"Record-File-Path": path})


def _listen(leg: Leg, tape: Recording, end_ms: int | None, silence_ms: int | None) -> None:
    """Until the end, a key that ends it, silence, or hangup."""
    began_ms, stops_at = leg.now_ms, terminators(leg)
    used = ""

    def key() -> bool:
        nonlocal used
        pressed = leg.take_digit()
        used = pressed if pressed in stops_at else ""
        return bool(used)

    leg.on_digit = key
    try:
        while leg.is_ready and not used and (end_ms is None or leg.now_ms < end_ms):
            quiet_ms = _quiet_end(leg, began_ms, silence_ms)
            if quiet_ms is not None and leg.now_ms >= quiet_ms:
                leg.channel.set("silence_hits_exhausted", "true")
                return
            until_ms = min(end_ms or leg.now_ms + LOOK_MS, quiet_ms or leg.now_ms + LOOK_MS)
            if tape.is_full or (leg.live_until(until_ms, can_break=True) and leg.now_ms < until_ms):
                return  # full, or broken off
    finally:
        leg.on_digit = None
        if used:
            leg.channel.set("playback_terminator_used", used)


LOOK_MS: Final = 100  # while somebody speaks


def _quiet_end(leg: Leg, began_ms: int, silence_ms: int | None) -> int | None:
    """When it has been quiet for long enough, if nobody says more; None while somebody speaks."""
    if silence_ms is None:
        return None
    since = leg.quiet_since()
    return None if since is None else max(since, began_ms) + silence_ms


def _leave(leg: Leg, tape: Recording) -> None:
    for name, value in (
        ("record_file_size", tape.size),
        ("record_seconds", tape.ms // 1000),
        ("record_ms", tape.ms),
        ("record_samples", tape.ms * 8),
    ):
        leg.channel.set(name, str(value))


def record_session(leg: Leg, data: str, has_room: HasRoom) -> None:
    """`record_session FILE [+SECONDS] [{variables}]`. Makes its folder; a file that cannot be made is no recording."""
    words = [word for word in data.split(" ") if word]
    if not words or words[0] in leg.recordings or not leg.has_media:
        return
    path, limit_s, own = words[0], 0, ""
    if len(words) > 1 and words[1].startswith("+"):
        limit_s = atoi(words[1][1:])
        own = words[2] if len(words) > 2 else ""
    elif len(words) > 1:
        own = words[1]
    taken = take_brackets(urllib.parse.unquote(own), "{", "}") if own else None
    variables = taken[0] if taken else {}

    def option(name: str) -> str | None:
        return variables.get(name) or leg.channel.get(name)

    options = RecordingOptions(
        limit_s=limit_s,
        is_stereo=(option("RECORD_STEREO") or "").lower() in TRUE,
        is_far_only=(option("RECORD_READ_ONLY") or "").lower() in TRUE,
        is_of_talks=(option("RECORD_BRIDGE_REQ") or "").lower() in TRUE,
        buffer_bytes=_buffer_bytes(option("enable_file_write_buffering")),
        pre_buffer_frames=atoi(option("RECORD_PRE_BUFFER_FRAMES") or str(PRE_BUFFER_FRAMES)),
    )

    def begin() -> None:
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            leg.recordings[path] = _tape(leg, path, options, has_room)
        except OSError:
            return  # "Error opening ...": the call goes on without a recording
        leg.announce("RECORD_START", {"Record-File-Path": path})

    if options.is_of_talks and leg.bridged_to is None:
        leg.tapes_of_talks[path] = begin
    else:
        begin()


def bridge_tapes(leg: Leg, *, is_on: bool) -> None:
    """The leg talks to another from now on, or no more: what records talks alone does so now."""
    for tape in leg.recordings.values():
        if tape.is_of_talks:
            tape.pause(not is_on, leg.now_ms)
    if is_on:
        begins, leg.tapes_of_talks = leg.tapes_of_talks, {}
        for begin in begins.values():
            begin()


def mask(leg: Leg, data: str, *, is_on: bool) -> None:
    """`record_session_mask FILE`, `record_session_unmask FILE`."""
    tape = leg.recordings.get(data.strip())
    if tape is not None:
        tape.mask(is_on, leg.now_ms)


def stop_record_session(leg: Leg, data: str) -> None:
    """`stop_record_session FILE|all`."""
    paths = list(leg.recordings) if data.strip() == "all" else [data.strip()]
    for path in paths:
        leg.tapes_of_talks.pop(path, None)
        tape = leg.recordings.pop(path, None)
        if tape is not None:
            tape.stop(leg.now_ms)
            _leave(leg, tape)
            leg.channel.set("record_completion_cause", "success-maxtime")
            leg.announce("RECORD_STOP", {"Record-File-Path": path})


def terminators(leg: Leg) -> str:
    """Keys that end what is played or recorded."""
    chosen = leg.channel.get("playback_terminators")
    return (
        "*" if chosen is None else "" if chosen == "none" else "0123456789*#" if chosen == "any" else chosen
    )


def _tape(leg: Leg, path: str, options: RecordingOptions, has_room: HasRoom) -> Recording:
    return Recording(
        path,
        far=leg.far_sound,
        ours=leg.our_sound,
        now_ms=leg.now_ms,
        options=options,
        has_room=has_room,
    )


def _buffer_bytes(chosen: str | None) -> int:
    if chosen is None:
        return BUFFER_BYTES
    return atoi(chosen) or (BUFFER_BYTES if chosen.lower() in TRUE else 0)
