"""What people have agreed to: that somebody may call them, for what, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConsentHow(StrEnum):
    """By which road a person said yes, or no."""

    WEB = "web"
    PAPER = "paper"
    CALL = "call"  # in a call: to us, to a flow, or by a key
    SMS = "sms"
    EMAIL = "email"
    VERBAL = "verbal"  # face to face
    IMPORT = "import"  # from a list that does not say
    API = "api"  # from another system that does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A person's yes. `purpose` is a word ("marketing"); times are epoch ms.

    words: what they agreed to, as they saw or heard it. source: where it is recorded (a form, a list, a token).
    withdrawn_at: when it ended, by the first withdrawal at or after `given_at`; None while it holds.
    """

    number: str  # E.164 with +
    purpose: str
    given_at: int
    how: ConsentHow
    words: str = ""
    source: str = ""
    withdrawn_at: int | None = None
    withdrawn_how: ConsentHow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A person's no. It ends every consent to `purpose` (None: to anything) that was given until `at`, also one that is
    told to us only later. do_not_call: the number goes to the do-not-call list in the same step.
    """

    number: str  # E.164 with +
    purpose: str | None
    at: int
    how: ConsentHow
    note: str = ""
    do_not_call: bool = False


class NoConsent(StrEnum):
    """What becomes of a lead none of whose numbers has the consent its scenario demands."""

    SKIP = "skip"  # it is done, with the status `no_consent`
    HOLD = "hold"  # it is held until a person says `prozvon lead resume`


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDemand:
    """A scenario's `consent:`."""

    purpose: str
    otherwise: NoConsent = NoConsent.SKIP


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Why an attempt was allowed: the consent that held when it was claimed."""

    purpose: str
    given_at: int
    how: ConsentHow


class GivenAs(StrEnum):
    """What became of a consent that we were told of."""

    ADDED = "added"
    KNOWN = "known"  # we had it: same number, purpose, moment and way
    WITHDRAWN = "withdrawn"  # kept, but it was withdrawn at that moment or later: it allows nothing
    NOT_YET = "not_yet"  # its moment is still to come: not stored
    TOO_MANY = "too_many"  # the number has as many records as are kept: not stored


class SmsMeaning(StrEnum):
    """What an SMS to us asks for."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    NOTHING = "nothing"
