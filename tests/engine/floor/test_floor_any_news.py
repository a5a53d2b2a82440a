"""Any news in any order, of calls, legs and agents that are there or not: nothing breaks, and what must hold holds."""

from __future__ import annotations

from itertools import count
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor import news as n
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.orders import PlaceReserved, RingAgent
from tests.engine.floor.chance import some_rules
from tests.engine.floor.factories import T0, a_pacing, a_spec
from tests.engine.floor.invariants import check

NAMES = ["anna", "boris", "clara", "dora"]
QUEUES = ("shop:sales", "shop:help")
AGENTS = st.sampled_from([*NAMES, "nobody"])
CALLS = st.sampled_from(["c1", "c2", "c3", "d1", "d2"])
ATTEMPTS = st.sampled_from(["d1", "d2", "d3"])
LEGS = st.sampled_from(["own1", "own2", *(f"leg{i}" for i in range(1, 9))])
QUEUE = st.sampled_from([*QUEUES, "no:such"])
CAMPAIGN = st.sampled_from(["camp", "other", ""])

NEWS: st.SearchStrategy[n.News] = st.one_of(
    st.builds(n.AgentSays, agent_id=AGENTS, command=st.sampled_from(n.Command), to=AGENTS | QUEUE),
    st.builds(n.AgentSays, agent_id=AGENTS, command=st.just(n.Command.AVAILABLE)),
    st.builds(
        n.CallerJoined,
        call_id=CALLS,
        queue_id=QUEUE,
        switch=st.just("main"),
        number=st.sampled_from(["", "+79990000001"]),
        kind=st.sampled_from(CallerKind),
        joined_at=st.integers(T0 - 100_000, T0 + 300_000),
        ahead_s=st.sampled_from([0, 60]),
        within_s=st.sampled_from([None, 2.0]),
        campaign_id=CAMPAIGN,
    ),
    st.builds(n.CallerHere, call_id=CALLS),
    st.builds(
        n.CallerLeft, call_id=CALLS, why=st.sampled_from(["hung_up", "callback", "max_wait", "abandoned"])
    ),
    st.builds(n.GhostGone, call_id=CALLS),
    st.builds(n.LegReady, leg_id=LEGS, switch=st.just("main"), agent_id=AGENTS),
    st.builds(n.LegFailed, leg_id=LEGS, cause=st.sampled_from(["NO_ANSWER", "SYSTEM_SHUTDOWN"])),
    st.builds(n.LegEnded, leg_id=LEGS, cause=st.sampled_from(["", "NETWORK_OUT_OF_ORDER"])),
    st.builds(n.TalkBegan, call_id=CALLS, leg_id=LEGS),
    st.builds(n.TalkEnded, call_id=CALLS, leg_id=LEGS),
    st.builds(n.JoinFailed, call_id=CALLS, leg_id=LEGS),
    st.builds(n.Placed, attempt_id=ATTEMPTS, campaign_id=CAMPAIGN, agent_id=AGENTS | st.just("")),
    st.builds(n.PlaceDone, campaign_id=CAMPAIGN, asked=st.integers(0, 3), placed=st.integers(0, 3)),
    st.builds(n.ReservedFailed, campaign_id=CAMPAIGN, agent_id=AGENTS, is_final=st.booleans()),
    st.builds(n.CustomerAnswered, attempt_id=ATTEMPTS, party=st.sampled_from(["human", "machine"])),
    st.builds(n.AttemptEnded, attempt_id=ATTEMPTS, was_abandoned=st.booleans()),
    st.builds(
        n.CampaignRuns,
        campaign_id=CAMPAIGN,
        queue_id=QUEUE,
        pacing=st.sampled_from([a_pacing(), a_pacing(abandoned=0.0)]),
        reserved_left=st.integers(0, 2),
    ),
    st.builds(n.CampaignRests, campaign_id=CAMPAIGN),
    st.builds(n.Staff, specs=st.sampled_from([(), tuple(map(a_spec, NAMES))])),
    st.just(n.Tick()),
)
STEPS = st.lists(st.tuples(NEWS, st.sampled_from([0, 50, 1_000, 9_000])), max_size=60)


@settings(max_examples=120, deadline=None)
@given(steps=STEPS, seed=st.integers(0, 50))
def test_any_news_in_any_order_leaves_the_floor_whole(steps: list[tuple[n.News, int]], seed: int) -> None:
    ids, made = count(1), set[str]()

    def new_id() -> str:
        made.add(leg_id := f"leg{next(ids)}")
        return leg_id

    floor, now = Floor(new_id), T0
    floor.feed(n.Staff(specs=tuple(a_spec(name, is_standing=name < "c") for name in NAMES)), now)
    floor.feed(n.Queues(rules=tuple(some_rules(Random(seed), NAMES, QUEUES))), now)
    for name in NAMES:
        floor.feed(n.AgentSays(agent_id=name, command=n.Command.AVAILABLE), now)
    for news, ms in steps:
        now += ms
        leg_id = getattr(news, "leg_id", "own")
        if not leg_id.startswith("own") and leg_id not in made:
            continue  # ids are never guessed
        orders = floor.feed(news, now)
        check(floor)
        for order in orders:  # otherwise hardly any leg would ever be up
            if isinstance(order, RingAgent):
                floor.feed(n.LegReady(leg_id=order.leg_id, switch="main", agent_id=order.agent_id), now)
            elif isinstance(order, PlaceReserved):
                floor.feed(
                    n.Placed(attempt_id=f"r{now}", campaign_id=order.campaign_id, agent_id=order.agent_id),
                    now,
                )
        check(floor)
    assert type(floor.state()).loads(floor.state().dumps()) == floor.state()
