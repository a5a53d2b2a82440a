"""What the verbs share: keys typed ahead, another try, ways out, and how a machine hears a question."""

from __future__ import annotations

from .. import program as reading
from ..messages import is_private, parts_of
from ..moves import Asking, Digits, Gather, Input, Play, Played
from ..state import Over, State


def typed_in(inp: Input) -> str:
    """The keys in an answer."""
    return inp.value if isinstance(inp, Digits) else inp.digit if isinstance(inp, Played) else ""


def carry_on(call: State, step: dict[str, object], inp: Input) -> None:
    """What was played or waited for is over: go on, keeping a key that cut it short for the next question."""
    del step
    call.carry(typed_in(inp))


def barge_in(call: State, step: dict[str, object]) -> bool:
    """Whether a key may cut the step's message short. Where none may, those typed ahead are forgotten."""
    if reading.flag(step, "barge_in", otherwise=True):
        return True
    if call.carried:
        call.drop_keys()
    return False


def play(call: State, message: str, *, is_cut_short: bool = True) -> Play:
    """Play a message. On a machine each is left once: a flow that comes round again is at its end."""
    if call.is_machine and message in call.heard:
        raise Over("ended")
    return Play(message, parts_of(call, message), barge_in=is_cut_short, private=is_private(call, message))


def one_key(call: State, message: str, timeout_s: float) -> Gather:
    """Play a message and wait for a key."""
    return Gather(message, parts_of(call, message), 1, 1, timeout_s, private=is_private(call, message))


def missed(call: State, step: dict[str, object], typed: str) -> bool:
    """Count a try that brought nothing valid; whether another is allowed. After a wrong answer the keys that
    followed it are dropped: they were meant for an answer that was not accepted.
    """
    if typed:
        call.drop_keys()
    call.tries += 1
    return call.tries < reading.count(step, "tries", 1, reading.TRIES_MAX)


def give_up(call: State, step: dict[str, object], way: str = "otherwise") -> Asking | None:
    """The block `way` of the step (all tries used: `otherwise`), or without one the next step."""
    block = reading.name_or_none(step, way)
    if block is not None:
        call.enter(block)
    return None
