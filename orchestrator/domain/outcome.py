"""What an agent says of a call: its outcome, a note, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NextAction(StrEnum):
    """What an agent decides about the next call, whatever the rules would do."""

    NONE = ""  # the rules decide, by the outcome
    CALL_BACK = "call_back"  # at a time that was agreed on: it holds, and `attempts` does not
    DO_NOT_CALL = "do_not_call"  # the contact's numbers go on the list
    WRONG_PERSON = "wrong_person"  # this number is given up, and the contact's next one is called


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """outcome_id: of this saying, applied once however often it is sent; another one for the same call corrects it.

    call_id: the attempt's id, or the uuid of a call that came in. outcome: a word of the scenario's desk, "" for none.
    call_back_at: epoch ms, with CALL_BACK only. said_at: epoch ms.
    """

    outcome_id: str
    call_id: str
    agent_id: str
    outcome: str = ""
    note: str = ""
    next: NextAction = NextAction.NONE
    call_back_at: int | None = None
    said_at: int

    @property
    def key(self) -> str:
        """What the rules know it by: the outcome, else what comes next; "" for a mere note."""
        return self.outcome or self.next.value


class OutcomeFate(StrEnum):
    """What became of an outcome."""

    APPLIED = "applied"
    PENDING = "pending"  # the call goes on: applied in the step that stores its end
    KEPT = "kept"  # its lead was called again meanwhile: recorded and told outside, the lead stays as it is
    UNKNOWN = "unknown"  # no such call, or it ended too long ago
