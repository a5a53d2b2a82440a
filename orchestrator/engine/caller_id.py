"""Which of our numbers the called person sees."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from orchestrator.domain.plan import CallerIdRule


def choose(rule: CallerIdRule, number: str, lead_id: int, allowed: Collection[str] = ()) -> str:
    """The caller id (E.164 with +) for a call to `number` of lead `lead_id`; "" when there is none for it and the
    gateway's own is shown.

    The longest matching prefix wins over the pool. One lead keeps its number: people recognise who called
    before, and call back there. allowed: the numbers the gateway's carrier lets us show, none for any; of what
    the rule has for the call only these are shown, and one of them when it has none of them.
    """
    digits = number.removeprefix("+")
    best, pool = "", rule.pool
    for prefix, numbers in rule.by_prefix:
        if numbers and digits.startswith(prefix) and len(prefix) >= len(best):
            best, pool = prefix, numbers
    if allowed:
        pool = tuple(each for each in pool if each in allowed) or tuple(allowed)
    return _stick(pool, lead_id)


def _stick(pool: tuple[str, ...], lead_id: int) -> str:
    """Rendezvous hashing: when the pool changes, only the leads that must change their number do."""
    if len(pool) < 2:
        return pool[0] if pool else ""
    return max(pool, key=lambda number: (_weight(number, lead_id), number))


def _weight(number: str, lead_id: int) -> bytes:
    return blake2b(f"{lead_id}/{number}".encode(), digest_size=8).digest()
