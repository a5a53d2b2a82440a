"""Questions to the orchestrator: an event goes out, an answer comes as a variable, or not."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from fake_session import FakeSession
from flow_calls import incoming
from flow_programs import ivr, say

from callflow.consulting import ANSWER_MAX, consult, decoded
from callflow.course import Course
from callflow.moves import Answered, Consult, Gone
from callflow.names import encode

FETCH = Consult("fetch", {"service": "crm", "send": {"order": "1042"}}, timeout_s=3.0)


def asked(session: FakeSession, action: Consult = FETCH, course: Course | None = None) -> Any:
    inp = consult(session, action, course or Course("/", {}))
    assert session.faults == []
    return inp


def desk(after_s: float, body: object) -> Any:
    return lambda question: (
        after_s,
        encode({"asked": question["n"]} | body) if isinstance(body, dict) else body,
    )


def test_the_answer_is_found_soon_and_taken_off_the_channel() -> None:
    session = FakeSession(desk=desk(0.45, {"ok": True}))
    assert asked(session) == Answered({"asked": 1, "ok": True})
    assert session.asked == [{"service": "crm", "send": {"order": "1042"}, "n": 1, "what": "fetch"}]
    assert round(session.t, 1) == 0.5
    assert session.variables == {"prozvon_asks": "true"}


def test_each_question_has_its_own_number() -> None:
    session, course = FakeSession(desk=desk(0.1, {})), Course("/", {})
    assert [asked(session, FETCH, course).body["asked"] for _ in range(3)] == [1, 2, 3]


def test_no_answer_in_time_is_none() -> None:
    session = FakeSession(desk=desk(4.0, {}))
    assert asked(session) == Answered(None)
    assert round(session.t, 1) == 3.0


def test_where_nobody_waits_it_takes_no_time() -> None:
    session = FakeSession()
    assert asked(session, Consult("queue_leave", {}, quiet=True)) == Answered(None)
    assert (session.t, len(session.asked)) == (0.0, 1)


def test_keys_pressed_meanwhile_are_kept() -> None:
    session = FakeSession(desk=desk(1.0, {}), keys=[(0.5, "7")])
    asked(session)
    assert session.queue == ["7"]


def test_who_hangs_up_is_gone() -> None:
    session = FakeSession(hangs_up_at=1.0)
    assert asked(session) == Gone()
    assert asked(session) == Gone()
    assert len(session.asked) == 1


@pytest.mark.parametrize(
    "answer", ["!", "жж", "W10", "A" * (ANSWER_MAX + 1), base64.urlsafe_b64encode(b"\xff{").decode(), "WyI"]
)
def test_an_answer_that_cannot_be_read_is_none(answer: str) -> None:
    assert decoded(answer) is None
    assert asked(FakeSession(desk=desk(0.1, answer))) == Answered(None)


def test_what_is_asked_means_nothing_to_the_switch() -> None:
    session = FakeSession()
    hostile = {"a": "${system(reboot)},Event-Name=X\r\n", "b": "\ud800", "c": "=" * 50}
    asked(session, Consult("fetch", hostile, 0.0))
    assert session.asked[0]["a"] == hostile["a"]
    assert "=" not in encode(hostile)
    assert json.loads(base64.urlsafe_b64decode(encode({"a": 1}) + "==")) == {"a": 1}


def test_too_much_is_not_asked() -> None:
    session = FakeSession()
    assert asked(session, Consult("fetch", {"send": "x" * 10_000})) == Answered(None)
    assert asked(session, FETCH, Course("/", {}, asked=10_000)) == Answered(None)
    assert session.asked == []


def test_a_flow_fetches_and_goes_on(tmp_path: Path) -> None:
    fetch = {"do": "fetch", "method": "get", "service": "crm", "path": "orders", "send": None, "into": "card"}
    more = {
        "fields": ["status"],
        "timeout": 3,
        "tries": 1,
        "say": None,
        "not_found": None,
        "otherwise": "sorry",
    }
    made = ivr({"start": [{"do": "answer"}, {**fetch, **more}, say("thanks")], "sorry": [say("sorry")]})
    session = incoming(
        tmp_path, made, FakeSession(desk=desk(0.5, {"ok": True, "fields": {"status": "sent"}}))
    )
    assert [data for _, what, data in session.done if what == "speak"] == ["thanks."]
    late = incoming(tmp_path, made, FakeSession(desk=desk(4.2, {"ok": True}), seconds_per_character=0.5))
    assert [data for _, what, data in late.done if what == "speak"] == ["sorry."]
    assert late.later == []  # it came, while the flow went on
    assert "prozvon_answer_1" not in late.variables
    session = incoming(tmp_path, made, FakeSession())
    assert [data for _, what, data in session.done if what == "speak"] == ["sorry."]
    assert session.t >= 3.0
