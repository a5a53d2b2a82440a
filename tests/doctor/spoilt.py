"""Switches that are well but for one thing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from orchestrator.doctor import questions as ask
from orchestrator.doctor.facts import Door, Reach, SwitchFacts
from orchestrator.doctor.hello import HELLO
from orchestrator.doctor.judge_inbound import LOCATE_INBOUND
from tests.doctor.facts import (
    GATEWAY,
    HELLO_SAID,
    MAIN,
    WANTED,
    WELL,
    replied,
    said_hello,
    settings_xml,
    wanting,
)

LONG: Final = "x" * 1000
CDR: Final = {"log_dir": "/srv/prozvon/cdr", "log_b_leg": "false"}
ANY: Final = "0.0.0.0"  # noqa: S104  # said by a switch, bound by nobody
URL: Final = "http://10.0.0.5:8060/"


def not_taken_in(reach: Reach, said: str = "") -> SwitchFacts:
    return SwitchFacts(wanted=WANTED, reach=reach, said=said)


def gateway(**fields: str) -> SwitchFacts:
    """With other lines of status."""
    text = GATEWAY
    for name, value in fields.items():
        old = next(line for line in text.splitlines() if line.startswith(name) and "\t" in line)
        text = text.replace(old, f"{old.split(chr(9))[0]}\t{value}")
    return replied(ask.gateway_status("main"), text)


def dialing(dial: str, **values: Any) -> SwitchFacts:
    return wanting(gateways=(replace(MAIN, dial=dial, **values),))


def taking_calls(*, has_inbound: bool = True, takes: tuple[str, ...] = ("+74950000001",)) -> SwitchFacts:
    """With scenarios that take calls, and a dialplan that leads to our script."""
    return replied(
        LOCATE_INBOUND,
        '<context name="prozvon_inbound"><action application="python" data="prozvon_ivr"/></context>',
        wanting(takes=takes, has_inbound=has_inbound),
    )


def taking_calls_said(**values: Any) -> SwitchFacts:
    """The same, with something else in hello."""
    return replied(HELLO, json.dumps(HELLO_SAID | values), taking_calls())


def process(**values: Any) -> SwitchFacts:
    assert WELL.process is not None
    return replace(WELL, process=replace(WELL.process, **values))


def socket(
    doors: dict[str, Door] | None = None, acl: dict[str, str] | None = None, **params: str
) -> SwitchFacts:
    facts = replied(ask.EVENT_SOCKET, settings_xml("event_socket.conf", **({"password": "x"} | params)))
    for command, reply in (acl or {}).items():
        facts = replied(command, reply, facts)
    return replace(facts, doors=doors or {})


def acl(name: str, *replies: str) -> dict[str, str]:
    return {ask.may_enter(a, name): r for a, r in zip(ask.WORLD, replies, strict=False)}


def cdr(**params: str) -> SwitchFacts:
    return replied(ask.JSON_CDR, settings_xml("json_cdr.conf", **(CDR | params)))


def clock(off_ms: int) -> SwitchFacts:
    at = WELL.asked_at_ms + off_ms
    return replied(ask.OWN_CLOCK, f"{at}000", said_hello(now_ms=at))


def speaking(loaded: str | None, command: str = "say", engine: str = "", **values: Any) -> SwitchFacts:
    facts = replied(ask.TTS_ENGINE, engine, wanting(speaks_itself=True, **values))
    facts = replied(f"module_exists mod_{engine or 'tts_commandline'}", loaded, facts)
    return replied(ask.TTS_SETTINGS, settings_xml("tts_commandline.conf", command=command), facts)


def url(fault: str | None, *, has_workers: bool) -> SwitchFacts:
    facts = replied("module_exists mod_http_cache", "true", wanting(prompts_url=URL))
    return replace(facts, url_fault=fault, has_workers=has_workers)


DOUBT = '<extension name="vip"><condition field="ani" expression="7"/></extension><extension name="robocall">'
WORLD_IN = acl("any_v4.auto", "true", "false")
