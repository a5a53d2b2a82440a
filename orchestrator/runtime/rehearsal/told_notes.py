"""What a call leaves to be done after it, read off its flow and told to people."""

from __future__ import annotations

from collections.abc import Iterable

from callflow.state import State
from orchestrator.domain.lead import Decision, OutboxEntry
from orchestrator.domain.note import Note
from orchestrator.domain.telling import TellKind
from orchestrator.engine.opting_out import OPT_OUT
from orchestrator.engine.telling import is_told


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
    if note.kind == OPT_OUT:
        return f"opt out of {note.body['purpose']}" if note.body.get("purpose") else "opt out of everything"
    body = {key: value for key, value in note.body.items() if key not in ("at", "text", "typed", "values")}
    told = " ".join(f"{key} {value}" for key, value in body.items() if value not in ("", None))
    text = f': "{note.body["text"]}"' if note.body.get("text") else ""
    values = note.body.get("values")
    row = ", ".join(f"{name}={value}" for name, value in values.items()) if isinstance(values, dict) else ""
    return f"{note.kind} {told}{text}{f': {row}' if row else ''}".strip()


def told_by_rules(decisions: Iterable[Decision]) -> tuple[OutboxEntry, ...]:
    """All that rules have told, in its order."""
    return tuple(entry for decision in decisions for entry in decision.outbox if is_told(entry))


def told_name(entry: OutboxEntry) -> str:
    """`sms MESSAGE`, `email MESSAGE`, `webhook NAME`: as a test expects it under `told`."""
    body = entry.body
    if entry.kind != TellKind.WEBHOOK:
        return f"{entry.kind} {body['message']}"
    return f"{entry.kind} {body.get('hook') or '{service}/{path}'.format_map(body)}"


def told_entry(entry: OutboxEntry) -> str:
    """`sms sorry to +7..: "..."`."""
    to = entry.body.get("to") or entry.body.get("address")
    whom = f" to {to}" if to else "" if entry.kind == TellKind.WEBHOOK else " to nobody"
    text = f': "{entry.body["text"]}"' if entry.body.get("text") else ""
    return f"{told_name(entry)}{whom}{text}"
