"""The breaker against the model, by random steps of several workers: claims, words in any order, time, people."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, CampaignState, Phase
from orchestrator.domain.trunk import RestRule, TrunkSign, TrunkWord
from orchestrator.store import Store, open_store
from tests.store.factories import (
    CAMPAIGN,
    MOSCOW,
    NOW,
    contact,
    ending,
    gateway,
    launch,
    open_zone,
    request,
    retry,
)
from tests.store.model import TRIAL_MS, Lead, Model, Rest
from tests.store.test_claim import OVERDUE_FIRST

LEADS = 60
LONG = 10**9
RULES = {
    True: RestRule(after=1, for_ms=1_000, most_ms=3_000),
    False: RestRule(after=2, for_ms=4_000, most_ms=10_000),
}
GATEWAYS = (gateway("main"), gateway("spare", channels=3))
_projects = count(1)


class Breaker(RuleBasedStateMachine):
    """One campaign, two gateways of one switch, two workers."""

    def __init__(self, folder: Path, server: redis.Redis) -> None:
        super().__init__()
        self.server = server
        self.store: Store = open_store(
            None, folder=folder, project=f"rest-{next(_projects)}", fsync="everysec"
        )
        self.model = Model(states={CAMPAIGN: CampaignState.RUNNING})
        self.now = NOW
        self.attempts: list[Attempt] = []
        people = [contact(index, overdue="0") for index in range(LEADS)]
        ids = launch(self.store, people, first=OVERDUE_FIRST)
        self.model.leads[CAMPAIGN] = [Lead(lead_id, who) for lead_id, who in zip(ids, people, strict=True)]

    def teardown(self) -> None:
        self.store.close()
        self.server.flushall()

    @rule(ms=st.sampled_from([1, 1_000, 3_000, 4_000, 8_000, TRIAL_MS]))
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @rule(worker=st.sampled_from(["w1", "w2"]), wanted=st.integers(1, 3), order=st.permutations(GATEWAYS))
    def claim(self, worker: str, wanted: int, order: list[object]) -> None:
        zone = open_zone(MOSCOW, until=self.now + LONG)
        asked = replace(
            request(wanted, worker=worker, now=self.now, zones=(zone,)),
            gateways=tuple(order),  # type: ignore[arg-type]  # they are budgets
        )
        expected = self.model.claim(asked)
        reply = self.store.claim(asked)
        assert [(a.attempt_id, a.lead_id, a.number, a.gateway) for a in reply.attempts] == expected
        assert reply.trials == {rest.trial for rest in self.model.rests.values()} & set(asked.attempt_ids)
        self.attempts += reply.attempts

    @rule(pick=st.integers(0, 5), sign=st.sampled_from(TrunkSign), ago=st.sampled_from([0, 0, 1, 4_000]))
    def end(self, pick: int, sign: TrunkSign, ago: int) -> None:
        self._end([pick], sign, ago)

    @rule(picks=st.lists(st.integers(0, 5), min_size=2, max_size=3), ago=st.sampled_from([0, 1]))
    def fail(self, picks: list[int], ago: int) -> None:
        self._end(picks, TrunkSign.FAILS, ago)

    def _end(self, picks: list[int], sign: TrunkSign, ago: int) -> None:
        rule = RULES[sign is TrunkSign.REFUSED]
        word = TrunkWord(sign=sign, at=self.now - ago, why="CAUSE, sip 503", rest=rule)
        said = None if sign is TrunkSign.NOTHING else word
        live = [attempt for attempt in self.attempts if attempt.attempt_id in self.model.live]
        chosen = {
            live[-1 - pick % len(live)].attempt_id: live[-1 - pick % len(live)] for pick in picks if live
        }
        items, expected = [], []
        for attempt in chosen.values():
            decision = replace(retry(attempt, self.now), trunk=said)
            items.append((attempt, ending(attempt, Disposition.BUSY, at=self.now), decision))
            after = (attempt.attempt_id, decision.state, Phase.WAITING, self.now, self.now)
            expected.append(self.model.finish(*after, uncount=False, word=said))
        assert self.store.finish_many(items, self.now) == expected

    @rule(pick=st.integers(0, 5))
    def release_or_answer(self, pick: int) -> None:
        live = [attempt for attempt in self.attempts if attempt.attempt_id in self.model.live]
        if not live:
            return
        attempt = live[-1 - pick % len(live)]
        if pick % 2:
            assert self.store.release(attempt, self.now) == self.model.release(attempt.attempt_id, self.now)
            return
        word = TrunkWord(sign=TrunkSign.WORKS, at=self.now, why="", rest=RULES[False])
        self.store.answered([attempt.attempt_id], self.now)
        self.model.hear(attempt.attempt_id, self.model.live[attempt.attempt_id], word, self.now)

    @rule(name=st.sampled_from(["main", "spare", ""]), is_woken=st.booleans())
    def a_person_decides(self, name: str, is_woken: bool) -> None:
        if is_woken:
            was_known = self.model.rests.pop(name, None) is not None
            assert self.store.wake_gateway("sw", name) == was_known
        elif name:
            self.store.rest_gateway("sw", name, now=self.now, for_ms=5_000)
            rest = self.model.rests.setdefault(name, Rest())
            rest.began, rest.until, rest.length, rest.trial = self.now, self.now + 5_000, 5_000, None

    @invariant()
    def both_know_the_same(self) -> None:
        known = {row.gateway: (row.fails, row.until, row.trial) for row in self.store.rests()}
        assert known == {
            name: (rest.fails, rest.until, rest.trial if rest.trial in self.model.live else None)
            for name, rest in self.model.rests.items()
        }


def test_the_breaker_does_what_the_model_does(data_folder: Path, server: redis.Redis) -> None:
    run_state_machine_as_test(
        lambda: Breaker(data_folder, server),  # type: ignore[arg-type]  # any maker of machines does
        settings=settings(
            max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
