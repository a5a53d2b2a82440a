"""The store at size: what a million contacts cost, and whether claims slow down with them.

Goals: loading under 60 s together with the reader of contacts, under 300 bytes a contact in Redis, flat memory in the
loader; claims per second at 1 000 000 leads within 10 % of 10 000. Sizes take turns, so noise meets all of them alike.
"""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import redis

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
from orchestrator.domain.trunk import RestRule, TrunkSign, TrunkWord
from orchestrator.store import ClaimRequest, GatewayBudget, OpenZone, Store, open_store
from orchestrator.store.loading import BATCH
from orchestrator.store.place import place_in

NOW = 1_795_334_400_000
DAY_MS = 86_400_000
ZONES = ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok")
NAMES = ("Анна", "Сергей", "Екатерина", "Иван", "Мария Петровна", "Александр", "O'Neil", "Ольга")
FIRST = (
    OrderKey(by=OrderBy.FIELD, column="days_overdue", descending=True),
    OrderKey(by=OrderBy.FEWEST_ATTEMPTS),
    OrderKey(by=OrderBy.OLDEST),
)
OPEN = tuple(
    OpenZone(zone_key=zone, open_until=NOW + DAY_MS, day="20261122", next_day_at=NOW + DAY_MS)
    for zone in ZONES
)
REST = RestRule(after=5, for_ms=30_000, most_ms=600_000)
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
    _create(store, campaign_id)
    rows, spent = contacts(total, area), 0.0
    while batch := list(islice(rows, BATCH)):
        begun = time.perf_counter()
        store.load_leads(campaign_id, batch, now=NOW)
        spent += time.perf_counter() - begun
    _start(store, campaign_id)
    return spent


def _create(store: Store, campaign_id: str) -> None:
    campaign = Campaign(
        campaign_id=campaign_id,
        scenario=campaign_id,
        program="p",
        state=CampaignState.LOADING,
        created_at=NOW,
    )
    store.create_campaign(campaign, b"{}", FIRST)


def _start(store: Store, campaign_id: str) -> None:
    assert store.set_state(
        campaign_id, CampaignState.RUNNING, among=frozenset({CampaignState.LOADING}), now=NOW
    )


class Caller:
    """Claims and ends attempts of one campaign, batch by batch."""

    def __init__(self, store: Store, campaign_id: str, batch: int, label: str) -> None:
        self._store, self._campaign_id, self._batch = store, campaign_id, batch
        self._ids = (f"{campaign_id}-{label}-{number}" for number in count())
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
        trunk=TrunkWord(sign=TrunkSign.WORKS, at=NOW + 30_000, why="", rest=REST),
    )
    return attempt, ending, decision


def main(*, quick: bool = False) -> None:
    small, large, rounds = (2_000, 20_000, 20) if quick else (10_000, 1_000_000, 200)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with closing(open_store(None, folder=data, project="bench", fsync="everysec")) as store:
            _loading(store, data, large)
            load(store, "small", small, area=8)
            for fsync in ("everysec", "always"):
                # the server takes over the setting of whoever opened it last
                with closing(open_store(None, folder=data, project="bench", fsync=fsync)) as same:
                    for batch in (20, 1):
                        _claims(same, {small: "small", large: "large"}, batch, rounds, f"{fsync}-{batch}")
            _why(store, large)
            _entering(store, large // 10)


def _loading(store: Store, data: Path, total: int) -> None:
    load(store, "warm-up", BATCH, area=7)
    redis_before, own_before, begun = _used_memory(data), _peak_memory(), time.perf_counter()
    spent = load(store, "large", total, area=9)
    elapsed = time.perf_counter() - begun
    each = (_used_memory(data) - redis_before) / total
    grown = (_peak_memory() - own_before) / 1e6
    print(f"loading {total:,} contacts")
    print(f"  in the store          {spent:8.1f} s   {spent / total * 1e6:.1f} us a contact (goal: under 30)")
    print(f"  with making the rows  {elapsed:8.1f} s")
    print(f"  memory of Redis       {each:8.0f} bytes a contact (goal: under 300)")
    print(f"  the loader grew by    {grown:8.1f} MB (goal: flat)")


def _claims(store: Store, sizes: dict[int, str], batch: int, rounds: int, label: str) -> None:
    """Rounds of both campaigns in turn; medians."""
    callers = {size: Caller(store, name, batch, label) for size, name in sizes.items()}
    for _ in range(rounds):
        for caller in callers.values():
            caller.round()
    print(
        f"claims of {batch}, each ended again; appendfsync {label.partition('-')[0]}; medians of {rounds} rounds"
    )
    base = 0.0
    for size, caller in callers.items():
        claim_s, finish_s = statistics.median(caller.claim_s), statistics.median(caller.finish_s)
        base = base or claim_s
        print(
            f"  {size:>9,} leads   {1 / claim_s:8,.0f} claims/s   ratio {base / claim_s:.3f}   "
            f"{claim_s * 1e6:4.0f} us a claim, {finish_s * 1e6:4.0f} us an ending"
        )


def _why(store: Store, total: int) -> None:
    begun = time.perf_counter()
    found = store.why("large", now=NOW, zones=OPEN, per_day=3, project_ever=50, gateways=[GATEWAY])
    elapsed = time.perf_counter() - begun
    assert sum(item.count for item in found.reasons) == total
    print(f"why, summed over {total:,} leads   {elapsed:.2f} s")


def _entering(store: Store, total: int) -> None:
    """An open campaign whose contacts have external ids: rows that are new, that come again, that change their lead."""
    campaign = Campaign(
        campaign_id="open",
        scenario="open",
        program="p",
        state=CampaignState.RUNNING,
        created_at=NOW,
        is_open=True,
    )
    store.create_campaign(campaign, b"{}", FIRST)
    rows = [replace(contact, external_id=f"order-{line}") for line, contact in contacts(total, area=6)]
    changed = [replace(row, fields={**row.fields, "due": "2027-01-31"}) for row in rows[: total // 20]]
    print(f"{total:,} contacts with external ids into a campaign that runs")
    for what, batch in (("new", rows), ("the same again", rows), ("changed", changed)):
        begun = time.perf_counter()
        for begin in range(0, len(batch), BATCH):
            store.load_leads("open", list(enumerate(batch[begin : begin + BATCH])), now=NOW)
        _told(what, len(batch), time.perf_counter() - begun)
    begun = time.perf_counter()
    for lead in range(1, len(changed) + 1):
        store.withdraw_lead("open", lead, by="bench", now=NOW)
    _told("withdrawn", len(changed), time.perf_counter() - begun)


def _told(what: str, total: int, elapsed: float) -> None:
    print(f"  {what:<15} {total:>9,}   {elapsed / total * 1e6:6.1f} us each, {total / elapsed:8,.0f}/s")


def _used_memory(data: Path) -> int:
    with redis.Redis(unix_socket_path=str(place_in(data).socket)) as client:
        return int(client.info("memory")["used_memory"])


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
