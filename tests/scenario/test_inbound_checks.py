"""What is told of scenarios of calls that come in, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.scenario.check import check_path

from .conftest import SMALLEST_LINE, Check, codes

MISSED = "missed: {flow: [{say: hello}]}"
SALES = "queues: {sales: {agents: +79990000001}}"
OPEN = "hours: {daily: 09:00-18:00}"


def told(check_line: Check, step: str, **parts: str) -> list[str]:
    """Codes of a scenario whose block `start` says hello and then has this step."""
    flow = f"flow: {{start: [{{say: hello}}, {step}], bye: [{{say: hello}}]}}"
    return codes(check_line(flow=flow, **parts)[1])


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("{answer: now}", "S103"),
        ("{call: []}", "S111"),
        ("{call: [bye]}", "S103"),
        ("{say: }", "S111"),
        ("{say: {message: hello, barge_in: perhaps}}", "S110"),
        ("{menu: {prompt: hello, keys: {123456789: bye}}}", "S308"),
        ("{menu: {prompt: hello, keys: {'1*': bye}}}", "S308"),
        ("{menu: {prompt: hello, keys: {1: bye}, repeat: 12}}", "S308"),
        ("{ask: {prompt: hello, digits: 4, into: a, confirm: {accept: x}}}", "S308"),
        ("{ask: {prompt: hello, digits: 4, into: a, confirm: maybe}}", "S103"),
        ("{ask: {prompt: hello, digits: 4, into: caller}}", "S112"),
        ("{ask: {prompt: hello, digits: 4, into: a.b}}", "S105"),
        ("{record: {min: 30s, max: 30s}}", "S107"),
        ("{record: {max: 2h}}", "S107"),
        ("{record: {into: called}}", "S112"),
        ("{forward: 89990000001}", "S501"),
        ("{forward: {to: +79990000001, caller_id: hidden}}", "S501"),
        ("{forward: {to: [+79990000001, +79990000001]}}", "S504"),
        ("{queue: {name: sales, max_waiting: many}}", "S109"),
        ("{queue: {name: sales, max_waiting: 0}}", "S107"),
        ("{queue: {name: sales, max_waiting: 1000 x agents}}", "S107"),
        ("{queue: {name: sales, offer_callback: 60s}}", "S108"),
        ("{queue: {name: sales, offer_callback: after soon}}", "S106"),
        ("{queue: {name: sales, offer_callback: after 2s}}", "S107"),
        ("{offer_callback: 5s}", "S107"),
        ("{offer_callback: soon}", "S106"),
        ("{offer_callback: 2d}", "S107"),
        ("{language: en}", "S205"),
        ("{sms: {message: hello, to: 112}}", "S501"),
        ("{sms: {message: hello, to: 'x {{ caller }}'}}", "S208"),
        ("{webhook: {to: crm, send: {'a b': c}}}", "S105"),
        ("{webhook: {to: crm, send: [a]}}", "S103"),
        ("{store: {into: rows, values: {A: c}}}", "S105"),
        ("{if: {card..a: 1, then: bye}}", "S105"),
        ("{if: {Card: 1, then: bye}}", "S105"),
        ("{switch: {on: card.a.b.c.d.e.f.g, cases: {1: bye}}}", "S105"),
        ("{switch: {on: caller, cases: {}}}", "S103"),
        ("{switch: {on: caller, cases: {1: nowhere}}}", "S302"),
        ("{switch: {on: caller, cases: {1: bye}, otherwise: bye}}, {say: hello}", "S305"),
        ("{transfer: {to: +79990000001, otherwise: bye}}, {say: hello}", "S305"),
        ("{ring: 5m}", "S107"),
        ("{music: {play: moh}}", "S102"),
        ("{set: {x: '{{ a..b }}'}}", "S208"),
        ("{desk: x}", "S306"),
        ("{result: none}", "S112"),
    ],
)
def test_mistakes_of_steps(check_line: Check, step: str, code: str) -> None:
    """Beside the first say, `bye` may not be reached,"
    " nor what the step names be there: only the first is asked for."""
    assert code in told(check_line, step, queues=SALES if "sales" in step else "", missed=MISSED)


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"numbers": "numbers: [any, any]"}, "S504"),
        ({"numbers": "numbers: 84950000001"}, "S501"),
        ({"numbers": "numbers: []"}, "S111"),
        ({"numbers": "numbers: {any: yes}"}, "S103"),
        ({"caller_language": "caller_language: {7: ru}"}, "S503"),
        ({"caller_language": "caller_language: ru"}, "S103"),
        ({"called_language": "called_language: {4950000001: ru}"}, "S501"),
        ({"timezone": "timezone: Europe/Moskow"}, "S510"),
        ({"hours": "hours: {dates: {2026-12-31: 09:00-15:00, tomorrow: closed}}"}, "S509"),
        ({"hours": "hours: {dates: [2026-12-31]}"}, "S509"),
        ({"hours": "hours: {mon: closed, dates: {2026-12-31: closed}}"}, "S508"),
        ({"hours": "hours: {daily: 09:00-15:00, holidays: 2026-12-31, dates: {2026-12-31: closed}}"}, "S507"),
        ({"hours": "hours: {daily: 09:00-15:00, date: {2026-12-31: closed}}"}, "S505"),
        ({"record": "record: sometimes"}, "S103"),
        ({"dial": "dial: {caller_id: keep}"}, "S501"),
        ({"queues": "queues: {sales: {agents: 4950000001}}"}, "S501"),
        ({"missed": "missed: {when: [queue, queue], flow: [{say: hello}]}"}, "S504"),
        ({"missed": "missed: {when: sleeping, flow: [{say: hello}]}"}, "S108"),
        ({"missed": "missed: {per_number: 1, flow: [{say: hello}]}"}, "S103"),
        ({"missed": "missed: {per_number: {}, flow: [{say: hello}]}"}, "S103"),
        ({"missed": "missed: {per_number: {1x: 1, 1d: 0}, flow: [{say: hello}]}"}, "S106"),
        ({"missed": "missed: {after: 10s, flow: [{say: hello}]}"}, "S107"),
        ({"missed": "missed: {flow: {begin: [{say: hello}]}}"}, "S301"),
        ({"missed": "missed: {flow: {missed: [{say: hello}], start: [{say: hello}]}}"}, "S007"),
        ({"missed": "missed: {flow: start}"}, "S103"),
        ({"missed": "missed: {flow: [answer, {say: hello}]}"}, "S318"),
        ({"missed": "missed: {flow: [{say: hello}], rules: {bussy: {retry: 1h}}}"}, "S601"),
        ({"missed": "missed: {flow: [{say: hello}], rules: {busy: {retry: [1h, 1h, 1h]}}}"}, "S603"),
        ({"missed": "missed: {flow: [{say: hello}], machine: off, rules: {machine: {retry: 1h}}}"}, "S602"),
        ({"flow": "flow: {start: [{say: hello}], missed: [{say: hello}]}"}, "S303"),
        ({"flow": "flow: {start: [{say: hello}, {call: start}]}"}, "S316"),
        ({"kind": "kind: predictive"}, "S113"),
        ({"missed": "missed: {flow: [{say: hello}, {result: busy}]}"}, "S112"),
        ({"messages": "messages: {hello: {ru: '{{ called | money(\"XYZ\") }}'}}"}, "S211"),
        ({"messages": "messages: {hello: {ru: '{{ called | digits | number }}'}}"}, "S211"),
        ({"messages": 'messages: {hello: {ru: \'{{ called | count("a", "b") }}\'}}'}, "S211"),
    ],
)
def test_mistakes_of_other_keys(check_line: Check, part: dict[str, str], code: str) -> None:
    assert code in codes(check_line(**part)[1])


