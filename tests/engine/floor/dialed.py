"""A bench on which a campaign dials for its agents, and what happens to its calls."""

from __future__ import annotations

from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.news import CampaignRuns, CustomerAnswered, Placed, PlaceDone
from orchestrator.engine.floor.orders import Order
from tests.engine.floor.factories import Bench, Q, a_pacing, a_queue, a_spec

NAMES = ("anna", "boris")


def a_bench(
    *, standing: bool = True, names: tuple[str, ...] = NAMES, runs: bool = True, **rules: object
) -> Bench:
    """Agents are there, and a campaign dials for them, a call for each free agent."""
    bench = Bench(
        *(a_spec(name, is_standing=standing) for name in names),
        rules=[a_queue(*names, **{"wrap_up_s": 10, **rules}), a_queue(*names[:1], queue_id="shop:help")],
    )
    bench.come(*names)
    if runs:
        run(bench)
    return bench


def run(bench: Bench, campaign_id: str = "camp", queue_id: str = Q, **fields: object) -> list[Order]:
    known = {"leads_left": None, "reserved_left": 0, "pacing": a_pacing(), **fields}
    return bench.feed(CampaignRuns(campaign_id=campaign_id, queue_id=queue_id, **known))


def place(bench: Bench, *attempts: str, campaign_id: str = "camp") -> None:
    for attempt_id in attempts:
        bench.feed(Placed(attempt_id=attempt_id, campaign_id=campaign_id))
    bench.feed(PlaceDone(campaign_id=campaign_id, asked=len(attempts), placed=len(attempts)))


def answer(bench: Bench, attempt_id: str, **fields: object) -> list[Order]:
    return bench.feed(
        CustomerAnswered(attempt_id=attempt_id, **{"party": "human", "switch": "main", **fields})
    )


def arrive(bench: Bench, attempt_id: str, **fields: object) -> list[Order]:
    known = {"kind": CallerKind.DIALED, "campaign_id": "camp", "attempt_id": attempt_id, "within_s": 2.0}
    return bench.join(attempt_id, **{**known, **fields})
