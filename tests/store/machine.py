"""The store against the model, by random steps: claims, endings in any order, doubled ones, dead workers, pauses,
leads that need an agent, quotas of hours, and what agents say. `test_model.py` runs it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count
from pathlib import Path

import redis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import (
    Attempt,
    CampaignState,
    Contact,
    Decision,
    Ending,
    Next,
    NextKind,
    OutboxEntry,
    Phase,
    WaitReason,
)
from orchestrator.domain.outcome import NextAction, Outcome, OutcomeFate
from orchestrator.domain.trunk import RestRule, TrunkSign, TrunkWord
from orchestrator.store import Added, ClaimRequest, GatewayBudget, OpenZone, Store, open_store
from orchestrator.store.keys import prefix
from tests.store.factories import DAY, HOUR, MOSCOW, NOW, OMSK, campaign, ending, number, request
from tests.store.model import Lead, Model, Rest
from tests.store.test_claim import OVERDUE_FIRST
from tests.store.whole import broken

CAMPAIGNS = ("parcel-1", "survey-1")
WORKERS = ("w1", "w2")
LONG = 10**9
NUMBERS = 8
_projects = count(1)

# Few numbers, so that both campaigns and second numbers meet again and again.
people = st.lists(
    st.tuples(
        st.lists(st.integers(0, NUMBERS - 1), min_size=1, max_size=2, unique=True),
        st.sampled_from([MOSCOW, OMSK]),
        st.integers(0, 3),
    ),
    min_size=4,
    max_size=9,
)
zones_open = st.sampled_from([(MOSCOW, OMSK), (MOSCOW,), (MOSCOW, OMSK), (OMSK,)])
budgets = st.sampled_from(
    [
        (GatewayBudget(switch="sw", switch_uuid="u", gateway="main", weight=None, cps=1000, channels=50),),
        (GatewayBudget(switch="sw", switch_uuid="u", gateway="main", weight=None, cps=1000, channels=3),),
        (
            GatewayBudget(switch="sw", switch_uuid="u", gateway="main", weight=None, cps=8, channels=2),
            GatewayBudget(switch="sw", switch_uuid="u", gateway="spare", weight=None, cps=1, channels=3),
        ),
    ]
)
caps = st.sampled_from([None, 1, 2])
kinds = st.sampled_from(["now", "later", "other phone", "now", "done", "held", "for agent"])
signs = st.sampled_from([*TrunkSign, TrunkSign.FAILS, TrunkSign.FAILS])
RESTS = {
    TrunkSign.REFUSED: RestRule(after=1, for_ms=1_000, most_ms=3_000),
    TrunkSign.FAILS: RestRule(after=2, for_ms=15_000, most_ms=40_000),
    TrunkSign.WORKS: RestRule(after=2, for_ms=15_000, most_ms=40_000),
}


class StoreMachine(RuleBasedStateMachine):
    """The real store and the model, step by step."""

    def __init__(self, folder: Path, server: redis.Redis) -> None:
        super().__init__()
        self.server = server
        self.project = f"model-{next(_projects)}"
        self.store: Store = open_store(None, folder=folder, project=self.project, fsync="everysec")
        self.model = Model()
        self.now = NOW
        self.attempts: list[Attempt] = []  # all there ever were: late and doubled endings pick from them

    def teardown(self) -> None:
        self.store.close()
        self.server.flushall()

    @initialize(lists=st.tuples(people, people))
    def load(self, lists: tuple[list[tuple[list[int], str, int]], ...]) -> None:
        for name, rows in zip(CAMPAIGNS, lists, strict=True):
            self.store.create_campaign(campaign(name, scenario=name[:-2]), b"", OVERDUE_FIRST)
            contacts = [
                Contact(
                    numbers=tuple(map(number, numbers)),
                    zones=(zone, MOSCOW)[: len(numbers)],
                    language="ru",
                    fields={"overdue": str(overdue)},
                )
                for numbers, zone, overdue in rows
            ]
            loaded = self.store.load_leads(name, list(enumerate(contacts)), now=NOW)
            self.store.set_state(name, CampaignState.RUNNING, among=frozenset(CampaignState), now=NOW)
            self.model.states[name] = CampaignState.RUNNING
            self.model.leads[name] = [
                Lead(outcome.lead_id, who)
                for outcome, who in zip(loaded, contacts, strict=True)
                if isinstance(outcome, Added)
            ]
        for worker in WORKERS:
            self.store.heartbeat(worker, LONG, {})

    # -- steps ------------------------------------------------------------------------------------------------

    @rule(ms=st.sampled_from([50, 1_000, 15_000, 30_000, HOUR, DAY]))
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @rule(name=st.sampled_from(CAMPAIGNS), worker=st.sampled_from(WORKERS), per_day=caps, ever=caps)
    def claim_plenty(self, name: str, worker: str, per_day: int | None, ever: int | None) -> None:
        gateways = (
            GatewayBudget(switch="sw", switch_uuid="u", gateway="main", weight=None, cps=1000, channels=50),
        )
        self.claim(name, worker, 6, (MOSCOW, OMSK), gateways, per_day, None, ever)

    @rule(
        name=st.sampled_from(CAMPAIGNS),
        worker=st.sampled_from(WORKERS),
        wanted=st.integers(1, 6),
        zones=zones_open,
        gateways=budgets,
        per_day=caps,
        project_per_day=caps,
        ever=st.sampled_from([None, 2, 3]),
    )
    def claim(  # one argument for each thing that varies
        self,
        name: str,
        worker: str,
        wanted: int,
        zones: tuple[str, ...],
        gateways: tuple[GatewayBudget, ...],
        per_day: int | None,
        project_per_day: int | None,
        ever: int | None,
    ) -> None:
        asked = request(
            wanted,
            campaign_id=name,
            worker=worker,
            now=self.now,
            zones=tuple(map(self._zone, zones)),
            gateways=gateways,
            per_day=per_day,
            project_per_day=project_per_day,
            project_ever=ever,
        )
        self._claim(asked)

    def _claim(self, asked: ClaimRequest) -> None:
        expected = self.model.claim(asked)
        reply = self.store.claim(asked)
        assert [(a.attempt_id, a.lead_id, a.number, a.gateway) for a in reply.attempts] == expected
        assert reply.wait_until is None or reply.wait_until >= self.now
        assert asked.only or reply.next_due_at is None or reply.next_due_at > self.now
        self.attempts += reply.attempts

    def _zone(self, key: str) -> OpenZone:
        day = (self.now - NOW) // DAY + 20261122
        next_day = NOW + ((self.now - NOW) // DAY + 1) * DAY
        return OpenZone(zone_key=key, open_until=self.now + HOUR, day=str(day), next_day_at=next_day)

    @rule(
        picks=st.lists(st.integers(0, 30), min_size=1, max_size=4),
        kind=kinds,
        uncount=st.booleans(),
        sign=signs,
        ago=st.sampled_from([0, 0, 100, 15_000]),
    )
    def finish(self, picks: list[int], kind: str, uncount: bool, sign: TrunkSign, ago: int) -> None:
        if self.attempts:
            chosen = [self._attempt(pick) for pick in picks]
            self._finish(chosen, [kind] * len(picks), uncount, self._word(sign, ago))

    @rule(
        name=st.sampled_from(CAMPAIGNS),
        among=st.lists(kinds, min_size=6, max_size=6),
        per_day=caps,
        ever=caps,
        uncount=st.booleans(),
        sign=signs,
    )
    def call_some(
        self,
        name: str,
        among: list[str],
        per_day: int | None,
        ever: int | None,
        uncount: bool,
        sign: TrunkSign,
    ) -> None:
        """A good while of work: claim plenty, end all of it."""
        before = len(self.attempts)
        self.claim_plenty(name, WORKERS[0], per_day, ever)
        self._finish(self.attempts[before:], among, uncount, self._word(sign, 0))

    def _word(self, sign: TrunkSign, ago: int) -> TrunkWord | None:
        if sign is TrunkSign.NOTHING:
            return None
        return TrunkWord(sign=sign, at=self.now - ago, why="CAUSE, sip 503", rest=RESTS[sign])

    def _finish(
        self, attempts: list[Attempt], among: list[str], uncount: bool, word: TrunkWord | None
    ) -> None:
        items, expected = [], []
        for attempt, kind in zip(attempts, among, strict=False):
            decision = replace(self._decision(attempt, kind, uncount), trunk=word)
            made = replace(ending(attempt, Disposition.BUSY, at=self.now), reached="anna")
            items.append((attempt, made, decision))
            decision = self.as_said(attempt, decision)
            phase = {NextKind.DONE: Phase.DONE, NextKind.HELD: Phase.HELD}.get(
                decision.next.kind, Phase.WAITING
            )
            args = (attempt.attempt_id, decision.state, phase, decision.next.at, self.now)
            expected.append(self.model.finish(*args, uncount=uncount, word=word))

        def decide(made: Attempt, ended: Ending, outcome: Outcome) -> Decision:
            return replace(self.decide_with(made, ended, outcome), trunk=word)

        assert self.store.finish_many(items, self.now, decide=decide) == expected

    def as_said(self, attempt: Attempt, decision: Decision) -> Decision:
        """What an attempt ends by that is decided so, if an agent has said nothing."""
        said = self.model.said.get(attempt.attempt_id)
        if attempt.attempt_id not in self.model.live or said is None or said.outcome is None:
            return decision
        by_agent = self.decide_with(attempt, ending(attempt), said.outcome)
        said.fate = OutcomeFate.APPLIED
        self.model.dnc.update(by_agent.do_not_call)
        self.model.outbox += len(by_agent.outbox)
        return by_agent

    def decide_with(self, attempt: Attempt, _ended: Ending, outcome: Outcome) -> Decision:
        """A decision that what was said alone makes: its word is a kind of decision."""
        decision = replace(
            self._decision(attempt, outcome.outcome or "later", False), outcome_id=outcome.outcome_id
        )
        said = OutboxEntry(kind="outcome", body={"outcome": outcome.outcome})
        told = (OutboxEntry(kind="status", body={}), said) if outcome.key else (said,)
        listed = (attempt.number,) if outcome.next is NextAction.DO_NOT_CALL else ()
        return replace(decision, outbox=told, do_not_call=listed)

    def _attempt(self, pick: int) -> Attempt:
        """Mostly one that has not ended, the newest first; now and then one that has."""
        live = [attempt for attempt in self.attempts if attempt.attempt_id in self.model.live]
        among = self.attempts if pick % 4 == 3 or not live else live
        return among[-1 - pick // 4 % len(among)]

    def _decision(self, attempt: Attempt, kind: str, uncount: bool) -> Decision:
        after = replace(attempt.state, attempts=attempt.state.attempts + 1, tries=attempt.state.tries + 1)
        if kind == "for agent":
            after = replace(after, needs_agent=True)
        if kind == "other phone":
            after = replace(after, phone=(after.phone + 1) % len(attempt.contact.numbers))
        following = {
            "done": Next(kind=NextKind.DONE),
            "held": Next(kind=NextKind.HELD),
            "later": Next(kind=NextKind.DUE, at=self.now + HOUR, reason=WaitReason.RETRY),
            "for agent": Next(kind=NextKind.DUE, at=self.now + HOUR, reason=WaitReason.AGENT),
        }.get(kind, Next(kind=NextKind.DUE, at=self.now, reason=WaitReason.RETRY))
        if kind == "done":
            after = replace(after, status="confirmed")
        return Decision(rule="busy", state=after, next=following, uncount_number=uncount)

    @rule(pick=st.integers(0, 30))
    def release(self, pick: int) -> None:
        if self.attempts:
            attempt = self._attempt(pick)
            assert self.store.release(attempt, self.now) == self.model.release(attempt.attempt_id, self.now)

    @rule(pick=st.integers(0, 30))
    def answer(self, pick: int) -> None:
        if self.attempts:
            attempt_id = self._attempt(pick).attempt_id
            live, word = self.model.live.get(attempt_id), self._word(TrunkSign.WORKS, 0)
            self.store.answered([attempt_id], self.now)
            if live is not None and word is not None:
                self.model.hear(attempt_id, live, word, self.now)

    @rule(name=st.sampled_from(["main", "spare", ""]), is_woken=st.booleans())
    def rest_or_wake(self, name: str, is_woken: bool) -> None:
        if is_woken:
            was_known = self.model.rests.pop(name, None) is not None
            assert self.store.wake_gateway("sw", name) == was_known
        elif name:
            self.store.rest_gateway("sw", name, now=self.now, for_ms=10_000)
            rest = self.model.rests.setdefault(name, Rest())
            rest.began, rest.until, rest.length, rest.trial = self.now, self.now + 10_000, 10_000, None

    @rule(index=st.integers(0, NUMBERS - 1), is_added=st.booleans())
    def change_the_list(self, index: int, is_added: bool) -> None:
        if is_added:
            assert self.store.dnc_add([number(index)], "", self.now) == (number(index) not in self.model.dnc)
            self.model.dnc.add(number(index))
        else:
            assert self.store.dnc_remove([number(index)]) == (number(index) in self.model.dnc)
            self.model.dnc.discard(number(index))

    @rule(
        name=st.sampled_from(CAMPAIGNS),
        to=st.sampled_from([CampaignState.RUNNING] * 3 + [CampaignState.PAUSED]),
    )
    def pause_or_go_on(self, name: str, to: CampaignState) -> None:
        among = frozenset({CampaignState.RUNNING, CampaignState.PAUSED})
        assert self.store.set_state(name, to, among=among, now=self.now)
        self.model.states[name] = to

    @rule(name=st.sampled_from(CAMPAIGNS), index=st.integers(0, 8), is_resumed=st.booleans())
    def a_person_decides(self, name: str, index: int, is_resumed: bool) -> None:
        if index >= len(self.model.leads[name]):
            return
        lead = self.model.leads[name][index]
        was_held = lead.phase is Phase.HELD
        if is_resumed:
            assert self.store.resume_lead(name, lead.lead_id, self.now) == was_held
        else:
            assert self.store.close_lead(name, lead.lead_id, "closed", self.now) == was_held
        if was_held and is_resumed:
            self.model.resume(lead, self.now)
        elif was_held:
            lead.phase, lead.reason = Phase.DONE, WaitReason.DONE
            lead.state = replace(lead.state, status="closed")
            self.model.outbox += 1

    @rule(dead=st.sampled_from(WORKERS), is_dead=st.booleans())
    def take_over(self, dead: str, is_dead: bool) -> None:
        by = WORKERS[1 - WORKERS.index(dead)]
        if is_dead:
            self.store.forget_worker(dead)
        adopted = {attempt.attempt_id for attempt in self.store.adopt(dead, by)}
        theirs = {key for key, live in self.model.live.items() if live.worker == dead} if is_dead else set()
        assert adopted == theirs
        for key in theirs:
            self.model.live[key].worker = by
        self.store.heartbeat(dead, LONG, {})

    @rule(name=st.sampled_from(CAMPAIGNS))
    def ask_why(self, name: str) -> None:
        """Every lead has one reason, and the sum is the sum of the single ones."""
        single: Counter[WaitReason] = Counter()
        for lead in self.model.leads[name]:
            single += self._reasons(name, lead.contact.numbers[0])
        summed = self._reasons(name, None)
        assert summed == single
        assert summed.total() == len(self.model.leads[name])

    def _reasons(self, name: str, asked: str | None) -> Counter[WaitReason]:
        found = self.store.why(
            name,
            now=self.now,
            zones=(self._zone(OMSK),),
            per_day=2,
            project_ever=3,
            gateways=(
                GatewayBudget(switch="sw", switch_uuid="u", gateway="main", weight=None, cps=8, channels=2),
            ),
            number=asked,
        )
        return Counter({item.reason: item.count for item in found.reasons})

    # -- what must hold after each ----------------------------------------------------------------------------

    @invariant()
    def nothing_is_broken(self) -> None:
        assert broken(self.server, prefix(self.project)) == []

    @invariant()
    def the_store_is_what_the_model_is(self) -> None:
        for name, leads in self.model.leads.items():
            rows = {row.lead_id: row for row in self.store.leads(name)}
            for lead in leads:
                row = rows.pop(lead.lead_id)
                assert (row.contact, row.state, row.phase) == (lead.contact, lead.state, lead.phase)
                assert (row.due_at or 0, row.reason) == (lead.due_at, lead.reason)
            assert rows == {}
            assert self.store.counts(name).attempts == self.model.ended[name]
        live = {a.attempt_id: (a.lead_id, a.number, a.worker_id, a.state) for a in self.store.live()}
        assert live == {k: (v.lead.lead_id, v.number, v.worker, v.before) for k, v in self.model.live.items()}
        assert len(self.store.outbox()) == self.model.outbox
        known = {row.gateway: (row.fails, row.until, row.trial) for row in self.store.rests()}
        assert known == {
            name: (rest.fails, rest.until, rest.trial if rest.trial in self.model.live else None)
            for name, rest in self.model.rests.items()
        }
