"""What is typed at an agent's screen: outcomes by number or name, what comes next, and wishes."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.outcome import NextAction
from orchestrator.engine.floor.news import Command as Wish

HELP = (
    "NUMBER or outcome [note]: what came of the call · at 2026-11-23T10:00 [note]: call back then · dnc [note]: do not "
    "call · wrong [note]: wrong person · note TEXT · ready, extend, available, break REASON, offline, hold, unhold, "
    "transfer TO, consult TO, complete, cancel, hangup · quit"
)
_WISHES = {
    "ready": Wish.READY,
    "extend": Wish.EXTEND,
    "available": Wish.AVAILABLE,
    "break": Wish.BREAK,
    "offline": Wish.OFFLINE,
    "hold": Wish.HOLD,
    "unhold": Wish.UNHOLD,
    "transfer": Wish.TRANSFER,
    "consult": Wish.CONSULT,
    "complete": Wish.COMPLETE,
    "cancel": Wish.CANCEL,
    "hangup": Wish.HANG_UP,
}
_NEXT = {"dnc": NextAction.DO_NOT_CALL, "wrong": NextAction.WRONG_PERSON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """Something for the leader. argument: a break's reason, or to whom."""

    wish: Wish
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOf:
    """Something about the call on the screen. at: the time to call back at, as it was typed."""

    outcome: str = ""
    note: str = ""
    next: NextAction = NextAction.NONE
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """why: a sentence for whoever typed it."""

    why: str


class Quit:
    """The screen is closed; the agent stays as they are."""


Typed = Wished | SaidOf | Unclear | Quit | None


def read_line(line: str, outcomes: tuple[str, ...]) -> Typed:
    """What a line means, `outcomes` being those of the call on the screen; None for an empty one."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if not word:
        return None
    if word in ("quit", "q"):
        return Quit()
    if word in outcomes:  # an outcome may be called as a wish is: the desk's words go first
        return SaidOf(outcome=word, note=rest)
    if word.isascii() and word.isdigit():
        number = int(word[:6])
        if not 1 <= number <= len(outcomes):
            return Unclear(why=f"there is no outcome {word}: {_choice(outcomes)}")
        return SaidOf(outcome=outcomes[number - 1], note=rest)
    if word in _NEXT:
        return SaidOf(next=_NEXT[word], note=rest)
    if word == "note":
        return SaidOf(note=rest) if rest else Unclear(why="write the note behind it: note TEXT")
    if word == "at":
        at, _, note = rest.partition(" ")
        if not at:
            return Unclear(why="write when: at 2026-11-23T10:00")
        return SaidOf(next=NextAction.CALL_BACK, at=at, note=note.strip())
    if word in _WISHES:
        return _wished(_WISHES[word], rest)
    return Unclear(
        why=f"`{word[:40]}` is no outcome of this call and no command: {_choice(outcomes)}; ? for all"
    )


def _wished(wish: Wish, rest: str) -> Wished | Unclear:
    if wish in (Wish.TRANSFER, Wish.CONSULT) and not rest:
        return Unclear(why=f"write to whom: {wish.value} boris")
    return Wished(wish=wish, argument=rest)


def _choice(outcomes: tuple[str, ...]) -> str:
    if not outcomes:
        return "its scenario has none (`desk: {outcomes: [...]}`)"
    return ", ".join(f"{number} {outcome}" for number, outcome in enumerate(outcomes, 1))
