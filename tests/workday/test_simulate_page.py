"""docs/simulate.md."""

from __future__ import annotations

from pathlib import Path

from orchestrator.workday.knobs import KNOBS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulate.md"


def test_every_knob_stands_in_the_page_as_it_says_of_itself() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows == [f"| `{key}` | {knob.says} |" for key, knob in KNOBS.items()]
