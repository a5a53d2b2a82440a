"""Deliverers that are killed while they send: no SMS is lost, few come twice, and the book knows each."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from orchestrator.domain.message import MessageState
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.project import open_project
from tests.cli.commands import HERE, environment
from tests.outside.http_service import http_service
from tests.runtime.factories import SETTINGS, make_folder
from tests.runtime.outbox.factories import left_behind, until
from tests.runtime.outbox.test_dying import DELIVERER

ROUNDS, EACH, AT_ONCE = 2, 20, 4


def test_kill_9_while_it_sends_loses_no_sms_and_repeats_only_what_was_under_way(short_tmp: Path) -> None:
    chance = random.Random(7)
    with http_service() as service:
        more = f"outbox: {{{{at_once: {AT_ONCE}}}}}\nsms: {{{{service: gate}}}}\n"
        more += f'services: {{{{gate: {{{{url: "{service.url}", private: yes}}}}}}}}\n'
        folder = make_folder(short_tmp / "k", settings=SETTINGS.replace("lease_s: 2", "lease_s: 1") + more)
        command = [sys.executable, "-c", DELIVERER, str(folder)]
        with open_project(folder) as project:
            entries: list[str] = []
            for _ in range(ROUNDS):
                for _ in range(EACH):
                    number = f"+7999000{len(entries):04}"
                    entries.append(
                        left_behind(project, "sms", {"to": number, "caller": number, "text": "Hi"})
                    )
                victim = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), cwd=HERE)
                assert victim.stdout is not None
                assert victim.stdout.readline() == b"up\n"
                before, wanted = len(service.seen), chance.randrange(3, 12)
                until(
                    lambda before=before, wanted=wanted: len(service.seen) >= before + wanted, "some are sent"
                )
                victim.send_signal(signal.SIGKILL)
                victim.wait(10)
                victim.stdout.close()
            last = Deliveries(project, {})
            last.start()
            until(lambda: len(_sent(service.seen)) == len(entries) and not last.is_busy, "all are sent")
            last.stop()
            sent = _sent(service.seen)
            assert set(sent) == {f"test-{entry}.0" for entry in entries}
            assert sum(sent.values()) - len(entries) <= ROUNDS * AT_ONCE
            book = project.store.messages.page(limit=1000)[0]
            assert {message.message_id for message in book} == set(sent)
            assert {message.state for message in book} == {MessageState.SENT}


def _sent(seen: list[object]) -> Counter[str]:
    """Key -> how often it came."""
    return Counter(json.loads(each.body)["id"] for each in seen)  # type: ignore[attr-defined]
