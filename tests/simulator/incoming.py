"""Calls that come in to a bench: its extra dialplan, and whoever calls."""

from __future__ import annotations

import base64
import json
from typing import Any

from orchestrator.simulator.caller_log import CallerCall, read_caller_log
from tests.simulator.bench import Bench, Client

CALLER, CALLED = "+79160000001", "+74950000001"


def encoded(asked: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(asked).encode()).decode().rstrip("=")


def with_dialplan(bench: Bench, **extensions: str) -> None:
    """Extensions of the context for calls that come in: name -> `application data` lines."""
    text = '<include>\n<context name="prozvon_inbound">\n'
    for name, lines in extensions.items():
        actions = "".join(_action(line) for line in lines.strip().splitlines())
        condition = f'<condition field="destination_number" expression="^{name}$">{actions}</condition>'
        text += f'<extension name="{name}">{condition}</extension>\n'
    text += (
        '<extension name="rest"><condition><action application="hangup" data="CALL_REJECTED"/></condition>'
        "</extension></context>\n</include>\n"
    )
    (bench.release / "dialplan" / "inbound.xml").write_text(text, "utf-8")
    assert bench.switch.reload() == "Success"


def _action(line: str) -> str:
    application, _, data = line.strip().partition(" ")
    return f'<action application="{application}" data="{data}"/>'


def come_in(client: Client, called: str, *moves: list[Any], **more: Any) -> str:
    """Call, and the id of the call."""
    asked = {"caller": CALLER, "called": called, "moves": list(moves)} | more
    said = client.command(f"api prozvon_incoming {encoded(asked)}")
    assert said.startswith("+OK "), said
    return said.split()[1]


def experienced(bench: Bench) -> list[CallerCall]:
    return read_caller_log(bench.root / "callers.jsonl")


def order(client: Client, call: str) -> list[str]:
    """Names of a call's events."""
    return [
        event["Event-Name"].removeprefix("CHANNEL_")
        for event in client.events
        if event.get("Unique-ID") == call
    ]
