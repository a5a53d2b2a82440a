"""A predictive campaign: dialed by whoever leads, as many calls as the floor orders, answered by agents."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.lead import WaitReason
from orchestrator.runtime.why import why
from orchestrator.simulator.callee_log import read_callee_log
from orchestrator.store.figures import Scope
from tests.runtime.factories import launched, number
from tests.runtime.operators.bench import (
    ORDERS,
    PEOPLE,
    agent,
    channels,
    figures,
    opened,
    say,
    screens,
    switch,
    until,
    worker,
)

SPEED = 40.0


def test_customers_are_called_for_agents_who_are_there_and_for_nobody_else(short_tmp: Path) -> None:
    with opened(short_tmp, orders=ORDERS, speed=SPEED) as project, switch(project) as its:
        campaign = launched(project, *range(1, 7), scenario="orders")
        with worker(project, "w1"), worker(project, "w2", leads=False):
            held = lambda: {item.reason: item.count for item in why(project, campaign).reasons}  # noqa: E731
            until(lambda: held() == {WaitReason.NO_AGENT: 6}, "it is said that nobody is at work")
            assert read_callee_log(project.settings.data / "callees-main.jsonl") == []
            say(project, "anna", "available")
            counts = project.store.counts
            until(lambda: counts(campaign.campaign_id).answered == 6, "all were called")
            until(lambda: channels(its) == 0, "no channel is left")
            assert agent(project, "anna").calls_today == 6
            until(
                lambda: figures(project)[Scope.CAMPAIGN, campaign.campaign_id]["today"].get("connected") == 6,
                "all are counted",
            )
            talks = [body for kind, body in screens(project, "anna") if kind == "talks"]
            assert len(talks) == 6
            assert str(talks[0]["script"]).startswith("Say hello to Person ")
            assert talks[0]["outcomes"] == ["sold", "refused"]
            assert str(talks[0]["contact"]).startswith("{'name': 'Person ")
        seen = [call.number for call in read_callee_log(project.settings.data / "callees-main.jsonl")]
    rung = sorted(each for each in seen if each.startswith("+7"))
    assert rung == [number(index) for index in range(1, 7)]


def test_who_was_abandoned_is_called_again_only_with_an_agent_reserved(short_tmp: Path) -> None:
    """Anna picks up too late for the first call; the second time she is on the line before they are called."""
    people = PEOPLE.replace("rings: 2", "rings: 12")
    orders = ORDERS.replace("within: 10s", "within: 8s")
    orders = orders.replace("{retry: 2h}}", "{retry: 2h}, abandoned: {retry: 1m}}")
    with opened(short_tmp, orders=orders, people=people) as project, switch(project) as its:
        campaign = launched(project, 1, scenario="orders")
        with worker(project):
            say(project, "anna", "available")
            counts = project.store.counts
            until(
                lambda: counts(campaign.campaign_id).by_disposition.get("abandoned") == 1, "nobody was there"
            )
            until(lambda: counts(campaign.campaign_id).answered == 2, "called again")
            until(lambda: channels(its) == 0, "no channel is left")
            assert agent(project, "anna").calls_today == 1
