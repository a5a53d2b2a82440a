"""A telephone for trying: what is done on it reaches the flow, and is told as moves of a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from callflow.moves import Consult, Dial, Record
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.phone import HANG_UP, Phone, Spoken
from orchestrator.runtime.rehearsal.phone_keys import KeysHand
from orchestrator.runtime.rehearsal.rehearsed_answers import RehearsedAnswers
from orchestrator.scenario.rehearsal_answers import ServiceAnswer
from orchestrator.scenario.rehearsal_text import written_move
from tests.runtime.ivr import compiled_line
from tests.runtime.phones import Notes, trial_of, walked

READY = ('crm/orders={"state": "ready", "sum": 100}',)


def moves(phone: Phone) -> list[object]:
    return [
        next(iter(told.items())) if isinstance(told := written_move(move), dict) else told
        for move in phone.walk.moves
    ]


def test_keys_wait_until_they_are_asked_for(tmp_path: Path) -> None:
    _, phone, notes = walked(tmp_path, "1 1042 777", READY)
    assert phone.flow.state.result == "told"
    assert moves(phone) == [
        ("hears", "hello"),
        ("hears", "choice"),
        ("presses", "1"),
        ("hears", "which"),
        ("presses", "1042"),
        ("hears", "secret"),
        ("presses", "777"),
        ("hears", "told"),
    ]
    assert "it answers state = ready, sum = 100" in notes.shown


def test_the_end_key_ends_an_answer_early(tmp_path: Path) -> None:
    _, phone, _ = walked(tmp_path, "1 12# 777", READY)
    assert phone.flow.state.values["order"] == "12"
    assert ("presses", "12#") in moves(phone)


def test_a_question_that_is_let_pass_is_silence(tmp_path: Path) -> None:
    _, phone, notes = walked(tmp_path, "- 3 - h")
    assert moves(phone)[2:4] == ["says_nothing", ("hears", "choice")]
    assert "(no key in time)" in notes.shown


def test_too_few_digits_are_told_as_such(tmp_path: Path) -> None:
    _, phone, notes = walked(tmp_path, "1 1 - - - h", READY)
    assert "(nothing more in time)" in notes.shown
    assert moves(phone)[4:6] == [("presses", "1"), "says_nothing"]


def test_whoever_hangs_up_has_waited_before(tmp_path: Path) -> None:
    _, phone, notes = walked(tmp_path, "4 w30 h")
    assert moves(phone)[-2:][1] == "hangs_up"
    assert moves(phone)[-2][0] == "waits"
    assert phone.flow.state.end == "queue"
    assert notes.shown[-1] == "hangs up"


def test_hanging_up_at_once_is_told_without_a_wait(tmp_path: Path) -> None:
    _, phone, _ = walked(tmp_path, "h")
    assert moves(phone) == ["hangs_up"]
    _, phone, _ = walked(tmp_path, "w1 h")
    assert moves(phone) == [("hears", "hello"), ("waits", "0.6s"), "hangs_up"]


@pytest.mark.parametrize(("keys", "who"), [("2 t", "+79990000021"), ("2 t+79990000022", "+79990000022")])
def test_somebody_takes_the_call(tmp_path: Path, keys: str, who: str) -> None:
    _, phone, notes = walked(tmp_path, keys)
    assert phone.flow.state.reached == who
    assert moves(phone)[-2:] == [("takes", who), ("hears", "bye")]
    assert f"{who} takes the call; they talk for 30s" in notes.shown


def test_nobody_takes_the_call_unless_it_is_said(tmp_path: Path) -> None:
    _, phone, notes = walked(tmp_path, "2")
    assert phone.flow.state.result == "nobody"
    assert notes.shown.count("nobody takes it") == 2


def test_whoever_hangs_up_while_it_rings_is_gone(tmp_path: Path) -> None:
    _, phone, _ = walked(tmp_path, "2 w3 h")
    assert phone.flow.state.flow == "left"
    assert phone.flow.state.reached == ""


def test_the_key_that_stops_ringing_is_pressed_when_it_is_asked_for(tmp_path: Path) -> None:
    _, phone, _ = walked(tmp_path, "4 w40 1")
    assert phone.flow.state.notes[0]["do"] == "callback"
    assert ("presses", "1") in moves(phone)


@pytest.mark.parametrize(
    ("keys", "ends"),
    [
        ("3 s5 1", [("speaks", "5s"), ("hears", "record_review"), ("presses", "1")]),
        ("3 s5# 1", [("speaks", "5s"), ("presses", "#"), ("hears", "record_review"), ("presses", "1")]),
        ("3 s99 1", [("speaks", "30s"), ("hears", "record_review"), ("presses", "1")]),
    ],
)
def test_what_is_spoken_is_recorded(tmp_path: Path, keys: str, ends: list[object]) -> None:
    _, phone, _ = walked(tmp_path, keys)
    assert phone.flow.state.result == "recorded"
    assert moves(phone)[4:-1] == ends


def test_a_recording_without_a_word_is_none(tmp_path: Path) -> None:
    for keys in ("3", "3 #"):
        _, phone, _ = walked(tmp_path, keys)
        assert phone.flow.state.notes == ()


def test_what_was_said_before_hanging_up_is_kept(tmp_path: Path) -> None:
    _, phone, _ = walked(tmp_path, "3 s5h")
    assert [note["do"] for note in phone.flow.state.notes] == ["recording"]
    assert moves(phone)[-2:] == [("speaks", "5s"), "hangs_up"]
    _, phone, _ = walked(tmp_path, "3 h")
    assert phone.flow.state.notes == ()


def test_services_answer_as_it_was_said_before_or_are_asked_for(tmp_path: Path) -> None:
    _, phone, notes = walked(tmp_path, "1 1042 777", ("crm/orders=404",))
    assert phone.flow.state.result == "unknown_order"
    assert phone.given == {}
    assert "it answers refused (status 404)" in notes.shown
    with pytest.raises(KnownError, match=r"add --service crm/orders=ANSWER"):
        walked(tmp_path, "1 1042 777")


def test_a_queue_may_be_full(tmp_path: Path) -> None:
    _, phone, _ = walked(tmp_path, "4", queues=("sales=full",))
    assert phone.flow.state.result == "nobody"


@pytest.mark.parametrize("word", ["x", "w", "wx", "t123", "s", "1a", "w5#", "--", "wh"])
def test_words_that_mean_nothing_are_refused(word: str) -> None:
    with pytest.raises(KnownError, match="--keys does not know"):
        KeysHand.of(f"1 {word}")


class Impatient(KeysHand):
    """Presses a key whenever anything goes on, and knows what services answer."""

    def listen(self, seconds: float, asked: str) -> tuple[str, float]:
        key = self.todo.pop(0) if self.todo else ""
        return (str(key), 0.1) if key else ("", seconds)

    def type(self, seconds: float) -> tuple[str, float]:
        return self.listen(seconds, "")

    def taker(self, dial: Dial) -> tuple[str, float]:
        return HANG_UP, 1.0

    def speak(self, record: Record) -> Spoken:
        return Spoken(1.0, "5")

    def service(self, path: str, consult: Consult) -> ServiceAnswer:
        return ServiceAnswer(fields={"state": "new"})


def impatient(folder: Path, keys: str) -> tuple[Phone, Notes]:
    trial, notes = trial_of(compiled_line(folder)), Notes()
    phone = Phone(
        flow=trial.flow(), hand=Impatient(list(keys)), screen=notes, answers=RehearsedAnswers({}, {})
    )
    phone.run(trial.party)
    return phone, notes


def test_a_key_does_nothing_where_it_may_not_cut_short(tmp_path: Path) -> None:
    phone, notes = impatient(tmp_path, "7" + "3")
    assert notes.shown.count("7 does nothing here") == 1
    assert "3 does nothing here" in notes.shown
    assert moves(phone)[0] == ("hears", "hello")


def test_a_key_cuts_a_question_short_and_is_its_answer(tmp_path: Path) -> None:
    trial, notes = trial_of(compiled_line(tmp_path)), Notes()
    hand = Impatient(["", "1", "1", "2", "#", "7", "7", "7"])
    phone = Phone(flow=trial.flow(), hand=hand, screen=notes, answers=RehearsedAnswers({}, {}))
    phone.run(trial.party)
    assert phone.flow.state.values["order"] == "12"
    assert ("presses", "1") in moves(phone)
    assert phone.given == {"crm/orders": [ServiceAnswer(fields={"state": "new"})]}


def test_whoever_hangs_up_in_the_middle_of_typing_has_typed(tmp_path: Path) -> None:
    trial, notes = trial_of(compiled_line(tmp_path)), Notes()
    hand = Impatient(["", "1", "1", "2", HANG_UP])
    phone = Phone(flow=trial.flow(), hand=hand, screen=notes, answers=RehearsedAnswers({}, {}))
    phone.run(trial.party)
    assert moves(phone)[-2:] == [("presses", "12"), "hangs_up"]
    assert phone.flow.state.flow == "left"
