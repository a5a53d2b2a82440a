"""What is typed at an agent's screen."""

from __future__ import annotations

import pytest

from orchestrator.cli.screen_words import Quit, SaidOf, Unclear, Wished, read_line
from orchestrator.domain.outcome import NextAction
from orchestrator.engine.floor.news import Command as Wish

OUTCOMES = ("sold", "refused", "note")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("1", SaidOf(outcome="sold")),
        ("2 too dear", SaidOf(outcome="refused", note="too dear")),
        ("sold  two of them ", SaidOf(outcome="sold", note="two of them")),
        ("note again", SaidOf(outcome="note", note="again")),
        ("dnc asked for it", SaidOf(next=NextAction.DO_NOT_CALL, note="asked for it")),
        ("wrong", SaidOf(next=NextAction.WRONG_PERSON)),
        (
            "at 2026-11-23T10:00 to the wife",
            SaidOf(next=NextAction.CALL_BACK, at="2026-11-23T10:00", note="to the wife"),
        ),
        ("break lunch", Wished(wish=Wish.BREAK, argument="lunch")),
        ("transfer boris", Wished(wish=Wish.TRANSFER, argument="boris")),
        ("hangup", Wished(wish=Wish.HANG_UP)),
        ("", None),
        ("   ", None),
    ],
)
def test_a_line_means_an_outcome_what_comes_next_or_a_wish(line: str, meant: object) -> None:
    assert read_line(line, OUTCOMES) == meant


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("4", "1 sold, 2 refused, 3 note"),
        ("0", "no outcome 0"),
        ("99999999999", "no outcome"),
        ("slod", "no outcome of this call and no command"),
        ("at", "write when"),
        ("transfer", "to whom"),
    ],
)
def test_what_means_nothing_is_told_with_what_would(line: str, why: str) -> None:
    told = read_line(line, OUTCOMES)
    assert isinstance(told, Unclear)
    assert why in told.why


def test_without_outcomes_the_word_note_writes_one() -> None:
    assert read_line("note hello", ()) == SaidOf(note="hello")
    assert isinstance(read_line("note", ()), Unclear)
    told = read_line("1", ())
    assert isinstance(told, Unclear)
    assert "has none" in told.why


def test_quit_closes_the_screen() -> None:
    assert isinstance(read_line("q", OUTCOMES), Quit)
