"""`fsctl`: what throttles the switch, and a few of its knobs (mod_commands.c, ctl_function)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orchestrator.simulator.causes import known_cause

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

USAGE: Final = (
    "-ERR Invalid command\nUSAGE: fsctl [api_expansion [on|off]|recover|send_sighup|hupall|pause "
    "[inbound|outbound]|resume [inbound|outbound]|shutdown [cancel|elegant|asap|now|restart]|sps|sps_peak_reset|"
    "sync_clock|sync_clock_when_idle|reclaim_mem|max_sessions|min_dtmf_duration [num]|max_dtmf_duration [num]|"
    "default_dtmf_duration [num]|min_idle_cpu|loglevel [level]|debug_level [level]|mdns_resolve "
    "[enable|disable]]\n"
)


def fsctl(switch: SimulatedSwitch, text: str) -> str:
    """The answer to `fsctl TEXT`."""
    words, throttle = [*text.split(" "), "", ""], switch.calls.throttle
    match words[0]:
        case "sps":
            if words[1].isdigit():
                throttle.next_sps = int(words[1])
            return f"+OK sessions per second: {throttle.next_sps}\n"
        case "last_sps":
            return f"+OK last sessions per second: {throttle.last(switch.clock.now_ms())}\n"
        case "max_sessions":
            if words[1].isdigit():
                throttle.max_sessions = int(words[1])
            return f"+OK max sessions: {throttle.max_sessions}\n"
        case "pause" | "resume":
            is_paused = words[0] == "pause"
            if words[1] in ("", "inbound"):
                throttle.is_paused_inbound = is_paused
            if words[1] in ("", "outbound"):
                throttle.is_paused = is_paused
            return "+OK\n"
        case "pause_check":
            both = throttle.is_paused and throttle.is_paused_inbound
            either = {"outbound": throttle.is_paused, "inbound": throttle.is_paused_inbound}
            return str(either.get(words[1], both)).lower()
        case "ready_check":
            return str(not throttle.is_paused).lower()
        case "shutdown_check":
            return "false"
        case "min_idle_cpu":
            return "+OK min idle cpu: DISABLED\n"
        case "hupall":
            return hang_up_all(switch, words[1])
        case "api_expansion":  # never on in here
            return "+OK api_expansion is off \n"
        case "loglevel":
            return f"+OK log level: {words[1] or 'DISABLE'} [{words[1] if words[1].isdigit() else 7}]\n"
        case "shutdown":
            switch.shut_down_soon()
            return "+OK\n"
    return USAGE


def hang_up_all(switch: SimulatedSwitch, text: str) -> str:
    """`hupall [CAUSE [VARIABLE VALUE]]`."""
    cause, name, value = [*text.split(" ", 2), "", ""][:3]
    cause = known_cause(cause) or "MANAGER_REQUEST"
    for leg in switch.calls.live_legs():
        if not name or leg.channel.get(name) == value:
            leg.kill(cause)
    if not name:
        return f"+OK hangup all channels with cause {cause}\n"
    return f"+OK hangup all channels matching [{name}]=[{value}] with cause: {cause}\n"
