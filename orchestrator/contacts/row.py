"""What becomes of one row of a list, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.consent import ConsentHow
from orchestrator.domain.lead import Contact


class Code(StrEnum):
    """Why a row was refused. Stable: scripts may count them. What each means is in docs/contacts.md."""

    BLANK = "blank"
    PHONE_LETTERS = "phone_letters"
    PHONE_CHARACTERS = "phone_characters"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_INVALID = "phone_invalid"
    NO_ZONE = "no_zone"
    TEXT_TOO_LONG = "text_too_long"
    BAD_DIGITS = "bad_digits"
    BAD_NUMBER = "bad_number"
    BAD_MONEY = "bad_money"
    BAD_DATE = "bad_date"
    BAD_TIME = "bad_time"
    BAD_LANGUAGE = "bad_language"
    BAD_TIMEZONE = "bad_timezone"
    BAD_EXTERNAL_ID = "bad_external_id"
    BAD_CONSENT = "bad_consent"
    NUMBER_TAKEN = "number_taken"
    BAD_VALUE = "bad_value"
    TOO_FEW_COLUMNS = "too_few_columns"
    TOO_MANY_COLUMNS = "too_many_columns"
    BAD_QUOTES = "bad_quotes"
    OPEN_QUOTE = "open_quote"
    BAD_JSON = "bad_json"
    BAD_ENCODING = "bad_encoding"
    ROW_TOO_LONG = "row_too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one value. `reason` never quotes the value: reasons are counted, and few stay few."""

    code: Code
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a row says of its contact's consent. purpose "": what the scenario demands."""

    given_at: int  # epoch ms
    how: ConsentHow
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A row that became a contact. `line` is the physical line where it begins, from 1.

    `agreed`: to be called, as the row says; None: it does not.
    `notes` say what was changed or left out, without the value ("name: control characters became spaces").
    """

    line: int
    contact: Contact
    notes: tuple[str, ...] = ()
    agreed: Agreed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that nobody will be called for: its first fault, and the `also` (column, fault) of the same row.

    `column` is "" when the row as a whole is at fault. `value` (of the column) and `raw` (the row as it stood in the
    file) are bounded and printable, see `text.shown`.
    """

    line: int
    column: str
    code: Code
    reason: str
    value: str = ""
    raw: str = ""
    also: tuple[tuple[str, Fault], ...] = ()
