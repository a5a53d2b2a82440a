"""One call of a scenario's test: the flow on one side, a scripted person on the other, in virtual time.

The flow is the switch's own (`callflow.machine`). The person does what the moves say, listens to messages to their
end, and after the last move stays on the line in silence until the flow hangs up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from callflow.machine import step
from callflow.moves import (
    Action,
    Digits,
    File,
    Gather,
    Gone,
    HangUp,
    Input,
    Part,
    Play,
    Played,
    Started,
    Text,
    Wait,
)
from callflow.state import State
from orchestrator.runtime.timeline import Entry
from orchestrator.scenario.rehearsal import Move, MoveKind

CHARACTERS_PER_S = 14.0  # of a voice, in Russian and English alike


class Misfit(Exception):  # noqa: N818  # the wrong thing is the test or the scenario, told to its author
    """A move that does not fit what the flow does. The text says what came instead."""

    def __init__(self, move: Move, text: str) -> None:
        super().__init__(text)
        self.move = move


@dataclass(slots=True)
class ScriptedCall:
    """sound_s: seconds that a recording lasts, by its file name on the switch. sound_name: what people call it.
    `entries` have times since the answer.
    """

    state: State
    sound_s: Callable[[str], float]
    sound_name: Callable[[str], str]
    now_s: float = 0.0
    entries: list[Entry] = field(default_factory=list)
    _action: Action = field(default_factory=HangUp)
    _began_s: float = 0.0
    _typed: str = ""  # keys pressed for the question under way, not enough yet
    _is_listened_to: bool = False  # the question under way was heard by a `hears` already

    def run(self, party: str, moves: Iterable[Move]) -> None:
        """Play all moves, then silence to the end. Raises Misfit where one does not fit."""
        self._step(Started(party))
        for move in moves:
            self._move(move)
        while not self.state.is_over:
            self._let_pass()

    def _move(self, move: Move) -> None:
        match move.kind:
            case MoveKind.HEARS:
                self._hear(move)
            case MoveKind.PRESSES:
                self._press(move)
            case MoveKind.SAYS_NOTHING:
                self._until_asked(move, "nothing is asked any more: the call is over")
                self._note("says nothing")
                self._let_pass()
            case MoveKind.WAITS:
                self._wait(move.seconds)
            case _:
                self._hang_up(move)

    def _hear(self, move: Move) -> None:
        """Listen on until this message is over; what is said before it is heard too."""
        while not self.state.is_over:
            action = self._action
            if self._is_saying(move.text):
                self.now_s = max(self.now_s, self._began_s + self._length_s())
                self._is_listened_to = True
                if isinstance(action, Play):
                    self._let_pass()
                return
            if isinstance(action, Gather) and not self._typed:
                again = " again" if action.message == move.text else ""
                raise Misfit(
                    move, f"expected to hear `{move.text}`{again}, but `{action.message}` asks for a key"
                )
            self._let_pass()
        raise Misfit(move, f"expected to hear `{move.text}`, but the call is over")

    def _is_saying(self, message: str) -> bool:
        """Whether it is being said right now, and no `hears` has listened to it yet."""
        if isinstance(self._action, Gather) and (self._action.typed or self._is_listened_to):
            return False
        return isinstance(self._action, Play | Gather) and self._action.message == message

    def _press(self, move: Move) -> None:
        self._until_asked(move, f"`{move.text}` is pressed when nobody listens: the call is over")
        self.now_s = max(self.now_s, self._began_s + self._length_s())
        self._note(f"presses {move.text}")
        left = move.text
        while left:
            if self.state.is_over:
                raise Misfit(move, f"`{left}` is pressed when nobody listens: the call is over")
            left = self._type(left)

    def _type(self, keys: str) -> str:
        """Give the flow what it takes of `keys`; the rest."""
        action = self._action
        if not isinstance(action, Gather):
            self._step(Played(keys[0]))
            return keys[1:]
        key, rest = keys[0], keys[1:]
        if key == action.end and key:
            self._step(Digits(action.typed + self._typed))
            return rest
        self._typed += key
        if len(action.typed + self._typed) >= action.max:
            self._step(Digits(action.typed + self._typed))
        return rest

    def _wait(self, seconds: float) -> None:
        self._note(f"waits {seconds:g}s")
        until = self.now_s + seconds
        while not self.state.is_over and self._end_s() <= until:
            self._let_pass()
        self.now_s = max(self.now_s, until)

    def _hang_up(self, move: Move) -> None:
        if self.state.is_over:
            raise Misfit(move, "there is nothing to hang up: the call is over")
        self._note("hangs up")
        self._step(Gone())

    def _until_asked(self, move: Move, otherwise: str) -> None:
        """Listen until the flow asks for keys."""
        while not isinstance(self._action, Gather):
            if self.state.is_over:
                raise Misfit(move, otherwise)
            self._let_pass()

    def _let_pass(self) -> None:
        """Let the action under way run to its end, a question to its time-out."""
        self.now_s = max(self.now_s, self._end_s())
        self._step(Digits(self._action.typed + self._typed) if isinstance(self._action, Gather) else Played())

    def _end_s(self) -> float:
        timeout_s = self._action.timeout_s if isinstance(self._action, Gather) else 0.0
        return self._began_s + self._length_s() + timeout_s

    def _length_s(self) -> float:
        """How long the action under way speaks or is silent."""
        action = self._action
        if isinstance(action, Wait):
            return action.seconds
        if isinstance(action, Play) or (isinstance(action, Gather) and not action.typed):
            return sum(self._part_s(part) for part in action.parts)
        return 0.0

    def _part_s(self, part: Part) -> float:
        if isinstance(part, File):
            return self.sound_s(part.name)
        return len(part.text) / CHARACTERS_PER_S if isinstance(part, Text) else 0.0

    def _step(self, inp: Input) -> None:
        self.state, self._action = step(self.state, inp, self.now_s)
        self._began_s, self._typed, self._is_listened_to = self.now_s, "", False
        action, where = self._action, f"{self.state.block}:{self.state.line}"
        if isinstance(action, Wait):
            self._note(f"{where} silence for {action.seconds:g}s")
        elif isinstance(action, Play | Gather):
            said = "".join(self._part_text(part) for part in action.parts).strip()
            self._note(f'{where} {action.message} "{said}"')

    def _part_text(self, part: Part) -> str:
        if isinstance(part, File):
            return f"({self.sound_name(part.name)})"
        return part.text if isinstance(part, Text) else ""

    def _note(self, text: str) -> None:
        self.entries.append(Entry(at_s=self.now_s, text=text))
