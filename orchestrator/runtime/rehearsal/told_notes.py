"""What a call leaves to be done after it, read off its flow and told to people."""

from __future__ import annotations

from callflow.state import State
from orchestrator.domain.note import Note


def notes_of(state: State) -> tuple[Note, ...]:
    """What a call's flow leaves to be done after it."""
    return tuple(
        Note(kind=str(note["do"]), body={key: value for key, value in note.items() if key != "do"})
        for note in state.notes
    )


def told_note(note: Note) -> str:
    """`sms to +7..: "..."`."""
    if note.kind == "callback":
        when = note.body.get("when")
        after = "at the next opening" if isinstance(when, str) else f"after {when}s" if when else "at once"
        return f"call back {after}"
    body = {key: value for key, value in note.body.items() if key not in ("at", "text", "values")}
    told = " ".join(f"{key} {value}" for key, value in body.items() if value not in ("", None))
    text = f': "{note.body["text"]}"' if note.body.get("text") else ""
    values = note.body.get("values")
    row = ", ".join(f"{name}={value}" for name, value in values.items()) if isinstance(values, dict) else ""
    return f"{note.kind} {told}{text}{f': {row}' if row else ''}".strip()
