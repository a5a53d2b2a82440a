"""Facts of a switch, and of this machine, that are well: for tests to spoil."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from orchestrator.doctor import questions as ask
from orchestrator.doctor.dialplan import LOCATE_DIALPLAN
from orchestrator.doctor.facts import (
    CdrAccess,
    HereFacts,
    Process,
    Reach,
    Sounds,
    SwitchFacts,
    Wanted,
    WantedGateway,
)
from orchestrator.doctor.findings import Finding, Verdict
from orchestrator.doctor.hello import HELLO
from orchestrator.doctor.judge import judge_here, judge_switch

NOW_MS: Final = 1_790_157_600_000
HELLO_SAID: Final[dict[str, Any]] = {
    "prozvon": 1,
    "release": "0123456789ab",
    "root": "/srv/prozvon",
    "callflow": "callflow_0123456789ab",
    "python": "3.11.2",
    "now_ms": NOW_MS,
    "user": "freeswitch",
    "pid": 42,
    "cdr": {"folder": "/srv/prozvon/cdr", "is_writable": True, "free_mb": 9000},
    "recordings": {"folder": "/srv/prozvon/recordings", "is_writable": True, "free_mb": 9000},
    "inbound": {"folder": "/srv/prozvon/inbound", "is_writable": True, "free_mb": 9000},
    "prompts": {"folder": "/srv/prozvon/prompts", "is_readable": True},
    "programs": {"folder": "/srv/prozvon/programs", "is_readable": True},
    "spoken": {"folder": "/srv/prozvon/spoken", "is_readable": True},
    "tmp": {"folder": "/srv/prozvon/tmp", "is_writable": True},
    "path": ["/srv/prozvon/current/scripts", "/usr/lib/python3.11"],
}
OURS: Final = """<context name="prozvon">
  <extension name="robocall">
    <condition field="destination_number" expression="^robocall$">
      <action application="python" data="prozvon_robocall"></action>
      <action application="hangup"></action>
    </condition>
  </extension>
</context>
"""
RULE: Final = "=" * 97
GATEWAY: Final = f"""{RULE}
Name    \tmain
Profile \tprozvon
Proxy   \tsip:127.0.0.1:5090
Ping    \t1790157600
PingFreq\t30
PingTime\t2.13
PingState\t1/1/1
State   \tNOREG
Status  \tUP
Uptime  \t1s
{RULE}
"""
SOFIA: Final = f"""                     Name\t   Type\t                                      Data\tState
{RULE}
                  prozvon\tprofile\t             sip:mod_sofia@127.0.0.1:5080\tRUNNING (0)
            prozvon::main\tgateway\t                 sip:robot@127.0.0.1:5090\tNOREG
{RULE}
1 profile 0 aliases
"""
PROFILE: Final = (
    f"{RULE}\nName             \tprozvon\nCODECS IN        \tPCMA,PCMU\nCODECS OUT       \tPCMA,PCMU\n"
)
MAIN: Final = WantedGateway(
    name="main", dial="sofia/gateway/main/{number}", cps=5, channels=30, profile="prozvon"
)
WANTED: Final = Wanted(
    name="main",
    address="127.0.0.1:8021",
    is_here=True,
    root="/srv/prozvon",
    cdr="/srv/prozvon/cdr",
    gateways=(MAIN,),
    release="0123456789ab",
)


def settings_xml(file: str, **params: str) -> str:
    """A configuration as xml_locate shows it; `_` in a name stands for `-`."""
    rows = "".join(
        f'<param name="{name.replace("_", "-")}" value="{params[name]}"></param>' for name in params
    )
    return f'<configuration name="{file}">\n  <settings>{rows}</settings>\n</configuration>\n'


REPLIES: Final = {
    HELLO: json.dumps(HELLO_SAID),
    LOCATE_DIALPLAN: OURS,
    ask.SIMULATED: "-ERR prozvon_fault Command not found!\n",
    ask.VERSION: "1.10.12-release\n",
    ask.EXPANSION: "[<API execute Permission Denied>]",
    ask.SPS: "+OK sessions per second: 100\n",
    ask.MAX_SESSIONS: "+OK max sessions: 1000\n",
    ask.PAUSED: "false",
    ask.IDLE_CPU: "+OK min idle cpu: DISABLED\n",
    ask.EVENT_SOCKET: settings_xml("event_socket.conf", listen_ip="127.0.0.1", password="s3cret"),
    ask.JSON_CDR: settings_xml(
        "json_cdr.conf", log_dir="/srv/prozvon/cdr", log_b_leg="false", prefix_a_leg="false", encode="false"
    ),
    ask.ENDPOINTS: '{"row_count":1,"rows":[{"type":"endpoint","name":"sofia","ikey":"mod_sofia"}]}',
    ask.OWN_CLOCK: f"{NOW_MS}000",
    ask.LOG_FOLDER: "/srv/prozvon/log",
    ask.PROFILES: SOFIA,
    ask.gateway_status("main"): GATEWAY,
    ask.profile_status("prozvon"): PROFILE,
    **{f"module_exists {module}": "true" for module in ask.modules(WANTED)},
}
WELL: Final = SwitchFacts(
    wanted=WANTED,
    reach=Reach.IN,
    replies=REPLIES,
    asked_at_ms=NOW_MS,
    cdr_access=CdrAccess.FINE,
    torn=(),
    process=Process(
        open_files=65536,
        core_bytes=0,
        log_folder="/srv/prozvon/log",
        log_mode=0o700,
        secrets_file="/srv/prozvon/secrets.xml",
        secrets_mode=0o600,
    ),
    sounds=Sounds(seen=3),
)
HERE_WELL: Final = HereFacts(data="/data", free_mb=50_000, speech_engine="espeak-ng", speech_fault="")


def replied(command: str, reply: str | None, facts: SwitchFacts = WELL) -> SwitchFacts:
    """With another reply to a question; None: with none."""
    replies = {**facts.replies, command: reply}
    return replace(facts, replies={name: text for name, text in replies.items() if text is not None})


def said_hello(**values: Any) -> SwitchFacts:
    """With something else in hello."""
    return replied(HELLO, json.dumps(HELLO_SAID | values))


def wanting(**values: Any) -> SwitchFacts:
    """With other settings."""
    return replace(WELL, wanted=replace(WANTED, **values))


def simulated(facts: SwitchFacts) -> SwitchFacts:
    return replied(ask.SIMULATED, "+OK\n", facts)


def faults(facts: SwitchFacts | HereFacts) -> list[Finding]:
    """What is not fine."""
    found = judge_switch(facts) if isinstance(facts, SwitchFacts) else judge_here(facts)
    return [item for item in found if item.level is not Verdict.OK]