@pytest.mark.parametrize(
    "part",
    [
        # one key may begin another: who waits gets the shorter one
        {"flow": "flow: {start: [{menu: {prompt: hello, keys: {1: bye, 101: bye}}}], bye: [{say: hello}]}"},
        {"flow": "flow: {start: [{if: {is_open: yes, then: [{say: hello}]}}]}", "hours": OPEN},
        {"messages": "messages: {hello: {ru: '{{ is_open }}'}}", "hours": OPEN},
        {"flow": "flow: {start: [answer, {say: hello}]}"},
        {"flow": "flow: {start: [{say: hello}, {result: failed}]}"},
        {"flow": "flow: {start: [{if: {caller: '', then: [answer]}}, answer, {say: hello}]}"},
        {"flow": "flow: {start: [{forward: +79990000001}, answer, {say: hello}]}"},
        {"flow": "flow: {start: [{fetch: {get: crm}}, {ring: 5s}, {say: hello}]}"},
        {"flow": "flow: {start: [{call: a}, {ring: 5s}, {say: hello}], a: [answer]}"},
        {
            "flow": "flow: {start: [{if: {caller: 1, then: a}}, {goto: b}], a: [answer, {goto: b}],"
            " b: [{ring: 5s}, {say: hello}]}"
        },
        {"flow": "flow: {start: [{ask: {prompt: hello, digits: 4, into: a, check: {range: 1..100}}}]}"},
        {
            "flow": "flow: {start: [{say: hello}, {call: a}, {set: {x: '{{ v }}'}}], a: [{goto: b}],"
            " b: [{set: {v: 1}}]}"
        },
        {"numbers": "numbers: [any, +74950000001, '+7495000????']"},
        {"called_language": "called_language: {+74950000001: ru}", "numbers": "numbers: any"},
        {"flow": "flow: {start: [{say: hello}, {forward: +79990000001}]}", "numbers": "numbers: any"},
        # a callback may go where calls that come in never do
        {
            "missed": "missed: {flow: [{goto: back}]}",
            "flow": "flow: {start: [{say: hello}], back: [{say: hello}]}",
        },
        {"missed": "missed: {when: [hung_up, lost], notify: {email: office}}"},
        {"missed": "missed: {notify: {email: office}}", "numbers": "numbers: any"},
        {
            "missed": "missed: {when: [voicemail, queue], notify: {email: office}}",
            "flow": "flow: {start: [{queue: sales}, {record: {prompt: hello}}]}",
            "queues": SALES,
        },
    ],
)
def test_what_is_right_is_not_told(check_line: Check, part: dict[str, str]) -> None:
    assert check_line(**part)[1] == []


