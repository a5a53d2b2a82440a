"""A scenario made to be heard: every message in every language as one file, as a contact hears it."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from callflow.messages import worded
from callflow.names import prompt_name
from callflow.pieces import pieces
from orchestrator.contacts import Accepted, read_contacts
from orchestrator.domain.lead import Contact
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.prompts.fixed_prompts import tags
from orchestrator.runtime.settings import Settings
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.sounds import Sound
from orchestrator.scenario.speech import spoken
from orchestrator.speech.errors import SpeechError
from orchestrator.speech.folder import write_whole
from orchestrator.speech.studio_link import Made, Order, StudioLink
from orchestrator.speech.texts import is_sound, spoken_form

PARTS = "parts"
TYPED = "1042"  # what stands for digits that nobody has typed
PHONE = "+79990000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a message. kind: fixed, spoken (the contact's), typed (by the caller) or recorded. ms: how long;
    dbov: how loud, None for silence.
    """

    message: str
    language: str
    kind: str
    text: str
    file: Path
    ms: int
    dbov: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a part of a message is to say; or the recording that it is."""

    message: str
    language: str
    kind: str
    text: str
    sound: Sound | None = None


def sample_contact(settings: Settings, compiled: Compiled, given: Mapping[str, str]) -> Contact:
    """A contact with these fields, the others as the scenario's first test has them. KnownError when one is wrong."""
    known = {column.name for column in compiled.columns} | {"phone", "language"}
    if unknown := sorted(given.keys() - known):
        raise KnownError(
            f"{compiled.name} has no contact column {unknown[0]} (there are: {', '.join(sorted(known))})"
        )
    row = json.dumps({**sample_fields(compiled), **given}, ensure_ascii=False).encode()
    [read] = read_contacts(
        [row],
        columns=compiled.columns,
        languages=compiled.languages,
        region=settings.region,
        zone_rule=compiled.plan.zone,
        name="--contact",
        format="jsonl",
    )
    if not isinstance(read, Accepted):
        raise KnownError(
            f"this contact cannot be called: {read.column}: {read.reason} (--contact COLUMN=VALUE)"
        )
    return read.contact


def sample_fields(compiled: Compiled) -> dict[str, str]:
    """The columns of the contact of the scenario's first test."""
    return {"phone": PHONE, **(compiled.tests[0].contact if compiled.tests else {})}


def hear(
    settings: Settings,
    compiled: Compiled,
    contact: Contact,
    out: Path,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Part]:
    """Write each message to `out`/MESSAGE.LANGUAGE.wav, its parts to `out`/parts. Parts in the order of the scenario.

    KnownError when there is no engine, it cannot say a text, or `out` cannot be written.
    """
    spec = settings.speech.spec()
    if not spec.prepares:
        raise KnownError(
            "`speech: {engine: switch}` prepares nothing that could be heard: name another engine"
        )
    wanted = list(_wanted(compiled, contact))
    studio = StudioLink(spec)
    try:
        tag_of = tags(studio)
        orders = [_order(out / PARTS, each, tag_of) for each in wanted if each.sound is None]
        made = studio.make_all(orders)
        parts: list[Part] = []
        for part in wanted:
            parts.append(
                _recorded(out, part, part.sound) if part.sound else _spoken(out, part, next(made), tag_of)
            )
            progress(len(parts), len(wanted))
        for message, language in dict.fromkeys((part.message, part.language) for part in parts):
            files = [part.file for part in parts if (part.message, part.language) == (message, language)]
            write_whole(out / f"{message}.{language}.wav", _joined(files))
    except OSError as error:
        raise KnownError(f"cannot write to {out}: {error.strerror}") from None
    finally:
        studio.close()
    return parts


def _recorded(out: Path, part: _Wanted, sound: Sound) -> Part:
    file = out / PARTS / sound.name
    write_whole(file, sound.data)
    return _part(part, file, round(sound.seconds * 1000), sound.dbov)


def _spoken(out: Path, part: _Wanted, made: Made | SpeechError, tag_of: Callable[[str], str]) -> Part:
    if isinstance(made, SpeechError):
        why = f"message {part.message}: no prompt of {part.text!r} ({part.language}): {made}"
        raise SpeechError(why, made.fault)
    return _part(part, _order(out / PARTS, part, tag_of).out, made.ms, made.dbov)


def _part(part: _Wanted, file: Path, ms: int, dbov: float | None) -> Part:
    return Part(
        message=part.message,
        language=part.language,
        kind=part.kind,
        text=part.text,
        file=file,
        ms=ms,
        dbov=dbov,
    )


def _order(folder: Path, part: _Wanted, tag_of: Callable[[str], str]) -> Order:
    return Order(
        text=spoken_form(part.text, part.language),
        language=part.language,
        out=folder / prompt_name(part.language, part.text, tag_of(part.language)),
        may_be_silent=part.kind != "fixed",
    )


def _wanted(compiled: Compiled, contact: Contact) -> Iterator[_Wanted]:
    for language in compiled.languages:
        said = spoken(compiled, contact.fields, language)
        for message, wordings in compiled.program["messages"].items():
            for part in wordings[language]:
                for kind, text in _texts(part, said.get(message, []), contact, language):
                    sound = compiled.sounds.get(text)
                    if sound is not None or is_sound(text):
                        shown = text if sound is None else sound.path.name
                        yield _Wanted(message=message, language=language, kind=kind, text=shown, sound=sound)


def _texts(
    part: Mapping[str, object], said: list[str], contact: Contact, language: str
) -> list[tuple[str, str]]:
    """(kind, text) of what a part says, one after the other; of a recording its name."""
    if "file" in part:
        return [("recorded", str(part["file"]))]
    if "text" in part:
        return [("fixed", str(part["text"]))]
    if "said" in part:
        return [("spoken", said[int(str(part["said"]))])]
    typed = worded(contact.fields.get(str(part["var"]), TYPED), part["filter"], language)
    return [("typed", piece) for piece in typed.pieces or pieces(typed.text) or (typed.text,)]


def _joined(files: list[Path]) -> bytes:
    """One WAV file of several: all of them are 8 kHz, mono, 16 bit."""
    made = BytesIO()
    with wave.open(made, "wb") as whole:
        whole.setparams((1, 2, 8000, 0, "NONE", ""))
        for file in files:
            with wave.open(str(file)) as part:
                whole.writeframes(part.readframes(part.getnframes()))
    return made.getvalue()
