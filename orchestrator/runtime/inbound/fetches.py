"""A call's `fetch`: asks the service of the settings that it names, and makes fields of what it says."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.outside.answers import Unreadable, fields_of, read_json
from orchestrator.outside.request import METHODS
from orchestrator.outside.service import Services
from orchestrator.outside.spec import Reply, Why

LONGEST_S = 120.0
SHORTEST_S = 0.2  # with less left nothing is begun: nobody would hear of it, and the service would look slow
VALUES = 200
VALUE_CHARS = 4_000


def fetch(services: Services, body: Mapping[str, object], *, key: str, late_s: float) -> dict[str, object]:
    """The answer to a fetch question: {"ok", "status", "fields" or "why"}. Never raises.

    body: method, service, path, send, fields, timeout (seconds, in all), tries. key: of this question, so that a
    service knows a repetition of it. late_s: how long ago it was asked.
    """
    method = str(body.get("method")).upper()
    service, path, send = body.get("service"), body.get("path"), _values(body.get("send"))
    if not isinstance(service, str) or not isinstance(path, str) or method not in METHODS or send is None:
        return _refusal(Reply(why=Why.REFUSED))
    timeout_s = _number(body.get("timeout"))
    if timeout_s is not None:
        timeout_s -= late_s
        if timeout_s < SHORTEST_S:
            return _refusal(Reply(why=Why.SLOW))
    tries = _number(body.get("tries"))
    reply = services.call(
        service,
        method,
        path,
        send=send,
        timeout_s=timeout_s,
        tries=None if tries is None else int(tries),
        key=key,
    )
    wanted = body.get("fields")
    if not isinstance(wanted, list) or not wanted:
        # It is told something, no more: when it has taken that, what it says is its own affair
        return {"ok": True, "status": reply.status, "fields": {}} if reply.was_taken else _refusal(reply)
    if not reply.is_ok:
        return _refusal(reply)
    found = read_json(reply.body, reply.content_type)
    if isinstance(found, Unreadable):
        return {"ok": False, "status": reply.status, "why": str(Why.NONSENSE)}
    return {"ok": True, "status": reply.status, "fields": fields_of(found, wanted)}


def _refusal(reply: Reply) -> dict[str, object]:
    return {"ok": False, "status": reply.status, "why": str(reply.why)}


def _values(send: object) -> dict[str, object] | None:
    """What is sent: names and texts. None when it is something else."""
    if send is None:
        return {}
    if not isinstance(send, dict) or len(send) > VALUES:
        return None
    if not all(isinstance(value, str | int | float | None) for value in send.values()):
        return None
    return {name: value[:VALUE_CHARS] if isinstance(value, str) else value for name, value in send.items()}


def _number(value: object) -> float | None:
    """A number of seconds or tries; None when nothing that makes sense was said."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_S:
        return None
    return float(value)
