"""The calls of a switch: who may begin one, who picks up, which are live."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import gevent

from orchestrator.simulator.call import Call
from orchestrator.simulator.callee import Callee, call_for
from orchestrator.simulator.callee_log import CalleeLog
from orchestrator.simulator.caller import BadIncoming, Incoming, parse_incoming
from orchestrator.simulator.caller_log import CallerLog
from orchestrator.simulator.chance import chance
from orchestrator.simulator.inbound import InboundLeg, IncomingCall
from orchestrator.simulator.joining import Join
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.loopback import elsewhere, far_end, nobody
from orchestrator.simulator.originate import Destination, Originate, parse_originate
from orchestrator.simulator.population import USER, Population
from orchestrator.simulator.throttle import Limits, Throttle
from orchestrator.simulator.variables import of_session

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

TURNED_DOWN: Final = "-ERR 503 Maximum Calls In Progress\n"
OUT_OF_ORDER: Final = "-ERR DESTINATION_OUT_OF_ORDER\n"
SESSIONS: Final = {"loopback": 2}  # legs a call of this endpoint takes


class LegGreenlet(gevent.Greenlet):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Knows the leg it lives, so that the script's `time` is the leg's."""

    leg: Leg


class Calls:
    """`gateways` maps each gateway to up, down (the switch knows) or dead (it does not)."""

    is_apart = False  # from who leads calls here over a line

    def __init__(
        self,
        switch: SimulatedSwitch,
        population: Population,
        *,
        gateways: Iterable[str],
        limits: Limits,
        callee_log: Path,
        caller_log: Path,
    ) -> None:
        self._switch, self._population = switch, population
        self.gateways: dict[str, str] = dict.fromkeys(gateways, "up")
        self.made: Counter[str] = Counter()  # per gateway
        self.failed: Counter[str] = Counter()
        self.throttle = Throttle(limits, switch.clock.speed)
        self.peak = 0
        self.callee_log = CalleeLog(callee_log)
        self.caller_log = CallerLog(caller_log)
        self._legs: dict[str, Leg] = {}
        self._greenlets: set[LegGreenlet] = set()
        self._ids = chance(switch.seed, "ids", switch.started_ms)

    def originate(self, line: str, announce: Callable[[str], None]) -> None:
        """Begin the call that `originate LINE` asks for; `announce` gets its answer, once, now or later."""
        request = parse_originate(line)
        if isinstance(request, str):
            announce(request)
            return
        destination = request.destination
        if destination.refusal:
            announce(f"-ERR {destination.refusal}\n")
            return
        leg_uuid = request.variables.get("origination_uuid") or self.new_id()
        if leg_uuid in self._legs and destination.endpoint == "loopback":
            leg_uuid = self.new_id()  # loopback takes another id in silence
        now_ms, wanted = self._switch.clock.now_ms(), SESSIONS.get(destination.endpoint, 1)
        if leg_uuid in self._legs or not self.throttle.admit(now_ms, self.count, wanted):
            announce(OUT_OF_ORDER)
        elif cause := self.refusal(destination):
            if cause != "SUBSCRIBER_ABSENT":  # of which no session is made
                self.emit_bare(leg_uuid)
            announce(f"-ERR {cause}\n")
        else:
            self._begin(request, leg_uuid, now_ms, announce)

    def incoming(self, text: str) -> str:
        """Let a call come in as `prozvon_incoming TEXT` asks for: `+OK UUID`, or why not."""
        try:
            asked = parse_incoming(text)
        except BadIncoming as error:
            return f"-ERR {error}\n"
        if asked.gateway and asked.gateway not in self.gateways:
            return f"-ERR no gateway is called {asked.gateway}\n"
        leg = self.accept(asked, at_ms=asked.at_ms)
        return leg if isinstance(leg, str) else f"+OK {leg.channel.uuid}\n"

    def accept(self, asked: Incoming, *, at_ms: int | None = None) -> InboundLeg | str:
        """The leg of a call that comes in, at a moment that has just been if not now; or why there is none."""
        leg_uuid, now_ms = asked.uuid or self.new_id(), self._switch.clock.now_ms()
        if leg_uuid in self._legs:
            return "-ERR this id is live\n"
        if not self.throttle.admit(now_ms, self.count, is_inbound=True):
            return TURNED_DOWN
        call = IncomingCall(
            self._switch,
            asked,
            uuid=leg_uuid,
            session_id=self.throttle.sessions,
            now_ms=now_ms if at_ms is None else at_ms,
            on_end=self._over,
        )
        self._live(call.leg, call.run)
        return call.leg

    def new_id(self) -> str:
        return str(uuid.UUID(int=self._ids.getrandbits(128)))

    def refusal(self, destination: Destination) -> str:
        """The cause of a destination that leads nowhere, "" for one that leads somewhere."""
        if destination.endpoint == "loopback":
            return ""
        if destination.endpoint == "user":
            return "" if self._population.agent_at(USER + destination.number) else "SUBSCRIBER_ABSENT"
        if not destination.gateway:
            return "INVALID_PROFILE"
        state = self.gateways.get(destination.gateway)
        return {None: "INVALID_GATEWAY", "down": "GATEWAY_DOWN"}.get(state, "")

    def emit_bare(self, leg_uuid: str) -> None:
        """All a client sees of a session whose gateway led nowhere, besides the job."""
        self._switch.emit(
            "CHANNEL_DESTROY",
            {
                "Channel-State": "CS_NONE",
                "Channel-Call-State": "DOWN",
                "Channel-State-Number": "0",
                "Channel-Name": "N/A",
                "Unique-ID": leg_uuid,
                "Call-Direction": "outbound",
                "Presence-Call-Direction": "outbound",
                "Channel-HIT-Dialplan": "false",
                "Channel-Call-UUID": leg_uuid,
                "Answer-State": "ringing",
                **of_session(leg_uuid, self.throttle.sessions),
            },
        )

    def _begin(self, request: Originate, leg_uuid: str, now_ms: int, announce: Callable[[str], None]) -> None:
        callee = self.callee(request.destination, leg_uuid, now_ms)
        call = Call(
            self._switch,
            request,
            callee,
            uuid=leg_uuid,
            session_id=self.throttle.sessions,
            now_ms=now_ms,
            on_result=announce,
            on_end=self.ended,
        )
        self._live(call.leg, call.run)

    def _live(self, leg: Leg, run: Callable[[], None]) -> None:
        self.began(leg)
        greenlet = LegGreenlet(run)
        greenlet.leg = leg
        self._greenlets.add(greenlet)
        greenlet.rawlink(self._greenlets.discard)
        greenlet.start()

    def callee(self, destination: Destination, leg_uuid: str, now_ms: int) -> Callee:
        """Who picks up this time; the log of callees knows of the call from now on."""
        self.made[destination.gateway] += 1
        if destination.endpoint == "loopback":
            return far_end(self._switch.dialplan, destination)
        if destination.gateway in self._switch.links:
            return elsewhere()
        if destination.endpoint == "user":
            number = USER + destination.number
        elif self.gateways[destination.gateway] == "dead":
            return nobody()
        else:
            number = f"+{destination.number}" if destination.number.isdigit() else destination.number
        self.callee_log.tries[number] += 1
        try_number = self.callee_log.tries[number]
        seed = self._switch.seed
        callee = call_for(self._population, seed=seed, number=number, try_number=try_number, at_ms=now_ms)
        self.callee_log.called(
            at=now_ms, call=leg_uuid, number=number, try_number=try_number, callee=callee.name
        )
        return callee

    def began(self, leg: Leg) -> None:
        """A leg is there from now on."""
        self._legs[leg.channel.uuid] = leg
        self.peak = max(self.peak, self.count)

    def ended(self, leg: Leg) -> None:
        """A leg that we made is over."""
        if not leg.channel.answered_ms:
            self.failed[leg.channel.get("sip_gateway_name") or ""] += 1
        self._over(leg)

    def _over(self, leg: Leg) -> None:
        if not leg.is_zombie:
            self._legs.pop(leg.channel.uuid, None)

    def join(self, caller: Leg, other: Leg, on_key: Callable[[str], bool] | None) -> None:
        """Let two legs that are there talk, in the greenlet of `caller`, until that is over."""
        Join(self._switch, caller, other, on_key).run()

    # Looking and ending

    def live_leg(self, leg_uuid: str) -> Leg | None:
        leg = self._legs.get(leg_uuid)
        return leg if leg is not None and leg.exists else None

    def live_legs(self) -> list[Leg]:
        return [leg for leg in self._legs.values() if leg.exists]

    @property
    def count(self) -> int:
        """Sessions that hold memory: live ones, those being cleared up, and zombies."""
        return len(self._legs)

    @property
    def is_idle(self) -> bool:
        """No call is under way or being cleared up."""
        return not self._greenlets

    def end_all(self, cause: str, within_s: float) -> None:
        """Hang every leg up and wait, in real seconds, until all have reported."""
        for leg in self.live_legs():
            leg.kill(cause)
        gevent.joinall(list(self._greenlets), timeout=within_s)

    def abandon(self) -> None:
        """Stop living the legs, as a crash does."""
        for greenlet in list(self._greenlets):
            greenlet.kill(block=False)
