"""`prozvon try`: a telephone in the terminal, in lines, and by keys given before."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.scenario.check import check_path
from tests.cli.commands import Said, prozvon
from tests.cli.terminal import at_terminal
from tests.runtime.ivr import write_line
from tests.runtime.prompting_calls import SETTINGS

READY = 'crm/orders={"state": "готов", "sum": 100}'
OLD = "- name: old\n  call: hangs_up\n  expect: {missed: yes}\n"
ROBOCALL = """
scenario: calls
kind: robocall
languages: [ru, en]
contact: {name: text}
messages:
  hello: {ru: "Здравствуйте, {{ name }}.", en: "Hello, {{ name }}."}
  sure: {ru: "Придёте? Да - 1.", en: "Do you come? Yes 1."}
flow: {start: [{say: hello}, {menu: {prompt: sure, keys: {1: agreed}}}], agreed: [{result: agreed}]}
dial: {gateways: main, caller_id: +74951234567, hours: {mon-fri: 09:00-20:00}}
rules: {agreed: {status: comes}}
tests:
  - name: comes
    contact: {name: Анна}
    call: [answers, presses: 1]
    expect: {status: comes}
"""


@pytest.fixture
def line(folder: Path) -> Path:
    return write_line(folder / "scenarios", OLD)


@pytest.fixture
def calls(folder: Path) -> Path:
    path = folder / "scenarios" / "calls.yaml"
    path.write_text(ROBOCALL, encoding="utf-8")
    return path


def tried(folder: Path, keys: str, *options: str, name: str = "line") -> Said:
    return prozvon(folder, "try", name, "--keys", keys, *options)


def test_it_shows_what_is_said_where_in_the_file_and_what_comes_of_it(folder: Path, line: Path) -> None:
    said = tried(folder, "1 1042 777", "--service", READY)
    assert said.code == 0
    assert (
        "+79990000001 calls +74950000001, Tue 2026-12-01 12:00 (Europe/Moscow), within its hours" in said.out
    )
    number = next(
        n for n, text in enumerate(line.read_text(encoding="utf-8").splitlines(), 1) if "menu:" in text
    )
    assert f"{line}:{number}" in said.out
    assert "choice: Заказ - 1, люди - 2, запись - 3, очередь - 4." in said.out
    assert "keys: 1 order, 2 people, 3 tape, 4 sales; 5s" in said.out
    assert "2 to 4 keys, # ends; 5s for each" in said.out
    assert "secret (private): Код." in said.out
    assert "asks POST crm/orders" in said.out
    assert "told: Заказ готов, сто рублей." in said.out
    assert "\nresult: told\nended: flow, reached nobody\nnot missed\n" in said.out
    assert 'afterwards: sms to +79990000001: "Заказ 1042."' in said.out
    assert "afterwards: row into asked: order=1042" in said.out
    assert "presses 1042\n" in said.out
    assert "presses ...\n" in said.out
    assert "777" not in said.out


def test_outside_the_hours_the_line_is_closed(folder: Path, line: Path) -> None:
    said = tried(folder, "1", "--at", "sat 22:00", "--lang", "en")
    assert "outside its hours" in said.out
    assert "shut: Closed." in said.out
    assert "a callback was promised" in said.out or "missed (closed)" in said.out
    assert "the callback is due Mon 2026-12-07 09:00 (Europe/Moscow)" in said.out
    assert "afterwards: call back at the next opening" in said.out


def test_a_missed_call_says_when_it_is_called_back(folder: Path, line: Path) -> None:
    said = tried(folder, "4 w10 h", "--at", "2026-12-02 10:00", "--caller", "+79161234567")
    assert (
        "ended: queue, reached nobody\nmissed (queue); the callback is due Wed 2026-12-02 10:02" in said.out
    )
    assert "no callback: withheld" in tried(folder, "h", "--caller", "none").out


def test_now_is_a_time_too(folder: Path, line: Path) -> None:
    assert tried(folder, "h", "--at", "now").code == 0


def test_the_callback_can_be_tried(folder: Path, line: Path) -> None:
    said = tried(folder, "t", "--callback", "--caller", "+79161234567")
    assert "line-missed calls +79161234567" in said.out
    assert "back: Вы звонили." in said.out
    assert "rule answered: done" in said.out


def test_a_robocall_is_answered_by_its_contact(folder: Path, calls: Path) -> None:
    said = tried(folder, "1", "--contact", "name=Пётр", name="calls")
    assert "calls calls +79990000001, Tue 2026-12-01 19:00 (Asia/Anadyr, in any of " in said.out
    assert "hello: Здравствуйте, Пётр." in said.out
    assert (
        "result: agreed\nover: answered, result agreed\nrule agreed: done; status comes, 1 of 3 attempts"
        in said.out
    )
    assert "hello: Hello, Анна." in tried(folder, "1", "--lang", "en", name="calls").out


@pytest.mark.parametrize(
    ("keys", "options", "name", "why"),
    [
        ("x", (), "line", "--keys does not know 'x'"),
        ("1 12# 777", (), "line", "add --service crm/orders=ANSWER"),
        ("h", ("--lang", "de"), "line", "line does not speak 'de', but ru, en"),
        ("h", ("--contact", "name=x"), "line", "line takes calls, it has no contacts"),
        ("h", ("--service", "crm"), "line", "is not SERVICE/PATH=ANSWER"),
        ("h", ("--write-test", "old"), "line", "has a test 'old' already"),
        ("h", ("--write-test", "t", "--callback"), "line", "a walk through the callback is none"),
        ("h", ("--caller", "+79990000001"), "calls", "calls makes calls: --caller is for those that come in"),
        ("h", ("--service", "a/b=1"), "calls", "--service is for those that come in"),
        ("h", ("--callback",), "calls", "--callback is for those that come in"),
        ("h", ("--contact", "age=7"), "calls", "has no contact column age"),
    ],
)
def test_what_cannot_be_tried_is_told(
    folder: Path, line: Path, calls: Path, keys: str, options: tuple[str, ...], name: str, why: str
) -> None:
    assert why in tried(folder, keys, *options, name=name).refusal


@pytest.mark.parametrize(
    "options", [("--caller", "7999"), ("--called", "none"), ("--at", "noon"), ("--contact", "name")]
)
def test_options_that_cannot_be_read_are_usage_errors(
    folder: Path, line: Path, calls: Path, options: tuple[str, ...]
) -> None:
    assert tried(folder, "h", *options, name="calls" if "name" in options else "line").code == 2


def test_a_scenario_with_problems_is_not_tried(folder: Path, line: Path) -> None:
    line.write_text(line.read_text(encoding="utf-8").replace("say: bye", "say: by"), encoding="utf-8")
    said = tried(folder, "h")
    assert "S202" in said.out
    assert "line cannot be tried" in said.refusal


def test_a_line_without_callbacks_has_none_to_try(folder: Path, line: Path) -> None:
    text = line.read_text(encoding="utf-8")
    text = text.replace("  flow: [{say: back}, {queue: sales}]\n", "").replace(
        '  back: {ru: "Вы звонили.", en: "You called."}\n', ""
    )
    line.write_text(text.replace("  attempts: 2\n", "").replace("{offer_callback: next_opening}", "hang_up"))
    said = tried(folder, "t", "--callback")
    assert said.code == 1


# -- written as a test -----------------------------------------------------------------------------------------


def test_the_walk_becomes_a_test_that_passes(folder: Path, line: Path) -> None:
    before = line.read_bytes()
    said = tried(folder, "2 t", "--write-test", "talks: to somebody")
    assert said.code == 0
    assert f"wrote the test 'talks: to somebody' to {line}" in said.err
    assert line.read_bytes().startswith(before)
    assert check_path([line])[1] == []
    assert prozvon(folder, "test", str(line)).err == "2 passed, 0 failed\n"


def test_a_walk_through_a_robocall_becomes_a_test(folder: Path, calls: Path) -> None:
    tried(folder, "1", "--contact", "name=Пётр", "--lang", "en", "--write-test", "in English", name="calls")
    text = calls.read_text(encoding="utf-8")
    assert "contact: {phone: +79990000001, name: Пётр, language: en}\n" in text
    assert "expect: {result: agreed, disposition: answered, status: comes}\n" in text
    assert prozvon(folder, "test", str(calls)).err == "2 passed, 0 failed\n"


# -- sound -----------------------------------------------------------------------------------------------------


def test_what_is_said_can_be_written_to_files(folder: Path, line: Path) -> None:
    (folder / "prozvon.yaml").write_text(SETTINGS.format(port=1), encoding="utf-8")
    out = folder / "heard"
    assert tried(folder, "2 t", "--speak-to", str(out), "--lang", "en").code == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "001-hello.en.wav",
        "002-choice.en.wav",
        "003-bye.en.wav",
    ]


def test_without_a_player_nothing_is_played(
    folder: Path, line: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert "nothing here can play sound" in tried(folder, "h", "--speak").refusal


# -- lines -----------------------------------------------------------------------------------------------------


def typed(folder: Path, *lines: str) -> Said:
    return prozvon(folder, "try", "line", answer="".join(f"{each}\n" for each in lines))


def test_lines_answer_what_is_asked(folder: Path, line: Path) -> None:
    said = typed(folder, "1", "1042", "777", "state=готов sum=5")
    assert "result: told" in said.out
    assert "crm/orders is asked for state, sum. What does it answer?" in said.err


def test_lines_take_a_call_speak_and_hang_up(folder: Path, line: Path) -> None:
    assert "reached +79990000022" in typed(folder, "2", "", "t").out
    assert "reached +79990000021" in typed(folder, "2", "t").out
    assert "result: nobody" in typed(folder, "2").out
    assert "result: recorded" in typed(folder, "3", "5#", "1").out
    assert "ended: hung_up" in typed(folder, "h").out
    assert "ended: hung_up" in typed(folder, "2", "h").out
    assert "call back at once" in typed(folder, "4", "", "", "", "", "1").out


def test_a_line_that_is_no_key_says_what_lines_are(folder: Path, line: Path) -> None:
    said = typed(folder, "what")
    assert said.err.count("a line of keys presses them") == 2
    assert "result: none" in said.out


def test_without_more_lines_there_is_silence_but_services_must_answer(folder: Path, line: Path) -> None:
    assert "ended: flow" in typed(folder).out
    assert "nobody says what crm/orders answers" in typed(folder, "1", "1042", "777").refusal
    assert "is no answer" in typed(folder, "1", "1042", "777", "what ever").refusal


# -- a terminal ------------------------------------------------------------------------------------------------


def test_single_keys_of_a_terminal(folder: Path, line: Path) -> None:
    with at_terminal(folder, "try", "line", "--quick", "--write-test", "typed") as terminal:
        terminal.read_until("keys: 1 order")
        terminal.type("?")
        terminal.read_until("?: help")
        terminal.type("\x1b[A1")
        terminal.read_until("2 to 4 keys")
        terminal.type("12#")
        terminal.read_until("3 keys")
        terminal.type("777")
        terminal.read_until("What does it answer?")
        terminal.type('{"state"\n')
        terminal.read_until("that is not JSON")
        terminal.type("state=ready sum=1\n")
        terminal.read_until("wrote the test 'typed'")
        assert terminal.end() == 0
    assert "result: told" in terminal.shown
    assert prozvon(folder, "test", str(line)).err == "2 passed, 0 failed\n"


def test_space_lets_time_pass_and_ctrl_c_hangs_up(folder: Path, line: Path) -> None:
    with at_terminal(folder, "try", "line") as terminal:
        terminal.read_until("hello: Алло.")
        terminal.type(" ")
        terminal.read_until("choice:")
        terminal.type(" ")
        terminal.read_until("keys: 1 order")
        terminal.type(" ")
        terminal.read_until("(no key in time)")
        terminal.type("\x03")
        terminal.read_until("ended: hung_up")
        assert terminal.end() == 0


def test_a_terminal_says_who_takes_a_call_and_how_long_is_spoken(folder: Path, line: Path) -> None:
    with at_terminal(folder, "try", "line", "--quick") as terminal:
        terminal.read_until("keys: 1 order")
        terminal.type("2")
        terminal.read_until("t: it is taken")
        terminal.type(" ")
        terminal.read_until("t: it is taken")
        terminal.type("t")
        terminal.read_until("reached +79990000022")
        assert terminal.end() == 0
    with at_terminal(folder, "try", "line", "--quick") as terminal:
        terminal.read_until("keys: 1 order")
        terminal.type("3")
        terminal.read_until("how many seconds do you speak?")
        terminal.type("7#\n")
        terminal.read_until("keys: 1 keep, 2 again, 3 listen")
        terminal.type("1")
        terminal.read_until("result: recorded")
        assert terminal.end() == 0
