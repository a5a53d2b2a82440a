"""What must hold in Redis at any moment, whatever happened before. Every test of the store ends with it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from orchestrator.store.keys import key_of
from tests.store.whole_desk import wrong_wishes

PHASES = {"r": "ready", "w": "waiting", "d": "dialing", "o": "done", "h": "held"}


def broken(client: Any, prefix: str) -> list[str]:
    """All that is wrong with a project's keys: undocumented ones, counts that do not add up, leads in two places."""
    names = sorted(key.decode().removeprefix(prefix) for key in client.scan_iter(f"{prefix}*", count=10_000))
    found = [*_undocumented(client, prefix, names), *_wrong_live(client, prefix)]
    for name in client.zrange(f"{prefix}campaigns", 0, -1):
        found += _wrong_campaign(client, prefix, name.decode(), names)
    return found


def _undocumented(client: Any, prefix: str, names: list[str]) -> Iterator[str]:
    for name in names:
        key = key_of(name)
        if key is None:
            yield f"{name} is not in keys.py"
        elif (kind := client.type(prefix + name).decode()) != key.type:
            yield f"{name} is a {kind}, not a {key.type}"


def _wrong_live(client: Any, prefix: str) -> Iterator[str]:
    live = {key: value.split(b"\t") for key, value in client.hgetall(f"{prefix}live").items()}
    locks = client.hgetall(f"{prefix}locks")
    if len({parts[2] for parts in live.values()}) != len(live):
        yield "two live attempts on one number"
    if {parts[2]: attempt_id for attempt_id, parts in live.items()} != locks:
        yield f"locks {locks} are not those of the live attempts {live}"
    on_line = Counter(b"%s/%s" % (parts[6], parts[5]) for parts in live.values())
    said = {k[:-5]: int(v) for k, v in client.hgetall(f"{prefix}gateways").items() if k.endswith(b" live")}
    if {gateway: calls for gateway, calls in said.items() if calls} != dict(on_line):
        yield f"gateways say {said}, live attempts {on_line}"


def _wrong_campaign(client: Any, prefix: str, name: str, names: list[str]) -> Iterator[str]:
    base = f"{prefix}campaign:{name}"
    counts = {k.decode(): int(v) for k, v in client.hgetall(f"{base}:counts").items() if int(v)}
    if any(value < 0 for value in counts.values()):
        yield f"{name}: a count below zero: {counts}"
    places = _places(client, prefix, name, names)
    is_standing, is_opened = bool(client.hget(base, "standing")), bool(client.hget(base, "open"))
    yield from wrong_wishes(client, prefix, name, counts.get("leads", 0), names)
    if is_standing:
        yield from _wrong_callbacks(client, prefix, name, counts.get("leads", 0))
    truth: Counter[str] = Counter()
    for lead in range(1, counts.get("leads", 0) + 1):
        bucket, field = divmod(lead, 100)
        _, zones, numbers, *_ = client.hget(f"{base}:contact:{bucket}", str(field)).decode().split("\t", 3)
        record = client.hget(f"{base}:lead:{bucket}", str(field))
        for digits in numbers.split(","):
            indexed = client.hget(f"{base}:index:{digits[-4:]}", digits[:-4])
            may_be_gone = (record or b"r")[:1] == b"o" and is_opened
            if indexed != str(lead).encode() and not (
                (is_standing and int(indexed or 0) > lead) or may_be_gone
            ):
                yield f"{name}: {digits} of lead {lead} is not in the index"
        phase, state = (b"r", b"0 0 0 - - new") if record is None else (record[:1], record.split(b"\t")[3])
        phone, status = int(state.split(b" ")[2]), state.decode().split(" ")[5]
        zone = zones.split(",")[phone]
        truth += Counter(["leads", PHASES[phase.decode()], f"status {status}"])
        if phase in b"rwd":
            truth[f"zone {zone}"] += 1
        expected = {b"r": [f"ready:{zone}"], b"w": ["waiting"], b"d": ["live"]}.get(phase, [])
        if places.get(lead, []) != expected:
            yield f"{name}: lead {lead} is {phase!r} in zone {zone}, but stands in {places.get(lead)}"
    kept = {
        k: v
        for k, v in counts.items()
        if re.match(r"(disposition|result|outcome) |attempts$|answered$|abandoned$", k) is None
    }
    if kept != dict(truth):
        yield f"{name}: counts {kept} are not {dict(truth)}"
    by_disposition = sum(v for k, v in counts.items() if k.startswith("disposition "))
    logged = client.xlen(f"{base}:log")
    if not counts.get("attempts", 0) == by_disposition == logged:
        yield f"{name}: attempts {counts.get('attempts')}, by disposition {by_disposition}, in the log {logged}"


def _places(client: Any, prefix: str, name: str, names: list[str]) -> dict[int, list[str]]:
    """Lead -> all the places it stands in."""
    found: dict[int, list[str]] = defaultdict(list)
    head = f"campaign:{name}:"
    for key in names:
        if key.startswith(f"{head}ready:"):
            for member in client.zrange(prefix + key, 0, -1):
                found[int.from_bytes(member[-5:-1])].append(key.removeprefix(head))
        elif key.startswith(f"{head}waiting:"):
            for member in client.zrange(prefix + key, 0, -1):
                found[int(member)].append("waiting")
    for value in client.hvals(f"{prefix}live"):
        parts = value.split(b"\t")
        if parts[0].decode() == name:
            found[int(parts[1])].append("live")
    return found


def _wrong_callbacks(client: Any, prefix: str, name: str, leads: int) -> Iterator[str]:
    """Of a standing campaign: what is remembered of the missed calls, beside each lead."""
    base = f"{prefix}campaign:{name}"
    if not client.sismember(f"{prefix}standing", name):
        yield f"{name} is not among the standing campaigns"
    latest: dict[str, int] = {}
    open_leads: Counter[str] = Counter()
    for lead in range(1, leads + 1):
        bucket, field = divmod(lead, 100)
        digits = client.hget(f"{base}:contact:{bucket}", str(field)).decode().split("\t", 3)[2]
        phase = client.hget(f"{base}:lead:{bucket}", str(field))[:1]
        first, last, calls, _, how, at, drop, before = (
            client.hget(f"{base}:missed:{bucket}", str(field)).decode().split(" ")
        )
        if int(before) != latest.get(digits, 0):
            yield f"{name}: lead {lead} comes after {before}, and the one before is {latest.get(digits)}"
        latest[digits] = lead
        open_leads[digits] += phase != b"o"
        if not int(first) <= int(last) or int(calls) < 1 or (how == "-") != (at == "0"):
            yield f"{name}: lead {lead} stands for {calls} calls from {first} to {last}, reached {how} at {at}"
        if drop != "-" and phase != b"d":
            yield f"{name}: lead {lead} is to be dropped as {drop}, and nobody calls it"
    if any(number > 1 for number in open_leads.values()):
        yield f"{name}: two callbacks of one number: {open_leads}"
    for digits, lead in latest.items():
        if client.hget(f"{base}:index:{digits[-4:]}", digits[:-4]) != str(lead).encode():
            yield f"{name}: the index does not lead to {lead}, the latest callback of {digits}"
