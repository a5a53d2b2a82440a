"""What a person takes back in a call, by the notes that its flow left (the verb `opt_out`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from orchestrator.domain.consent import ConsentDemand, ConsentHow, Withdrawal
from orchestrator.domain.lead import OutboxEntry
from orchestrator.domain.note import Note
from orchestrator.engine.consent import withdrawal_body

OPT_OUT: Final = "opt_out"  # the kind of note
CONSENT: Final = "consent"  # the kind of outbox entry
OPTED_OUT: Final = "opted_out"  # status of a lead that would have been called again
_PURPOSE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")


def withdrawals_of(
    notes: Iterable[Note], numbers: Sequence[str], *, at: int, call_id: str
) -> tuple[Withdrawal, ...]:
    """What the call took back, for each of the person's `numbers` (E.164). Without a purpose that can be read it was
    everything: nobody is called again for a garbled word.
    """
    asked = [_purpose(note) for note in notes if note.kind == OPT_OUT]
    purposes = [None] if None in asked else sorted({purpose for purpose in asked if purpose})
    return tuple(
        Withdrawal(
            number=number,
            purpose=purpose,
            at=at,
            how=ConsentHow.CALL,
            note=f"in call {call_id}",
            do_not_call=purpose is None,
        )
        for number in numbers
        for purpose in purposes
    )


def entries_of(withdrawals: Iterable[Withdrawal], common: Mapping[str, object]) -> tuple[OutboxEntry, ...]:
    """What the world outside is told of them: each with what is `common` to the call."""
    return tuple(OutboxEntry(kind=CONSENT, body={**common, **withdrawal_body(said)}) for said in withdrawals)


def ends_calls(withdrawals: Iterable[Withdrawal], demand: ConsentDemand | None) -> bool:
    """Whether after these nobody may call the person for the scenario that demands this."""
    return any(said.purpose is None or (demand and said.purpose == demand.purpose) for said in withdrawals)


def _purpose(note: Note) -> str | None:
    """None: everything."""
    purpose = note.body.get("purpose")
    is_one = isinstance(purpose, str) and _PURPOSE.match(purpose) is not None
    return str(purpose) if is_one and note.body.get("everything") is False else None
