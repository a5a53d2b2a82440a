"""Small makers of what calls leave behind, and of places that take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gevent
import orjson
import redis
from gevent.event import Event

from orchestrator.domain.delivery import Delivery, DeliveryState
from orchestrator.runtime.project import Project
from orchestrator.store.rows import OutboxRow
from tests.runtime.factories import LIMIT_S, NOON

CALL = {"switch": "main", "caller": "+79990000001", "called": "+74950000001", "call_at": NOON}


def entry(
    kind: str, *, entry_id: str = "1796029200000-0", caller: str = "+79990000001", **body: object
) -> OutboxRow:
    """An entry as the record of a call leaves it."""
    return OutboxRow(
        entry_id=entry_id,
        campaign_id="shop_line",
        lead_id=0,
        attempt_id="uuid-1",
        kind=kind,
        at=NOON,
        body={**CALL, "caller": caller, **body},
    )


def delivery(
    kind: str, *, lane: str = "mail", target: str = "", name: str = "1796029200000-0.0", **body: Any
) -> Delivery:
    """A delivery as `routes` makes it."""
    return Delivery(
        delivery_id=name,
        key=f"test-{name}",
        lane=lane,
        chain="c",
        kind=kind,
        at=NOON,
        due_at=NOON,
        campaign_id="shop_line",
        attempt_id="uuid-1",
        target=target,
        body={**CALL, **body},
    )


def left_behind(project: Project, kind: str, body: Mapping[str, object], *, call_id: str = "uuid-1") -> str:
    """Write an entry into the outbox, as note_call.lua does; its id."""
    socket = project.settings.data / "store" / "redis.sock"
    fields = {
        "campaign": "shop_line",
        "lead": "",
        "attempt": call_id,
        "kind": kind,
        "at": project.clock.now_ms(),
        "body": orjson.dumps({**CALL, **body}),
    }
    with redis.Redis(unix_socket_path=str(socket)) as client:
        made = client.xadd(f"{{prozvon:{project.settings.project}}}:outbox", fields)
    return str(made.decode())


def until(is_so: Callable[[], object], what: str, *, limit_s: float = LIMIT_S) -> None:
    """As wait_until, and greenlets run meanwhile."""
    with gevent.Timeout(limit_s, AssertionError(f"waited {limit_s:g} s in vain: {what}")):
        while not is_so():
            gevent.sleep(0.01)


class Place:
    """Takes deliveries, as told; `got` is what it took, in order."""

    def __init__(self) -> None:
        self.got: list[tuple[Delivery, ...]] = []
        self.tried: list[str] = []
        self.refuses: Callable[[Delivery], Exception | None] = lambda _: None
        self.is_open = Event()
        self.is_open.set()

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        self.tried.append(deliveries[0].delivery_id)
        self.is_open.wait()
        error = self.refuses(deliveries[0])
        if error is not None:
            raise error
        self.got.append(deliveries)

    def texts(self) -> list[str]:
        return [delivery.text("text") for batch in self.got for delivery in batch]


def states(project: Project) -> list[DeliveryState]:
    return [row.state for row in project.store.deliveries.rows()]


def sms(project: Project, text: str, caller: str = "+79990000001") -> str:
    return left_behind(project, "sms", {"to": caller, "caller": caller, "text": text})
