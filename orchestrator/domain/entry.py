"""Contacts that enter a campaign that exists, and leads that are changed or withdrawn while it runs: the words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.problem import KnownError


class Fate(StrEnum):
    """What became of one row that was to enter a campaign."""

    ADDED = "added"  # a new lead
    MERGED = "merged"  # one of its numbers is with an open lead already: nobody is called twice
    ALREADY = "already"  # this very row is there, in this campaign or another one of the scenario
    UPDATED = "updated"  # its external id is that of an open lead, which has the row's columns from now on
    REFUSED = "refused"  # it cannot be called: `code` and `reason` say why


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """`row` counts from 1 (of a list: the line where it begins). lead_id: the lead it is, or was merged into; None: it
    is none of this campaign. code: as for refused rows (docs/contacts.md), and `number_taken`. notes: what was changed
    or left out ("phone2: left out, too few digits").
    """

    row: int
    fate: Fate
    lead_id: int | None = None
    external_id: str = ""
    code: str = ""
    reason: str = ""
    column: str = ""  # that was refused, "" for the row as a whole
    campaign_id: str = ""  # `already`: which one has it
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRef:
    """A lead by its number in the campaign, or by the name that it has outside; exactly one of them."""

    lead_id: int | None = None
    external_id: str | None = None

    def __post_init__(self) -> None:
        if (self.lead_id is None) == (self.external_id is None):
            raise ValueError("a lead is named by its id, or by its external id")

    def __str__(self) -> str:
        return f"lead {self.lead_id}" if self.external_id is None else self.external_id


class Withdrawn(StrEnum):
    """What became of a wish that a lead be called no more."""

    WITHDRAWN = "withdrawn"  # it is done, with the status `withdrawn`
    AFTER_CALL = "after_call"  # it is being called: that ends by itself, and nobody calls it again
    DONE_ALREADY = "done_already"  # nothing was changed
    NO_SUCH_LEAD = "no_such_lead"


class NotChanged(KnownError):  # noqa: N818  # a wish that is refused
    """A lead is not changed: `code` as for refused rows, or one of done, no_such_lead, number_taken, unknown_column;
    `column`: the one at fault, or "".
    """

    def __init__(self, message: str, *, code: str, column: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.column = column
