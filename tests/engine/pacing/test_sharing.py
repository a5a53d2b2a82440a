from __future__ import annotations

import pytest

from orchestrator.domain.plan import PacingMode
from orchestrator.engine.pacing.pacer import Pacer
from orchestrator.engine.pacing.sharing import Seat, decide_together
from orchestrator.engine.pacing.view import PoolView, Why
from tests.engine.pacing.factories import NOON, a_pacer, a_plan, a_view, ring

TEAM = frozenset({"anna", "boris", "vera", "gleb"})
VIEW = a_view(10, talking=20)


def _seats(*pacers: Pacer, view: PoolView = VIEW, weights: tuple[float, ...] = (1.0, 1.0, 1.0)) -> list[Seat]:
    return [Seat(pacer=p, view=view, agents=TEAM, weight=w) for p, w in zip(pacers, weights, strict=False)]


def test_without_campaigns_there_is_nothing_to_decide() -> None:
    assert decide_together([], NOON) == ()


def test_a_campaign_alone_decides_as_by_itself() -> None:
    (together,) = decide_together(_seats(a_pacer()), NOON)
    assert together == a_pacer().decide(VIEW, NOON)


def test_two_campaigns_place_no_more_than_one_would() -> None:
    alone = a_pacer().decide(VIEW, NOON).place
    decisions = decide_together(_seats(a_pacer(), a_pacer()), NOON)
    assert sum(each.place for each in decisions) == pytest.approx(alone, abs=2)
    assert abs(decisions[0].place - decisions[1].place) <= 1


def test_a_campaign_of_more_weight_gets_more() -> None:
    first, second = decide_together(_seats(a_pacer(), a_pacer(), weights=(3.0, 1.0)), NOON)
    assert first.place > 2 * second.place


def test_the_ringing_calls_of_another_campaign_count() -> None:
    busy = a_pacer()
    ring(busy, 40, NOON)
    alone = a_pacer().decide(VIEW, NOON).place
    _, second = decide_together(_seats(busy, a_pacer()), NOON)
    assert second.place < alone


def test_campaigns_without_a_common_agent_do_not_see_each_other() -> None:
    alone = a_pacer().decide(VIEW, NOON).place
    seats = [
        Seat(pacer=a_pacer(), view=VIEW, agents=TEAM),
        Seat(pacer=a_pacer(), view=VIEW, agents=frozenset({"zoya"})),
        Seat(pacer=a_pacer(), view=VIEW),
    ]
    assert [each.place for each in decide_together(seats, NOON)] == [alone] * 3


def test_agents_in_common_count_by_their_share() -> None:
    alone = a_pacer().decide(VIEW, NOON).place
    seats = [
        Seat(pacer=a_pacer(), view=VIEW, agents=TEAM),
        Seat(pacer=a_pacer(), view=VIEW, agents=frozenset({"anna", "x", "y", "z"})),
    ]
    places = [each.place for each in decide_together(seats, NOON)]
    assert alone / 2 < places[0] <= alone
    assert alone / 2 < places[1] <= alone


def test_progressive_campaigns_do_not_call_twice_for_one_agent() -> None:
    pacers = [Pacer(a_plan(mode=PacingMode.PROGRESSIVE)) for _ in range(2)]
    decisions = decide_together(_seats(*pacers, view=a_view(5)), NOON)
    assert sum(each.place for each in decisions) == 5


def test_a_progressive_campaign_leaves_an_agent_for_each_answer_another_expects() -> None:
    predictive = a_pacer()
    ring(predictive, 12, NOON)  # about four answers
    view = a_view(5)
    _, progressive = decide_together(
        _seats(predictive, Pacer(a_plan(mode=PacingMode.PROGRESSIVE)), view=view), NOON
    )
    assert progressive.place <= 2


def test_who_could_not_call_for_long_does_not_starve_the_others_afterwards() -> None:
    ahead = a_pacer()
    ahead.memory.turn = 5_000.0
    first, second = decide_together(_seats(ahead, a_pacer(), view=a_view(40)), NOON)
    assert first.place > 0
    assert second.place > first.place


def test_each_campaign_keeps_to_its_own_leads() -> None:
    short = Seat(pacer=a_pacer(), view=a_view(10, talking=20, leads_left=1), agents=TEAM)
    first, second = decide_together([short, *_seats(a_pacer())], NOON)
    assert first.place == 1
    assert second.place > 3


def test_a_campaign_that_still_learns_gets_a_few_calls_beside_one_that_looks_ahead() -> None:
    ahead = a_pacer()
    ring(ahead, 20, NOON)
    view = a_view(0, wrapping=[(NOON - 5_000, None)] * 40)
    _, learning = decide_together(_seats(ahead, Pacer(a_plan()), view=view), NOON)
    assert 1 <= learning.place <= 5
    assert learning.why is Why.LEARNING
    _, progressive = decide_together(
        _seats(a_pacer(), Pacer(a_plan(mode=PacingMode.PROGRESSIVE)), view=view), NOON
    )
    assert progressive.place == 0


def _in_debt() -> Pacer:
    pacer = a_pacer()
    for n in range(20):
        pacer.abandoned(NOON - 2_000 + n)
    return pacer


def test_a_campaign_at_its_cap_calls_beside_others_where_there_is_hardly_a_risk() -> None:
    ahead = a_pacer()
    ring(ahead, 20, NOON)
    view = a_view(6, wrapping=[(NOON - 5_000, None)] * 60)
    _, debtor = decide_together(_seats(ahead, _in_debt(), view=view), NOON)
    assert debtor.place >= 1
    assert debtor.why is Why.CAP


def test_who_is_ahead_waits_for_who_cannot_call_yet() -> None:
    ahead, behind = a_pacer(), _in_debt()
    ahead.memory.turn = 6.0
    ring(ahead, 4, NOON)
    view = a_view(0, talking=60)
    alone = a_pacer()
    ring(alone, 4, NOON)
    assert alone.decide(view, NOON).place > 0
    first, second = decide_together(_seats(ahead, behind, view=view), NOON)
    assert (first.place, second.place) == (0, 0)


def test_a_campaign_that_learns_alone_waits_for_a_free_agent() -> None:
    seats = [
        Seat(pacer=Pacer(a_plan()), view=a_view(2, talking=9), agents=TEAM),
        Seat(pacer=a_pacer(), view=VIEW, agents=frozenset({"zoya"})),
    ]
    assert decide_together(seats, NOON)[0].place == 2
