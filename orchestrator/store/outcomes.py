"""What agents say of calls: applied once, in one step with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.domain.inbound import Callback
from orchestrator.domain.lead import Attempt, Decision, Ending, LeadState
from orchestrator.domain.outcome import Outcome, OutcomeFate
from orchestrator.store.db import Db
from orchestrator.store.terms import TermsBook

Decide = Callable[[Attempt, Ending, Outcome, LeadState], Decision]
"""(attempt, its ending, what was said, the lead's state now) -> what the lead becomes (engine.rules.decide_outcome)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom a call that came in was with. number: E.164, "" when withheld. callback: the lead that CALL_BACK makes, in
    the scenario's standing campaign; None: it has none, and the outbox alone hears of it.
    """

    scenario: str
    number: str
    callback: Callback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """A call that somebody answered, or that came in, as the next agent is shown it. campaign_id: of one that came in,
    its scenario. agent: who talked, "" for nobody.
    """

    at: int
    call_id: str
    campaign_id: str
    is_inbound: bool
    result: str
    agent: str
    outcome: str
    note: str


class OutcomeBook:
    """A door of the store."""

    def __init__(self, db: Db, terms: TermsBook) -> None:
        self._db = db
        self._terms = terms

    def say(self, outcome: Outcome, *, decide: Decide, caller: Caller | None, now: int) -> OutcomeFate:
        """Apply it to lead, rules, do-not-call list and outbox at once; while the attempt is on the line, with its end.

        decide: called for an attempt that has ended. caller: of a call that came in; None for an attempt.
        """
        raise NotImplementedError

    def of(self, call_id: str, campaign_id: str = "") -> Outcome | None:
        """What was said last of an attempt of this campaign, or of a call that came in (""); None: nothing."""
        raise NotImplementedError

    def past(self, number: str) -> tuple[PastCall, ...]:
        """The latest calls with a number, the newest first; a few."""
        raise NotImplementedError
