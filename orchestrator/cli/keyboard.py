"""The person at the terminal: single keys where there is one, lines where the input is a file or a pipe."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import click

from callflow.moves import Consult, Dial, Record
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.phone import HANG_UP, KEYS, Spoken
from orchestrator.runtime.rehearsal.phone_answers import FORMS, read_answer
from orchestrator.scenario.rehearsal_answers import ServiceAnswer

HELP: Final = (
    "0-9 * # are the telephone's keys; space: do not wait, let it pass; h or Ctrl-C: hang up; ?: help"
)
LINES_HELP: Final = (
    "a line of keys presses them, an empty line lets the time pass, h hangs up, t takes a call that rings"
)
SPEAK: Final = "how many seconds do you speak? (5# ends it with #, h hangs up) [5]"
_ESCAPED: Final = re.compile(r"\x1b(\[[0-9;]*[A-Za-z~]|O[A-Z])?")  # keys that no telephone has: arrows, say
_HANG_UP: Final = ("h", "H", "\x03", "\x04")
_PASS: Final = (" ", "\r", "\n")


@dataclass(slots=True)
class Keyboard:
    """Keys of a terminal, one by one. is_quick: nothing is waited for that goes on by itself."""

    handle: int
    is_quick: bool = False
    _pressed: deque[str] = field(default_factory=deque)
    _before: list[Any] | None = None

    @contextmanager
    def opened(self) -> Iterator[Keyboard]:
        """Keys come one by one, unseen, and Ctrl-C is one of them."""
        self._before = termios.tcgetattr(self.handle)
        self._single()
        try:
            yield self
        finally:
            self._whole_lines()

    def listen(self, seconds: float, asked: str) -> tuple[str, float]:  # noqa: ARG002  # any key is at hand here
        return self._wait(0.0 if self.is_quick else seconds, seconds)

    def type(self, seconds: float) -> tuple[str, float]:
        return self._wait(seconds, seconds)

    def taker(self, dial: Dial) -> tuple[str, float]:
        stops = f"; {dial.key}: what the caller may press" if dial.key else ""
        click.echo(f"        t: it is taken; space: nobody takes it{stops}; h: hang up", err=True)
        key, took_s = self._wait(dial.ring_s, dial.ring_s, also="t")
        if key != "t":
            return (key if key in (HANG_UP, dial.key) else ""), took_s
        return self._which(dial.numbers), took_s

    def _which(self, numbers: tuple[str, ...]) -> str:
        if len(numbers) == 1:
            return numbers[0]
        click.echo("        by " + ", ".join(f"{index}: {n}" for index, n in enumerate(numbers, 1)), err=True)
        answer = self.line("        which? [1]")
        return (
            numbers[int(answer) - 1] if answer.isdigit() and 1 <= int(answer) <= len(numbers) else numbers[0]
        )

    def speak(self, record: Record) -> Spoken:  # noqa: ARG002  # the protocol's
        return read_speech(self.line(f"        {SPEAK} "))

    def service(self, path: str, consult: Consult) -> ServiceAnswer:
        return ask_service(path, consult, self.line)

    def line(self, question: str) -> str:
        """A whole line, seen while it is typed. Ctrl-C hangs up."""
        self._whole_lines()
        try:
            click.echo(question, nl=False, err=True)
            return sys.stdin.readline().strip()
        except KeyboardInterrupt:
            return HANG_UP
        finally:
            self._single()

    def _wait(self, patience_s: float, seconds: float, also: str = "") -> tuple[str, float]:
        """A key within `patience_s` of real time and after how long, or "" after `seconds`."""
        began = time.monotonic()
        while True:
            key = self._next(patience_s - (time.monotonic() - began))
            took_s = min(seconds, time.monotonic() - began)
            if key == "" or key in _PASS:
                return "", seconds
            if key in _HANG_UP:
                return HANG_UP, took_s
            if key in KEYS or (also and key in also):
                return key, took_s
            if key == "?":
                click.echo(f"        {HELP}", err=True)

    def _next(self, patience_s: float) -> str:
        if not self._pressed and select.select([self.handle], [], [], max(0.0, patience_s))[0]:
            typed = os.read(self.handle, 256).decode(errors="replace")
            if not typed:
                return _HANG_UP[-1]  # the terminal is gone
            self._pressed.extend(_ESCAPED.sub("\x1b", typed))
        return self._pressed.popleft() if self._pressed else ""

    def _single(self) -> None:
        attributes = termios.tcgetattr(self.handle)
        attributes[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)
        termios.tcsetattr(self.handle, termios.TCSADRAIN, attributes)

    def _whole_lines(self) -> None:
        if self._before is not None:
            termios.tcsetattr(self.handle, termios.TCSADRAIN, self._before)


@dataclass(slots=True)
class Lines:
    """Lines of a file or pipe: one for each question of the flow. After the last one there is silence."""

    _left: str = ""
    _is_over: bool = False

    def listen(self, seconds: float, asked: str) -> tuple[str, float]:
        if not asked:
            return "", seconds
        return self.type(seconds)

    def type(self, seconds: float) -> tuple[str, float]:
        if not self._left:
            self._left = self._line()
        key, self._left = self._left[:1], self._left[1:]
        if key in (*KEYS, HANG_UP):
            return key, 0.0
        if key:
            self._left = ""
            click.echo(f"        {LINES_HELP}", err=True)
        return "", seconds

    def taker(self, dial: Dial) -> tuple[str, float]:
        answer = self._line()
        if answer == HANG_UP or (dial.key and answer == dial.key):
            return answer, 0.0
        if answer[:1] != "t":
            return "", 0.0
        return next((number for number in dial.numbers if number == answer[1:].strip()), dial.numbers[0]), 0.0

    def speak(self, record: Record) -> Spoken:  # noqa: ARG002  # the protocol's
        answer = self._line()
        return read_speech(answer) if answer else Spoken()

    def service(self, path: str, consult: Consult) -> ServiceAnswer:
        return ask_service(path, consult, lambda _: self._required(path))

    def _required(self, path: str) -> str:
        answer = self._line()
        if self._is_over:
            raise KnownError(
                f"the input is over, and nobody says what {path} answers: --service {path}=ANSWER"
            )
        return answer

    def _line(self) -> str:
        text = sys.stdin.readline()
        self._is_over |= not text
        return text.strip()


def ask_service(path: str, consult: Consult, line: Callable[[str], str]) -> ServiceAnswer:
    """Ask until the answer can be read."""
    wanted = consult.body.get("fields")
    fields = ", ".join(map(str, wanted)) if isinstance(wanted, list | tuple) else ""
    click.echo(f"        {path} is asked{f' for {fields}' if fields else ''}. What does it answer?", err=True)
    while True:
        text = line("        ")
        if text == HANG_UP:
            raise KeyboardInterrupt  # nobody can hang up on a service: the trial is over
        try:
            return read_answer(text)
        except ValueError as error:
            click.echo(f"        {error}", err=True)
            if not sys.stdin.isatty():
                raise KnownError(f"{path}: {error}") from None


def read_speech(text: str) -> Spoken:
    """`5`, `5#`, `h`, or nothing for five seconds."""
    if text == HANG_UP:
        return Spoken(end=HANG_UP)
    number = text.rstrip(KEYS[10:] + HANG_UP)
    end = text[len(number) :][:1]
    try:
        return Spoken(float(number or 5), end)
    except ValueError:
        return Spoken(5.0, end)


__all__ = ["FORMS", "HELP", "LINES_HELP", "Keyboard", "Lines"]
