"""What can go wrong when a text is to become sound, and whose fault it is."""

from __future__ import annotations

from enum import StrEnum

from orchestrator.domain.problem import KnownError


class Fault(StrEnum):
    ENGINE = "engine"  # it does not work at all: no other text would be spoken either
    TEXT = "text"  # it works, but not with this text
    DISK = "disk"  # the sound cannot be kept


class SpeechError(KnownError):
    """No sound was made. One line: what, why, what to do."""

    def __init__(self, text: str, fault: Fault = Fault.ENGINE) -> None:
        super().__init__(text)
        self.fault = fault


class Unspeakable(Exception):  # noqa: N818  # an engine's answer, not its failure
    """The engine is well, and says nothing for this text."""
