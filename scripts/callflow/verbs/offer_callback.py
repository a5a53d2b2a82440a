"""offer_callback: plays an offer; the key `accept` leaves a note of a callback, and `done` is played.

No key, or another, is asked once more; then `otherwise`, or the next step. A caller without a number is offered none.
"""

from __future__ import annotations

from .. import program as reading
from ..moves import Asking, Input, Play
from ..state import Over, State
from .keys import give_up, one_key, play, typed_in

OFFER_S = 5.0
OFFERS_MAX = 2
WHEN_MAX_S = 30 * 86400.0


def enter(call: State, step: dict[str, object]) -> Asking | None:
    if call.is_machine:
        raise Over("ended")
    if not call.lookup("caller"):
        call.note("no number to call back")
        return give_up(call, step)
    key, call.carried = call.carried[:1], call.carried[1:]
    return _choose(call, step, key) if key else _offer(call, step)


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    typed = typed_in(inp)
    call.carry(typed[1:] if not isinstance(call.pending, Play) else typed)
    return None if isinstance(call.pending, Play) else _choose(call, step, typed[:1])


def _offer(call: State, step: dict[str, object]) -> Asking:
    return one_key(call, reading.name(step, "prompt"), OFFER_S)


def _choose(call: State, step: dict[str, object], key: str) -> Asking | None:
    call.note("key " + key if key else "no key")
    if key and key == reading.key_or_none(step, "accept"):
        call.leave_note({"do": "callback", "when": _when(step)}, "callback")
        done = reading.name_or_none(step, "done")
        return play(call, done) if done is not None else None
    if key:
        call.drop_keys()
    call.tries += 1
    return _offer(call, step) if call.tries < OFFERS_MAX else give_up(call, step)


def _when(step: dict[str, object]) -> object:
    """next_opening, or so many seconds after the call."""
    if step.get("when") == "next_opening":
        return "next_opening"
    return int(reading.seconds(step, "when", WHEN_MAX_S))
