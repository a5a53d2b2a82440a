"""What a call has left to be done after it, read from its channel's variables; bounded, clean, and never raising."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from orchestrator.domain.lead import OutboxEntry
from orchestrator.domain.note import Note
from orchestrator.engine.opting_out import OPT_OUT
from orchestrator.engine.payload import decode
from orchestrator.engine.said import NAME_CHARS, VALUE_CHARS

NOTES: Final = 100  # of one call
NOTE_CHARS: Final = 4_000  # of one text in a note: what an e-mail says
KINDS: Final = frozenset({"sms", "email", "row", "webhook", "voicemail", "recording", "callback", OPT_OUT})
CALLBACK: Final = "callback"  # no message: somebody is to be called
NO_MESSAGES: Final = frozenset({CALLBACK, OPT_OUT})
LONGEST_S: Final = 7 * 86_400  # a callback is not promised for later
# One text, cut into pieces that a variable takes
VARIABLES: Final = ("prozvon_notes", "prozvon_notes_2", "prozvon_notes_3", "prozvon_notes_4")

RECORDED: Final = "prozvon_recordings"  # the variable that names all recordings of a call
RECORDINGS: Final = 50  # of one call

# A day's folder, the call's uuid, what it is
_RECORDING = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}/[A-Za-z0-9][A-Za-z0-9_.-]{0,160}\.wav\Z")
# Lines and tabs may stand in an e-mail; otherwise as in engine.said
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def notes_of(get: Callable[[str], str]) -> tuple[Note, ...]:
    """The notes of a call. get: channel variable -> its text, "" when there is none.

    What was recorded without a note of its own (all of the call, a talk) has one here: others may want to hear of it.
    """
    noted = tuple(_notes(decode("".join(map(get, VARIABLES)))))
    return with_recordings(noted, recordings_in(decode(get(RECORDED))))


def recordings_in(value: object) -> tuple[str, ...]:
    """The names of recordings that a switch tells of: `2026/11/30/CALL.WHAT.wav`."""
    items = value[:RECORDINGS] if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str) and _RECORDING.match(item))


def with_recordings(notes: tuple[Note, ...], names: Iterable[str]) -> tuple[Note, ...]:
    """The notes, and one for each recording that none of them tells of."""
    told = {note.body.get("recording") for note in notes}
    left = dict.fromkeys(name for name in names if name not in told)
    return notes + tuple(
        Note(kind="recording", body={"recording": name, "name": name.rsplit(".", 2)[-2].rpartition("/")[2]})
        for name in left
    )


def entries_of(notes: Iterable[Note], common: Mapping[str, object]) -> tuple[OutboxEntry, ...]:
    """What the outbox is told of them: each with what is `common` to the call."""
    return tuple(
        OutboxEntry(kind=note.kind, body={**note.body, **common})
        for note in notes
        if note.kind not in NO_MESSAGES
    )


def place_of(notes: Iterable[Note]) -> str:
    """The queue in which whoever was promised a call keeps their place, by the last promise; "" for none."""
    for note in reversed(tuple(notes)):
        if note.kind == CALLBACK:
            return str(note.body.get("queue") or "")
    return ""


def promise_of(notes: Iterable[Note]) -> int | None:
    """Seconds after the call's end at which the caller was promised a call; -1: at the next opening; None: they were
    not. What was promised last holds, and what cannot be read is a promise all the same.
    """
    for note in reversed(tuple(notes)):
        if note.kind == CALLBACK:
            match note.body.get("when"):
                case int() as after_s if not isinstance(after_s, bool) and 0 <= after_s <= LONGEST_S:
                    return after_s
                case _:
                    return -1
    return None


def _notes(value: object) -> Iterator[Note]:
    for item in value[:NOTES] if isinstance(value, list) else []:
        kind = item.get("do") if isinstance(item, dict) else None
        if isinstance(kind, str) and kind in KINDS:
            body = {
                _clean(name, NAME_CHARS): field for name, field in islice(item.items(), NOTES) if name != "do"
            }
            yield Note(
                kind=kind,
                body={name: said for name, raw in body.items() if (said := _field(raw)) is not None},
            )


def _field(value: object) -> object | None:
    """A text, a number, a yes or no, or a mapping of texts; None for all else."""
    match value:
        case str():
            return _clean(value, NOTE_CHARS)
        case bool() | int():
            return value if abs(value) < 2**53 else None
        case float():
            return value if math.isfinite(value) else None
        case dict():
            items = islice(value.items(), NOTES)
            return {_clean(n, NAME_CHARS): _clean(t, VALUE_CHARS) for n, t in items if isinstance(t, str)}
        case _:
            return None


def _clean(text: str, chars: int) -> str:
    return _UNPRINTABLE.sub(" ", text[:chars])
