"""What must hold of leads that are known outside, changed or withdrawn; part of `whole`."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha1
from typing import Any

import orjson

PARTS = ("contact", "lead", "was", "wished", "withdrawn")


def wrong_wishes(client: Any, prefix: str, name: str, leads: int, names: list[str]) -> Iterator[str]:
    """Looks closer only where something of this is."""
    head = f"campaign:{name}:"
    if not any(key.startswith(tuple(f"{head}{part}:" for part in ("external", *PARTS[2:]))) for key in names):
        return
    pipe = client.pipeline(transaction=False)
    for lead in range(1, leads + 1):
        bucket, field = divmod(lead, 100)
        for part in PARTS:
            pipe.hget(f"{prefix}{head}{part}:{bucket}", str(field))
    slots = pipe.execute()
    numbers_of: dict[int, set[str]] = {}
    for lead in range(1, leads + 1):
        contact, record, was, wished, withdrawn = slots[5 * lead - 5 : 5 * lead]
        _, _, numbers, shape, _ = contact.decode().split("\t", 4)
        phase = (record or b"r")[:1].decode()
        external, kept = _external(shape)
        if external:
            slot = sha1(external.encode(), usedforsecurity=False).hexdigest()[:3]
            indexed = int(client.hget(f"{prefix}{head}external:{slot}", external) or 0)
            if indexed != lead and not (phase == "o" and indexed > lead):
                yield f"{name}: {external} leads to {indexed}, not to lead {lead}"
        tries = [int(entry[0]) for entry in orjson.loads(was or b"[]")]
        if len(tries) != kept or tries != sorted(set(tries)):
            yield f"{name}: lead {lead} had {kept} contacts before, and these are kept: {was}"
        if wished and phase != "d":
            yield f"{name}: lead {lead} is to be changed after its call, and nobody calls it"
        if withdrawn and phase not in "do":
            yield f"{name}: lead {lead} was withdrawn, and is {phase}"
        later = wished[1 + wished[0] :].decode().split("\t", 3)[2].split(",") if wished else []
        numbers_of[lead] = {*numbers.split(","), *later}
    yield from _wrong_index(client, prefix, name, names, numbers_of)


def _external(shape: str) -> tuple[str, int]:
    _, external, kept, *_ = (*shape.split(" "), "", "")
    return external.removeprefix("-"), int(kept or 0)


def _wrong_index(
    client: Any, prefix: str, name: str, names: list[str], numbers_of: dict[int, set[str]]
) -> Iterator[str]:
    """Every number of the index leads to a lead that has it."""
    head = f"campaign:{name}:index:"
    keys = [key for key in names if key.startswith(head)]
    pipe = client.pipeline(transaction=False)
    for key in keys:
        pipe.hgetall(prefix + key)
    for key, held in zip(keys, pipe.execute(), strict=True):
        for rest, lead in held.items():
            digits = rest.decode() + key.removeprefix(head)
            if digits not in numbers_of.get(int(lead), ()):
                yield f"{name}: {digits} leads to lead {int(lead)}, which has it no more"
