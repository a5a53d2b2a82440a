"""What a switch is asked. Every question only looks; none changes anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from orchestrator.doctor.dialplan import LOCATE_DIALPLAN
from orchestrator.doctor.facts import Wanted, WantedGateway
from orchestrator.doctor.hello import HELLO
from orchestrator.doctor.judge_inbound import LOCATE_INBOUND
from orchestrator.doctor.replies import configuration, read_params, read_profiles

SIMULATED: Final = "prozvon_fault"
VERSION: Final = "version short"
# With an argument fsctl would set it; and what `eval` does is what a call would do. Off: "Permission Denied".
EXPANSION: Final = "eval [${regex(1|1)}]"
SPS: Final = "fsctl sps"
MAX_SESSIONS: Final = "fsctl max_sessions"
PAUSED: Final = "fsctl pause_check outbound"
IDLE_CPU: Final = "fsctl min_idle_cpu"
EVENT_SOCKET: Final = configuration("event_socket.conf")
JSON_CDR: Final = configuration("json_cdr.conf")
ENDPOINTS: Final = "show endpoint as json"
PROFILES: Final = "sofia status"
OWN_CLOCK: Final = "strmicroepoch"
LOG_FOLDER: Final = "global_getvar log_dir"
TTS_ENGINE: Final = "global_getvar prozvon_tts_engine"
TTS_DEFAULT: Final = "tts_commandline"  # callflow.playing's
TTS_SETTINGS: Final = configuration("tts_commandline.conf")
NO_CDR: Final = "python prozvon_switch cdr doctor"  # of no attempt: "-ERR missing", where CDRs can be read
HAS_PROGRAMS: Final = "python prozvon_switch has programs"

# Loaded on every switch that makes our calls: scripts, dialplan, applications, WAV files, CDRs.
MODULES: Final = ("mod_python3", "mod_dialplan_xml", "mod_dptools", "mod_sndfile", "mod_json_cdr")
WORLD: Final = (
    "203.0.113.1",
    "2001:db8::1",
)  # addresses of documentation (RFC 5737, RFC 3849): nobody's machine
DEFAULT_ACL: Final = "loopback.auto"  # mod_event_socket.c, config()

_PLAIN = re.compile(r"[A-Za-z0-9_.:/-]{1,80}\Z")


def endpoint_of(gateway: WantedGateway) -> str:
    """`sofia` of `sofia/gateway/NAME/{number}`."""
    return gateway.dial.partition("/")[0].lower()


def sofia_gateway(gateway: WantedGateway) -> str | None:
    """The name of the gateway on the switch; None when the dial string goes by no gateway."""
    parts = gateway.dial.split("/")
    return parts[2] if len(parts) > 3 and parts[:2] == ["sofia", "gateway"] else None


def sofia_profile(gateway: WantedGateway) -> str | None:
    """The SIP profile, where the dial string names one instead of a gateway."""
    parts = gateway.dial.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "sofia" and parts[1] != "gateway" else None


def modules(wanted: Wanted) -> tuple[str, ...]:
    """What has to be loaded for this switch's gateways and prompts."""
    endpoints = {endpoint_of(gateway) for gateway in wanted.gateways}
    more = [f"mod_{name}" for name in ("sofia", "loopback") if name in endpoints]
    if wanted.prompts_url:
        more.append("mod_http_cache")
    return (*MODULES, *more)


def first_questions(wanted: Wanted) -> tuple[str, ...]:
    """One connection answers one after the other, so what a script may hold up for ever is asked in the end."""
    asked = [SIMULATED, LOCATE_DIALPLAN, VERSION, EXPANSION, SPS, MAX_SESSIONS, PAUSED]
    asked += [IDLE_CPU, EVENT_SOCKET, JSON_CDR, ENDPOINTS, LOG_FOLDER]
    asked += [f"module_exists {module}" for module in modules(wanted)]
    names = [name for gateway in wanted.gateways if (name := sofia_gateway(gateway))]
    asked += [gateway_status(name) for name in dict.fromkeys(names)]
    if any(endpoint_of(gateway) == "sofia" for gateway in wanted.gateways):
        asked.append(PROFILES)
    if wanted.takes:
        asked.append(LOCATE_INBOUND)
    if wanted.speaks_itself:
        asked.append(TTS_ENGINE)
    return tuple(asked)


def more_questions(wanted: Wanted, replies: Mapping[str, str]) -> tuple[str, ...]:
    """What can be asked only after the first answers."""
    asked = [may_enter(address, name) for name in access_lists(replies) for address in WORLD]
    names = read_profiles(replies.get(PROFILES)) or ()
    asked += [profile_status(name) for name in names if _PLAIN.match(name)]
    if wanted.speaks_itself:
        engine = tts_engine(replies)
        asked.append(f"module_exists mod_{engine}")
        if engine == TTS_DEFAULT:
            asked.append(TTS_SETTINGS)
    return tuple(asked)


def script_questions(wanted: Wanted) -> tuple[str, ...]:
    """What our own scripts answer, and the switch's clock, to be held against theirs."""
    programs = (f"{HAS_PROGRAMS} {program}" for program in wanted.programs)
    return (OWN_CLOCK, HELLO, *programs, *(() if wanted.is_here else (NO_CDR,)))


def gateway_status(name: str) -> str:
    return f"sofia status gateway {name}"


def profile_status(name: str) -> str:
    return f"sofia status profile {name}"


def may_enter(address: str, access_list: str) -> str:
    return f"acl {address} {access_list}"


def access_lists(replies: Mapping[str, str]) -> tuple[str, ...]:
    """The lists that all must let somebody in; () when they are not known."""
    params = read_params(replies.get(EVENT_SOCKET))
    if params is None:
        return ()
    names = tuple(name for name in params.get("apply-inbound-acl", ()) if name) or (DEFAULT_ACL,)
    return names if all(_PLAIN.match(name) for name in names) else ()


def tts_engine(replies: Mapping[str, str]) -> str:
    said = replies.get(TTS_ENGINE, "").strip()
    return said if re.fullmatch(r"[a-z0-9_]{1,40}", said) else TTS_DEFAULT
