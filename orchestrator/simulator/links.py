"""Lines between simulated switches: a call to a gateway that leads to another one arrives there.

What happens at one end happens at the other at the same moment of the clock they share.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from gevent.event import Event

from orchestrator.simulator import variables
from orchestrator.simulator.caller import Incoming
from orchestrator.simulator.causes import Q850, sip_cause
from orchestrator.simulator.variables import PREFIX

if TYPE_CHECKING:
    from orchestrator.simulator.leg import Leg, Mouth

HEADER: Final = "sip_h_X-"  # variables that are lines of the INVITE, and variables again at the other end
FAST: Final = 8.0
NEWS_S: Final = 0.25  # real seconds
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


class OtherEnd(Protocol):
    """A call that a line has led to: a leg of a switch in this process, or what is known of one elsewhere."""

    tells: Callable[[str], None]  # rings, answers, ends
    now_ms: int

    @property
    def cause(self) -> str:
        """Why it ended; "" before."""
        ...

    def leaves_at(self, at_ms: int) -> None:
        """Who calls there hangs up."""
        ...

    def press_at(self, at_ms: int, key: str) -> None: ...

    def our_sound(self, begin_ms: int, end_ms: int) -> bytes:
        """What the switch there sends."""
        ...


class Far(Protocol):
    """Where the calls of a line come in. `is_apart`: in another process, from which news take a while."""

    is_apart: bool

    def accept(self, asked: Incoming, *, at_ms: int) -> OtherEnd | str:
        """The call, or why there is none."""
        ...


@runtime_checkable
class Linked(Protocol):
    """Of this process: it hears the other side."""

    linked: Mouth | None


class _Back:
    """The leg that a line begins at, as its other end meets it."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self.our_sound = leg.our_sound

    def press_at(self, at_ms: int, key: str) -> None:
        self._leg.later(at_ms, lambda: self._leg.press(key))


class Line:
    """The other end of `leg`, which this switch has made, on the switch `far`."""

    def __init__(
        self,
        far: Far,
        leg: Leg,
        *,
        speed: float,
        rings: Callable[[], object],
        answers: Callable[[], object],
    ) -> None:
        """Begins the call there. `speed`: of the clock; on a fast one the leg waits for news, lest it runs ahead.
        `rings` and `answers` happen to the leg, in its own time.
        """
        self._leg, self._rings, self._answers = leg, rings, answers
        self._has_said = Event()
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
        there = far.accept(asked, at_ms=leg.now_ms)
        if isinstance(there, str):
            leg.soon(lambda: self._refused(BUSY_STATUS, "NORMAL_TEMPORARY_FAILURE"))
            return
        self._there, leg.linked = there, there
        there.tells = self._told
        if isinstance(there, Linked):
            there.linked = _Back(leg)
        also = leg.on_down

        def down() -> None:
            there.leaves_at(leg.now_ms)
            if also is not None:
                also()

        leg.on_down = down
        if far.is_apart and speed >= FAST:
            self._has_said.wait(NEWS_S)

    def _told(self, what: str) -> None:
        """In the other end's greenlet."""
        leg, there = self._leg, self._there
        if what != "rings":
            self._has_said.set()
        happens = {"rings": self._rings, "answers": self._answers, "ends": self._ended}.get(what)
        if happens is not None and leg.is_up:
            leg.later(there.now_ms, happens)

    def _ended(self) -> None:
        cause = self._there.cause
        if self._leg.channel.answered_ms:
            self._leg.hang_up(_carried(cause) or "NORMAL_CLEARING", by=self._leg.far_end)
        else:
            self._refused(_STATUS.get(cause, 480), cause)

    def _refused(self, status: int, cause: str) -> None:
        """The cause of the other end comes with its answer, as Q.850."""
        leg = self._leg
        phrase, own = sip_cause(status)
        cause = _carried(cause) or own
        leg.channel.variables.update(
            variables.of_refusal(status, phrase, cause, leg.channel.uuid, is_real=True)
        )
        leg.hang_up(cause, by=leg.far_end)


def _carried(cause: str) -> str:
    """The cause as the other end gets it; "" for one that Q.850 does not know."""
    return cause if 0 < Q850.get(cause, 0) <= 127 else ""
