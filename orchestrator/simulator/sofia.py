"""`sofia ...`: SIP profiles and gateways, reported and changed as by the real switch (mod_sofia.c, cmd_profile).

They come from `sofia.conf` of the configuration; gateways that are only named to the simulator are in its first
profile, or in one called `out` where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from orchestrator.simulator.sofia_parts import (
    PLAIN_GATEWAY,
    PLAIN_PROFILE,
    Gateway,
    Profile,
    configured_profiles,
    read_gateways,
    read_profile,
)
from orchestrator.simulator.sofia_reports import SofiaReports, plural
from orchestrator.simulator.xml_tree import Node

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

LEAST_UP_MS: Final = 10_000  # a profile that has just started is neither stopped nor started again
RESTART_MS: Final = 1500
USAGE: Final = """\
USAGE:
--------------------------------------------------------------------------------
sofia global siptrace <on|off>
sofia        capture  <on|off>
             watchdog <on|off>

sofia profile <name> [start | stop | restart | rescan] [wait]
                     flush_inbound_reg [<call_id> | <[user]@domain>] [reboot]
                     check_sync [<call_id> | <[user]@domain>]
                     [register | unregister] [<gateway name> | all]
                     killgw <gateway name>
                     [stun-auto-disable | stun-enabled] [true | false]]
                     siptrace <on|off>
                     capture  <on|off>
                     watchdog <on|off>

sofia <status|xmlstatus> profile <name> [reg [<contact str>]] | [pres <pres str>] | [user <user@domain>]
sofia <status|xmlstatus> gateway <name>

sofia loglevel <all|default|tport|iptsec|nea|nta|nth_client|nth_server|nua|soa|sresolv|stun> [0-9]
sofia tracelevel <console|alert|crit|err|warning|notice|info|debug>

