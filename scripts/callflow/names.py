"""What crosses the border between the switch and the flow: names, sizes and encodings. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from .program import ProgramError

if TYPE_CHECKING:
    from .state import State

PAYLOAD_MAX = 65536  # characters of the encoded payload; a header line of an event stays readable
VARIABLE_MAX = 6000  # characters of one encoded variable: all of them fit well into one event
NOTES_VARIABLES = 4  # that the notes are cut into

PROGRAM = re.compile(r"[0-9a-f]{32}")
ATTEMPT = re.compile(r"[A-Za-z0-9_-]{1,64}")
FOLDER = re.compile(r"/[A-Za-z0-9_./-]{1,200}")
LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,16}")
VOICE = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")
TAG = re.compile(r"[0-9a-f]{8}")
RECORDING = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}/[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,80}\.wav")
PROMPTS_URL = re.compile(r"http_cache://https?://[A-Za-z0-9._~:/-]{1,200}/")

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f<>{}$`\\|]|[\ud800-\udfff]")


def prompt_name(language: str, text: str, voice: str = "") -> str:
    """The file a text is rendered to before the call, below prompts/ or spoken/ of the switch's root.

    voice: the tag of what spoke it (`TAG`: engine, its version, voice, speed); "" where nothing was prepared.
    """
    spoken = f"{voice}|{language}|{text}" if voice else f"{language}|{text}"
    return hashlib.sha256(spoken.encode("utf-8", "replace")).hexdigest()[:32] + ".wav"


def voice_tag(payload: dict[str, object]) -> str:
    """The tag of the voice that this call's texts were rendered with; "" when they were not."""
    tag = payload.get("v")
    return tag if isinstance(tag, str) and TAG.fullmatch(tag) else ""


def speakable(text: str) -> str:
    """Text for a speech engine: without control characters and what engines or shells take for syntax."""
    return _UNSPEAKABLE.sub(" ", text)[:4000]


def decode_payload(encoded: str) -> dict[str, object]:
    """The contact's data from its channel variable. Raises `ProgramError`."""
    if len(encoded) > PAYLOAD_MAX:
        raise ProgramError("payload too long")
    try:
        payload = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError, RecursionError):  # ValueError: not ASCII, not UTF-8, not JSON
        payload = None
    if not isinstance(payload, dict):
        raise ProgramError("payload not readable")
    return payload


def recording_name(payload: dict[str, object], what: str) -> str:
    """Where a call's recording is, below recordings/ of the switch's root: `2026/11/22/CALL.WHAT.wav`, by UTC.

    The payload's `id` and `at` (epoch seconds when the call began) say which call; the driver sees to them.
    """
    call, at_s = payload.get("id"), payload.get("at")
    if not isinstance(call, str) or not ATTEMPT.fullmatch(call):
        call = "unknown"
    day = datetime.fromtimestamp(began_s(at_s), timezone.utc)  # noqa: UP017  # 3.9
    return f"{day:%Y/%m/%d}/{call}.{_NO_NAME.sub('_', what)[:64]}.wav"


def began_s(at_s: object) -> float:
    """The payload's `at`, when it is an instant of these centuries; else the epoch."""
    if isinstance(at_s, bool) or not isinstance(at_s, (int, float)) or not 0 <= at_s < 10**10:
        return 0.0
    return float(at_s)


def variables(state: State) -> dict[str, str]:
    """What the call leaves on its channel, in its last event and in the CDR.

    Only [a-z0-9_] names and base64url: the switch may later expand a variable's value, and `${...}` in one
    would be a call of any API. No `=` at its end: a CDR holds it as `%3D`.
    """
    values, recordings = _first_values(state.values), _without_middle(state.recordings)
    more = [
        (len(state.values) - len(values), "values"),
        (len(state.recordings) - len(recordings), "recordings"),
    ]
    # a robocall's path tells of the flow alone: readers of campaigns know no other entries
    told = [] if state.is_campaign else [f"{state.now_s:.1f} no room for {n} {what}" for n, what in more if n]
    left = {
        "prozvon_party": state.party,
        "prozvon_flow": state.flow or "error",
        "prozvon_path": encode(_without_middle((*state.path, *told))),
        "prozvon_heard": encode(_without_middle(state.heard)),
        "prozvon_values": encode(values),
    }
    if state.result is not None:
        left["prozvon_result"] = state.result
    if not state.is_campaign:
        left["prozvon_end"] = state.end or "lost"
        if LANGUAGE.fullmatch(state.language):
            left["prozvon_language"] = state.language
    if state.reached:
        left["prozvon_reached"] = state.reached
    if state.queue_wait_s is not None:
        left["prozvon_queue_wait"] = str(round(state.queue_wait_s))
    if state.met:
        left["prozvon_met"] = encode(state.met)
    if state.abandoned:
        left["prozvon_abandoned"] = state.abandoned
    if state.recordings:
        left["prozvon_recordings"] = encode(recordings)
    if state.notes:
        notes = encode(state.notes)
        for n in range(0, len(notes), VARIABLE_MAX):
            number = n // VARIABLE_MAX + 1
            left["prozvon_notes" + (f"_{number}" if number > 1 else "")] = notes[n : n + VARIABLE_MAX]
    return left


def fits(notes: tuple[dict[str, object], ...]) -> bool:
    """Whether all of them can be left on the channel: joined again, the pieces are one list."""
    return len(encode(notes)) <= VARIABLE_MAX * NOTES_VARIABLES


def _without_middle(items: tuple[str, ...]) -> list[str]:
    """As many as a variable holds: too much is cut in the middle, for the beginning and the end tell most."""
    kept = list(items)
    while len(encode(kept)) > VARIABLE_MAX:
        del kept[len(kept) // 2]
    return kept


def _first_values(values: dict[str, str]) -> dict[str, str]:
    """As many as a variable holds: too much loses the latest first."""
    kept = dict(values)
    while len(encode(kept)) > VARIABLE_MAX:
        kept.popitem()
    return kept


def encode(value: object) -> str:
    """base64url of JSON without padding: nothing in it means anything to the switch."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode("ascii").rstrip("=")
