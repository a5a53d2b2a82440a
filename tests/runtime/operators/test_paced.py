"""What the floor is told of a campaign's leads: anew whenever it has counted some of them down."""

from __future__ import annotations

from pathlib import Path

import gevent

from orchestrator.domain.lead import Campaign, WaitReason
from orchestrator.engine.floor.news import CampaignRuns, News, Placed
from orchestrator.engine.floor.orders import Place
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.dialer import BATCH, Claimed, Turn
from orchestrator.runtime.operators.paced import Paced
from orchestrator.runtime.operators.rota import Rota
from orchestrator.runtime.project import Project
from tests.runtime.factories import STANDING, launched
from tests.runtime.factories import claimed as claims
from tests.runtime.operators.bench import ORDERS, opened, until


class OneCall:
    """A dialer that claims a lead; that is all it does."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def turn(
        self,
        campaign: Campaign,
        now: int,  # a dialer's
        *,
        most: int = BATCH,
        only: tuple[int, ...] = (),
        claimed: Claimed = lambda attempts: None,  # noqa: ARG005
    ) -> Turn:
        attempts = claims(self._project, campaign, most)
        claimed(tuple(attempts))
        return Turn(claimed=len(attempts), again_at=None, reason=WaitReason.NEXT)

    def held(self, campaign: Campaign, now: int) -> None:
        return None


def test_a_lead_that_gets_due_while_the_last_one_is_placed_is_told_of(short_tmp: Path) -> None:
    """One was due before, and one is due after: the same number, and not what the floor thinks."""
    with opened(short_tmp, orders=ORDERS, speed=STANDING) as project:
        launched(project, 1, scenario="orders")
        rules = Rota(project, Bundles(project.store)).read()
        told: list[News] = []
        paced = Paced(project.store, project.clock, OneCall(project), feed=told.append, rules=lambda: rules)
        paced.look()
        paced.look()
        runs = [each for each in told if isinstance(each, CampaignRuns)]
        assert [each.leads_left for each in runs] == [1]  # said once: nothing has changed
        dials = gevent.spawn(paced.dials)
        paced.place(Place(campaign_id=runs[0].campaign_id, calls=1))
        until(lambda: any(isinstance(each, Placed) for each in told), "the call is placed")
        (attempt,) = project.store.live()
        assert project.store.release(attempt, project.clock.now_ms())  # so one is due, as before
        told.clear()
        paced.look()
        assert [each.leads_left for each in told if isinstance(each, CampaignRuns)] == [1]
        paced.stop()
        dials.join()
