"""What became of an attempt whose events we missed: ask the switch, never assume.

Its channel lives: it goes on. The switch wrote its CDR: that is the ending. Neither, and the switch never
went down: no call was made, and it may be made anew. Otherwise nobody can tell, a CDR that cannot be read
included: `lost`, held for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.domain.call_event import CallFacts
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Ending
from orchestrator.engine.ending import answered_by, ending_of

# An originate may still be on its way when we first look: in a socket, in the switch's queue of jobs,
# or between the last of the channel and the writing of its CDR. All of that is over after this time
LOOKS_APART_MS = 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at the switch found for one attempt."""

    switch_uuid: str | None  # the switch's Core-UUID now; None: not reached
    is_live: bool = False  # its channel is there
    cdr: CallFacts | None = None
    can_read_cdrs: bool = True  # False: they cannot be looked at, so that no CDR proves nothing
    has_broken_cdr: bool = False  # it is there, so that there was a call, and cannot be read
    was_seen: bool = False  # an event has shown that there was a call: `Tracker.has_answered`


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Look again; when nothing comes up, this ends `LOOKS_APART_MS` after the first empty look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillLive:
    """The call goes on: follow its events."""


Verdict = Wait | StillLive | Ending


def decide(
    attempt: Attempt,
    look: Look,
    *,
    now: int,
    empty_for_ms: int | None,
    overrides: Mapping[str, Disposition],
    apart_ms: int = LOOKS_APART_MS,
) -> Verdict:
    """What `look` proves about `attempt`.

    empty_for_ms: real time since the first look of this series that found neither channel nor CDR, None when
    this is the first. No look may begin while whoever claimed the attempt could still write its originate: it
    is this worker itself, or dead. now (epoch ms) is the ending's time where no CDR tells it. apart_ms: how
    long nothing must be found before that proves something.
    """
    if look.switch_uuid is None:
        return Wait()
    if look.is_live:
        return StillLive()
    if look.cdr is not None:
        facts = answered_by(look.cdr, attempt.claimed_at if look.was_seen else None)
        return ending_of(attempt, facts, now=now, overrides=overrides, detail="reconciled from CDR")
    if empty_for_ms is None or empty_for_ms < apart_ms:
        return Wait()
    if look.has_broken_cdr:
        return _without_call(
            attempt, Disposition.LOST, _seen(look, "its CDR is there and cannot be read"), now
        )
    if look.switch_uuid != attempt.switch_uuid:
        return _without_call(
            attempt, Disposition.LOST, _seen(look, "the switch was restarted, and has no CDR"), now
        )
    if look.was_seen:
        return _without_call(attempt, Disposition.LOST, "it was answered, and there is no CDR", now)
    if not look.can_read_cdrs:
        return _without_call(attempt, Disposition.LOST, "the CDRs cannot be read", now)
    return _without_call(attempt, Disposition.CANCELLED, "no call was made", now)


def _seen(look: Look, detail: str) -> str:
    """A person who decides about a lost call wants to know whether somebody heard it."""
    return f"it was answered; {detail}" if look.was_seen else detail


def _without_call(attempt: Attempt, disposition: Disposition, detail: str, now: int) -> Ending:
    return Ending(
        attempt_id=attempt.attempt_id,
        disposition=disposition,
        cause="",
        ended_at=max(now, attempt.claimed_at),
        detail=detail,
    )
