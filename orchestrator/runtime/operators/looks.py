"""What events did not tell: the switches' channels beside what is known of legs and callers. At the beginning of a
lead, whenever a switch comes back, and every few seconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

import structlog

from orchestrator.engine.floor.news import (
    CallerLeft,
    LegEnded,
    LegFailed,
    LegReady,
    News,
    TalkBegan,
    TalkEnded,
)
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.operators.book import Book, Leg

log = structlog.get_logger()

YOUNG_S: Final = 3.0  # real time in which a leg that was ordered, or a caller who came, may be in no list yet
DEAD_S: Final = 30.0  # a switch that is away for so long has lost what was on it
JOINED: Final = "CS_EXCHANGE_MEDIA"  # state of a leg that talks
PARKED: Final = "park"  # application of one that waits
LOST: Final = "DESTINATION_OUT_OF_ORDER"


class Line(Protocol):
    """What is needed of runtime.switches.line.Line."""

    @property
    def is_up(self) -> bool: ...

    def api(self, command: str) -> str: ...

    def ask(self, command: str) -> str: ...


class Looks:
    """`look(switch)` tells `feed` what has changed unheard. One that was missed once is looked for again first; not
    those that we know from another leader: nothing of theirs is new.
    """

    def __init__(self, lines: Mapping[str, Line], book: Book, feed: Callable[[News], object]) -> None:
        self._lines, self._book, self._feed = lines, book, feed
        self._began_at = time.monotonic()
        self._missed: set[str] = set()
        # switch -> legs that stood otherwise than we know, whether joined, the call that we know
        self._odd: dict[str, set[tuple[str, bool, str]]] = {}
        self._strangers: dict[str, set[str]] = {}  # switch -> channels that are no agent's
        self._down_since: dict[str, float] = {}

    def look(self, switch: str) -> None:
        """One look at one switch."""
        line = self._lines[switch]
        if not line.is_up:
            self._look_at_dead(switch)
            return
        self._down_since.pop(switch, None)
        try:
            rows = json.loads(line.ask("show channels as json")).get("rows") or []
            there = {str(row["uuid"]): row for row in rows}
        except (EslError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("channels_unknown", switch=switch, error=str(error))
            return
        news = list(self._gone(switch, there))
        news += self._changed(switch, there)
        for each in news:
            self._feed(each)
        self._meet_strangers(switch, line, there)

    def went_down(self, switch: str) -> None:
        """Nobody can be told anything there: whoever waits is offered nobody, and comes again by asking."""
        self._down_since.setdefault(switch, time.monotonic())
        for caller in self._book.callers_on(switch):
            if not any(leg.is_joined and leg.call_id == caller.call_id for leg in self._book.legs_on(switch)):
                self._feed(CallerLeft(call_id=caller.call_id, why="switch_lost"))

    def _look_at_dead(self, switch: str) -> None:
        since = self._down_since.setdefault(switch, time.monotonic())
        if time.monotonic() - since < DEAD_S:
            return
        for leg in self._book.legs_on(switch):
            self._feed(LegEnded(leg_id=leg.leg_id, cause=LOST))
        for caller in self._book.callers_on(switch):
            self._feed(CallerLeft(call_id=caller.call_id, why="switch_lost"))

    def _gone(self, switch: str, there: Mapping[str, object]) -> Iterator[News]:
        at = time.monotonic()

        def is_sure(channel: str, since: float) -> bool:
            return since <= self._began_at or (at - since > YOUNG_S and channel in self._missed)

        legs = [leg for leg in self._book.legs_on(switch) if leg.leg_id not in there]
        callers = [each for each in self._book.callers_on(switch) if each.call_id not in there]
        missed: set[str] = set()
        for leg in legs:
            if is_sure(leg.leg_id, leg.made_at):
                was_there = leg.is_parked or leg.is_joined
                yield LegEnded(leg_id=leg.leg_id) if was_there else LegFailed(leg_id=leg.leg_id, cause=LOST)
            missed.add(leg.leg_id)
        for caller in callers:
            if is_sure(caller.call_id, caller.seen_at):
                yield CallerLeft(call_id=caller.call_id, why="hung_up")
            missed.add(caller.call_id)
        ours = {leg.leg_id for leg in self._book.legs_on(switch)}
        ours |= {caller.call_id for caller in self._book.callers_on(switch)}
        self._missed = (self._missed - ours) | missed

    def _changed(self, switch: str, there: Mapping[str, Mapping[str, object]]) -> Iterator[News]:
        """Talks that began or ended, and legs that were parked, unheard. The answer may be older than what was heard
        while it came: what differs is believed when it does so twice,
        of the same call.
        """
        is_first = switch not in self._odd
        before, odd = self._odd.get(switch, set()), set[tuple[str, bool, str]]()
        self._odd[switch] = odd

        def is_sure(leg: Leg, is_joined: bool) -> bool:
            found = (leg.leg_id, is_joined, leg.call_id)
            odd.add(found)
            return (is_first and leg.made_at <= self._began_at) or found in before

        for leg in self._book.legs_on(switch):
            row = there.get(leg.leg_id)
            if row is None:
                continue
            if row.get("state") == JOINED:
                if not leg.is_joined and leg.call_id and is_sure(leg, True):
                    yield TalkBegan(call_id=leg.call_id, leg_id=leg.leg_id)
            elif (
                row.get("application") == PARKED
                and (leg.is_joined or not leg.is_parked)
                and is_sure(leg, False)
            ):
                if leg.is_joined:
                    yield TalkEnded(call_id=leg.call_id, leg_id=leg.leg_id)
                yield _ready(leg)

    def _meet_strangers(self, switch: str, line: Line, there: Mapping[str, Mapping[str, object]]) -> None:
        """Legs of agents that nobody knows: one that stands by is taken, one that talks is left alone, and any other is
        hung up: it was made for a call that is with somebody else, or over.
        """
        known = self._strangers.get(switch, set()) & there.keys()
        for channel, row in there.items():
            if channel in known or self._book.is_leg(channel) or self._book.caller(channel) is not None:
                continue
            try:
                agent_id = line.api(f"uuid_getvar {channel} prozvon_agent").strip()
                if not agent_id or agent_id.startswith("-ERR") or agent_id == "_undef_":
                    known.add(channel)
                elif row.get("state") == JOINED or self._book.is_leg(channel):
                    continue
                elif line.api(f"uuid_getvar {channel} prozvon_standing").strip() == "true":
                    if row.get("application") == PARKED:
                        self._feed(LegReady(leg_id=channel, switch=switch, agent_id=agent_id))
                else:
                    log.warning("leg_of_nobody", switch=switch, leg_id=channel, agent_id=agent_id)
                    line.api(f"uuid_kill {channel} NORMAL_CLEARING")
            except EslError as error:
                log.warning("channel_not_asked", switch=switch, error=str(error))
                break
        self._strangers[switch] = known


def _ready(leg: Leg) -> LegReady:
    return LegReady(leg_id=leg.leg_id, switch=leg.switch, agent_id=leg.agent_id)
