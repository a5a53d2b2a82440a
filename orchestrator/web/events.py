"""/v1/events: everything that happens, as it is written into the outbox, to whoever listens."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import StringConstraints

from orchestrator.runtime.outbox.payloads import KINDS, Payloads
from orchestrator.runtime.project import Project
from orchestrator.store.rows import OutboxRow
from orchestrator.web.auth import Caller, requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.pages import fault_in
from orchestrator.web.streams import ABOUT, EventStream, News, TheRoom, event, following, still_good

router = APIRouter(tags=["events"])
SCOPE = "events:read"
PAGE = 200  # entries looked at together: a few milliseconds
KEPT = 2_000  # events kept as they are sent, for all who listen: some megabytes
_ENTRY = re.compile(r"[0-9]{1,19}-[0-9]{1,19}\Z")

Kind = StrEnum("Kind", {kind: kind for kind in sorted(KINDS)})  # type: ignore[misc]  # made of the table of payloads
Kinds = Annotated[
    list[Kind] | None, Query(description="Only these kinds; may stand several times.", max_length=50)
]
Campaigns = Annotated[
    list[Annotated[str, StringConstraints(max_length=100)]] | None,
    Query(description="Only of these campaigns; a call that came in has its scenario here.", max_length=50),
]
Last = Annotated[
    str | None, Header(description="`id` of the last event that was taken; goes before `after`.")
]
Behind = Annotated[
    str | None,
    Query(
        description="Begin behind this event; `0-0`: with the oldest that is kept. Without it: from now on."
    ),
]
Follow = Annotated[bool, Query(description="false: end once everything there is has been told.")]


class Told:
    """Entries as they are sent, the latest of them kept: one contact is looked up once, not by each who listens."""

    def __init__(self, project: Project) -> None:
        self._payloads = Payloads(project.store)
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, row: OutboxRow) -> bytes:
        """KnownError: the store is away."""
        with self._lock:
            found = self._kept.get(row.entry_id)
        if found is None:
            found = event(row.kind, self._payloads.of(row), row.entry_id)
            with self._lock:
                self._kept[row.entry_id] = found
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found


def told_by(request: Request, project: TheProject) -> Told:
    """What is kept of this app's events."""
    found = getattr(request.app.state, "told", None)
    if not isinstance(found, Told):
        found = request.app.state.told = Told(project)
    return found


@router.get("/events", status_code=200, response_class=EventStream, responses=ABOUT)
def stream_events(
    project: TheProject,
    room: TheRoom,
    told: Annotated[Told, Depends(told_by)],
    caller: Annotated[Caller, Depends(requires(SCOPE))],
    kind: Kinds = None,
    campaign: Campaigns = None,
    after: Behind = None,
    follow: Follow = True,
    last_event_id: Last = None,
) -> EventStream:
    """Server-sent events: `event` is the kind, `data` the JSON that webhooks send, `id` says where to go on.

    Whoever comes back with `Last-Event-ID` misses nothing that is kept (`outbox.keep_days`); an event `gap` comes first
    when the place is not known any more, and something may be missing.
    """
    where = "header.Last-Event-ID" if last_event_id else "query.after"
    end = project.store.outbox_end()
    behind = last_event_id or after or end
    if not _ENTRY.match(behind):
        raise fault_in(where, "not the id of an event")
    look = looking(project, told, kinds=kind or (), campaigns=campaign or (), begin=behind)
    is_good = still_good(project, caller, SCOPE)
    # A place that is still to come is another store's: whoever waited there would be told nothing until then
    begin = min(behind, end, key=_moment)
    return EventStream(room, following(look, begin, is_good=is_good, is_endless=follow))


def _moment(entry_id: str) -> tuple[int, int]:
    at, _, number = entry_id.partition("-")
    return int(at), int(number)


def looking(
    project: Project, told: Told, *, kinds: Collection[str], campaigns: Collection[str], begin: str
) -> Callable[[str], News]:
    """Looks for entries behind a place. begin: where the client came in; whether that is known is told first."""
    is_first = True

    def is_wanted(entry: OutboxRow) -> bool:
        return (not kinds or entry.kind in kinds) and (not campaigns or entry.campaign_id in campaigns)

    def look(after: str) -> News:
        nonlocal is_first
        rows = project.store.outbox(after, PAGE)
        data = _gap(project, begin) if is_first else b""
        data += b"".join(told.of(row) for row in rows if is_wanted(row))
        is_first = False
        return News(data=data, after=rows[-1].entry_id if rows else after, is_more=len(rows) == PAGE)

    return look


def _gap(project: Project, begin: str) -> bytes:
    """An event `gap` when the place at which a client goes on is not in the outbox (any more)."""
    if begin == "0-0" or project.store.outbox_has(begin):
        return b""
    return event(
        "gap", {"after": begin, "why": "this place is not known (any more): something may be missing"}
    )
