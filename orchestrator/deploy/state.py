"""What is on a switch: its releases, which one is in force, which ones were, and which may go. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.deploy.release import RELEASE_ID

KEEP: Final = 5
LONGEST_CALL_MS: Final = 4 * 3600 * 1000  # a release that was in force this lately is left alone
_LINE: Final = re.compile(r"(\d{1,15}) ([0-9a-f]{12})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """A release came into force. `at` is epoch ms on the switch's machine."""

    at: int
    release_id: str

    def line(self) -> str:
        return f"{self.at} {self.release_id}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`current`: what the link points to, "" for none. `history`: oldest first; a release is written there when its
    deploy is through. `stored`: id -> epoch ms when its folder was made. `now`: epoch ms on the switch's machine.
    """

    now: int
    current: str
    history: tuple[Activation, ...]
    stored: Mapping[str, int]

    @property
    def standing(self) -> str:
        """`current`, if that is there; "" for a link to nothing."""
        return self.current if self.current in self.stored else ""

    @property
    def finished(self) -> str:
        """The release of the latest deploy that went through; "" for none. Not `current`: one was broken off."""
        return self.history[-1].release_id if self.history else ""

    @property
    def previous(self) -> str:
        """The release that was in force before the current one and is still there; "" for none."""
        earlier = (item.release_id for item in reversed(self.history))
        return next((item for item in earlier if item != self.current and item in self.stored), "")

    @property
    def since(self) -> int | None:
        """When the current release came into force; None when its deploy was broken off, or nobody knows."""
        if not self.current or self.current != self.finished:
            return None
        at = self.history[-1].at
        for item in reversed(self.history):
            if item.release_id != self.current:
                break
            at = item.at
        return at

    def at(self, moment: int) -> str:
        """The release that was in force at `moment` (epoch ms); "" when that was before the first, or it is gone."""
        before = [item.release_id for item in self.history if item.at <= moment]
        return before[-1] if before and before[-1] in self.stored else ""

    def prunable(self) -> tuple[str, ...]:
        """Releases that may be removed: not the newest few, nor the current one, the one before it, or one that a
        call may still have begun on.
        """
        until = dict(self.stored)
        for item, after in zip(self.history, self.history[1:], strict=False):
            until[item.release_id] = after.at
        if self.finished:
            until[self.finished] = self.now
        newest = sorted(self.stored, key=lambda item: until[item], reverse=True)[:KEEP]
        kept = {*newest, self.current, self.previous}
        return tuple(
            item
            for item in sorted(self.stored)
            if item not in kept and until[item] < self.now - LONGEST_CALL_MS
        )


def read_history(lines: Iterable[str]) -> tuple[Activation, ...]:
    """What a history file says; a line that a crash cut off is passed over."""
    found = (_LINE.match(line.strip()) for line in lines)
    return tuple(Activation(at=int(line[1]), release_id=line[2]) for line in found if line)


def read_link(target: str) -> str:
    """The release that `current` names: `releases/<id>`; "" for anything else."""
    folder, _, release_id = target.rpartition("/")
    return release_id if folder == "releases" and RELEASE_ID.match(release_id) else ""
