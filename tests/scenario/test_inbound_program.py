"""Scenarios of calls that come in to programs: heads, steps, callbacks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.domain.plan import Column, MissedPlan
from orchestrator.scenario.compile import Compiled

from .conftest import HERE, compiled

Line = Callable[..., Compiled]


NUMBERS = ["+79990000001", "+79990000002"]
CALLED_BACK = "missed: {flow: [{say: hello}]}"


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
        flow="flow: {start: [{say: hello}, {fetch: {get: crm, into: card, otherwise: bye}}, {say: card}],"
        " bye: [hang_up]}",
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
