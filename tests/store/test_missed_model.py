"""Missed calls, callbacks and another campaign on the same few numbers, by random steps, against the model."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import InboundCall, MissedDecision, ServedBy
from orchestrator.domain.lead import Attempt, CampaignState, Decision, Next, NextKind, WaitReason
from orchestrator.store import Store, open_store
from orchestrator.store.keys import prefix
from tests.store.calls import ask, call, row_of, standing
from tests.store.factories import DAY, HOUR, MINUTE, NOW, SECOND, contact, ending, launch, number, request
from tests.store.missed_model import Lead, MissedModel
from tests.store.whole import broken

SCENARIOS = ("shop", "line")
ROBO = "robo"
CAMPAIGNS = ("shop-missed", "line-missed", ROBO)
CALLERS = 2  # few, so that calls and callbacks of one number meet again and again
_projects = count(1)

callers = st.integers(0, CALLERS - 1)
scenarios = st.sampled_from(SCENARIOS)
passed = st.sampled_from([0, 10 * SECOND, MINUTE, HOUR, HOUR])  # since the step before
ago = st.sampled_from([0, 0, 0, 10 * SECOND, MINUTE, HOUR])  # between the end of a call and its record
afters = st.sampled_from([0, 0, MINUTE, HOUR])
caps = st.sampled_from([(), ((86_400, 1),), ((3_600, 1), (86_400, 2))])
kinds = st.sampled_from(["answered", "answered_due", "due", "due", "done", "held"])


class MissedMachine(RuleBasedStateMachine):
    """The real store and the model, step by step."""

    def __init__(self, folder: Path, server: redis.Redis) -> None:
        super().__init__()
        self.server = server
        self.project = f"missed-{next(_projects)}"
        self.store: Store = open_store(None, folder=folder, project=self.project, fsync="everysec")
        self.model = MissedModel()
        self.now = NOW
        self.calls: list[tuple[InboundCall, MissedDecision]] = []
        self.attempts: list[Attempt] = []

    def teardown(self) -> None:
        self.store.close()
        self.server.flushall()

    @initialize()
    def begin(self) -> None:
        for scenario in SCENARIOS:
            self._deploy(scenario, is_dropped=True)
            self.model.leads[f"{scenario}-missed"] = []
        launch(self.store, [contact(index) for index in range(CALLERS)], campaign_id=ROBO)
        self.model.leads[ROBO] = [Lead(index + 1, number(index)) for index in range(CALLERS)]

    def _deploy(self, scenario: str, *, is_dropped: bool) -> None:
        standing(self.store, scenario, is_dropped=is_dropped)
        self.model.is_dropped[f"{scenario}-missed"] = is_dropped

    # -- calls that come in

    @rule(
        by=passed,
        caller=callers,
        scenario=scenarios,
        late=ago,
        after=afters,
        is_promised=st.sampled_from([False, False, True]),
        per_number=caps,
    )
    def miss(
        self,
        by: int,
        caller: int,
        scenario: str,
        late: int,
        after: int,
        is_promised: bool,
        per_number: tuple[tuple[int, int], ...],
    ) -> None:
        self.now += by
        made = call(caller, at=self.now - late, scenario=scenario)
        self._note(made, ask(made, after=after, is_promised=is_promised, per_number=per_number))

    @rule(
        by=passed,
        caller=callers,
        scenario=scenarios,
        late=ago,
        served=st.sampled_from([*ServedBy, ServedBy.PERSON]),
    )
    def serve(self, by: int, caller: int, scenario: str, late: int, served: ServedBy) -> None:
        self.now += by
        made = call(caller, at=self.now - late, scenario=scenario)
        self._note(made, MissedDecision(served=served))

    @rule(by=passed, caller=callers, scenario=scenarios, is_recorded=st.booleans())
    def talk(self, by: int, caller: int, scenario: str, is_recorded: bool) -> None:
        """Somebody talks with the caller; then the call is recorded, or its worker dies before."""
        self.now += by
        made = call(caller, at=self.now, scenario=scenario)
        expected = self.model.talk(made.caller, made.began_at)
        assert self.store.caller_reached(made.caller, made.began_at, self.now) == expected
        if is_recorded:
            self._note(made, MissedDecision(served=ServedBy.PERSON))

    @rule(caller=callers, scenario=scenarios, after=afters)
    def talk_and_promise(self, caller: int, scenario: str, after: int) -> None:
        made = call(caller, at=self.now, scenario=scenario)
        self._note(made, replace(ask(made, after=after, is_promised=True), served=ServedBy.PERSON))

    @rule(pick=st.integers(0, 50))
    def note_again(self, pick: int) -> None:
        if self.calls:
            made, decision = self.calls[pick % len(self.calls)]
            assert not self.store.note_call(made, (), decision, self.now)

    def _note(self, made: InboundCall, decision: MissedDecision) -> None:
        self.calls.append((made, decision))
        expected = self.model.note(made, decision, self.now)
        assert self.store.note_call(made, (), decision, self.now)
        row = row_of(self.store, made)
        assert (row.fate, row.lead_id, row.dropped) == expected

    # -- calls that are made

    @rule(by=passed, name=st.sampled_from(CAMPAIGNS), wanted=st.integers(1, 3))
    def claim(self, by: int, name: str, wanted: int) -> None:
        self.now += by
        asked = request(wanted, campaign_id=name, now=self.now)
        expected = self.model.claim(name, asked.attempt_ids, self.now)
        attempts = self.store.claim(asked).attempts
        assert [(a.attempt_id, a.lead_id) for a in attempts] == expected
        self.attempts += attempts

    @rule(name=st.sampled_from(CAMPAIGNS), kind=kinds)
    def call_and_end(self, name: str, kind: str) -> None:
        """Whoever is due, to the end."""
        self.claim(HOUR, name, 3)
        for _ in range(len(self.model.live)):
            self.finish(0, kind, SECOND)

    @rule(pick=st.integers(0, 30), kind=kinds, talked=st.sampled_from([0, SECOND, HOUR]))
    def finish(self, pick: int, kind: str, talked: int) -> None:
        if not self.attempts:
            return
        attempt = self._attempt(pick)
        is_answered = kind.startswith("answered")
        due_at = self.now + HOUR
        after = replace(
            attempt.state, attempts=attempt.state.attempts + 1, tries=attempt.state.tries + 1, status=kind
        )
        following = {
            "due": Next(kind=NextKind.DUE, at=due_at, reason=WaitReason.RETRY),
            "held": Next(kind=NextKind.HELD, reason=WaitReason.LOST),
        }.get(kind.removeprefix("answered_"), Next(kind=NextKind.DONE))
        decision = Decision(rule=kind, state=after, next=following, uncount_number=False)
        disposition = Disposition.ANSWERED if is_answered else Disposition.BUSY
        facts = ending(attempt, disposition, at=self.now)
        answered_at = self.now - talked
        if is_answered:
            facts = replace(facts, answered_at=answered_at)
        expected = self.model.finish(attempt.attempt_id, kind, after, due_at, self.now, answered_at)
        assert self.store.finish(attempt, facts, decision, self.now) == expected

    @rule(pick=st.integers(0, 30))
    def release(self, pick: int) -> None:
        if self.attempts:
            attempt = self._attempt(pick)
            assert self.store.release(attempt, self.now) == self.model.release(attempt.attempt_id)

    def _attempt(self, pick: int) -> Attempt:
        """Mostly one that has not ended; now and then one that has."""
        live = [attempt for attempt in self.attempts if attempt.attempt_id in self.model.live]
        among = self.attempts if pick % 4 == 3 or not live else live
        return among[-1 - pick // 4 % len(among)]

    # -- what else happens

    @rule()
    def sleep_on_it(self) -> None:
        self.now += DAY

    @rule(scenario=scenarios, is_dropped=st.sampled_from([True, True, True, False]))
    def deploy(self, scenario: str, is_dropped: bool) -> None:
        self._deploy(scenario, is_dropped=is_dropped)

    @rule(scenario=scenarios, is_stopped=st.sampled_from([False, False, False, True]))
    def stop_or_go_on(self, scenario: str, is_stopped: bool) -> None:
        name = f"{scenario}-missed"
        to = CampaignState.STOPPED if is_stopped else CampaignState.RUNNING
        assert self.store.set_state(name, to, among=frozenset(CampaignState), now=self.now)
        (self.model.stopped.add if is_stopped else self.model.stopped.discard)(name)

    @rule(caller=callers, is_added=st.sampled_from([True, False, False, False]))
    def change_the_list(self, caller: int, is_added: bool) -> None:
        if is_added:
            self.store.dnc_add([number(caller)], "", self.now)
            self.model.dnc.add(number(caller))
        else:
            self.store.dnc_remove([number(caller)])
            self.model.dnc.discard(number(caller))

    @rule(name=st.sampled_from(CAMPAIGNS))
    def try_to_finish(self, name: str) -> None:
        if name != ROBO:
            assert not self.store.finish_if_done(name, self.now)

    # -- what must hold after each

    @invariant()
    def nothing_is_broken(self) -> None:
        assert broken(self.server, prefix(self.project)) == []

    @invariant()
    def the_store_is_what_the_model_is(self) -> None:
        for name, leads in self.model.leads.items():
            rows = {row.lead_id: row for row in self.store.leads(name)}
            assert {
                row.lead_id: (row.contact.numbers[0], row.phase, row.due_at or 0, row.reason, row.state)
                for row in rows.values()
            } == {
                lead.lead_id: (lead.number, lead.phase, lead.due_at, lead.reason, lead.state)
                for lead in leads
            }
        for name in self.model.is_dropped:
            assert [
                (row.first_at, row.last_at, row.calls, row.is_promised, row.reached_by, row.reached_at)
                for row in self.store.callbacks(name)
            ] == [
                (lead.first, lead.last, lead.calls, lead.is_promised, lead.how, lead.at)
                for lead in self.model.leads[name]
            ]
        assert {a.attempt_id for a in self.store.live()} == set(self.model.live)
        assert len(self.store.outbox()) == self.model.told
        assert len(list(self.store.calls(0, self.now + DAY))) == len(self.model.noted)


def test_the_store_does_what_the_model_does(data_folder: Path, server: redis.Redis) -> None:
    run_state_machine_as_test(
        lambda: MissedMachine(data_folder, server),  # type: ignore[arg-type]  # any maker of machines does
        settings=settings(
            max_examples=18, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
