"""The least a program can do to make calls: bgapi originates out, events in, nothing remembered.

Run as a process of its own by bench_worker and bench_switch; prints the CPU seconds it used, and how many calls it
saw answered and ended.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import gevent

from orchestrator.esl.connection import Connection
from orchestrator.runtime.settings import load_settings

AT_ONCE = 200  # calls on the line
PATIENCE_S = 60.0  # without an event: then what is missing is lost


def main(folder: str, calls: int, *, at_once: int = AT_ONCE, variables: str = "") -> None:
    """`variables`: more of the originate's, `name=value` with commas between."""
    found = load_settings(Path(folder)).switches["main"]
    answered = ended = jobs = 0
    heard_at = time.monotonic()

    def on_event(event: dict[str, object]) -> None:
        nonlocal answered, ended, jobs, heard_at
        heard_at = time.monotonic()
        answered += event["Event-Name"] == "CHANNEL_ANSWER"
        ended += event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE"
        jobs += event["Event-Name"] == "BACKGROUND_JOB"

    def is_waiting() -> bool:
        return time.monotonic() - heard_at < PATIENCE_S

    events = Connection(found.host, found.port, found.password(), on_event=on_event)
    commands = Connection(found.host, found.port, found.password())
    events.connect()
    commands.connect()
    events.command("event json CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE BACKGROUND_JOB")
    more = f",{variables}" if variables else ""
    began = time.process_time()
    for number in range(calls):
        while number - ended >= at_once and is_waiting():
            gevent.sleep(0.001)
        attempt = str(uuid.uuid4())
        line = (
            f"originate {{origination_uuid={attempt},ignore_early_media=true,originate_timeout=30,"
            f"prozvon_attempt={attempt}{more}}}sofia/gateway/main/+79990{number:06} robocall XML prozvon"
        )
        commands.bgapi_many([(line, attempt)], lambda *_: None)
    while (ended < calls or jobs < calls) and is_waiting():
        gevent.sleep(0.001)
    print(time.process_time() - began, answered, ended, jobs)
    commands.stop()
    events.stop()
