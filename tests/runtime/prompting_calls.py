"""What tests of prompts are made of: a switch that gets what it is told to, calls, and waiting for them."""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent

from orchestrator.domain.lead import Attempt
from orchestrator.runtime.launch import start
from orchestrator.runtime.project import Project
from orchestrator.runtime.prompts.prompting import Prompting
from orchestrator.scenario.compile import Compiled
from tests.runtime.factories import claimed, loaded
from tests.speech.engines import WORDS

LIMIT_S = 20.0
COMMAND = " ".join(WORDS)
SETTINGS = """\
project: test
fsync: everysec
clock: simulated
speech: {{engine: command, command: "COMMAND", at_once: 2, timeout_s: 5}}
switches:
  main:
    port: {port}
    gateways: {{main: {{cps: 100, channels: 50}}}}
""".replace("COMMAND", COMMAND.replace("{", "{{").replace("}", "}}"))


class Line:
    """A switch that is there, and gets what it is told to get, or says what it says instead."""

    name = "main"
    core_uuid: str | None = "core-1"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.says = "/cache/x.wav"
        self.hear: Callable[[dict[str, object]], bool] = lambda _: False
        self.error: Exception | None = None

    def originate(
        self, jobs: list[tuple[str, str]], on_reply: Callable[[str, Exception | None], None]
    ) -> None:
        for command, job in jobs:
            self.asked.append(command)
            on_reply(job, self.error)
            if self.says:
                event = {"Event-Name": "BACKGROUND_JOB", "Job-UUID": job, "_body": self.says}
                gevent.spawn(self.hear, event)


Make = Callable[..., Prompting]


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline, f"waited {LIMIT_S:g} s in vain: {what}"
        gevent.sleep(0.01)


def ready(prompting: Prompting, program: Compiled) -> Prompting:
    until(lambda: prompting.is_ready(program, "main"), "what is the same in all calls is there")
    return prompting


def attempt(project: Project, *names: str) -> list[Attempt]:
    """Claimed attempts at contacts of these names."""
    rows = "\n".join(["phone,name", *(f"+7999000{index:04},{name}" for index, name in enumerate(names))])
    campaign, _ = loaded(project, rows.encode(), again=True)
    start(project, campaign)
    found = claimed(project, campaign, len(names))
    assert len(found) == len(names)
    return sorted(found, key=lambda each: each.number)


def prepared(prompting: Prompting, program: Compiled, *attempts: Attempt) -> list[Exception | None]:
    """Prepare the attempts, all at once, and wait."""
    results: dict[str, Exception | None] = {}
    for each in attempts:
        words = prompting.words(program, each.contact, each.switch)
        prompting.prepare(each, words, lambda error, each=each: results.update({each.attempt_id: error}))  # type: ignore[misc]
    until(lambda: len(results) == len(attempts), "all are prepared")
    assert len(prompting) == 0
    return [results[each.attempt_id] for each in attempts]


def spoken(project: Project) -> set[str]:
    folder = project.settings.switches["main"].root / "spoken"
    return {path.name for path in folder.glob("*")}
