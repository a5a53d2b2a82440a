"""A person who does what a line of text says: `--keys "1 w5 2#"`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from callflow.moves import Consult, Dial, Record
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.phone import HANG_UP, Spoken
from orchestrator.scenario.rehearsal_answers import ServiceAnswer

HELP = (
    "1 or 2# presses keys, w5 waits 5 s, - lets a question pass, s5 speaks 5 s (s5# ends with #, s5h hangs up), "
    "t or t+7... : the number rung takes the call, t:anna: this agent does, h hangs up"
)
_KEYS = re.compile(r"[0-9*#]+\Z")
_SECONDS = re.compile(r"([ws])(\d{1,4}(?:\.\d)?)([0-9*#h]?)\Z", re.ASCII)
_TAKES = re.compile(r"t(\+[1-9]\d{6,14}|:[a-z][a-z0-9_]{0,39})?\Z", re.ASCII)


@dataclass(slots=True)
class _Wait:
    left_s: float


@dataclass(frozen=True, slots=True)
class _Take:
    number: str  # "" for the first that is rung


_Todo = str | _Wait | _Take | Spoken  # str: keys, HANG_UP, or "-"


@dataclass(slots=True)
class KeysHand:
    """Does `todo` in its order, then stays on the line in silence."""

    todo: list[_Todo] = field(default_factory=list)

    @classmethod
    def of(cls, line: str) -> KeysHand:
        """KnownError when it cannot be read."""
        return cls([_read(word) for word in line.split()])

    def listen(self, seconds: float, asked: str) -> tuple[str, float]:
        """Keys wait until they are asked for."""
        stop, took_s = self._while(seconds)
        if stop:
            return stop, took_s
        match self._head:
            case str() as keys if keys[0] in asked:
                self._drop_key(keys)
                return keys[0], took_s
            case _:
                return "", seconds

    def type(self, seconds: float) -> tuple[str, float]:
        stop, took_s = self._while(seconds)
        if stop or took_s >= seconds > 0:
            return stop, took_s
        match self._head:
            case "-":
                del self.todo[0]
            case str() as keys:
                self._drop_key(keys)
                return keys[0], took_s
            case _:
                pass
        return "", seconds

    def taker(self, dial: Dial) -> tuple[str, float]:
        stop, took_s = self._while(dial.ring_s)
        if stop:
            return stop, took_s
        match self._head:
            case _Take(number) if not number or number in dial.numbers:
                del self.todo[0]
                return number or dial.numbers[0], took_s
            case str() as keys if dial.key and keys[0] == dial.key:
                self._drop_key(keys)
                return dial.key, took_s
            case _:
                return "", 0.0

    def speak(self, record: Record) -> Spoken:
        match self._head:
            case Spoken() as spoken:
                del self.todo[0]
                return spoken
            case str() as keys if keys == HANG_UP:
                del self.todo[0]
                return Spoken(end=HANG_UP)
            case str() as keys if keys != "-" and keys[0] in (record.end or keys):
                self._drop_key(keys)
                return Spoken(end=keys[0])
            case _:
                return Spoken()

    def service(self, path: str, consult: Consult) -> ServiceAnswer:  # noqa: ARG002  # the protocol's
        raise KnownError(
            f"the flow asks {path}, and nobody says what it answers: add --service {path}=ANSWER "
            "(JSON, a status, down, slow or nonsense)"
        )

    @property
    def _head(self) -> _Todo | None:
        return self.todo[0] if self.todo else None

    def _drop_key(self, keys: str) -> None:
        self.todo[:1] = [keys[1:]] if keys[1:] else []

    def _while(self, seconds: float) -> tuple[str, float]:
        """HANG_UP and when, if that is what comes within `seconds`; else "" and how long was waited on purpose."""
        took_s = 0.0
        while isinstance(self._head, _Wait):
            wait = self._head
            if wait.left_s > seconds - took_s:
                wait.left_s -= seconds - took_s
                return "", seconds
            took_s += wait.left_s
            del self.todo[0]
        if self._head == HANG_UP:
            del self.todo[0]
            return HANG_UP, took_s
        return "", took_s


def _read(word: str) -> _Todo:
    timed, taken = _SECONDS.match(word), _TAKES.match(word)
    if _KEYS.match(word) or word in (HANG_UP, "-"):
        return word
    if timed and (timed[1] == "s" or not timed[3]):
        seconds = float(timed[2])
        return Spoken(seconds, timed[3]) if timed[1] == "s" else _Wait(seconds)
    if taken:
        return _Take((taken[1] or "").removeprefix(":"))
    raise KnownError(f"--keys does not know {word!r}: {HELP}")
