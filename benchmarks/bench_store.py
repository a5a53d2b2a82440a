"""The store at size: what a million contacts cost, and whether claims slow down with them.

    python -m benchmarks.bench_store [--quick] [--leads N] [--fsync always|everysec] [--url redis://...]

Goals (issue 2): loading under 60 s together with the reader of contacts (so under 30 us a contact here), under 300
bytes a contact in Redis, flat memory in the loader; claims per second at 1 000 000 leads within 10 % of 10 000.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import redis
from rich.console import Console
from rich.table import Table

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import (
    Attempt,
    Campaign,
    CampaignState,
    Contact,
    Decision,
    Ending,
    LeadState,
    Next,
    NextKind,
    WaitReason,
)
from orchestrator.domain.plan import OrderBy, OrderKey
from orchestrator.store import ClaimRequest, GatewayBudget, OpenZone, Store, open_store
from orchestrator.store.loading import BATCH

NOW = 1_795_334_400_000
DAY_MS = 86_400_000
ZONES = ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok")
NAMES = ("Анна", "Сергей", "Екатерина", "Иван", "Мария Петровна", "Александр", "O'Neil", "Ольга")
FIRST = (
    OrderKey(by=OrderBy.FIELD, column="days_overdue", descending=True),
    OrderKey(by=OrderBy.FEWEST_ATTEMPTS),
    OrderKey(by=OrderBy.OLDEST),
)
GATEWAY = GatewayBudget(switch="main", switch_uuid="u", gateway="main", weight=None, cps=1e6, channels=10**6)


def contacts(total: int, area: int) -> Iterator[tuple[int, Contact]]:
    """Contacts as of the parcels list; numbers spread over the whole range of an area, none twice."""
    for line in range(total):
        digits = line * 2_654_435_761 % 10**9
        yield (
            line,
            Contact(
                numbers=(f"+7{area}{digits:09d}",),
                zones=(ZONES[line % len(ZONES)],),
                language="ru",
                fields={
                    "name": NAMES[line % len(NAMES)],
                    "order": str(10_000_000 + line * 7919 % 90_000_000),
                    "due": f"2026-12-{line % 28 + 1:02d}",
                    "days_overdue": str(line * 31 % 60),
                },
            ),
        )


def load(store: Store, campaign_id: str, total: int, area: int) -> float:
    """Load and launch; seconds spent in the store's own part."""
    campaign = Campaign(
        campaign_id=campaign_id,
        scenario=campaign_id,
        program="p",
        state=CampaignState.LOADING,
        created_at=NOW,
    )
    store.create_campaign(campaign, b"{}", FIRST)
    rows, spent = contacts(total, area), 0.0
    while batch := list(islice(rows, BATCH)):
        begun = time.perf_counter()
        store.load_leads(campaign_id, batch, now=NOW)
        spent += time.perf_counter() - begun
    store.set_state(campaign_id, CampaignState.RUNNING, among=frozenset({CampaignState.LOADING}), now=NOW)
    return spent


class Caller:
    """Claims and ends attempts of one campaign, batch by batch."""

    def __init__(self, store: Store, campaign_id: str, batch: int) -> None:
        self._store, self._campaign_id, self._batch = store, campaign_id, batch
        self._ids = (f"{campaign_id}-{number}" for number in count())
        self.claim_s: list[float] = []
        self.finish_s: list[float] = []

    def round(self) -> None:
        request = ClaimRequest(
            campaign_id=self._campaign_id,
            worker_id="bench",
            now=NOW,
            attempt_ids=tuple(islice(self._ids, self._batch)),
            zones=tuple(
                OpenZone(zone_key=z, open_until=NOW + DAY_MS, day="20261122", next_day_at=NOW + DAY_MS)
                for z in ZONES
            ),
            per_day=3,
            gateways=(GATEWAY,),
            project_per_day=5,
            project_ever=50,
        )
        begun = time.perf_counter()
        reply = self._store.claim(request)
        claimed = time.perf_counter()
        assert len(reply.attempts) == self._batch
        done = self._store.finish_many([_ended(attempt) for attempt in reply.attempts], NOW)
        self.finish_s.append((time.perf_counter() - claimed) / self._batch)
        self.claim_s.append((claimed - begun) / self._batch)
        assert all(done)


