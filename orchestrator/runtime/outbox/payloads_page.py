"""docs/payloads.md and docs/schema/outbox-*.json: written from the table that makes the payloads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from orchestrator.runtime.outbox.payload_fields import COMMON, KINDS, OF_CONTACT, PayloadField
from orchestrator.runtime.outbox.payload_samples import sample
from orchestrator.runtime.outbox.payloads import payload, schema_of

ABOUT: Final = {
    "status": "The status of a lead has changed; `withdrawn` when somebody took the contact out.",
    "result": "The flow of a campaign's call came to a result with a person.",
    "exhausted": "All attempts of a lead are used up.",
    "held": "A person has to decide about a lead.",
    "outcome": "An agent said what came of a call, or corrected it.",
    "call": "A call that came in has ended.",
    "missed_call": "One that counts as missed; before its `call`.",
    "voicemail": "A message was left.",
    "recording": "Something was recorded: all of a call, a talk, or what a step asked for.",
    "row": "A flow has collected values.",
    "sms": "An SMS is to be sent.",
    "email": "A letter is to be sent.",
    "webhook": "A step of a flow, or a rule, tells a service.",
    "consent": "A contact has agreed to something, or withdrawn it.",
}
_HEAD = """# What is told, by kind

Generated from the table that makes it (`make docs`). Webhooks send it ([webhooks.md](webhooks.md)), and the HTTP API as
server-sent events. Fields are added in later versions, none is renamed; every field is always there, null where it is
not known. Times are ISO 8601 in UTC. Schemas: `docs/schema/outbox-KIND.json`.
"""


def documents() -> dict[str, str]:
    """Path below docs/ -> content."""
    pages = {f"schema/outbox-{kind}.json": _json(schema_of(kind)) + "\n" for kind in KINDS}
    return {"payloads.md": "\n".join(_page()), **pages}


def _page() -> Iterator[str]:
    yield _HEAD
    yield "## In all of them\n"
    yield from _table((*COMMON, *OF_CONTACT))
    for kind, fields in KINDS.items():
        yield f"## {kind}\n\n{ABOUT[kind]}\n"
        yield from _table(fields)
        yield f"```json\n{_json(payload(sample(kind)))}\n```\n"


def _table(fields: Iterable[PayloadField]) -> Iterator[str]:
    yield "| field | meaning |\n|---|---|"
    yield from (f"| `{field.name}` | {field.about} |" for field in fields)
    yield ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
