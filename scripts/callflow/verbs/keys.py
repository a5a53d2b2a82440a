"""What menu, ask, say and wait share: keys typed ahead, another try, and how a machine hears a question."""

from __future__ import annotations

from .. import program as reading
from ..messages import parts_of
from ..moves import Asking, Digits, Input, Play, Played
from ..state import Over, State


def typed_in(inp: Input) -> str:
    """The keys in an answer."""
    return inp.value if isinstance(inp, Digits) else inp.digit if isinstance(inp, Played) else ""


def carry_on(call: State, step: dict[str, object], inp: Input) -> None:
    """What was played or waited for is over: go on, keeping a key that cut it short for the next question."""
    del step
    call.carry(typed_in(inp))


def play(call: State, message: str) -> Play:
    """Play a message. On a machine each is left once: a flow that comes round again is at its end."""
    if call.is_machine and message in call.heard:
        raise Over("ended")
    return Play(message, parts_of(call, message))


def missed(call: State, step: dict[str, object], typed: str) -> bool:
    """Count a try that brought nothing valid; whether another is allowed. After a wrong answer the keys that
    followed it are dropped: they were meant for an answer that was not accepted.
    """
    if typed:
        call.drop_keys()
    call.tries += 1
    return call.tries < reading.count(step, "tries", 1, reading.TRIES_MAX)


def give_up(call: State, step: dict[str, object]) -> Asking | None:
    """All tries used: `otherwise`, or without one the next step."""
    block = reading.name_or_none(step, "otherwise")
    if block is not None:
        call.enter(block)
    return None
