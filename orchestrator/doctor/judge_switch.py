"""The switch itself: whether it takes us in, what it is, what it has loaded, who else may command it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from orchestrator.doctor.facts import Door, Reach, SwitchFacts
from orchestrator.doctor.findings import Finding, finding, fine, one_line
from orchestrator.doctor.questions import (
    ENDPOINTS,
    EVENT_SOCKET,
    EXPANSION,
    IDLE_CPU,
    MAX_SESSIONS,
    PAUSED,
    SPS,
    VERSION,
    WORLD,
    access_lists,
    endpoint_of,
    may_enter,
    modules,
)
from orchestrator.doctor.replies import (
    is_loopback,
    last,
    read_bool,
    read_endpoints,
    read_number,
    read_params,
    read_version,
)

KNOWN_VERSION = (1, 10)
DEFAULT_PASSWORD = "ClueCon"  # noqa: S105  # FreeSWITCH's own default, known to everybody


def judge_reach(facts: SwitchFacts) -> Iterator[Finding]:
    wanted = facts.wanted
    if facts.reach is Reach.IN:
        yield fine(wanted.name, "reach", f"{wanted.address} takes us in")
        return
    found = {
        Reach.PASSWORD: f"{wanted.address} does not take the password",
        Reach.ACL: f"{wanted.address} takes no connections from here",
        Reach.SILENT: f"{wanted.address} does not answer as a switch does ({one_line(facts.said)})",
    }.get(facts.reach, facts.said)
    yield finding(wanted.name, f"reach.{facts.reach}", found)


def judge_version(facts: SwitchFacts) -> Iterator[Finding]:
    name, said = facts.wanted.name, facts.replies.get(VERSION, "")
    version = read_version(said)
    what = "the simulated switch" if facts.is_simulated else "FreeSWITCH"
    if version is None:
        yield finding(name, "version.unknown", f"its version is not understood: {one_line(said)!r}")
    elif version[:2] != KNOWN_VERSION:
        yield finding(name, "version.foreign", f"{what} {_dotted(version)}; prozvon is tried with 1.10")
    else:
        yield fine(name, "version", f"{what} {_dotted(version)}")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def judge_modules(facts: SwitchFacts) -> Iterator[Finding]:
    name, needed = facts.wanted.name, modules(facts.wanted)
    loaded = {module: read_bool(facts.replies.get(f"module_exists {module}")) for module in needed}
    for module in needed:
        if loaded[module] is False:
            yield finding(name, "modules.missing", f"{module} is not loaded", module=module)
    unknown = [module for module in needed if loaded[module] is None]
    if unknown and not facts.is_simulated:
        yield finding(name, "modules.unknown", f"not known whether {', '.join(unknown)} is loaded")
    endpoints = read_endpoints(facts.replies.get(ENDPOINTS))
    lacking = False
    for gateway in facts.wanted.gateways:
        endpoint = endpoint_of(gateway)
        module = f"mod_{endpoint}"
        if endpoints is not None and endpoint not in endpoints and loaded.get(module) is not False:
            lacking = True
            found = f"gateway {gateway.name}: the switch has no endpoint {endpoint!r} (dial: {gateway.dial})"
            yield finding(name, "modules.endpoint", found)
    if all(loaded.values()) and not lacking:
        yield fine(name, "modules", f"loaded: {', '.join(needed)}")


def judge_expansion(facts: SwitchFacts) -> Iterator[Finding]:
    name, said = facts.wanted.name, facts.replies.get(EXPANSION, "")
    if said == "[true]":
        yield finding(name, "expansion.on", "api-expansion is on")
    elif "permission denied" in said.lower():
        yield fine(name, "expansion", "api-expansion is off")
    elif not facts.is_simulated:
        yield finding(
            name, "expansion.unknown", f"not known whether api-expansion is off: {one_line(said)!r}"
        )


def judge_socket(facts: SwitchFacts) -> Iterator[Finding]:
    name = facts.wanted.name
    params = read_params(facts.replies.get(EVENT_SOCKET))
    if facts.is_simulated:
        pass  # who gets into it gets nothing
    elif facts.wanted.has_default_password:
        yield finding(name, "socket.default_password", f"{facts.wanted.address} takes the password ClueCon")
    elif params is not None and last(params, "password", DEFAULT_PASSWORD) == DEFAULT_PASSWORD:
        yield finding(name, "socket.default_password_next", "event_socket.conf.xml has the password ClueCon")
    if params is None:
        if not facts.is_simulated:
            yield finding(name, "socket.unknown", "its event_socket.conf.xml does not show")
        return
    listens = last(params, "listen-ip") or "127.0.0.1"
    reached = sorted(address for address, door in facts.doors.items() if door is not Door.SHUT)
    if is_loopback(listens):
        if reached:
            found = f"the event socket accepts on {', '.join(reached)} too, not only on {listens}"
            yield finding(name, "socket.stale", found)
        else:
            yield fine(name, "socket", f"the event socket listens on {listens} alone")
        return
    lists = access_lists(facts.replies)
    verdicts = [
        [read_bool(facts.replies.get(may_enter(address, item))) for item in lists] for address in WORLD
    ]
    if any(verdict and all(verdict) for verdict in verdicts):
        yield finding(
            name,
            "socket.open",
            f"the event socket listens on {listens} and lets in any address ({lists[-1]})",
        )
    elif all(False in verdict for verdict in verdicts):
        yield fine(name, "socket", f"the event socket listens on {listens}, for {', '.join(lists)} alone")
    else:
        yield finding(name, "socket.unknown", f"the event socket listens on {listens}; not known for whom")


def judge_sessions(facts: SwitchFacts) -> Iterator[Finding]:
    name, gateways = facts.wanted.name, facts.wanted.gateways
    if read_bool(facts.replies.get(PAUSED)):
        yield finding(name, "sessions.paused", "the switch takes no calls for now (fsctl pause)")
    idle = facts.replies.get(IDLE_CPU, "")
    if idle.startswith("+OK") and "DISABLED" not in idle and " 0.00" not in idle:
        yield finding(name, "sessions.idle_cpu", f"calls are turned down by load ({one_line(idle)})")
    sps, most = read_number(facts.replies.get(SPS)), read_number(facts.replies.get(MAX_SESSIONS))
    if sps is None or most is None:
        if not facts.is_simulated:
            yield finding(name, "sessions.unknown", "it does not say its sessions per second and at once")
        return
    legs = {gateway.name: 2 if endpoint_of(gateway) == "loopback" else 1 for gateway in gateways}
    per_second = sum(gateway.cps * legs[gateway.name] for gateway in gateways)
    at_once = sum(gateway.channels * legs[gateway.name] for gateway in gateways)
    needed = math.ceil(per_second) + 1  # of N it admits N - 1: switch_core_session.c, `--runtime.sps <= 0`
    if sps < needed:
        found = f"{per_second:g} calls per second by the gateways, and the switch admits {max(sps - 1, 0)}"
        yield finding(name, "sessions.sps", found, needed=needed)
    if most < at_once:
        found = f"{at_once} calls at once by the gateways, and the switch takes {most}"
        yield finding(name, "sessions.most", found, needed=at_once)
    if sps >= needed and most >= at_once:
        yield fine(
            name,
            "sessions",
            f"admits {sps - 1} calls per second and {most} at once; the gateways may use {per_second:g} and {at_once}",
        )
