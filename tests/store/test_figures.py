"""Live figures, and the history by quarters of an hour."""

from __future__ import annotations

from dataclasses import replace

import redis

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import CampaignState
from orchestrator.store import Count, Figure, FloorChanges, Scope, Store
from orchestrator.store.keys import prefix
from tests.store.factories import CAMPAIGN, HOUR, MINUTE, NOW, campaign, contact, done, ending, request
from tests.store.test_floor import lapse, lead
from tests.store.test_floor import other as other  # a fixture

SALES = Figure(scope=Scope.QUEUE, name="shop:sales", values={"waiting": 3, "longest_ms": 4000})
ANNA = Figure(scope=Scope.AGENT, name="anna", values={"state": "break", "reason": "обед"})
QUARTER = 15 * MINUTE


def test_figures_are_read_as_they_were_written(store: Store) -> None:
    assert store.figures.read().at == 0
    token = lead(store)
    store.figures.write(token, [SALES, ANNA], NOW)
    found = store.figures.read()
    assert (found.at, found.is_stale, found.figures) == (NOW, False, (ANNA, SALES))
    assert store.figures.read(Scope.QUEUE, Scope.PROJECT).figures == (SALES,)


def test_what_is_no_more_has_no_figures(store: Store) -> None:
    token = lead(store)
    store.figures.write(token, [SALES, ANNA], NOW)
    busy = Figure(scope=Scope.QUEUE, name="shop:sales", values={"waiting": 4})
    store.figures.write(token, [busy], NOW + 1000)
    found = store.figures.read()
    assert (found.at, found.figures) == (NOW + 1000, (busy,))


def test_figures_that_nobody_renews_are_stale(store: Store, server: redis.Redis, project: str) -> None:
    store.figures.write(lead(store), [SALES], NOW)
    fresh = f"{prefix(project)}figures:fresh"
    assert 0 < server.pttl(fresh) <= 5_000
    server.delete(fresh)
    found = store.figures.read()
    assert (found.at, found.is_stale, found.figures) == (NOW, True, (SALES,))


def test_a_new_leader_writes_all_figures_anew(
    store: Store, other: Store, server: redis.Redis, project: str
) -> None:
    store.figures.write(lead(store), [SALES, ANNA], NOW)
    lapse(server, project)
    other.figures.write(lead(other, "w2"), [ANNA], NOW)
    assert other.figures.read().figures == (ANNA,)
    lapse(server, project)
    store.figures.write(lead(store), [SALES], NOW)  # has written before, and knows nothing of what came after
    assert store.figures.read().figures == (SALES,)


def count(
    figure: str, amount: int = 1, *, at: int = NOW, name: str = "orders-1", scope: Scope = Scope.CAMPAIGN
) -> Count:
    return Count(at=at, scope=scope, name=name, figure=figure, amount=amount)


def write(store: Store, *counts: Count) -> None:
    store.floor.write(lead(store), FloorChanges(counts=counts))


def test_history_is_summed_by_quarters_of_an_hour(store: Store) -> None:
    begin = NOW - NOW % QUARTER
    write(
        store, count("offered", at=begin), count("offered", 2, at=begin + QUARTER - 1), count("wait_ms", 900)
    )
    write(store, count("offered", at=begin), count("offered", at=begin + QUARTER), count("x", name="Ё & co"))
    rows = list(store.quarters.read(Scope.CAMPAIGN, begin, begin + 2 * QUARTER))
    assert [(row.at, row.name, row.sums) for row in rows] == [
        (begin, "orders-1", {"offered": 4, "wait_ms": 900}),
        (begin, "Ё & co", {"x": 1}),
        (begin + QUARTER, "orders-1", {"offered": 1}),
    ]
    assert list(store.quarters.read(Scope.QUEUE, begin, begin + 2 * QUARTER)) == []
    assert [row.at for row in store.quarters.read(Scope.CAMPAIGN, begin, begin + QUARTER, "orders-1")] == [
        begin
    ]
    assert [row.at for row in store.quarters.read(Scope.CAMPAIGN, begin + 1, begin + QUARTER + 1)] == [
        begin + QUARTER
    ]


