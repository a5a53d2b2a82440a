"""Keys that an agent presses in a talk: a star and a figure say what is to become of it. The caller hears none."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

from orchestrator.engine.floor.news import AgentSays, Command
from orchestrator.engine.floor.state import CallerPhase, FloorState

STAR: Final = "*"
WITHIN_S: Final = 3.0  # real time between the two keys
COMMANDS: Final = {"2": Command.COMPLETE, "3": Command.CANCEL, "9": Command.HANG_UP}
HOLD: Final = "1"  # holds, and takes back who is held


class Keys:
    """feed: to the floor. state: of the floor now. agent_of(leg): "" for a leg of nobody."""

    def __init__(
        self,
        *,
        feed: Callable[..., object],
        state: Callable[[], FloorState],
        agent_of: Callable[[str], str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._feed, self._state, self._agent_of, self._monotonic = feed, state, agent_of, monotonic
        self._stars: dict[str, float] = {}

    def pressed(self, event: Mapping[str, object]) -> None:
        """A DTMF event; the keys themselves are told to nobody, they may be anything."""
        leg_id, digit = event.get("Unique-ID"), event.get("DTMF-Digit")
        if not isinstance(leg_id, str) or not isinstance(digit, str):
            return
        agent_id = self._agent_of(leg_id)
        if not agent_id:
            return
        if digit == STAR:
            self._stars[leg_id] = self._monotonic()
            return
        at = self._stars.pop(leg_id, None)
        if at is None or self._monotonic() - at > WITHIN_S:
            return
        command = self._hold(agent_id) if digit == HOLD else COMMANDS.get(digit)
        if command is not None:
            self._feed(AgentSays(agent_id=agent_id, command=command, by="phone"))

    def forget(self, leg_id: str) -> None:
        """The leg is there no more."""
        self._stars.pop(leg_id, None)

    def _hold(self, agent_id: str) -> Command:
        held = any(
            each.phase is CallerPhase.HELD and agent_id in each.agents for each in self._state().callers
        )
        return Command.UNHOLD if held else Command.HOLD