def _ended(attempt: Attempt) -> tuple[Attempt, Ending, Decision]:
    ending = Ending(
        attempt_id=attempt.attempt_id,
        disposition=Disposition.NO_ANSWER,
        cause="NO_ANSWER",
        ended_at=NOW + 30_000,
    )
    decision = Decision(
        rule="no_answer",
        state=LeadState(attempts=1, tries=1, retries=(("no_answer", 1),)),
        next=Next(kind=NextKind.DUE, at=NOW + DAY_MS, reason=WaitReason.RETRY),
        uncount_number=False,
    )
    return attempt, ending, decision


def side_by_side(callers: dict[int, Caller], rounds: int) -> None:
    """Turn by turn, so that whatever else the machine does meets all of them alike."""
    for _ in range(rounds):
        for caller in callers.values():
            caller.round()


def main() -> None:
    options = _options()
    console = Console()
    small, large = 10_000, 50_000 if options.quick else options.leads
    rounds = 60 if options.quick else 250
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(
            options.url, folder=Path(folder), project=f"bench-{os.getpid()}", fsync=options.fsync
        )
        raw = _raw_client(options.url, Path(folder))
        try:
            _loading(console, store, raw, large)
            load(store, "small", small, area=8)
            for batch in (20, 1):
                callers = {small: Caller(store, "small", batch), large: Caller(store, "large", batch)}
                side_by_side(callers, rounds)
                _claims(console, callers, batch)
            _why(console, store, large)
        finally:
            _empty(raw)
            store.close()


def _loading(console: Console, store: Store, raw: redis.Redis, total: int) -> None:
    load(store, "warm-up", BATCH, area=7)
    before, rss = _used_memory(raw), _peak_rss()
    begun = time.perf_counter()
    spent = load(store, "large", total, area=9)
    elapsed = time.perf_counter() - begun
    table = Table(title=f"Loading {total:,} contacts", title_justify="left")
    for name in (
        "store, s",
        "us a contact",
        "with making the rows, s",
        "bytes a contact",
        "loader's memory grew, MB",
    ):
        table.add_column(name, justify="right")
    table.add_row(
        f"{spent:.1f}",
        f"{spent / total * 1e6:.1f}",
        f"{elapsed:.1f}",
        f"{(_used_memory(raw) - before) / total:.0f}",
        f"{(_peak_rss() - rss) / 1e6:.1f}",
    )
    console.print(table)


def _claims(console: Console, callers: dict[int, Caller], batch: int) -> None:
    table = Table(title=f"Claims of {batch}, each attempt ended again; medians", title_justify="left")
    for name in ("leads", "claims/s", "us a claim", "us an ending", "claims/s against the first"):
        table.add_column(name, justify="right")
    base = 0.0
    for leads, caller in callers.items():
        claim_s = statistics.median(caller.claim_s)
        base = base or claim_s
        table.add_row(
            f"{leads:,}",
            f"{1 / claim_s:,.0f}",
            f"{claim_s * 1e6:.0f}",
            f"{statistics.median(caller.finish_s) * 1e6:.0f}",
            f"{base / claim_s:.3f}",
        )
    console.print(table)


def _why(console: Console, store: Store, total: int) -> None:
    zones = [
        OpenZone(zone_key=z, open_until=NOW + DAY_MS, day="20261122", next_day_at=NOW + DAY_MS) for z in ZONES
    ]
    begun = time.perf_counter()
    found = store.why("large", now=NOW, zones=zones, per_day=3, project_ever=50, gateways=[GATEWAY])
    elapsed = time.perf_counter() - begun
    assert sum(item.count for item in found.reasons) == total
    console.print(f"why, summed over {total:,} leads: {elapsed:.2f} s")


def _raw_client(url: str | None, folder: Path) -> redis.Redis:
    return (
        redis.Redis.from_url(url)
        if url
        else redis.Redis(unix_socket_path=str(folder / "store" / "redis.sock"))
    )


def _used_memory(raw: redis.Redis) -> int:
    return int(raw.info("memory")["used_memory"])


def _peak_rss() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _empty(raw: redis.Redis) -> None:
    for key in raw.scan_iter(f"{{prozvon:bench-{os.getpid()}}}:*", count=1000):
        raw.unlink(key)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="50 000 leads and fewer rounds")
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--fsync", choices=("always", "everysec"), default="always")
    parser.add_argument(
        "--url", help="a Redis elsewhere (a project of its own is made in it and removed again)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
