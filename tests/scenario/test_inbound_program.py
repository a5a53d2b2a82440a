"""Scenarios of calls that come in to programs: heads, steps, callbacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.plan import Column, MissedPlan
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario

from .conftest import HERE, compiled

Line = Callable[..., Compiled]

SMALLEST = {
    "scenario": "scenario: line",
    "kind": "kind: ivr",
    "languages": "languages: [ru]",
    "numbers": "numbers: +74950000001",
    "messages": "messages: {hello: {ru: Здравствуйте}}",
    "flow": "flow: {start: [{say: hello}]}",
}


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """line(**parts): the smallest scenario that takes calls with these parts replaced, without problems, compiled."""

    def run(**parts: str) -> Compiled:
        path = tmp_path / "line.yaml"
        path.write_text("\n".join({**SMALLEST, **parts}.values()) + "\n", encoding="utf-8")
        scenarios, problems = check_path(path)
        assert problems == []
        return compile_scenario(scenarios[0])

    return run


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


CALLED_BACK = "missed: {flow: [{say: hello}]}"
SALES = "queues: {sales: {agents: [+79990000001, +79990000002]}}"


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


def test_a_message_of_the_same_name_takes_the_place_of_a_standard_one(line: Line) -> None:
    flow = "flow: {start: [{say: hello}, {record: {}}]}"
    standard = line(flow=flow).program["messages"]["leave_message"]
    assert standard["ru"] == [{"text": "Оставьте, пожалуйста, сообщение после сигнала."}]
    own = line(flow=flow, messages="messages: {hello: {ru: Раз}, leave_message: {ru: Говорите}}")
    assert own.program["messages"]["leave_message"] == {"ru": [{"text": "Говорите"}]}


def test_variables_are_put_into_words_by_the_interpreter(line: Line) -> None:
    text = "{{ caller | digits }} {{ called }} {{ card.sum | money('EUR') }} {{ card.n | number }}"
    made = line(
        messages=f'messages: {{hello: {{ru: Раз}}, card: {{ru: "{text}"}}}}',
        flow="flow: {start: [{say: hello}, {fetch: {get: crm, into: card}}, {say: card}]}",
    )
    parts = [part for part in made.program["messages"]["card"]["ru"] if "var" in part]
    assert parts == [
        {"var": "caller", "filter": ["digits"]},
        {"var": "called", "filter": None},
        {"var": "card.sum", "filter": ["money", "EUR"]},
        {"var": "card.n", "filter": ["number"]},
    ]
    assert made.program["flow"]["start"][1]["fields"] == ["n", "sum"]


def test_the_head_of_the_smallest_one(line: Line) -> None:
    made = line()
    head = {key: made.program[key] for key in made.program if key not in ("messages", "flow", "plan")}
    assert head == {
        "format": 1,
        "scenario": "line",
        "title": "line",
        "kind": "ivr",
        "languages": ["ru"],
        "columns": {},
        "optional": [],
        "entry": "start",
        "closed_entry": None,
        "machine": "off",
        "hours": None,
        "caller_language": [],
        "called_language": [],
        "record": None,
        "dial": {"gateways": [], "caller_id": "", "ring": 25.0},
        "queues": {},
    }
    assert (made.kind, made.routes, made.zone, made.hours) == (
        "ivr",
        ("+74950000001",),
        "Europe/Moscow",
        None,
    )
    assert (made.missed, made.callback, made.columns) == (None, None, ())


def test_the_head_of_one_with_everything() -> None:
    program = compiled("everything_ivr.yaml").program
    assert program["caller_language"] == [["+44", "en"], ["+7", "ru"], ["+", "en"]]
    assert program["called_language"] == [["+74950000001", "ru"]]
    assert program["record"] == {"stereo": True}
    assert program["dial"] == {"gateways": ["main", "spare"], "caller_id": "+74950000001", "ring": 15.0}
    assert program["queues"] == {
        "sales": {"numbers": NUMBERS, "order": "all_at_once", "ring": 20.0},
        "spare": {"numbers": ["+79990000009"], "order": "in_turn", "ring": 15.0},
    }
    assert (program["entry"], program["closed_entry"]) == ("start", "closed")
    assert not {"of_others", "further", "missed", "talk"} & set(program["flow"])
    assert "of_others" not in program["messages"]


def test_recording_may_be_switched_off(line: Line) -> None:
    for written in ("no", "{what: no, stereo: yes}"):
        assert line(record=f"record: {written}").program["record"] is None
    assert line(record="record: yes").program["record"] == {"stereo": False}


def test_hours_are_minutes_dates_and_offsets() -> None:
    hours = compiled("everything_ivr.yaml").program["hours"]
    assert hours["days"] == [[[540, 1260]]] * 5 + [[], []]
    assert hours["offsets"] == [[1735689600, 10800]]
    assert hours["dates"] == {
        "2026-12-31": [[540, 900]],
        "2027-01-09": [],
        "2027-01-10": [[600, 720], [780, 840]],
    }
    assert {"2026-11-04", "2026-12-30", "2039-01-01"} <= set(hours["closed"])
    assert not {"2026-12-31", "2027-01-09"} & set(hours["closed"])
    assert hours["closed"] == sorted(hours["closed"])


def test_clocks_that_change_are_in_the_program(line: Line) -> None:
    hours = "hours: {daily: 09:00-18:00}\ntimezone: Europe/Berlin"
    made = line(hours=hours, flow="flow: {start: [{say: hello}], closed: [{say: hello}]}")
    offsets = made.program["hours"]["offsets"]
    assert offsets[:3] == [[1735689600, 3600], [1743296400, 7200], [1761440400, 3600]]
    assert len(offsets) == 33
    assert (made.zone, made.plan.zone.name) == ("Europe/Berlin", "Europe/Berlin")


def test_calling_back_is_a_program_and_a_plan_of_its_own() -> None:
    made = compiled("everything_ivr.yaml")
    back = made.callback
    assert back is not None
    assert (back.name, back.kind, back.columns) == (
        "everything_ivr-missed",
        "callback",
        (Column(name="called", type="phone", required=False),),
    )
    assert (back.program["kind"], back.program["entry"], back.program["machine"]) == (
        "callback",
        "missed",
        "leave_message",
    )
    assert set(back.program["flow"]) == {"missed", "talk", "good"}
    assert set(back.program["messages"]) == {"sorry", "goodbye"}
    assert set(back.program["queues"]) == {"sales"}
    assert back.plan.attempts == 2
    assert back.plan.caller_id.pool == ("+74950000001",)
    assert [share.name for share in back.plan.gateways] == ["main", "spare"]
    assert back.plan.hours is not None
    assert back.plan.hours != made.hours
    assert (back.plan.per_day, back.hours) == (None, back.plan.hours)
    statuses = {key: rule.status for key, rule in back.plan.rules.items()}
    assert (statuses["talked"], statuses["exhausted"]) == ("served", "not_reached")
    assert made.missed == MissedPlan(
        when=frozenset({"queue", "closed", "hung_up", "voicemail", "lost"}),
        after_s=300,
        unless_reached=False,
        per_number=((86400, 1), (604800, 3)),
        notify="office",
        notify_every_s=3600,
    )


def test_missed_calls_are_called_back_in_the_scenarios_hours_by_default(line: Line) -> None:
    made = line(
        hours="hours: {daily: 09:00-18:00}",
        flow="flow: {start: [{say: hello}], closed: [{say: hello}]}",
        missed=CALLED_BACK,
    )
    assert made.callback is not None
    assert made.callback.plan.hours == made.hours is not None
    assert made.missed == MissedPlan(
        when=frozenset({"queue", "closed", "hung_up", "lost"}),
        after_s=120,
        unless_reached=True,
        per_number=((86400, 1),),
    )


def test_callbacks_show_a_number_of_ours_that_people_know(line: Line) -> None:
    def pool(numbers: str, dial: str = "") -> tuple[str, ...]:
        made = line(numbers=f"numbers: {numbers}\ntimezone: UTC", dial=dial, missed=CALLED_BACK).callback
        assert made is not None
        return made.plan.caller_id.pool

    assert pool('["+7495000????", any, +74950000002, +74950000001]') == ("+74950000002",)
    assert pool("any", "dial: {caller_id: +74957777777}") == ("+74957777777",)
    assert pool("any") == ()


def test_who_is_only_told_of_missed_calls_calls_nobody_back(line: Line) -> None:
    made = line(missed="missed: {notify: {email: office}}")
    assert made.callback is None
    assert made.missed is not None
    assert (made.missed.notify, made.missed.notify_every_s) == ("office", None)


@pytest.mark.parametrize(
    "part",
    [
        {"numbers": "numbers: +74950000002"},
        {"missed": CALLED_BACK},
        {"missed": "missed: {after: 5m, flow: [{say: hello}]}"},
        {"missed": "missed: {flow: [{say: hello}, {wait: 1s}]}"},
        {"missed": "missed: {attempts: 2, flow: [{say: hello}]}"},
        {"dial": "dial: {gateways: spare}"},
        {"hours": "hours: always\ntimezone: Asia/Omsk"},
        {"record": "record: yes"},
    ],
)
def test_whatever_acts_differently_has_another_digest(line: Line, part: dict[str, str]) -> None:
    others = {line().digest, line(missed="missed: {flow: [{wait: 1s}]}").digest}
    assert line(**part).digest not in others


def test_lines_of_nested_steps_change_no_digest(line: Line) -> None:
    flow = "flow: {start: [{say: hello}, {switch: {on: caller, cases: {1: [{wait: 1s}]}}}]}"
    moved = flow.replace("cases:", "\n  cases:").replace("{1:", "\n   {1:")
    missed = CALLED_BACK.replace("[", "\n  [")
    assert line(flow=moved, missed=missed).digest == line(flow=flow, missed=CALLED_BACK).digest


def test_a_bundle_reads_back_as_it_was(line: Line) -> None:
    for made in (compiled("everything_ivr.yaml"), line(), line(missed=CALLED_BACK)):
        back = Compiled.loads(made.dumps())
        assert back.dumps() == made.dumps()
        assert (back.kind, back.routes, back.zone) == (made.kind, made.routes, made.zone)
        assert (back.hours, back.missed, back.plan) == (made.hours, made.missed, made.plan)
        if made.callback is None:
            assert back.callback is None
            continue
        assert back.callback is not None
        assert back.callback.program == made.callback.program
        assert (back.callback.plan, back.callback.name) == (made.callback.plan, made.callback.name)


def test_music_of_a_file_is_named_by_what_is_in_it() -> None:
    made = compiled("everything_ivr.yaml")
    source = made.program["flow"]["start"][3]["source"]
    assert made.sounds[source].path == HERE / "sounds" / "ru" / "thanks.wav"
    assert made.program["flow"]["people"][2]["music"] == source
    assert made.program["flow"]["waiting"][1]["music"] == source
