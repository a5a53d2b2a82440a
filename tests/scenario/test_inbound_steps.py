"""Each step of calls that come in, as it stands in the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.scenario.compile import Compiled

Line = Callable[..., Compiled]

CALLED_BACK = "missed: {flow: [{say: hello}]}"
SALES = "queues: {sales: {agents: [+79990000001, +79990000002]}}"


def steps(line: Line, written: str, **parts: str) -> list[dict[str, Any]]:
    """The program's steps of a block `start` that ends with these."""
    before = "{say: hello}, {menu: {prompt: hello, keys: {9: never}}}"
    flow = f"flow: {{start: [{before}, {written}], bye: [{{say: hello}}], never: [{{goto: bye}}]}}"
    made = line(flow=flow, **parts).program["flow"]["start"]
    return [{key: value for key, value in step.items() if key != "line"} for step in made[2:]]


NUMBERS = ["+79990000001", "+79990000002"]


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("{music: {play: moh/calm, for: 10s}}", {"do": "music", "source": "moh/calm", "seconds": 10.0}),
        (
            "{say: {message: hello, barge_in: no}}",
            {"do": "say", "message": "hello", "barge_in": False, "early": False},
        ),
        (
            "{menu: {prompt: hello, keys: {101: bye}, repeat: '*', barge_in: no}}",
            {
                "do": "menu",
                "prompt": "hello",
                "keys": {"101": "bye"},
                "timeout": 5.0,
                "tries": 3,
                "otherwise": None,
                "invalid": None,
                "repeat": "*",
                "barge_in": False,
            },
        ),
        (
            "{ask: {prompt: hello, digits: 4, into: a, private: yes, confirm: yes, check: {luhn: yes}}}",
            {
                "do": "ask",
                "prompt": "hello",
                "into": "a",
                "min": 4,
                "max": 4,
                "timeout": 5.0,
                "tries": 3,
                "end": "#",
                "otherwise": None,
                "invalid": None,
                "barge_in": True,
                "private": True,
                "confirm": {"prompt": "you_entered", "accept": "1", "again": "2"},
                "check": {"luhn": True},
            },
        ),
        (
            "{record: {}}",
            {
                "do": "record",
                "into": "recording",
                "prompt": "leave_message",
                "max": 120.0,
                "min": 1.0,
                "silence": 5.0,
                "end": "#",
                "beep": True,
                "review": None,
                "email": None,
            },
        ),
        (
            "{record: {into: a, prompt: none, end: none, review: yes, email: office}}",
            {
                "do": "record",
                "into": "a",
                "prompt": None,
                "max": 120.0,
                "min": 1.0,
                "silence": 5.0,
                "end": "",
                "beep": True,
                "review": {"prompt": "record_review", "keep": "1", "again": "2", "listen": "3"},
                "email": "office",
            },
        ),
        (
            "{voicemail: office}",
            {
                "do": "voicemail",
                "mailbox": "office",
                "greeting": "leave_message",
                "max": 120.0,
                "silence": 5.0,
                "beep": True,
                "review": None,
            },
        ),
        (
            "{forward: +79990000001}",
            {
                "do": "forward",
                "to": NUMBERS[:1],
                "order": "in_turn",
                "ring": 25.0,
                "caller_id": "",
                "whisper": None,
                "accept": "",
                "music": "",
                "record": False,
                "otherwise": None,
            },
        ),
        (
            "{transfer: {to: [+79990000001, +79990000002], order: all_at_once, ring: 10s, caller_id: keep, accept: 1,"
            " music: moh, record: yes, otherwise: bye}}",
            {
                "do": "transfer",
                "to": NUMBERS,
                "order": "all_at_once",
                "ring": 10.0,
                "caller_id": "keep",
                "whisper": "whisper_accept",
                "accept": "1",
                "music": "moh",
                "record": True,
                "otherwise": "bye",
            },
        ),
        (
            "{transfer: {to: +79990000001, record: stereo}}",
            {
                "do": "transfer",
                "to": NUMBERS[:1],
                "order": "in_turn",
                "ring": 25.0,
                "caller_id": "",
                "whisper": None,
                "accept": "",
                "music": "",
                "record": "stereo",
                "otherwise": None,
            },
        ),
        (
            "{fetch: {get: crm}}",
            {
                "do": "fetch",
                "method": "get",
                "service": "crm",
                "path": "",
                "send": None,
                "into": "fetched",
                "fields": [],
                "timeout": 3.0,
                "tries": 2,
                "say": None,
                "not_found": None,
                "otherwise": None,
            },
        ),
        (
            "{fetch: {put: crm/a/b, send: {n: '{{ caller }}', k: v}, into: card, say: one_moment, not_found: bye}},"
            "{if: {card.a.0.b: 1, then: [{set: {x: '{{ card.c }}'}}]}}",
            {
                "do": "fetch",
                "method": "put",
                "service": "crm",
                "path": "a/b",
                "send": {"n": {"ref": "caller"}, "k": {"text": "v"}},
                "into": "card",
                "fields": ["a.0.b", "c"],
                "timeout": 3.0,
                "tries": 2,
                "say": "one_moment",
                "not_found": "bye",
                "otherwise": None,
            },
        ),
        ("{sms: hello}", {"do": "sms", "message": "hello", "to": {"ref": "caller"}}),
        ("{sms: {message: hello, to: caller}}", {"do": "sms", "message": "hello", "to": {"ref": "caller"}}),
        (
            "{sms: {message: hello, to: +79990000001}}",
            {"do": "sms", "message": "hello", "to": {"text": "+79990000001"}},
        ),
        (
            "{email: {to: office, message: hello}}",
            {"do": "email", "to": "office", "message": "hello"},
        ),
        ("{store: rows}", {"do": "store", "into": "rows", "values": None, "webhook": None}),
        (
            "{store: {into: rows, values: {who: '{{ caller }}'}, webhook: crm/rows}}",
            {
                "do": "store",
                "into": "rows",
                "values": {"who": {"ref": "caller"}},
                "webhook": {"service": "crm", "path": "rows"},
            },
        ),
        ("{webhook: crm/calls}", {"do": "webhook", "service": "crm", "path": "calls", "send": None}),
        ("{language: ru}", {"do": "language", "value": {"text": "ru"}}),
        ("{call: bye}", {"do": "call", "block": "bye"}),
        (
            "{switch: {on: caller, cases: {+79990000001: bye, x: [{wait: 1s}]}, otherwise: [{wait: 2s}]}}",
            {
                "do": "switch",
                "left": {"ref": "caller"},
                "cases": [
                    ["+79990000001", [{"do": "goto", "block": "bye", "line": 6}]],
                    ["x", [{"do": "wait", "seconds": 1.0, "line": 6}]],
                ],
                "else": [{"do": "wait", "seconds": 2.0, "line": 6}],
            },
        ),
    ],
)
def test_each_verb_becomes_one_step(line: Line, written: str, made: dict[str, Any]) -> None:
    assert steps(line, written)[0] == made


