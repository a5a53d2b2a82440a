"""menu: plays a prompt and waits for a key; each key leads to a block. Several digits are one key too: a direct
extension. A key that is the beginning of a longer one counts when nothing follows it for a moment, or what follows
makes no longer one.

A wrong key plays `invalid` (if given) and asks again; no key within `timeout` asks again; both use up one of
`tries`. Then `otherwise`, or without one the step after the menu. The key `repeat` asks again and uses up none.
"""

from __future__ import annotations

from .. import program as reading
from ..messages import is_private, parts_of
from ..moves import Asking, Gather, Input, Play
from ..state import Over, State
from .keys import barge_in, give_up, missed, play, typed_in

BETWEEN_KEYS_S = 2.0  # within an extension
REPEATS_MAX = 20  # of one menu; after that the key counts as a wrong one


def enter(call: State, step: dict[str, object]) -> Asking | None:
    if call.is_machine:
        return play(call, reading.name(step, "prompt"))
    barge_in(call, step)  # a prompt that has to be heard is not answered ahead
    keys, call.carried = call.carried, ""
    return _read(call, step, keys, is_all=False) if keys else _gather(call, step)


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    if call.is_machine:
        raise Over("ended")
    typed = typed_in(inp)
    if not typed and isinstance(call.pending, Play):  # `invalid` is over
        return _gather(call, step)
    before = call.pending.typed if isinstance(call.pending, Gather) else ""
    return _read(call, step, typed or before, is_all=typed in ("", before))


def _gather(call: State, step: dict[str, object]) -> Gather:
    prompt = reading.name(step, "prompt")
    timeout_s = reading.seconds(step, "timeout", reading.TIMEOUT_MAX_S)
    cut = reading.flag(step, "barge_in", otherwise=True)
    return Gather(
        prompt, parts_of(call, prompt), 1, 1, timeout_s, barge_in=cut, private=is_private(call, prompt)
    )


def _read(call: State, step: dict[str, object], typed: str, *, is_all: bool) -> Asking | None:
    """What `typed` means: a key and keys after it, the beginning of a longer one, or nothing. is_all: nothing more
    has come in time.
    """
    keys = _keys(step)
    count = 0
    while count < len(typed) and any(key.startswith(typed[: count + 1]) for key in keys):
        count += 1
    key, rest = typed[:count], typed[count:]
    if not rest and not is_all and any(other != key and other.startswith(key) for other in keys) and typed:
        prompt = reading.name(step, "prompt")
        return Gather(prompt, (), 1, len(typed) + 1, BETWEEN_KEYS_S, typed=typed)
    if key not in keys and typed:
        key, rest = typed[: max(count + 1, 1)], typed[count + 1 :]
    call.carry(rest)
    return _choose(call, step, key)


def _keys(step: dict[str, object]) -> dict[str, object]:
    """The keys of the menu and that for saying it again, with what they lead to."""
    keys = reading.mapping(step.get("keys"), "keys of the menu")
    if any(len(key) > reading.MENU_KEY_MAX for key in keys):
        raise reading.ProgramError("too long a key in the menu")
    again = reading.key_or_none(step, "repeat")
    return {**keys, again: None} if again and again not in keys else keys


def _choose(call: State, step: dict[str, object], key: str) -> Asking | None:
    call.note("key " + key if key else "no key")
    keys = _keys(step)
    if key in keys and keys[key] is not None:
        call.enter(reading.name(keys, key))
        return None
    if key in keys and call.repeats < REPEATS_MAX:
        call.repeats += 1
        return _gather(call, step)
    if not missed(call, step, key):
        return give_up(call, step)
    invalid = reading.name_or_none(step, "invalid")
    if key and invalid is not None:
        return play(call, invalid)
    return _gather(call, step)
