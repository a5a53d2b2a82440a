"""Engines for tests."""

from __future__ import annotations

import sys
from pathlib import Path

from orchestrator.speech.engine import EngineSpec

WORDS = (
    sys.executable,
    "-S",
    str(Path(__file__).with_name("fake_engine.py")),
    "{out}",
    "{language}",
    "{voice}",
)


def fake_spec(*, timeout_s: float = 10.0, at_once: int = 2, **voices: str) -> EngineSpec:
    """The command of `fake_engine.py`."""
    return EngineSpec(name="command", command=WORDS, voices=voices, timeout_s=timeout_s, at_once=at_once)