def test_what_was_counted_may_be_taken_back(store: Store) -> None:
    write(store, count("offered", 2))
    write(store, count("offered", -2), count("left", -1))
    assert [row.sums for row in store.quarters.read(Scope.CAMPAIGN, NOW - HOUR, NOW + HOUR)] == [{"left": -1}]
    write(store, count("none", 1, name="b"), count("none", -1, name="b"))
    assert [row.name for row in store.quarters.read(Scope.CAMPAIGN, NOW - HOUR, NOW + HOUR)] == ["orders-1"]


def test_the_answer_rate_is_told_by_hour_and_weekday_where_people_are(store: Store) -> None:
    half_past = NOW - NOW % HOUR + 30 * MINUTE
    write(
        store,
        count("attempts", 30, at=half_past),
        count("attempts_answered", 8, at=half_past),
        count("attempts_abandoned", 1, at=half_past),
        count("attempts", 10, at=half_past + HOUR),
        count("wait_ms", 10, at=half_past + 2 * HOUR),
        count("attempts", 10, at=half_past + 7 * 24 * HOUR),
    )
    week = store.quarters.answer_rates(
        Scope.CAMPAIGN, "orders-1", NOW - HOUR, NOW + 8 * 24 * HOUR, "Asia/Kolkata"
    )
    # NOW is a Sunday (6), 08 UTC: half past is 14:00 in India
    assert [(rate.weekday, rate.hour, rate.attempts, rate.answered) for rate in week] == [
        (6, 14, 40, 9),
        (6, 15, 10, 0),
    ]
    assert week[0].rate == 9 / 40


def test_old_days_are_forgotten(store: Store, server: redis.Redis, project: str) -> None:
    day = 24 * HOUR
    for days in range(12):
        write(store, count("offered", at=NOW - days * day), count("offered", at=NOW, scope=Scope.AGENT))
    assert store.quarters.forget(NOW - 2 * day) == 9
    assert store.quarters.forget(NOW - 2 * day) == 0
    rows = list(store.quarters.read(Scope.CAMPAIGN, 0, NOW + day))
    assert [row.at // day for row in rows] == [(NOW - days * day) // day for days in (2, 1, 0)]
    assert server.zcard(f"{prefix(project)}history_days") == 3


def test_what_pacers_have_learned_is_kept_for_the_next_one(store: Store) -> None:
    assert store.quarters.remembered("shop:sales") is None
    store.quarters.remember("shop:sales", "{}")
    store.quarters.remember("shop:sales", '{"rate": 0.3}')
    assert store.quarters.remembered("shop:sales") == '{"rate": 0.3}'


def test_attempts_are_counted_with_their_endings_for_campaign_and_project(store: Store) -> None:
    made = replace(campaign(), project="acme")
    store.create_campaign(made, b"", ())
    store.load_leads(CAMPAIGN, [(index, contact(index)) for index in range(1, 6)], now=NOW)
    store.set_state(CAMPAIGN, CampaignState.RUNNING, among=frozenset(CampaignState), now=NOW)
    attempts = store.claim(request(4)).attempts
    late = store.claim(request(1, now=NOW + QUARTER)).attempts[0]
    endings = [
        ending(attempts[0]),
        replace(ending(attempts[1], Disposition.ANSWERED, at=NOW + 60_000), rang_at=NOW + 10_000),
        replace(ending(attempts[2], Disposition.ANSWERED, at=NOW + 60_000), was_abandoned=True),
        replace(ending(attempts[3], Disposition.ABANDONED), rang_at=NOW - 3_000, was_abandoned=True),
        ending(late, at=NOW + QUARTER),
    ]
    items = [(each, end, done(each)) for each, end in zip((*attempts, late), endings, strict=True)]
    store.finish_many(items, NOW + QUARTER)
    store.finish_many(items, NOW + QUARTER)  # once more: nothing is counted twice
    begin = NOW - NOW % QUARTER
    for scope, name in ((Scope.CAMPAIGN, CAMPAIGN), (Scope.PROJECT, "acme")):
        first, second = store.quarters.read(scope, begin, begin + 2 * QUARTER, name)
        assert first.sums == {
            "attempts": 4,
            "attempts_abandoned": 1,
            "attempts_answered": 2,
            "attempts_busy": 1,
            "attempts_late": 1,
            "attempts_ring_ms": 49_000 + 3_000,
            "attempts_talk_ms": 2_000,
        }
        assert second.sums == {"attempts": 1, "attempts_busy": 1}
    found = store.campaign(CAMPAIGN)
    assert found is not None
    assert (found.project, store.counts(CAMPAIGN).abandoned) == ("acme", 2)
