"""What the world outside is told of an entry of the outbox, as JSON; the same by webhooks and as server-sent events.

One table (payload_fields) makes the payloads and their schemas. docs/webhooks.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.runtime.outbox.payload_fields import COMMON, EXTERNAL_ID, KINDS, OF_CONTACT, OTHERS, Json
from orchestrator.store import Store
from orchestrator.store.rows import LeadRow, OutboxRow

__all__ = ["EXTERNAL_ID", "KINDS", "Json", "Payloads", "payload", "schema_of"]


def payload(entry: OutboxRow, lead: LeadRow | None = None) -> Json:
    """The standard JSON of an entry: texts, numbers, lists and mappings of them; what is not known is null.

    lead: the lead it is about, where it is known: its contact's columns are told with it. Of a kind that has no table
    here (KINDS) the entry's own body is told as `body`. Never raises, whatever the body holds.
    """
    fields = KINDS.get(entry.kind, OTHERS)
    told = {field.name: field.read(entry) for field in (*COMMON, *fields, *OF_CONTACT)}
    if lead is not None:
        contact = lead.contact
        told |= {"contact": dict(contact.fields), EXTERNAL_ID: contact.external_id or told[EXTERNAL_ID]}
        if not told["number"] and lead.state.phone < len(contact.numbers):
            told["number"] = contact.numbers[lead.state.phone]
    return told


def schema_of(kind: str) -> Json:
    """The JSON Schema of the payloads of a kind."""
    fields = (*COMMON, *KINDS[kind], *OF_CONTACT)
    properties: dict[str, Mapping[str, object]] = {
        field.name: {**field.schema, "description": field.about} for field in fields
    }
    properties["kind"] = {"const": kind, "description": "what happened"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"prozvon outbox: {kind}",
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


class Payloads:
    """Payloads with what the store knows of the lead they are about."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, entry: OutboxRow) -> Json:
        """KnownError when the store is away."""
        lead = self._store.lead(entry.campaign_id, entry.lead_id) if entry.lead_id else None
        return payload(entry, lead)
