"""What is known of legs and callers beyond the floor: on which switch they are, and who was told what."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.state import FloorState


@dataclass(slots=True, kw_only=True)
class Leg:
    """A leg of an agent. call_id: the caller who was told to join it last, "" before. made_at: monotonic seconds of
    when it was ordered. is_parked: it was heard to be there. is_joined, joined_at (monotonic s): the two talk.
    """

    leg_id: str
    switch: str
    agent_id: str
    call_id: str = ""
    made_at: float = 0.0
    is_parked: bool = False
    is_joined: bool = False
    joined_at: float = 0.0


@dataclass(slots=True, kw_only=True)
class Caller:
    """Whoever waits or talks. number, called: theirs, and the one they called. told: the number of what they were told
    last. leg_id: what they were told to join. whisper: what their script would have said to the agent, as it came
    (base64url), "" for nothing.
    """

    call_id: str
    switch: str
    queue_id: str
    scenario: str = ""  # whose flow they follow
    number: str = ""
    called: str = ""
    whisper: str = ""
    leg_id: str = ""
    told: int = 0
    seen_at: float = 0.0  # monotonic seconds of when they were first heard of


class Book:
    """Of one leader. A leg or a caller that is not in it is none of ours."""

    def __init__(self) -> None:
        self._legs: dict[str, Leg] = {}
        self._callers: dict[str, Caller] = {}

    @classmethod
    def of(cls, state: FloorState, at: float) -> Book:
        """What a leader before us wrote. at: monotonic seconds."""
        book = cls()
        for record in state.agents:
            if record.leg_id:
                is_joined = record.state is AgentState.TALKING
                book.add_leg(
                    Leg(
                        leg_id=record.leg_id,
                        switch=record.leg_switch,
                        agent_id=record.agent_id,
                        call_id=record.call_id if record.is_leg_ready else "",
                        made_at=at,
                        is_parked=record.is_leg_ready and not is_joined,
                        is_joined=is_joined,
                    )
                )
        legs = {record.call_id: record.leg_id for record in state.agents if record.call_id}
        for each in state.callers:
            if not each.is_ghost:
                book.add_caller(
                    Caller(
                        call_id=each.call_id,
                        switch=each.switch,
                        queue_id=each.queue_id,
                        scenario=each.queue_id.partition(":")[0],
                        number=each.number,
                        leg_id=legs.get(each.call_id, ""),
                        seen_at=at,
                    )
                )
        return book

    # -- legs

    def add_leg(self, leg: Leg) -> None:
        self._legs[leg.leg_id] = leg

    def leg(self, leg_id: str) -> Leg | None:
        return self._legs.get(leg_id)

    def is_leg(self, channel_id: str) -> bool:
        return channel_id in self._legs

    def drop_leg(self, leg_id: str) -> None:
        self._legs.pop(leg_id, None)

    def legs_on(self, switch: str) -> list[Leg]:
        return [leg for leg in self._legs.values() if leg.switch == switch]

    def caller_of(self, leg_id: str) -> str:
        leg = self._legs.get(leg_id)
        return "" if leg is None else leg.call_id

    # -- callers

    def add_caller(self, caller: Caller) -> None:
        """Somebody who is known already keeps what they were told."""
        known = self._callers.setdefault(caller.call_id, caller)
        known.switch, known.queue_id = caller.switch, caller.queue_id
        known.number = caller.number or known.number
        known.whisper = caller.whisper or known.whisper

    def caller(self, call_id: str) -> Caller | None:
        return self._callers.get(call_id)

    def drop_caller(self, call_id: str) -> None:
        self._callers.pop(call_id, None)

    def callers_on(self, switch: str) -> list[Caller]:
        return [caller for caller in self._callers.values() if caller.switch == switch]

    def keep_callers(self, call_ids: Iterable[str]) -> None:
        """Forget the callers that the floor does not know any more."""
        wanted = set(call_ids)
        for call_id in [each for each in self._callers if each not in wanted]:
            del self._callers[call_id]

    def number_for(self, call_id: str, now: int) -> int:
        """The number of the next thing that a caller is told: greater than all before, also another leader's."""
        caller = self._callers.get(call_id)
        if caller is None:
            return now
        caller.told = max(caller.told + 1, now)
        return caller.told

    def offered(self, call_id: str, leg_id: str) -> None:
        """A caller was told to join this leg."""
        leg, caller = self._legs.get(leg_id), self._callers.get(call_id)
        if leg is not None:
            leg.call_id = call_id
        if caller is not None:
            caller.leg_id = leg_id

    def moved(self, call_id: str, queue_id: str) -> None:
        """A caller waits on in another queue; "": for one agent."""
        caller = self._callers.get(call_id)
        if caller is not None and queue_id:
            caller.queue_id = queue_id

    def joined(self, call_id: str, leg_id: str) -> None:
        """The two talk."""
        self.offered(call_id, leg_id)
        leg = self._legs.get(leg_id)
        if leg is not None:
            leg.is_joined, leg.joined_at = True, time.monotonic()

    def parted(self, call_id: str, leg_id: str) -> None:
        """They talk no more, or never did."""
        leg = self._legs.get(leg_id)
        if leg is not None and leg.call_id == call_id:
            leg.call_id, leg.is_joined = "", False
