"""What webhooks were told once is told again: with the keys it had, and marked as a replay."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from orchestrator.domain.delivery import Delivery
from orchestrator.runtime.outbox.hooks import HookRoutes
from orchestrator.runtime.outbox.routes import deliveries_of
from orchestrator.runtime.project import Project
from orchestrator.store.rows import OutboxRow

PAGE = 1000
REPLAYED = 1000  # first number of a replay among an entry's deliveries: far behind what it became at first


def entries(project: Project, *, since: int, until: int) -> Iterator[OutboxRow]:
    """Entries of this time (epoch ms), oldest first, as far as the outbox still has them."""
    after = "0-0"
    while page := project.store.outbox(after, PAGE):
        after = page[-1].entry_id
        yield from (entry for entry in page if since <= entry.at < until)


def entry_of(project: Project, entry_id: str) -> OutboxRow | None:
    """One entry, by its id or by that of one of its deliveries; None when the outbox has it no more."""
    instant, _, number = entry_id.partition(".")[0].partition("-")
    if not (instant.isdecimal() and number.isdecimal()):
        return None
    before = f"{instant}-{int(number) - 1}" if int(number) else f"{int(instant) - 1}-{2**64 - 1}"
    found = next(iter(project.store.outbox(before, 1)), None)
    return found if found is not None and found.entry_id == f"{instant}-{number}" else None


def replays(
    project: Project,
    *,
    since: int,
    until: int,
    kinds: Container[str] | None = None,
    campaign_id: str | None = None,
    to: str | None = None,
) -> Iterator[Delivery]:
    """What webhooks (`to`: one of them alone) would be told again of that time, due at once."""
    webhooks = project.settings.webhooks
    routes = HookRoutes(webhooks, project.store)
    numbers = {name: REPLAYED + index for index, name in enumerate(sorted(webhooks))}
    for entry in entries(project, since=since, until=until):
        if (kinds is not None and entry.kind not in kinds) or campaign_id not in (None, entry.campaign_id):
            continue
        wanted = {name: told for name, told in routes.wanted(entry).items() if to in (None, name)}
        made = deliveries_of(replace(entry, kind=""), project.settings.project, {}, wanted)
        for name, delivery in zip(wanted, made, strict=True):
            if name in numbers:
                yield replace(
                    delivery,
                    kind=entry.kind,
                    delivery_id=f"{entry.entry_id}.{numbers[name]}",
                    due_at=project.clock.now_ms(),
                    body={**delivery.body, "is_replay": True},
                )
