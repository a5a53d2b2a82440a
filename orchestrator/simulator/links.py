"""Lines between simulated switches of one process: a call to a gateway that leads to another one arrives there.

What happens at one end happens at the other at the same moment of the clock they share.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from orchestrator.simulator import variables
from orchestrator.simulator.caller import Incoming
from orchestrator.simulator.causes import Q850, sip_cause
from orchestrator.simulator.variables import PREFIX

if TYPE_CHECKING:
    from orchestrator.simulator.inbound import InboundLeg
    from orchestrator.simulator.leg import Leg
    from orchestrator.simulator.switch import SimulatedSwitch

HEADER: Final = "sip_h_X-"  # variables that are lines of the INVITE, and variables again at the other end
BUSY_STATUS: Final = 503
_STATUS: Final = {  # mod_sofia, hangup_cause_to_sip
    "UNALLOCATED_NUMBER": 404,
    "NO_ROUTE_DESTINATION": 404,
    "USER_BUSY": 486,
    "NO_USER_RESPONSE": 408,
    "NO_ANSWER": 480,
    "SUBSCRIBER_ABSENT": 480,
    "CALL_REJECTED": 603,
    "DESTINATION_OUT_OF_ORDER": 502,
    "INVALID_NUMBER_FORMAT": 484,
    "NORMAL_TEMPORARY_FAILURE": BUSY_STATUS,
    "ORIGINATOR_CANCEL": 487,
}


class Line:
    """The other end of `leg`, which this switch has made, on the switch `far`."""

    def __init__(
        self,
        far: SimulatedSwitch,
        leg: Leg,
        *,
        rings: Callable[[], object],
        answers: Callable[[], object],
    ) -> None:
        """Begins the call there. `rings` and `answers` happen to the leg, in its own time."""
        self._leg, self._rings, self._answers = leg, rings, answers
        profile = leg.channel.profile
        asked = Incoming(
            caller=profile.caller_number,
            name=profile.caller_name,
            called=leg.number,
            variables=tuple(
                (name.removeprefix(PREFIX), value)
                for name, value in leg.channel.variables.items()
                if name.startswith(PREFIX + HEADER) and isinstance(value, str)
            ),
        )
        there = far.calls.accept(asked, at_ms=leg.now_ms)
        if isinstance(there, str):
            leg.soon(lambda: self._refused(BUSY_STATUS, "NORMAL_TEMPORARY_FAILURE"))
            return
        self._there: InboundLeg = there
        there.linked, leg.linked = leg, there
        there.tells = self._told
        also = leg.on_down

        def down() -> None:
            there.later(leg.now_ms, there.leaves)
            if also is not None:
                also()

        leg.on_down = down

    def _told(self, what: str) -> None:
        """In the other end's greenlet."""
        leg, there = self._leg, self._there
        happens = {"rings": self._rings, "answers": self._answers, "ends": self._ended}.get(what)
        if happens is not None and leg.is_up:
            leg.later(there.now_ms, happens)

    def _ended(self) -> None:
        cause = self._there.channel.cause
        if self._leg.channel.answered_ms:
            self._leg.leaves()
        else:
            self._refused(_STATUS.get(cause, 480), cause)

    def _refused(self, status: int, cause: str) -> None:
        """The cause of the other end comes with its answer, as Q.850."""
        leg = self._leg
        phrase, own = sip_cause(status)
        cause = cause if 0 < Q850.get(cause, 0) <= 127 else own
        leg.channel.variables.update(
            variables.of_refusal(status, phrase, cause, leg.channel.uuid, is_real=True)
        )
        leg.hang_up(cause, by=leg.far_end)
