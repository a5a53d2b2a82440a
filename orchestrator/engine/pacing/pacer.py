"""The pacer of one campaign: told what happens, asked how many calls to place. No clock, no randomness."""

from __future__ import annotations

from orchestrator.domain.plan import PacingPlan
from orchestrator.engine.pacing.view import Decision, PacerFigures, PoolView, Why


class Pacer:
    """Told of every call and talk, in the order of time; asked `decide` at most once a second, or after an event.

    Unknown attempts, repeated news and instants that jump back are survived: the worst they do is to be ignored.
    `zone`: IANA zone of the hours and weekdays that history is kept by. `memory`: what `dump` of this campaign's
    pacer gave (after a failover) or `history` of an earlier campaign; unreadable text counts as none.
    """

    def __init__(self, plan: PacingPlan, *, zone: str = "UTC", memory: str = "") -> None:
        self.plan = plan
        self.zone = zone
        self._ringing: dict[str, int] = {}

    def placed(self, attempt_id: str, at: int, *, is_reserved: bool = False) -> None:
        """A call rings from now. is_reserved: with an agent of its own, so it takes none of the view's."""
        self._ringing[attempt_id] = at

    def answered(self, attempt_id: str, at: int) -> None:
        """A person has answered and wants an agent from now on. `connected` or `abandoned` follows."""
        self._ringing.pop(attempt_id, None)

    def ended(self, attempt_id: str, at: int) -> None:
        """A call that no person answered is over: busy, no answer, machine, cancelled, failed."""
        self._ringing.pop(attempt_id, None)

    def connected(self, at: int) -> None:
        """A person who answered has reached an agent in time."""

    def abandoned(self, at: int) -> None:
        """A person who answered has not reached an agent in time, or hung up before."""

    def talk_ended(self, began_at: int, at: int) -> None:
        """A talk of an agent of the pool is over, any campaign's."""

    def wrap_ended(self, began_at: int, at: int) -> None:
        """A wrap-up of an agent of the pool is over."""

    def decide(self, view: PoolView, now: int) -> Decision:
        """How many calls to place and which to cancel. Counts on them being done: `ordered`, then `placed`."""
        place = max(0, view.idle - view.waiting - len(self._ringing) - view.ordered)
        return Decision(place=place, why=Why.ONE_EACH, ask_at=now + 1_000)

    def figures(self, now: int) -> PacerFigures:
        """What is known and expected now."""
        return PacerFigures(
            ringing=len(self._ringing),
            answer_rate=None,
            abandoned_hour=None,
            abandoned_day=None,
            limit=0.0,
            credit=0.0,
            talk_s=None,
            wrap_s=None,
        )

    def dump(self) -> str:
        """JSON of all that was learned, counted and is ringing: for whoever leads next."""
        return "{}"

    def history(self) -> str:
        """JSON of what a later campaign of the same kind may know: ring, talk, and the pattern of hours."""
        return "{}"