@pytest.mark.parametrize(
    ("written", "when"), [("now", 0.0), ("15m", 900.0), ("next_opening", "next_opening"), ("1d", 86400.0)]
)
def test_a_callback_is_promised_for_seconds_or_the_next_opening(
    line: Line, written: str, when: object
) -> None:
    hours = "hours: {daily: 09:00-18:00}\ntimezone: Europe/Moscow"
    flow = f"flow: {{start: [{{offer_callback: {written}}}], closed: [hang_up]}}"
    [made] = line(flow=flow, hours=hours, missed=CALLED_BACK).program["flow"]["start"]
    assert made == {
        "do": "offer_callback",
        "when": when,
        "prompt": "callback_offer",
        "accept": "1",
        "done": "callback_promised",
        "otherwise": None,
        "line": 6,
    }


def test_nothing_is_said_after_a_promise_when_nothing_is_to_be(line: Line) -> None:
    flow = "flow: {start: [{offer_callback: {when: now, prompt: hello, done: none}}]}"
    made = line(flow=flow, missed=CALLED_BACK)
    assert made.program["flow"]["start"][0]["done"] is None
    assert list(made.program["messages"]) == ["hello"]


def test_a_queue_says_what_it_is_to_announce_and_no_more(line: Line) -> None:
    def made(more: str) -> tuple[dict[str, Any], set[str]]:
        flow = f"flow: {{start: [{{say: hello}}, {{queue: {{name: sales{more}}}}}]}}"
        program = line(flow=flow, queues=SALES, missed=CALLED_BACK).program
        return program["flow"]["start"][1], set(program["messages"]) - {"hello"}

    step, said = made("")
    assert (step["every"], step["position"], step["wait"], step["max_waiting"]) == (0, False, False, None)
    assert (step["callback_after"], step["music"], step["max_wait"], said) == (None, "moh", 300.0, set())
    step, said = made(", announce: {every: 20s, wait: no}, max_waiting: 2 x agents")
    assert (step["every"], step["position"], step["wait"]) == (20.0, True, False)
    assert (step["max_waiting"], said) == ({"per_agent": 2}, {"queue_position"})
    step, said = made(", announce: {position: no}, max_waiting: 10, accept: 1")
    assert (step["max_waiting"], step["whisper"]) == (10, "whisper_accept")
    assert said == {"queue_wait", "whisper_accept"}
    step, said = made(", offer_callback: after 60s, accept: 5, whisper: hello")
    assert (step["callback_after"], step["whisper"], step["accept"]) == (60.0, "hello", "5")
    assert said == {"callback_offer", "callback_promised"}
