"""The least a program can do to make calls: bgapi originates out, events in, nothing remembered.

Run as a process of its own by bench_worker; prints the CPU seconds it used.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import gevent

from orchestrator.esl.connection import Connection
from orchestrator.runtime.settings import load_settings

AT_ONCE = 200  # calls on the line


def main(folder: str, calls: int) -> None:
    found = load_settings(Path(folder)).switches["main"]
    ended = 0

    def on_event(event: dict[str, object]) -> None:
        nonlocal ended
        ended += event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE"

    events = Connection(found.host, found.port, found.password(), on_event=on_event)
    commands = Connection(found.host, found.port, found.password())
    events.connect()
    commands.connect()
    events.command("event json CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE BACKGROUND_JOB")
    began = time.process_time()
    for number in range(calls):
        while number - ended >= AT_ONCE:
            gevent.sleep(0.001)
        attempt = str(uuid.uuid4())
        line = (
            f"originate {{origination_uuid={attempt},ignore_early_media=true,originate_timeout=30,"
            f"prozvon_attempt={attempt}}}sofia/gateway/main/+7999{number:07} robocall XML prozvon"
        )
        commands.bgapi_many([(line, attempt)], lambda *_: None)
    while ended < calls:
        gevent.sleep(0.001)
    print(time.process_time() - began)
    commands.stop()
    events.stop()
