from __future__ import annotations

import json

import pytest

from orchestrator.domain.plan import PacingMode
from orchestrator.engine.pacing.pacer import Pacer
from orchestrator.engine.pacing.view import Why
from tests.engine.pacing.factories import NOON, a_pacer, a_plan, a_view, ring, teach

HOUR = 3_600_000


# -- modes


def test_progressive_places_one_call_for_each_free_agent_that_has_none() -> None:
    pacer = Pacer(a_plan(mode=PacingMode.PROGRESSIVE))
    ring(pacer, 2, NOON)
    decision = pacer.decide(a_view(6, waiting=1, ordered=1, talking=9), NOON)
    assert (decision.place, decision.why, decision.with_agent) == (2, Why.ONE_EACH, False)


def test_ratio_places_so_many_for_each_free_agent() -> None:
    pacer = Pacer(a_plan(mode=PacingMode.RATIO, ratio=2.5, abandoned=0.0))
    ring(pacer, 2, NOON - 60_000)
    decision = pacer.decide(a_view(3, waiting=1), NOON)
    assert (decision.place, decision.cancel, decision.why) == (4, (), Why.RATIO)
    assert not decision.with_agent


def test_a_cap_of_nothing_reserves_an_agent_for_each_call() -> None:
    decision = a_pacer(abandoned=0.0).decide(a_view(4, talking=30), NOON)
    assert (decision.place, decision.with_agent, decision.why) == (4, True, Why.ONE_EACH)


def test_until_enough_was_seen_there_is_a_call_for_each_free_agent() -> None:
    decision = Pacer(a_plan()).decide(a_view(5), NOON)
    assert (decision.place, decision.why) == (5, Why.LEARNING)


def test_many_quick_answers_are_not_enough_while_the_first_calls_still_ring() -> None:
    pacer = Pacer(a_plan())
    for attempt in ring(pacer, 50, NOON):
        pacer.answered(attempt, NOON + 3_000)
    assert pacer.decide(a_view(5), NOON + 4_000).why is Why.LEARNING
    assert pacer.decide(a_view(5), NOON + 32_000).why is Why.PREDICTED


# -- predicting


def test_more_calls_than_free_agents_when_a_third_answers() -> None:
    decision = a_pacer().decide(a_view(10), NOON)
    assert decision.why is Why.PREDICTED
    assert 12 <= decision.place <= 30


def test_busy_agents_are_called_for_before_they_are_free() -> None:
    assert a_pacer().decide(a_view(0, talking=90), NOON).place > 5


def test_agents_in_wrap_up_come_back_sooner_than_those_who_talk() -> None:
    talking = a_pacer().decide(a_view(0, talking=20), NOON).place
    wrapping = a_pacer().decide(a_view(0, wrapping=[(NOON - 5_000, None)] * 20), NOON).place
    assert wrapping > talking


def test_the_end_of_the_time_for_wrap_up_is_counted_on() -> None:
    endless = a_pacer().decide(a_view(0, wrapping=[(NOON - 1_000, None)] * 10), NOON).place
    soon = a_pacer().decide(a_view(0, wrapping=[(NOON - 1_000, NOON + 2_000)] * 10), NOON).place
    assert soon > endless


def test_old_calls_leave_more_room_than_new_ones() -> None:
    fresh, old = a_pacer(cancel_after_s=None), a_pacer(cancel_after_s=None)
    ring(fresh, 10, NOON)
    ring(old, 10, NOON - 22_000)
    view = a_view(6, talking=20)
    assert old.decide(view, NOON).place > fresh.decide(view, NOON).place


def test_calls_ordered_count_like_calls_that_ring() -> None:
    pacer = a_pacer()
    place = pacer.decide(a_view(10), NOON).place
    assert pacer.decide(a_view(10, ordered=place), NOON + 1).place == 0


def test_reserved_calls_take_nobody_elses_agent() -> None:
    pacer, other = a_pacer(), a_pacer()
    for n in range(10):
        pacer.placed(f"reserved-{n}", NOON, is_reserved=True)
    assert pacer.decide(a_view(5), NOON).place == other.decide(a_view(5), NOON).place
    assert pacer.figures(NOON).ringing == 10


def test_calls_from_elsewhere_leave_less_room() -> None:
    assert a_pacer().decide(a_view(10, inflow=0.3), NOON).place < a_pacer().decide(a_view(10), NOON).place


# -- bounds


def test_when_the_cap_is_broken_only_a_free_agent_gets_a_call() -> None:
    pacer = a_pacer()
    for n in range(20):
        pacer.abandoned(NOON - 1_000 + n)
    decision = pacer.decide(a_view(2, talking=60), NOON)
    assert (decision.place, decision.why) == (2, Why.CAP)
    assert pacer.decide(a_view(0, talking=60), NOON + 1_000).place == 0