sofia help
--------------------------------------------------------------------------------
"""


class Sofia:
    """`run` obeys one command. Whether a gateway is up stands in `Calls.gateways`."""

    def __init__(self, switch: SimulatedSwitch) -> None:
        self._switch, self._reports = switch, SofiaReports(switch)
        self._profiles: dict[str, Profile] = {}

    def load(self) -> None:
        """Take the profiles and gateways of the configuration, as the switch does when it starts."""
        now_ms = self._switch.clock.now_ms()
        for node in configured_profiles(self._switch.configuration):
            self._know(read_profile(node, now_ms))
        if not self._profiles:
            self._know(Profile(name="out", params=PLAIN_PROFILE, up_at=now_ms))

    def profile_of(self, gateway: str) -> str:
        """The name of the profile that a gateway is on."""
        found = (profile.name for profile in self._profiles.values() if gateway in profile.gateways)
        return next(found, next(iter(self._profiles)))

    def inbound(self, gateway: str) -> tuple[str, str]:
        """(profile, context of the dialplan) of the calls that come in by a gateway; "" for any."""
        name = self.profile_of(gateway)
        return name, self._profiles[name].get("context", "default")

    def run(self, text: str) -> str:
        self._adopt()
        words = text.split()
        match words:
            case [] | ["help", *_]:
                return USAGE
            case ["status", *what]:
                return self._status(what)
            case ["profile", name, verb, *more]:
                return self._profile(name, verb.lower(), more)
            case ["profile", *_]:
                return "Invalid Args!\n"
        return f"Unknown Command [{words[0]}]\n"

    def _status(self, what: list[str]) -> str:
        match what:
            case []:
                return self._reports.status(self._running())
            case [_]:
                return self._reports.gateways(self._running())
            case ["gateway", name, *_]:
                found = self._find_gateway(name)
                return self._reports.gateway(*found) if found else "Invalid Gateway!\n"
            case ["profile", name, *more]:
                profile = self._find(name)
                return self._reports.profile(profile, more) if profile else "Invalid Profile!\n"
        return "Invalid Syntax!\n"

    def _profile(self, name: str, verb: str, more: list[str]) -> str:
        if verb == "start":
            return self._start(name)
        profile = self._find(name)
        if profile is None:
            return f"Invalid Profile [{name}]"
        match verb:
            case "rescan":
                return self._rescan(profile)
            case "killgw":
                return self._kill_gateway(profile, more)
            case "gwlist":
                wants_down, states = more[:1] == ["down"], self._switch.calls.gateways
                return "".join(
                    f"{one} " for one in profile.gateways if (states.get(one) == "down") == wants_down
                )
            case "stop" | "restart":
                return self._stop(profile, verb)
            case "register" | "unregister":
                return self._register(verb, more)
        return "-ERR Unknown command!\n"

    def _start(self, name: str) -> str:
        said = self._reload()
        node, known = self._configured(name), self._profiles.get(name)
        if node is None:
            return f"{said}Failure starting {name}\n"
        if known is None or known.up_at is None:
            self._know(read_profile(node, self._switch.clock.now_ms()))
        else:
            self._add_gateways(known, node)
        return f"{said}{name} started successfully\n"

    def _rescan(self, profile: Profile) -> str:
        """New gateways are added. Those that are there stay as they are, also when they are configured no more."""
        said, node = self._reload(), self._configured(profile.name)
        if node is None:
            return f"{said}-ERR cannot find config for profile {profile.name}\n"
        self._add_gateways(profile, node)
        return f"{said}+OK scan complete\n"

    def _add_gateways(self, profile: Profile, node: Node) -> None:
        for gateway in read_gateways(node, self._switch.clock.now_ms()):
            if self._find_gateway(gateway.name) is None:
                profile.gateways[gateway.name] = gateway
            else:
                self._switch.log("WARNING", f"Ignoring duplicate gateway '{gateway.name}'\n")
        self._know(profile)

    def _register(self, verb: str, more: list[str]) -> str:
        """It is registered all the time, if it registers at all."""
        if not more:
            return "No gateway name provided!\n"
        if more[0].lower() == "all":
            return "+OK\n"
        found = self._find_gateway(more[0])
        if found is None:
            return "Invalid gateway!\n"
        if found[1].state == "REGED":
            return "+OK\n"
        self._switch.log(
            "CRIT", "a real switch keeps the profile locked now, and never shuts down by itself\n"
        )
        return f"-ERR NOREG gateway [{found[1].name}] can't be {verb}ed!\n"

    def _kill_gateway(self, profile: Profile, more: list[str]) -> str:
        if not more:
            return "-ERR missing gw name\n"
        if more[0].lower() == "_all_":
            for name in list(profile.gateways):
                self._forget(profile, name)
            return "+OK every gateway marked for deletion.\n"
        found = self._find_gateway(more[0])
        if found is None:
            return "-ERR no such gateway.\n"
        self._forget(found[0], found[1].name)
        return "+OK gateway marked for deletion.\n"

    def _stop(self, profile: Profile, verb: str) -> str:
        now_ms = self._switch.clock.now_ms()
        wait_s = (LEAST_UP_MS - (now_ms - (profile.up_at or 0)) + 999) // 1000
        if wait_s > 0:
            return (
                f"Profile {profile.name} must be up for at least 10 seconds to stop/restart.\n"
                f"Please wait {wait_s} second{plural(wait_s)}\n"
            )
        said, node = self._reload(), self._configured(profile.name)
        for name in list(profile.gateways):
            self._forget(profile, name)
        profile.up_at = None
        if verb == "stop":
            return f"{said}stopping: {profile.name}"
        if node is not None:
            self._know(read_profile(node, now_ms + RESTART_MS))
        return f"{said}restarting: {profile.name}"

    # What there is

    def _reload(self) -> str:
        return f"Reload XML [{self._switch.reload()}]\n"

    def _configured(self, name: str) -> Node | None:
        nodes = configured_profiles(self._switch.configuration)
        return next((node for node in nodes if node.get("name") == name), None)

    def _adopt(self) -> None:
        """Gateways that are only named to the simulator, also those that a fault made up."""
        first = next(iter(self._profiles.values()))
        for name in self._switch.calls.gateways:
            if not any(name in profile.gateways for profile in self._profiles.values()):
                since_ms = self._switch.started_ms
                first.gateways[name] = Gateway(name=name, params=PLAIN_GATEWAY, since_ms=since_ms)

    def _know(self, profile: Profile) -> None:
        self._profiles[profile.name] = profile
        for name in profile.gateways:
            self._switch.calls.gateways.setdefault(name, "up")

    def _forget(self, profile: Profile, name: str) -> None:
        del profile.gateways[name]
        self._switch.calls.gateways.pop(name, None)

    def _running(self) -> Iterator[Profile]:
        return (profile for profile in self._profiles.values() if self._find(profile.name) is not None)

    def _find(self, name: str) -> Profile | None:
        """A profile that is running."""
        profile = self._profiles.get(name)
        if profile is None or profile.up_at is None or self._switch.clock.now_ms() < profile.up_at:
            return None
        return profile

    def _find_gateway(self, name: str) -> tuple[Profile, Gateway] | None:
        """By its name, or by PROFILE::NAME."""
        for profile in self._running():
            gateway = profile.gateways.get(name.removeprefix(f"{profile.name}::"))
            if gateway is not None:
                return profile, gateway
        return None
