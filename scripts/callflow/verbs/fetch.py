"""fetch: asks a service for fields, which become variables `INTO.FIELD`.

The orchestrator does the asking, by the service's name. Status 404: `not_found`, or without one `otherwise`; whatever
else went wrong, a silent orchestrator included: `otherwise`, or the next step. The fields are unset then.
"""

from __future__ import annotations

import re

from .. import program as reading
from ..moves import Answered, Asking, Consult, Input, Play
from ..state import State
from ..values import open_values, values_of
from .keys import give_up, play, typed_in

METHODS = ("get", "post", "put")
FIELDS_MAX = 100
SPARE_S = 1.0  # on top of what the service has in all, every try: for the way there and back
_WHY = re.compile(r"[a-z_]{1,20}")


def is_for_answered(call: State, step: dict[str, object]) -> bool:
    del call
    return step.get("say") is not None


def enter(call: State, step: dict[str, object]) -> Asking | None:
    message = reading.name_or_none(step, "say")
    return play(call, message) if message is not None else _ask(call, step)


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    if isinstance(call.pending, Play):
        call.carry(typed_in(inp))
        return _ask(call, step)
    into = reading.name(step, "into")
    for field in _fields(step):
        call.unset(f"{into}.{field}")
    body = (inp.body if isinstance(inp, Answered) else None) or {"ok": False, "why": "silent"}
    service, path = reading.service_path(step)
    if body.get("ok") is not True:
        return _without(call, step, f"fetch {service}/{path}", body)
    got = reading.mapping(body.get("fields") or {}, "fields")
    for field in _fields(step):
        if isinstance(got.get(field), str):
            call.set(f"{into}.{field}", str(got[field]))
    call.note(f"fetch {service}/{path} ok")
    return None


def _ask(call: State, step: dict[str, object]) -> Consult:
    method = step.get("method")
    if method not in METHODS:
        raise reading.ProgramError("unknown method")
    service, path = reading.service_path(step)
    timeout_s = reading.seconds(step, "timeout", reading.TIMEOUT_MAX_S)
    tries = reading.count(step, "tries", 1, reading.TRIES_MAX)
    send = reading.mapping_or_none(step, "send")
    body: dict[str, object] = {
        "method": method,
        "service": service,
        "path": path,
        "send": _all(call) if send is None else values_of(call, send),
        "fields": list(_fields(step)),
        "timeout": timeout_s,
        "tries": tries,
    }
    return Consult("fetch", body, timeout_s + SPARE_S)


def _all(call: State) -> dict[str, str]:
    """The caller, and what they entered or the flow has set: what services answered is their own."""
    return {**open_values(call, fetched=False), "caller": call.lookup("caller")}


def _without(call: State, step: dict[str, object], what: str, body: dict[str, object]) -> Asking | None:
    if body.get("status") == 404:
        call.note(what + " 404")
        way = "not_found" if step.get("not_found") is not None else "otherwise"
        return give_up(call, step, way)
    why = body.get("why")
    call.note(f"{what} {why if isinstance(why, str) and _WHY.fullmatch(why) else 'failed'}")
    return give_up(call, step)


def _fields(step: dict[str, object]) -> tuple[str, ...]:
    listed = reading.sequence(step.get("fields"), "fields")
    if len(listed) > FIELDS_MAX:
        raise reading.ProgramError("too many fields")
    return tuple(reading.name({"field": each}, "field") for each in listed)
