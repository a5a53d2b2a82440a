"""What the switches tell of agents' legs and of those who wait, as news for the floor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from orchestrator.engine.floor.news import (
    CallerLeft,
    LegEnded,
    LegFailed,
    LegReady,
    LegRings,
    TalkBegan,
    TalkEnded,
)

FLOOR: Final = "variable_prozvon_floor"  # "true" on every leg of an agent, and on what joins one over a link
AGENT: Final = "variable_prozvon_agent"
JOINS: Final = "variable_prozvon_joins"  # of a caller in a join, also over a link: with which leg
EVENTS: Final = (
    "CHANNEL_PARK",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_BRIDGE",
    "CHANNEL_UNBRIDGE",
    "CHANNEL_HANGUP_COMPLETE",
    "DTMF",
)
LEG_PREFIX: Final = (
    "a9e7"  # of the ids that we give legs: by it a switch passes on their keys, and who joins them
)
FILTERS: Final = (
    (FLOOR, "true"),
    ("Unique-ID", f"/^{LEG_PREFIX}/"),
    ("Bridge-B-Unique-ID", f"/^{LEG_PREFIX}/"),
)
KEY: Final = "DTMF"  # it has no variables: legs that talk are heard by their id
READ: Final = frozenset({
    *("Event-Name", "Unique-ID", "Hangup-Cause", "DTMF-Digit", "Caller-Channel-Answered-Time", FLOOR, AGENT, JOINS),
    *("Bridge-A-Unique-ID", "Bridge-B-Unique-ID", "variable_sip_hangup_disposition"),
})  # fmt: skip

LegNews = CallerLeft | LegEnded | LegFailed | LegReady | LegRings | TalkBegan | TalkEnded

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}\Z")
_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_HUNG_UP_THERE = "recv_bye"  # the far end hung up, and not we


class Offers(Protocol):
    """Who was offered which leg: over a link the two are never bridged in one channel."""

    def caller_of(self, leg_id: str) -> str:
        """The caller who was told to join this leg last; "" when nobody was."""
        ...

    def is_leg(self, channel_id: str) -> bool: ...


def heard(switch: str, event: Mapping[str, object], offers: Offers) -> Iterator[LegNews]:
    """What an event (header -> decoded value) tells; nothing when it is about something else."""
    channel = _id(event.get("Unique-ID"))
    name = event.get("Event-Name")
    if not channel:
        return
    if name in ("CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE"):
        yield from _bridged(event, offers, has_begun=name == "CHANNEL_BRIDGE")
        return
    agent_id = _text(_AGENT, event.get(AGENT))
    if agent_id or offers.is_leg(channel):
        yield from _of_leg(switch, channel, agent_id, str(name), event, offers)
    elif name == "CHANNEL_HANGUP_COMPLETE":
        yield CallerLeft(call_id=channel, why="hung_up")


def _of_leg(
    switch: str, leg_id: str, agent_id: str, name: str, event: Mapping[str, object], offers: Offers
) -> Iterator[LegNews]:
    match name:
        case "CHANNEL_PARK" if agent_id:
            yield LegReady(leg_id=leg_id, switch=switch, agent_id=agent_id)
        case "CHANNEL_PROGRESS" | "CHANNEL_PROGRESS_MEDIA":
            yield LegRings(leg_id=leg_id)
        case "CHANNEL_HANGUP_COMPLETE":
            cause = _cause(event.get("Hangup-Cause"))
            if event.get("Caller-Channel-Answered-Time") in ("0", "", None):
                yield LegFailed(leg_id=leg_id, cause=cause)
                return
            caller = offers.caller_of(leg_id)
            if caller and event.get("variable_sip_hangup_disposition") == _HUNG_UP_THERE:
                yield TalkEnded(call_id=caller, leg_id=leg_id, by="agent")
            yield LegEnded(leg_id=leg_id, cause=cause)


def _bridged(event: Mapping[str, object], offers: Offers, *, has_begun: bool) -> Iterator[LegNews]:
    """The event is of the channel that does the joining: the caller's, or over a link the one that stands for it. Two
    legs of agents that are bridged are no talk with a caller.
    """
    leg_id, caller = _id(event.get(JOINS)), _id(event.get("Unique-ID"))
    if not offers.is_leg(leg_id) or offers.is_leg(caller):
        ends = [_id(event.get(f"Bridge-{side}-Unique-ID")) for side in "AB"]
        legs = [end for end in ends if end and offers.is_leg(end)]
        leg_id = legs[0] if len(legs) == 1 else ""
        caller = offers.caller_of(leg_id) if leg_id else ""
    if not caller:
        return
    if has_begun:
        yield TalkBegan(call_id=caller, leg_id=leg_id)
    else:
        yield TalkEnded(call_id=caller, leg_id=leg_id)


def _id(value: object) -> str:
    return _text(_ID, value)


def _text(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.match(value) else ""


def _cause(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return re.sub(r"[^A-Z0-9_]", "", text.upper())[:40]
