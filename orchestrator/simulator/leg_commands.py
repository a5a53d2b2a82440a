"""The `api` commands that take a leg elsewhere: park, bridge, transfer, and play something to it (mod_commands.c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from orchestrator.simulator.broadcasting import broadcast
from orchestrator.simulator.courses import be_parked, transfer
from orchestrator.simulator.displacing import displace, stop_displacing
from orchestrator.simulator.joining import uuid_bridge
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.separate import separate

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

NO_CHANNEL: Final = "-ERR No such channel!\n"
SETTLES_MS: Final = 20  # from a join to the moment at which it may be taken apart
_DONE: Final = "+OK Success\n"
_DISPLACE: Final = "-USAGE: <uuid> [start|stop] <path> [<limit>] [mux]\n"
_TRANSFER: Final = "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
_BROADCAST: Final = (
    "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n"
    "<uuid> <app>[![hangup_cause]]::<args> [aleg|bleg|holdb|both]\n"
)


def leg_commands(switch: SimulatedSwitch) -> dict[str, Callable[[str], str]]:
    """Name -> what runs it."""
    commands = _LegCommands(switch)
    return {
        "uuid_park": commands.park,
        "uuid_bridge": commands.bridge,
        "uuid_transfer": commands.transfer,
        "uuid_broadcast": commands.broadcast,
        "uuid_displace": commands.displace,
    }


class _LegCommands:
    def __init__(self, switch: SimulatedSwitch) -> None:
        self._switch = switch

    def park(self, text: str) -> str:
        if not text:
            return "-USAGE: <uuid>\n"
        leg = self._leg(text)
        if leg is None:
            return NO_CHANNEL
        self._look(leg)
        leg.go_to(lambda: be_parked(leg))
        return "+OK\n"

    def bridge(self, text: str) -> str:
        """The originator, then who it is bridged to: the second, or else the third."""
        uuids = separate(text, " ", 4)
        if len(uuids) < 2:
            return "-USAGE: <uuid> <other_uuid>\n"
        one = self._leg(uuids[0])
        for uuid in uuids[1:3]:
            two = self._leg(uuid)
            if one is None or two is None:
                continue
            if not one.has_media and not two.has_media:
                self._switch.log("CRIT", "Neither channel is answered, cannot bridge them.\n")
                continue
            self._look(one)
            self._look(two)
            uuid_bridge(self._switch, one, two)
            return f"+OK {uuid}\n"
        return "-ERR Invalid uuid\n"

    def transfer(self, text: str) -> str:
        words = separate(text, " ", 5)
        if len(words) < 2:
            return _TRANSFER
        leg = self._leg(words[0])
        if leg is None:
            return NO_CHANNEL
        self._look(leg)
        which = words.pop(1).removeprefix("-").lower() if words[1].startswith("-") else ""
        extension, dialplan, context = [*words[1:], "", "", ""][:3]
        other = leg.bridged_to
        if which == "both" and other is not None:
            transfer(self._switch, other, extension, dialplan, context)
        transfer(self._switch, other if which == "bleg" and other else leg, extension, dialplan, context)
        return "+OK\n"

    def broadcast(self, text: str) -> str:
        words = separate(text, " ", 4)
        if len(words) < 2:
            return _BROADCAST
        leg = self._leg(words[0])
        if leg is None:
            return "-ERR invalid uuid\n"
        where = words[2].lower() if len(words) > 2 else "aleg"
        if ("bleg" in where or "both" in where) and leg.bridged_to is not None:
            broadcast(self._switch, leg.bridged_to, words[1])
        if "aleg" in where or "both" in where:
            broadcast(self._switch, leg, words[1])
        return "+OK Message sent\n"

    def displace(self, text: str) -> str:
        uuid, action, sound, _, flags = [*separate(text, " ", 5), "", "", "", "", ""][:5]
        if not sound or action.lower() not in ("start", "stop"):
            return _DISPLACE
        leg = self._leg(uuid)
        if leg is None:
            return "-ERR Cannot locate session!\n"
        if action.lower() == "stop":
            is_done = sound in leg.behind
            leg.soon(lambda: stop_displacing(leg, sound))
            return _DONE if is_done else "-ERR Cannot stop displace session!\n"
        if not leg.has_media or sound in leg.behind:
            return "-ERR Cannot displace session!\n"
        leg.soon(lambda: displace(leg, f"{sound} {flags}"))
        return _DONE

    def _look(self, leg: Leg) -> None:
        """Whether a leg is taken away so soon after it was joined that a real switch may lose its way."""
        is_new = self._switch.clock.now_ms() - leg.channel.bridged_ms < SETTLES_MS
        if leg.bridged_to is not None and is_new:
            said = "its caller may hear silence for seconds on a real switch"
            self._switch.log("CRIT", f"{leg.channel.uuid} is taken away while it is being joined: {said}\n")

    def _leg(self, uuid: str) -> Leg | None:
        return self._switch.calls.live_leg(uuid)
