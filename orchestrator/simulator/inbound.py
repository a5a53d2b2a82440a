"""A call that comes in, from its INVITE to its CDR."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from orchestrator.simulator import inbound_variables
from orchestrator.simulator.caller import Caller, Incoming
from orchestrator.simulator.channel import Channel, Profile
from orchestrator.simulator.courses import live
from orchestrator.simulator.ending import end_leg
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.messages import Heard, Messages

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

ADDRESS: Final = "127.0.0.1:5090"  # where its INVITE comes from


class InboundLeg(Leg):
    """The caller's leg: we ring, send sound and answer."""

    far_end = "caller"

    def __init__(self, switch: SimulatedSwitch, channel: Channel, caller: Caller) -> None:
        super().__init__(
            channel,
            caller,
            number=channel.first.destination,
            messages=_OfProgram(switch, channel),
            timers=switch.timers,
            emitter=switch,
        )
        self._caller = caller
        self.tells: Callable[[str], None] = lambda what: None  # noqa: ARG005 - of who listens at a line's other end
        self.on_down = lambda: self.tells("ends")
        self.fetch = switch.http_cache.local

    @property
    def sound_from_ms(self) -> int:
        return self.channel.created_ms

    def ring_ready(self) -> None:
        channel = self.channel
        if self.is_up and not self.has_media and not channel.progress_ms:
            channel.progress_ms = self.now_ms
            self.announce("CHANNEL_PROGRESS")
            self.tells("rings")

    def pre_answer(self) -> None:
        channel = self.channel
        if self.is_up and not self.has_media:
            channel.progress_media_ms = self.now_ms
            channel.answer_state = "early"
            channel.variables.update(inbound_variables.TAKEN)
            channel.set("endpoint_disposition", "EARLY MEDIA")
            self.announce("CHANNEL_PROGRESS_MEDIA")
            channel.call_state = "EARLY"

    def answer(self) -> None:
        channel = self.channel
        if not self.is_up or channel.answered_ms:
            return
        channel.answered_ms = self.now_ms
        channel.answer_state = "answered"
        channel.variables.update(inbound_variables.TAKEN)
        self.announce("CHANNEL_ANSWER")
        channel.call_state = "ACTIVE"
        channel.set("endpoint_disposition", "ANSWER")
        self.tells("answers")
        for ms, does in self._caller.since("answered"):
            self.at(self.now_ms + ms, lambda does=does: self.does(does))  # type: ignore[misc]  # bound now

    def press(self, key: str) -> None:
        """Keys travel with the sound: before there is any they are lost."""
        if self.has_media:
            super().press(key)
        else:
            self.keys += key

    # As the other end of a line

    @property
    def cause(self) -> str:
        return self.channel.cause

    def leaves_at(self, at_ms: int) -> None:
        self.later(at_ms, self.leaves)

    def press_at(self, at_ms: int, key: str) -> None:
        self.later(at_ms, lambda: self.press(key))

    def leaves(self) -> None:
        if self.channel.answered_ms:
            self.hang_up("NORMAL_CLEARING", by=self.far_end)
        elif self.is_up:
            self.channel.variables.update(inbound_variables.CANCEL_RECEIVED)
            self.hang_up("ORIGINATOR_CANCEL", by=self.far_end)


class IncomingCall:
    """`run` it in a greenlet of its own."""

    def __init__(
        self,
        switch: SimulatedSwitch,
        asked: Incoming,
        *,
        uuid: str,
        session_id: int,
        now_ms: int,
        on_end: Callable[[Leg], None],
    ) -> None:
        self._switch, self._asked, self._on_end = switch, asked, on_end
        caller = Caller(moves=asked.moves)
        self._caller = caller
        profile, context = switch.sofia.inbound(asked.gateway)
        context = asked.context or context
        channel = _channel(asked, uuid, session_id, now_ms, profile=profile, context=context)
        for variable, value in asked.variables:
            channel.set(variable, value)
        self.leg = InboundLeg(switch, channel, caller)
        self.leg.note_over = self._log_over

    def run(self) -> None:
        leg, channel = self.leg, self.leg.channel
        for ms, does in self._caller.since("after"):
            leg.at(channel.created_ms + ms, lambda does=does: leg.does(does))  # type: ignore[misc]  # bound now
        self._switch.emit_channel("CHANNEL_CREATE", leg)
        channel.state, channel.state_number, channel.call_state = "CS_ROUTING", "3", "RINGING"
        try:
            self._in_dialplan()
        finally:
            self._finish()

    def _in_dialplan(self) -> None:
        leg, channel = self.leg, self.leg.channel
        route = self._switch.dialplan.route(channel.first.context, channel.get)
        if route is None:
            leg.hang_up("NO_ROUTE_DESTINATION", by="switch")
            return
        actions = tuple((action.application, action.data) for action in route.actions)
        channel.extension = (route.extension, channel.first.destination, actions)
        leg.steps.extend(actions)
        live(self._switch, leg)

    def _finish(self) -> None:
        if self._switch.has_crashed:
            return
        self.leg.hang_up("NORMAL_CLEARING", by="switch")
        end_leg(self._switch, self.leg)
        self.leg.settled.set()
        self._on_end(self.leg)

    def _log_over(self) -> None:
        leg, channel = self.leg, self.leg.channel
        self._switch.calls.caller_log.over(
            call=channel.uuid,
            caller=self._asked.caller,
            called=self._asked.called,
            at=channel.created_ms,
            answered_at=channel.answered_ms or None,
            ended_at=channel.hungup_ms,
            cause=channel.cause,
            by=leg.ended_by,
            keys=leg.keys,
            heard=leg.heard,
        )


class _OfProgram:
    """Messages of the program that the call's script takes, once it has said which."""

    def __init__(self, switch: SimulatedSwitch, channel: Channel) -> None:
        self._root, self._channel = switch.root, channel
        self._known: tuple[str, Messages] | None = None

    def heard(self, sound: str) -> Heard | None:
        program = self._channel.get("prozvon_program") or ""
        if self._known is None or self._known[0] != program:
            self._known = (program, Messages(self._root, program, ""))
        return self._known[1].heard(sound)


def _channel(
    asked: Incoming, uuid: str, session_id: int, now_ms: int, *, profile: str, context: str
) -> Channel:
    caller = asked.caller or "anonymous"
    name = f"sofia/{profile}/{caller}@{ADDRESS}"
    return Channel(
        uuid=uuid,
        name=name,
        created_ms=now_ms,
        direction="inbound",
        first=Profile(
            index="1",
            created_ms=now_ms,
            caller_name=asked.name or caller,
            caller_number=caller,
            callee_name="",
            callee_number="",
            destination=asked.called,
            dialplan="XML",
            context=context,
            username=caller,
            source="mod_sofia",
        ),
        ani=caller,
        network_addr="127.0.0.1",
        is_in_dialplan=True,
        variables=inbound_variables.of_incoming(
            caller=caller,
            called=asked.called,
            uuid=uuid,
            session_id=session_id,
            name=name,
            profile=profile,
            now_ms=now_ms,
        ),
    )
