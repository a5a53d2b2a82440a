"""How a story reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.runtime.rehearsal.timeline import WIDTH, Entry, Failure, elapsed, render


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "+00:00:00"),
        (-3, "+00:00:00"),
        (59.96, "+00:01:00"),
        (61.25, "+00:01:01.2"),
        (93_784, "+1d 02:03:04"),
        (864_000.5, "+10d 00:00:00.5"),
    ],
)
def test_time_since_the_start_is_short_and_exact(seconds: float, shown: str) -> None:
    assert elapsed(seconds) == shown


def test_entries_and_failures_stand_below_one_another() -> None:
    entries = [Entry(at_s=1, text="one"), Entry(at_s=None, text="two")]
    failures = [Failure(place="a.yaml:3", text="three"), Failure(place="a.yaml:4", text="four")]
    assert render(entries, failures).split("\n") == [
        "  +00:00:01      one",
        "                 two",
        "  FAILED a.yaml:3: three",
        "  FAILED a.yaml:4: four",
    ]
    assert render((), ()) == ""


@given(st.lists(st.text("abc-, ", max_size=30)).map(" ".join))
def test_long_texts_are_folded_between_words_and_nothing_is_lost(text: str) -> None:
    lines = render([Entry(at_s=0, text=text)], ()).split("\n")
    assert all(len(line) <= 2 + 14 + 1 + 2 + WIDTH for line in lines)
    assert " ".join(lines).split()[1:] == text.split()
