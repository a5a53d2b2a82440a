"""A project that takes calls, and a switch's line that answers from a list: markers, channels, CDRs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import gevent

from orchestrator.engine.payload import encode
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.cdr import NoCdr, Variables
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.inbound.callbacks import register
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled
from tests.runtime.factories import LIMIT_S, NOON, number

SHOP = """\
scenario: shop_line
title: A shop
kind: ivr
languages: [en, ru]
numbers: [+74950000001]
hours: {daily: 09:00-21:00}
timezone: Europe/Moscow
messages:
  hello: {en: "Hello. Press 1 for a person.", ru: "Здравствуйте. Нажмите один."}
  sorry: {en: "Here we are.", ru: "Это мы."}
queues:
  sales: {agents: [+79990009999], strategy: in_turn, ring: 20s}
flow:
  start:
    - menu: {prompt: hello, keys: {1: people}, otherwise: bye}
  people: [{queue: sales}]
  bye: [hang_up]
  closed:
    - offer_callback: next_opening
missed:
  after: 2m
  attempts: 2
  per_number: {1d: 2}
  rules: {no_answer: {retry: 1h}}
  flow:
    - say: sorry
    - queue: sales
"""
BEGAN = NOON - 60_000


def shop(project: Project, text: str = SHOP) -> Compiled:
    """The scenario as it stands in the project, compiled."""
    (project.settings.scenarios / "shop_line.yaml").write_text(text, encoding="utf-8")
    found, problems = find_scenario(project.settings, "shop_line")
    assert problems == []
    assert found is not None
    return found


def taking_calls(project: Project, text: str = SHOP) -> Compiled:
    """The same, registered as a deploy does it."""
    compiled = shop(project, text)
    register(project, compiled)
    return compiled


def variables(
    call_id: str = "c1", *, caller: int | None = 1, at: int = BEGAN, **changes: str
) -> dict[str, str]:
    """What a call that began at `at`, took half a minute and left the queue leaves on its channel."""
    return {
        "prozvon_inbound": "true",
        "prozvon_scenario": "shop_line",
        "prozvon_program": "",
        "prozvon_called": "+74950000001",
        "prozvon_caller": "" if caller is None else number(caller),
        "prozvon_flow": "left",
        "prozvon_end": "queue",
        "prozvon_language": "ru",
        "prozvon_path": encode(["0.0 start", "0.1 hears hello", "4.2 key 1"]).rstrip("="),
        "start_uepoch": f"{at}000",
        "answer_uepoch": f"{at + 1_000}000",
        "end_uepoch": f"{at + 30_000}000",
        "hangup_cause": "NORMAL_CLEARING",
        **changes,
    }


def event(call_id: str = "c1", **changes: object) -> dict[str, object]:
    said = variables(call_id, **changes)  # type: ignore[arg-type]  # as there
    return {
        "Event-Name": "CHANNEL_HANGUP_COMPLETE",
        "Unique-ID": call_id,
        **{f"variable_{name}": value for name, value in said.items()},
    }


class Switch:
    """What stands on a switch: `began` markers, `channels`, `cdrs`. `asked` is what it was asked."""

    def __init__(self) -> None:
        self.is_up = True
        self.began: dict[str, dict[str, object]] = {}
        self.channels: set[str] = set()
        self.cdrs: dict[str, Variables | NoCdr] = {}
        self.left: dict[str, str] = {}  # "ID DAY" -> name of what it has recorded
        self.asked: list[str] = []
        self.fails: Callable[[str], str | None] = lambda _: None

    def began_call(
        self, call_id: str = "c1", *, caller: int = 1, at: int = BEGAN, recording: str = ""
    ) -> None:
        if recording:
            self.left[f"{call_id} {recording[:10]}"] = recording
        self.began[call_id] = {
            "id": call_id,
            "called": "+74950000001",
            "caller": number(caller),
            "at": at / 1000,
            "scenario": "shop_line",
            "program": "",
        }

    def api(self, command: str) -> str:
        self.asked.append(command)
        if (said := self.fails(command)) is not None:
            raise EslError(said)
        if command == "python prozvon_switch began":
            lines = sorted(self.began.values(), key=lambda marker: str(marker["at"]))
            return "\n".join([f"+OK {len(lines)}", *map(json.dumps, lines)])
        left = "python prozvon_switch left "
        if command.startswith(left):
            name = self.left.get(command.removeprefix(left))
            return f"+OK 1\n{name}" if name else "+OK 0"
        verb = "python prozvon_switch done "
        assert command.startswith(verb), command
        self.began.pop(command.removeprefix(verb), None)
        return "+OK"

    def live_channels(self) -> frozenset[str]:
        return frozenset(self.channels)

    def cdr(self, attempt_id: str) -> Variables | NoCdr:
        return self.cdrs.get(attempt_id, NoCdr.MISSING)


def until(is_so: Callable[[], object], what: str) -> None:
    """Let the greenlets run until it is so. AssertionError with `what` after LIMIT_S real seconds."""
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline, f"waited {LIMIT_S:g} s in vain: {what}"
        gevent.sleep(0.005)