def test_lines_are_never_more_than_allowed_for_each_agent() -> None:
    pacer = a_pacer(lines_per_agent=1)
    ring(pacer, 3, NOON)
    decision = pacer.decide(a_view(15), NOON)
    assert (decision.place, decision.why) == (12, Why.LINES)


@pytest.mark.parametrize(("left", "why"), [(0, Why.NO_LEADS), (2, Why.NO_LEADS), (500, Why.PREDICTED)])
def test_no_more_calls_than_there_are_leads(left: int, why: Why) -> None:
    decision = a_pacer().decide(a_view(10, leads_left=left), NOON)
    assert decision.why is why
    assert decision.why is why
    assert decision.place <= left


def test_when_all_agents_leave_no_call_is_placed_and_old_ones_are_cancelled() -> None:
    pacer = a_pacer()
    old = ring(pacer, 3, NOON - 16_000, "old")
    ring(pacer, 3, NOON - 5_000, "young")
    decision = pacer.decide(a_view(0), NOON)
    assert (decision.place, decision.why) == (0, Why.NO_AGENTS)
    assert decision.cancel == tuple(old)
    assert pacer.decide(a_view(0), NOON + 1_000).cancel == ()
    assert len(pacer.decide(a_view(0), NOON + 10_000).cancel) == 3


def test_ringing_calls_that_nobody_could_take_are_cancelled() -> None:
    pacer = a_pacer()
    old = ring(pacer, 2, NOON - 20_000)
    assert pacer.decide(a_view(3, talking=4), NOON).cancel == ()
    assert pacer.decide(a_view(0, waiting=4, talking=4), NOON + 1).cancel == tuple(old)


def test_nothing_is_cancelled_where_it_is_not_allowed() -> None:
    pacer = a_pacer(cancel_after_s=None)
    ring(pacer, 2, NOON - 20_000)
    assert pacer.decide(a_view(0), NOON).cancel == ()


def test_every_call_rings_as_long_as_the_law_asks() -> None:
    pacer = a_pacer(cancel_after_s=5.0, ring_min_s=18.0)
    ring(pacer, 2, NOON - 16_000)
    assert pacer.decide(a_view(0), NOON).cancel == ()
    assert len(pacer.decide(a_view(0), NOON + 2_000).cancel) == 2


# -- what does not go as it should


def test_news_of_unknown_calls_and_repeated_news_are_ignored() -> None:
    pacer = a_pacer()
    before = pacer.figures(NOON)
    pacer.answered("unknown", NOON)
    pacer.ended("unknown", NOON)
    pacer.placed("one", NOON)
    pacer.ended("one", NOON + 1)
    pacer.ended("one", NOON + 2)
    assert pacer.figures(NOON) == before


def test_a_call_whose_end_was_not_told_is_forgotten() -> None:
    pacer = a_pacer(cancel_after_s=None)
    ring(pacer, 8, NOON)
    for second in range(0, 200, 10):
        pacer.decide(a_view(10), NOON + 1_000 * second)
    assert pacer.figures(NOON).ringing == 0


@pytest.mark.parametrize("jump", [-5 * HOUR, 5 * HOUR])
def test_after_a_jump_of_the_clock_ringing_calls_weigh_like_new_ones(jump: int) -> None:
    pacer, other = a_pacer(), a_pacer(NOON + jump)
    ringing = ring(pacer, 12, NOON - 10_000)
    ring(other, 12, NOON + jump)
    pacer.decide(a_view(5), NOON)
    place = pacer.decide(a_view(5), NOON + jump).place
    assert place == pytest.approx(other.decide(a_view(5), NOON + jump).place, abs=2)
    rate = pacer.figures(NOON + jump).answer_rate
    for attempt in ringing[:6]:
        pacer.ended(attempt, NOON + jump + 100)
    decision = pacer.decide(a_view(5), NOON + jump + 20_000)
    assert pacer.figures(NOON + jump).answer_rate == pytest.approx(rate, rel=0.1)
    assert decision.ask_at == NOON + jump + 21_000


def test_a_call_cancelled_after_a_jump_teaches_nothing() -> None:
    pacer = a_pacer()
    ring(pacer, 3, NOON)
    pacer.decide(a_view(0), NOON + HOUR)
    rate = pacer.figures(NOON).answer_rate
    assert len(pacer.decide(a_view(0), NOON + HOUR + 20_000).cancel) == 3
    assert pacer.figures(NOON).answer_rate == pytest.approx(rate, rel=0.1)


