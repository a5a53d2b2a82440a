"""Questions of scripts that come when the call is no more."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

from orchestrator.domain.queue import QueueRules
from orchestrator.runtime.inbound.questions import Question, What
from orchestrator.runtime.operators.answering import Answering
from orchestrator.runtime.operators.book import Book
from orchestrator.runtime.operators.codes import Codes
from orchestrator.runtime.operators.paced import Paced
from orchestrator.runtime.operators.rota import Rules
from orchestrator.simulator.clock import Clock
from orchestrator.store import Store

QUEUE = "orders:sales"


def test_a_dialed_call_that_ends_as_its_script_asks_is_no_caller_of_the_queue() -> None:
    attempts: Iterator[object] = iter([SimpleNamespace(campaign_id="c1"), None])  # settled between two looks
    store = SimpleNamespace(
        live_attempt=lambda _: next(attempts),
        campaign=lambda _: SimpleNamespace(standing="", scenario="orders"),
    )
    fed: list[object] = []

    def feed(*news: object) -> tuple[()]:
        fed.extend(news)
        return ()

    answering = Answering(
        cast("Store", store),
        cast("Clock", SimpleNamespace(now_ms=lambda: 0)),
        cast("Book", SimpleNamespace(caller=lambda _: None)),
        cast("Paced", SimpleNamespace(attempt=lambda _: None)),
        cast("Codes", None),
        feed=feed,
        rules=lambda: cast("Rules", SimpleNamespace(queues={QUEUE: cast("QueueRules", object())})),
    )
    asked = Question(
        call_id="a1", switch="main", scenario="", number=1, what=What.LINE_JOIN, body={"queue": "sales"}
    )
    assert answering.answer(asked) == {"ok": False, "why": "unknown"}
    assert fed == []