@pytest.mark.parametrize(
    ("part", "code"),
    [
        # what is broken is told, and not what follows from it
        (
            {
                "hours": "hours: {mom: 09:00-18:00}",
                "flow": "flow: {start: [{say: hello}], closed: [{say: hello}]}",
            },
            "S505",
        ),
        (
            {
                "numbers": "numbers: 123",
                "hours": OPEN,
                "flow": "flow: {start: [{say: hello}], closed: [{say: hello}]}",
            },
            "S501",
        ),
        ({"flow": "flow: [x]", "queues": SALES, "missed": MISSED}, "S103"),
        ({"queues": "queues: {sales: 5}", "flow": "flow: {start: [{say: hello}, {queue: sales}]}"}, "S103"),
        ({"queues": "queues: [sales]", "flow": "flow: {start: [{say: hello}, {queue: sales}]}"}, "S103"),
        (
            {"missed": "missed: {flow: 5}", "flow": "flow: {start: [{say: hello}, {offer_callback: now}]}"},
            "S103",
        ),
        ({"missed": "missed: []", "flow": "flow: {start: [{say: hello}, {offer_callback: now}]}"}, "S103"),
        (
            {
                "missed": "missed: {when: queue, notify: {email: office}}",
                "flow": "flow: {start: [{say: hello}, {sey: x}]}",
            },
            "S306",
        ),
        ({"flow": "flow: {start: [{say: hello}, {fetch: {get: 'http://x'}}]}"}, "S331"),
        ({"flow": "flow: {start: [{ask: {prompt: hello, digits: 4, into: a, check: {range: x}}}]}"}, "S314"),
        (
            {
                "flow": "flow: {start: [{menu: {prompt: hello, keys: {1: start}, otherwise: [a]}}], a: [hang_up]}"
            },
            "S103",
        ),
        (
            {"languages": "languages: {ru: en}", "flow": "flow: {start: [{language: en}, {say: hello}]}"},
            "S103",
        ),
        (
            {
                "flow": "flow: {start: [{say: hello}, {if: {caller: 1, then: [{sey: x}, answer]}},"
                " {sey: y}, answer]}"
            },
            "S306",
        ),
        (
            {
                "flow": "flow: {start: [{say: hello}, {if: {caller: 1, then: [{if: {caller: 2,"
                " then: [{sey: x}]}}]}}, answer]}"
            },
            "S306",
        ),
        (
            {"messages": "messages: {hello: [x]}", "flow": "flow: {start: [{say: hello}, {sms: hello}]}"},
            "S103",
        ),
        (
            {
                "messages": "messages: {hello: {ru: Раз}, m: [x]}",
                "flow": "flow: {start: [{ask: {prompt: hello, digits: 4, into: a, private: yes}},"
                " {email: {to: b, message: m}}]}",
            },
            "S103",
        ),
    ],
)
def test_what_follows_from_a_broken_part_is_not_told(
    check_line: Check, part: dict[str, str], code: str
) -> None:
    assert set(codes(check_line(**part)[1])) == {code}


