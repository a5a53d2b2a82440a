"""Calls that came in: what happened in one, what is to be done after it, and whether it was missed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.lead import Contact
from orchestrator.domain.note import Note as Note  # part of a call: told to whoever asks here


class CallEnd(StrEnum):
    """Where a call ended that did not end in a talk with a person; FLOW also where it did."""

    CLOSED = "closed"  # outside the scenario's hours
    QUEUE = "queue"  # the caller left the queue, or it was full or took too long
    HUNG_UP = "hung_up"  # the caller left in the middle of the flow
    FLOW = "flow"  # the flow came to its end
    VOICEMAIL = "voicemail"  # a message was left
    REFUSED = "refused"  # turned down before anything was played
    LOST = "lost"  # the flow broke off, the switch died, or nobody can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundCall:
    """A call that came in and has ended. `call_id` is the uuid of its channel; times are epoch ms UTC."""

    call_id: str
    switch: str
    scenario: str
    program: str  # digest of the program that it followed; "" when that is not known
    caller: str  # E.164 with +; "" when withheld or no such number
    called: str  # the same
    began_at: int
    answered_at: int | None = None
    ended_at: int
    cause: str = ""
    flow: FlowEnd = FlowEnd.UNKNOWN
    language: str = ""
    result: str | None = None
    path: tuple[
        str, ...
    ] = ()  # "4.2 key 1": seconds since the call began, and what happened; never private digits
    heard: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()  # without private ones
    reached: str = ""  # agent id, or number, of the person who took the call
    end: CallEnd
    notes: tuple[Note, ...] = ()
    recordings: tuple[str, ...] = ()  # paths below the switch's recordings/
    queue_wait_s: int | None = None
    met: tuple[
        tuple[str, float], ...
    ] = ()  # agents' legs that it was joined with, and seconds of talk with each


class ServedBy(StrEnum):
    """What makes callbacks of a number superfluous."""

    PERSON = "person"  # somebody talked to the caller: callbacks of every scenario
    FLOW = (
        "flow"  # the flow was followed to its end, in a scenario where no person can be reached: its own ones
    )


class CallbackFate(StrEnum):
    """What became of the wish to call a caller back."""

    NONE = ""  # there was none
    ADDED = "added"  # a lead of its own
    MERGED = "merged"  # the number waits for a callback already: one lead for all its calls
    CAPPED = "capped"  # the number had its callbacks for now (`per_number`)
    WITHHELD = "withheld"  # there is no number to call
    DO_NOT_CALL = "do_not_call"
    SERVED_SINCE = "served_since"  # noted late, and the caller was reached meanwhile
    TOO_OLD = "too_old"  # noted so late that nobody waits for it any more
    NO_PLAN = "no_plan"  # a person stopped the callbacks, or the scenario has no `missed:`


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The lead that a missed call asks for, in the standing campaign `campaign_id`."""

    campaign_id: str
    contact: Contact  # with one number
    due_at: int
    is_promised: bool = False  # the caller asked for it: `due_at` holds, and `per_number` does not
    needs_agent: bool = (
        False  # it is only made with an agent reserved: the caller keeps their place in a queue
    )
    per_number: tuple[tuple[int, int], ...] = ()  # (window in seconds, callbacks in it)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedDecision:
    """What a call means for callbacks (engine.missed); the store applies it in the step that records the call.

    why: the `CallEnd` under which it counts as missed, `promised`, or "" for a call that was not missed.
    fate: why there is no callback though there is a `why`, as far as the rules can tell.
    """

    why: str = ""
    callback: Callback | None = None
    fate: CallbackFate = CallbackFate.NONE
    served: ServedBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What the entry script writes at the start of a call, and the recorder removes once the call is recorded. Of one
    that cannot be read (the power went), the id is known, and when it was written: the CDR may tell the rest.
    """

    call_id: str
    scenario: str
    program: str
    caller: str
    called: str
    began_at: int  # epoch ms
