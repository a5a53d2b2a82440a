"""The `api` commands of the simulated switch, with the real one's words (mod_commands.c, recordings)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import gevent
from gevent.event import AsyncResult

from orchestrator.simulator.acl import acl
from orchestrator.simulator.causes import known_cause
from orchestrator.simulator.configuration import SUCCESS
from orchestrator.simulator.expansion import DENIED, expand
from orchestrator.simulator.fsapi import Environment
from orchestrator.simulator.fsctl import fsctl, hang_up_all
from orchestrator.simulator.leg_commands import NO_CHANNEL, leg_commands
from orchestrator.simulator.separate import separate
from orchestrator.simulator.show import channels_listing, dump, status_report, uptime
from orchestrator.simulator.xml_tree import to_xml

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

VERSION: Final = "1.10.12-release"
FULL_VERSION: Final = (
    "FreeSWITCH Version 1.10.12-release+git~20240802T210227Z~a88d069d6f~64bit "
    "(git a88d069 2024-08-02 21:02:27Z 64bit)\n"
)
_SHOW_USAGE: Final = (
    "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match "
    "string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|"
    "modules|nat_map|say|interfaces|interface_types|tasks|limits|status\n"
)
DENIED_BY_EVENT: Final = "<API execute Permission Denied>"  # switch_event.c writes it otherwise

Announce = Callable[[str], None]


class Commands:
    """Runs one command line. `run` blocks its greenlet until the answer is there, as `api` does."""

    def __init__(self, switch: SimulatedSwitch) -> None:
        self._switch = switch
        self._table: dict[str, Callable[[str], str]] = {
            "status": lambda _: status_report(switch),
            "show": self._show,
            "uptime": lambda text: uptime(switch, text),
            "version": lambda text: f"{VERSION}\n" if text == "short" else FULL_VERSION,
            "hostname": lambda _: switch.hostname,
            "switchname": lambda _: switch.switchname,
            "create_uuid": lambda _: str(uuid.uuid4()),
            "global_getvar": self._global_getvar,
            "eval": lambda text: expand(text, switch.global_variable).replace(DENIED, DENIED_BY_EVENT),
            "strepoch": lambda _: str(switch.clock.now_ms() // 1000),
            "strmicroepoch": lambda _: str(switch.clock.now_ms() * 1000),
            "acl": lambda text: acl(switch.configuration, text),
            "module_exists": switch.modules.exists,
            "http_get": switch.http_cache.get,
            "http_tryget": switch.http_cache.try_get,
            "http_prefetch": switch.http_cache.prefetch,
            "http_clear_cache": switch.http_cache.clear,
            "reloadxml": self._reloadxml,
            "reloadacl": self._reloadacl,
            "xml_locate": self._xml_locate,
            "python": self._python,
            "pyrun": self._pyrun,
            "fsctl": lambda text: fsctl(switch, text),
            "sofia": switch.sofia.run,
            "originate": self._originate,
            "hupall": lambda text: hang_up_all(switch, text),
            "uuid_exists": lambda text: "true" if switch.calls.live_leg(text) else "false",
            "uuid_kill": self._uuid_kill,
            "uuid_getvar": self._uuid_getvar,
            "uuid_setvar": self._uuid_setvar,
            "uuid_dump": self._uuid_dump,
            "uuid_break": self._uuid_break,
            **leg_commands(switch),
            "uuid_recv_dtmf": self._uuid_recv_dtmf,
            "prozvon_leaves": self._leaves,
            "prozvon_incoming": lambda text: switch.calls.incoming(text),
            "prozvon_fault": self._fault,
        }

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._table)

    def run(self, name: str, arguments: str) -> str:
        command = self._table.get(name)
        return command(arguments.strip(" ")) if command else f"-ERR {name} Command not found!\n"

    def start(self, name: str, arguments: str, announce: Announce) -> None:
        """Run without blocking; `announce` gets the answer, once, now or later."""
        if name == "originate":
            self._switch.calls.originate(arguments, announce)
        else:
            announce(self.run(name, arguments) or "")

    def _originate(self, text: str) -> str:
        result: AsyncResult[str] = AsyncResult()
        self._switch.calls.originate(text, result.set)
        return str(result.get())

    def _reloadxml(self, _: str) -> str:
        return f"+OK [{self._switch.reload()}]\n"  # also when it could not be read

    def _reloadacl(self, _: str) -> str:
        """Lists are looked up in the configuration at each question: to read it again is all."""
        said = self._switch.reload()
        return "+OK acl reloaded\n" if said == SUCCESS else f"-ERR [{said}]\n"

    def _xml_locate(self, text: str) -> str:
        """`SECTION [TAG ATTRIBUTE VALUE]`, or `root`."""
        words = separate(text, " ", 4)
        configuration = self._switch.configuration
        if words == ["root"]:
            return to_xml(configuration.root)
        if len(words) not in (1, 4):
            return "-ERR bad args\n"
        section, tag, attribute, value = [*words, "", "", ""][:4]
        found = configuration.locate(section, tag=tag, attribute=attribute, value=value)
        return "can't find anything\n" if found is None else to_xml(found)

    def _python(self, text: str) -> str:
        switch = self._switch
        headers = {"API-Command": "python", "API-Command-Argument": text}
        event = switch.maker.make("API", headers, now_ms=switch.clock.now_ms())
        return switch.scripts.answer(text, Environment(event.headers)) if text else ""

    def _pyrun(self, text: str) -> str:
        if not text:
            return "USAGE: \n"
        gevent.spawn(self._switch.scripts.run_alone, text)
        return "OK\n"

    def _show(self, text: str) -> str:
        words = text.split(" ")
        if words[0] in ("channels", "calls"):
            return channels_listing(self._switch, words)
        if words[0] == "status":
            return status_report(self._switch)
        shown = self._switch.modules.show(words)
        return _SHOW_USAGE if shown is None else shown

    def _global_getvar(self, name: str) -> str:
        if name:
            return self._switch.global_variable(name) or ""
        return "".join(f"{name}={value}\n" for name, value in self._switch.variables.items())

    def _uuid_kill(self, text: str) -> str:
        if not text:
            return "-USAGE: <uuid> [cause]\n"
        leg_uuid, _, cause = text.partition(" ")
        leg = self._switch.calls.live_leg(leg_uuid)
        if leg is None:
            return NO_CHANNEL
        leg.kill(known_cause(cause) or "NORMAL_CLEARING")
        return "+OK\n"

    def _uuid_getvar(self, text: str) -> str:
        leg_uuid, _, name = text.partition(" ")
        if not name:
            return "-USAGE: <uuid> <var>\n"
        leg = self._switch.calls.live_leg(leg_uuid)
        return NO_CHANNEL if leg is None else leg.channel.get(name) or "_undef_"

    def _uuid_setvar(self, text: str) -> str:
        leg_uuid, name, value = [*separate(text, " ", 3), "", "", ""][:3]
        if not name:
            return "-USAGE: <uuid> <var> [value]\n"
        leg = self._switch.calls.live_leg(leg_uuid)
        if leg is None:
            return NO_CHANNEL
        leg.channel.set(name, value)
        return "+OK\n"

    def _uuid_dump(self, text: str) -> str:
        leg_uuid, _, kind = text.partition(" ")
        if not leg_uuid:
            return "-USAGE: <uuid> [format]\n"
        leg = self._switch.calls.live_leg(leg_uuid)
        return NO_CHANNEL if leg is None else dump(self._switch, leg, kind)

    def _uuid_break(self, text: str) -> str:
        leg_uuid, _, _ = text.partition(" ")
        if not leg_uuid:
            return "-USAGE: <uuid> [all]\n"
        leg = self._switch.calls.live_leg(leg_uuid)
        if leg is None:
            return NO_CHANNEL
        leg.break_off()
        return "+OK\n"

    def _uuid_recv_dtmf(self, text: str) -> str:
        """Keys as if the far end had pressed them."""
        leg_uuid, _, keys = text.partition(" ")
        if not keys:
            return "-USAGE: <uuid> <dtmf_data>\n"
        leg = self._switch.calls.live_leg(leg_uuid)
        if leg is None:
            return "-ERR Operation failed\n"
        for key in keys.partition("@")[0]:
            leg.soon(lambda key=key: leg.press(key))  # type: ignore[misc]  # bound now
        return "+OK\n"

    def _leaves(self, text: str) -> str:
        """`prozvon_leaves UUID [AT_MS]`: the far end of a leg hangs up."""
        leg_uuid, _, at_ms = text.partition(" ")
        leg = self._switch.calls.live_leg(leg_uuid)
        if leg is None:
            return NO_CHANNEL
        leg.later(int(at_ms) if at_ms.isdigit() else self._switch.clock.now_ms(), leg.leaves)
        return "+OK\n"

    def _fault(self, text: str) -> str:
        """`prozvon_fault crash` | `gateway NAME up|down|dead` | `NAME VALUE ...` | `none`."""
        words = text.split(" ")
        if words == ["crash"]:
            self._switch.crash()
            return "+OK\n"
        if words[0] == "gateway" and len(words) == 3 and words[2] in ("up", "down", "dead"):
            self._switch.calls.gateways[words[1]] = words[2]
            return "+OK\n"
        return self._switch.fault_line.set(text)
