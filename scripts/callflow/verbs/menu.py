"""menu: plays a prompt and waits for one key; each key leads to a block.

A wrong key plays `invalid` (if given) and asks again; no key within `timeout` asks again; both use up one of
`tries`. Then `otherwise`, or without one the step after the menu.
"""

from __future__ import annotations

from .. import program as reading
from ..messages import parts_of
from ..moves import Asking, Gather, Input, Play
from ..state import Over, State
from .keys import give_up, missed, play, typed_in


def enter(call: State, step: dict[str, object]) -> Asking | None:
    if call.is_machine:
        return play(call, reading.name(step, "prompt"))
    key, _ = call.take_carried(1, "")
    return _choose(call, step, key) if key else _gather(call, step)


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    if call.is_machine:
        raise Over("ended")
    typed = typed_in(inp)
    if not typed and isinstance(call.pending, Play):  # `invalid` is over
        return _gather(call, step)
    call.carry(typed[1:])
    return _choose(call, step, typed[:1])


def _gather(call: State, step: dict[str, object]) -> Gather:
    prompt = reading.name(step, "prompt")
    timeout_s = reading.seconds(step, "timeout", reading.TIMEOUT_MAX_S)
    return Gather(prompt, parts_of(call, prompt), 1, 1, timeout_s)


def _choose(call: State, step: dict[str, object], key: str) -> Asking | None:
    call.note("key " + key if key else "no key")
    keys = reading.mapping(step.get("keys"), "keys of the menu")
    if key in keys:
        call.enter(reading.name(keys, key))
        return None
    if not missed(call, step, key):
        return give_up(call, step)
    invalid = reading.name_or_none(step, "invalid")
    if key and invalid is not None:
        return play(call, invalid)
    return _gather(call, step)
