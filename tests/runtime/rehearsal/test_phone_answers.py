"""What services and queues answer, as somebody at a keyboard writes it."""

from __future__ import annotations

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.phone_answers import read_answer, read_queues, read_services
from orchestrator.scenario.rehearsal_answers import QueueAnswer, ServiceAnswer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", ServiceAnswer()),
        ("404", ServiceAnswer(status=404)),
        ("down", ServiceAnswer(status=0, why="down")),
        ("slow", ServiceAnswer(status=0, why="slow")),
        ("nonsense", ServiceAnswer(status=200, why="nonsense")),
        ("a=1 b.c=x", ServiceAnswer(fields={"a": "1", "b.c": "x"})),
        (
            ' {"a": 1.50, "b": {"c": [true, null, "x"]}, "d": 1e400} ',
            ServiceAnswer(fields={"a": "1.50", "b.c.0": "yes", "b.c.1": "", "b.c.2": "x", "d": "1e400"}),
        ),
        ('[{"a": false}]', ServiceAnswer(fields={"0.a": "no"})),
    ],
)
def test_an_answer_is_read(text: str, answer: ServiceAnswer) -> None:
    assert read_answer(text) == answer


@pytest.mark.parametrize("text", ["ready", "99", "600", "{", "{a: 1}", "a=1 b", "[" * 100_000])
def test_what_is_no_answer_says_what_one_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no answer: write JSON|that is not JSON"):
        read_answer(text)


def test_a_service_that_is_named_again_answers_so_the_next_time() -> None:
    found = read_services(("crm/a=404", "crm/b=x=1", "crm/a=down"))
    assert [answer.status for answer in found["crm/a"]] == [404, 0]
    assert found["crm/b"] == (ServiceAnswer(fields={"x": "1"}),)


@pytest.mark.parametrize("text", ["crm/a", "=404", "crm/a=what"])
def test_options_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(KnownError, match="--service"):
        read_services((text,))


def test_queues_are_read() -> None:
    assert read_queues(("a=3", "b=full", "c=down")) == {
        "a": QueueAnswer(position=3),
        "b": QueueAnswer(why="full"),
        "c": QueueAnswer(is_down=True),
    }


@pytest.mark.parametrize("text", ["a", "a=0", "a=x", "a=1001", "a=²"])
def test_queues_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(KnownError, match="--queue"):
        read_queues((text,))
