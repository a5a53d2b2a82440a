"""What somebody did in one call, noted as moves of a test while it happens."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.scenario.rehearsal_moves import Move, MoveKind
from orchestrator.scenario.source import NOWHERE

IDLE_S = 0.5  # shorter than that nobody waits on purpose
PAUSE_MAX_S = 600.0  # of one `waits`


@dataclass(slots=True)
class Walk:
    """`moves`, in their order; times are seconds since the call began."""

    moves: list[Move] = field(default_factory=list)
    _unasked: list[Move] = field(default_factory=list)
    _since_s: float = 0.0  # the end of what the last move tells

    def heard(self, message: str, now_s: float) -> None:
        if message:  # what was recorded has no name
            self._add(MoveKind.HEARS, now_s, text=message)

    def pressed(self, keys: str, now_s: float) -> None:
        if keys:
            self._add(MoveKind.PRESSES, now_s, text=keys)

    def only_skipped(self, keys: str, now_s: float) -> None:
        """Keys that cut a message short; they are an answer too when a question comes later."""
        self.pressed(keys, now_s)
        self._unasked.append(self.moves[-1])

    def was_asked(self) -> None:
        self._unasked.clear()

    def is_over(self) -> None:
        """What only cut messages short, and no question came after, cannot be told: a test listens to the end."""
        self.moves = [move for move in self.moves if all(move is not other for other in self._unasked)]
        self._unasked.clear()

    def was_silent(self, now_s: float) -> None:
        self._add(MoveKind.SAYS_NOTHING, now_s)

    def spoke(self, seconds: float, now_s: float) -> None:
        if seconds > 0:
            self._add(MoveKind.SPEAKS, now_s, seconds=round(seconds, 1))

    def taken_by(self, number: str, now_s: float) -> None:
        self._add(MoveKind.TAKES, now_s, text=number)

    def hung_up(self, now_s: float) -> None:
        """The time since the last move is told too: a caller who leaves a queue has waited in it."""
        idle_s = round(now_s - self._since_s, 1)
        while idle_s >= IDLE_S:
            self._add(MoveKind.WAITS, now_s, seconds=min(idle_s, PAUSE_MAX_S))
            idle_s -= PAUSE_MAX_S
        self._add(MoveKind.HANGS_UP, now_s)

    def _add(self, kind: MoveKind, now_s: float, *, text: str = "", seconds: float = 0.0) -> None:
        self.moves.append(Move(kind=kind, text=text, seconds=seconds, mark=NOWHERE))
        self._since_s = now_s