def test_a_call_lost_after_a_jump_is_forgotten_too() -> None:
    pacer = a_pacer(cancel_after_s=None)
    ring(pacer, 3, NOON)
    for second in (0, *range(3_600, 3_900, 30)):
        pacer.decide(a_view(0), NOON + 1_000 * second)
    assert pacer.figures(NOON).ringing == 0


def test_an_agent_who_talks_from_the_future_has_just_begun() -> None:
    assert a_pacer().decide(a_view(0, talking=20, now=NOON + HOUR), NOON).place >= 0


# -- memory


def test_the_next_leader_decides_the_same() -> None:
    pacer = a_pacer()
    ring(pacer, 7, NOON - 8_000)
    pacer.placed("reserved", NOON - 1_000, is_reserved=True)
    later = Pacer(a_plan(), memory=pacer.dump())
    assert json.loads(later.dump())["live"]["ringing"] == json.loads(pacer.dump())["live"]["ringing"]
    view = a_view(8, talking=20)
    assert later.decide(view, NOON).place == pytest.approx(pacer.decide(view, NOON).place, abs=1)
    assert later.figures(NOON).ringing == 8


def test_a_pacer_that_was_never_told_anything_is_carried_over() -> None:
    later = Pacer(a_plan(), memory=Pacer(a_plan()).dump())
    assert later.decide(a_view(3), NOON).why is Why.LEARNING


def test_what_is_carried_over_is_renewed_now_and_then() -> None:
    pacer = a_pacer()
    pacer.decide(a_view(), NOON)
    before = json.loads(pacer.dump())
    for attempt in ring(pacer, 50, NOON):
        pacer.answered(attempt, NOON + 5_000)
    pacer.decide(a_view(), NOON + 5_000)
    assert json.loads(pacer.dump())["learned"] == before["learned"]
    pacer.decide(a_view(), NOON + 40_000)
    assert json.loads(pacer.dump())["learned"] != before["learned"]


def test_a_later_campaign_knows_the_lengths_and_rates_but_has_its_own_budget() -> None:
    pacer = a_pacer()
    ring(pacer, 5, NOON)
    later = Pacer(a_plan(), memory=pacer.history())
    figures = later.figures(NOON)
    assert figures.talk_s == pytest.approx(pacer.figures(NOON).talk_s)
    assert (figures.ringing, figures.abandoned_day, figures.credit) == (0, None, 0.0)
    later.placed("first", NOON)
    later.decide(a_view(10), NOON)
    assert later.decide(a_view(10), NOON + 32_000).why is Why.PREDICTED


@pytest.mark.parametrize(
    "memory",
    ["", "{", "[]", "{}", '{"version":0}', '{"version":1,"learned":{}}', '{"version":1,"learned":null}'],
)
def test_what_cannot_be_read_is_as_nothing(memory: str) -> None:
    assert Pacer(a_plan(), memory=memory).figures(NOON) == Pacer(a_plan()).figures(NOON)


def test_half_of_what_cannot_be_read_is_not_kept() -> None:
    kept = json.loads(a_pacer().dump())
    kept["live"]["turn"] = float("inf")
    assert Pacer(a_plan(), memory=json.dumps(kept)).figures(NOON) == Pacer(a_plan()).figures(NOON)


# -- history


def test_a_jump_known_from_last_week_is_expected() -> None:
    pacer = Pacer(a_plan())
    for week, answer_every in ((2, 6), (1, 6)):
        began = NOON - week * 7 * 24 * HOUR
        pacer.decide(a_view(), began - 600_000)
        teach(pacer, answer_every=answer_every, until=began - 1)
        pacer.decide(a_view(), began)
        teach(pacer, answer_every=2, until=began + 900_000)
        pacer.decide(a_view(), began + 2 * HOUR)
    later = Pacer(a_plan(), memory=pacer.history())
    teach(later, answer_every=6, until=NOON - 2_000)
    later.decide(a_view(), NOON - 1_000)
    before = later.figures(NOON).answer_rate
    later.decide(a_view(), NOON)
    after = later.figures(NOON).answer_rate
    assert before is not None
    assert after is not None
    assert after > 1.8 * before


def test_figures_tell_what_is_known() -> None:
    figures = a_pacer().figures(NOON)
    assert figures.answer_rate == pytest.approx(1 / 3, rel=0.1)
    assert figures.abandoned_hour == figures.abandoned_day == 0.0
    assert figures.credit == pytest.approx(3.0)
    assert figures.limit > 0
    assert figures.talk_s == pytest.approx(120.0, rel=0.1)