def test_private_digits_may_be_said_to_the_caller_alone(check_line: Check) -> None:
    parts = {
        "messages": "messages: {hello: {ru: Раз}, back: {ru: '{{ card | digits }}'}}",
        "flow": "flow: {start: [{ask: {prompt: hello, digits: 16, into: card, private: yes}},"
        " {say: back}, {email: {to: a,"
        " message: hello}}]}",
    }
    assert check_line(**parts)[1] == []


def test_extension_and_repeat_may_both_be_there(check_line: Check) -> None:
    flow = (
        "flow: {start: [{menu: {prompt: hello, keys: {1: bye, '#': bye}, repeat: '*'}}], bye: [{say: hello}]}"
    )
    assert check_line(flow=flow)[1] == []


def write(folder: Path, name: str, **parts: str) -> None:
    lines = {**SMALLEST_LINE, "scenario": f"scenario: {name}", **parts}
    (folder / f"{name}.yaml").write_text("\n".join(lines.values()) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("first", "second", "is_problem"),
    [
        ("+74950000001", "+74950000001", True),
        ("+74950000001", "+74950000002", False),
        ("any", "any", True),
        ("any", "+74950000001", False),
        # the one that says more goes first
        ('"+7495000????"', "+74950000001", False),
        ('"+7495000????"', '"+749500000??"', False),
        ('"+749500?00?"', '"+7495000??0"', True),
        ('"+74950?0001"', '"+7495000?001"', False),
        ('"+7495000??01"', '"+749500000??"', True),
        ('"+7495000??01"', '"+7495111??01"', False),
    ],
)
def test_a_number_leads_to_one_scenario(first: str, second: str, is_problem: bool, tmp_path: Path) -> None:
    write(tmp_path, "one", numbers=f"numbers: [{first}]")
    write(tmp_path, "two", numbers=f"numbers: [{second}]")
    assert codes(check_path(tmp_path)[1]) == ["S521"] * is_problem
    assert codes(check_path([tmp_path / "two.yaml", tmp_path / "one.yaml"])[1]) == ["S521"] * is_problem


def test_numbers_that_are_no_numbers_clash_with_none(tmp_path: Path) -> None:
    write(tmp_path, "one", numbers="numbers: 123")
    write(tmp_path, "two", numbers="numbers: any")
    assert codes(check_path(tmp_path)[1]) == ["S501"]


def test_what_several_lines_share_is_included(tmp_path: Path) -> None:
    shared = (
        "languages: [ru, en]\nhours: {daily: 09:00-18:00}\nqueues: {sales: {agents: +79990000001}}\n"
        "messages: {hello: {ru: Раз, en: One}}\nflow: {closed: [{say: hello}], help: [{queue: sales}],"
        " spare: [{say: no}]}\n"
    )
    (tmp_path / "shared.yaml").write_text(shared, encoding="utf-8")
    write(
        tmp_path,
        "one",
        languages="include: shared.yaml",
        messages="",
        flow="flow: {start: [{say: hello}, {goto: help}]}",
    )
    scenarios, problems = check_path(tmp_path)
    assert problems == []
    assert scenarios[0].languages == ("ru", "en")
    assert set(scenarios[0].flow) == {"start", "closed", "help"}


def test_what_a_scenario_says_itself_is_taken_before_what_it_includes(tmp_path: Path) -> None:
    (tmp_path / "one.inc.yaml").write_text("hours: {mon: 09:00-18:00}\nlanguages: [ru]\n", encoding="utf-8")
    (tmp_path / "two.inc.yaml").write_text("hours: {tue: 09:00-18:00}\nlanguages: [ru]\n", encoding="utf-8")
    flow = "flow: {start: [{say: hello}], closed: [{say: hello}]}"
    include = "include: [one.inc.yaml, two.inc.yaml]"
    write(tmp_path, "one", languages=include, flow=flow, hours="hours: {wed: 09:00-18:00}")
    scenarios, problems = check_path(tmp_path / "one.yaml")
    assert problems == []
    [model] = [scenario.model for scenario in scenarios]
    assert [bool(day) for day in model.hours.days] == [day == 2 for day in range(7)]  # type: ignore[union-attr]
    write(tmp_path, "one", languages=include, flow=flow)
    [problem] = check_path(tmp_path / "one.yaml")[1]
    assert (problem.code, Path(problem.file).name) == ("S020", "two.inc.yaml")


def test_a_file_that_is_shared_may_hold_a_flow_but_no_name(tmp_path: Path) -> None:
    (tmp_path / "spare.yaml").write_text("flow: {start: [hang_up]}\n", encoding="utf-8")
    assert codes(check_path(tmp_path)[1]) == ["S021"]
