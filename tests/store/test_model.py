"""The store against the model, by random steps (machine.py), and with people: agents, outcomes, quotas of hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count
from pathlib import Path

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from orchestrator.domain.lead import Attempt, Decision, Ending, LeadState, Phase, WaitReason
from orchestrator.domain.outcome import NextAction, Outcome, OutcomeFate
from orchestrator.store import GatewayBudget, HourQuota
from tests.store.factories import DAY, HOUR, MOSCOW, OMSK, request
from tests.store.machine import CAMPAIGNS, WORKERS, StoreMachine, budgets, caps, kinds, zones_open

_requests = count(1)
quotas = st.sampled_from(
    [
        HourQuota(attempts=2),
        HourQuota(attempts=4),
        HourQuota(share=0.5, until=10**15),
        HourQuota(attempts=3, share=1.0, until=0),
    ]
)


class PeopleMachine(StoreMachine):
    """With agents reserved for leads, quotas, and what agents say, whenever they say it."""

    @rule(
        name=st.sampled_from(CAMPAIGNS),
        only=st.lists(st.integers(0, 8), min_size=1, max_size=4, unique=True),
        zones=zones_open,
        gateways=budgets,
        per_day=caps,
    )
    def claim_certain_leads(
        self,
        name: str,
        only: list[int],
        zones: tuple[str, ...],
        gateways: tuple[GatewayBudget, ...],
        per_day: int | None,
    ) -> None:
        leads = self.model.leads[name]
        asked = request(
            3,
            campaign_id=name,
            worker=WORKERS[0],
            now=self.now,
            zones=tuple(map(self._zone, zones)),
            gateways=gateways,
            per_day=per_day,
        )
        wanted = tuple(leads[index].lead_id for index in only if index < len(leads))
        if wanted:
            self._claim(replace(asked, only=wanted))

    @rule(name=st.sampled_from(CAMPAIGNS))
    def claim_those_that_wait_for_an_agent(self, name: str) -> None:
        due = [
            (lead.due_at, str(lead.lead_id), lead.lead_id)
            for lead in self.model.leads[name]
            if (lead.phase, lead.reason) == (Phase.WAITING, WaitReason.AGENT) and lead.due_at <= self.now
        ]
        found = self.store.due_for_agent(name, self.now)
        assert found == tuple(lead_id for _, _, lead_id in sorted(due))
        if found:
            asked = request(6, campaign_id=name, now=self.now, zones=(self._zone(MOSCOW), self._zone(OMSK)))
            self._claim(replace(asked, only=found))

    @rule(name=st.sampled_from(CAMPAIGNS), wanted=st.integers(1, 6), quota=quotas)
    def claim_by_the_hour(self, name: str, wanted: int, quota: HourQuota) -> None:
        zones = (self._zone(MOSCOW), self._zone(OMSK))
        asked = request(wanted, campaign_id=name, worker=WORKERS[0], now=self.now, zones=zones)
        self._claim(replace(asked, per_hour=quota))

    @rule(
        pick=st.integers(0, 30),
        again=st.sampled_from([0, 0, 0, 1, 2]),
        word=st.sampled_from(["done", "later", "for agent", "now", "held", ""]),
        following=st.sampled_from([NextAction.NONE, NextAction.NONE, NextAction.DO_NOT_CALL]),
    )
    def say(self, pick: int, again: int, word: str, following: NextAction) -> None:
        """again: once more what was said before, as one does who had no reply."""
        if not self.attempts:
            return
        attempt = self._attempt(pick)
        said = self.model.said.get(attempt.attempt_id)
        ids = said.ids if said else ()
        outcome = Outcome(
            outcome_id=ids[again - 1] if 0 < again <= len(ids) else f"o{next(_requests)}",
            call_id=attempt.attempt_id,
            agent_id="anna",
            outcome=word,
            next=following,
            said_at=self.now,
        )

        def decide(made: Attempt, ended: Ending, about: Outcome, _state: LeadState) -> Decision:
            assert made.attempt_id == attempt.attempt_id
            return self.decide_with(made, ended, about)

        fate = self.store.outcomes.say(outcome, decide=decide, caller=None, now=self.now)
        expected = self.model.say(attempt, outcome, self.decide_with(attempt, NO_ENDING, outcome), self.now)
        assert fate is expected

    @rule(pick=st.integers(0, 30), word=st.sampled_from(["done", "for agent"]), kind=kinds)
    def talk(self, pick: int, word: str, kind: str) -> None:
        """A call with an agent who says something of it, then its end."""
        live = [attempt for attempt in self.attempts if attempt.attempt_id in self.model.live]
        if live:
            attempt = live[pick % len(live)]
            self.say(3 + 4 * self.attempts[::-1].index(attempt), 0, word, NextAction.NONE)
            self._finish([attempt], [kind], False, None)

    @rule(name=st.sampled_from(CAMPAIGNS), index=st.integers(0, 8))
    def withdraw(self, name: str, index: int) -> None:
        if index < len(self.model.leads[name]):
            lead = self.model.leads[name][index]
            said = self.store.withdraw_lead(name, lead.lead_id, by="api", now=self.now)
            assert said is self.model.withdraw(lead)

    @rule(ms=st.sampled_from([HOUR // 4, DAY]))
    def more_time_passes(self, ms: int) -> None:
        self.now += ms

    @invariant()
    def outcomes_are_counted_as_the_model_does(self) -> None:
        for name in CAMPAIGNS:
            keys = Counter(
                said.outcome.key
                for attempt_id, said in self.model.said.items()
                if said.outcome is not None
                and said.fate in (OutcomeFate.APPLIED, OutcomeFate.KEPT)
                and said.outcome.key
                and self._campaign_of(attempt_id) == name
            )
            assert self.store.counts(name).by_outcome == dict(keys)

    def _campaign_of(self, attempt_id: str) -> str:
        return next(a.campaign_id for a in self.attempts if a.attempt_id == attempt_id)


NO_ENDING: Ending = None  # type: ignore[assignment]  # the machine's decisions do not look at it


def test_the_store_does_what_the_model_does(data_folder: Path, server: redis.Redis) -> None:
    run_state_machine_as_test(
        lambda: PeopleMachine(data_folder, server),  # type: ignore[arg-type]  # any maker of machines does
        settings=settings(
            max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
