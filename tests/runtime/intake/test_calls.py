"""What comes in by itself is called: a worker with a drop folder and a polled source, against the simulated switch."""

from __future__ import annotations

import json
from pathlib import Path

import gevent

from orchestrator.domain.lead import CampaignState
from orchestrator.runtime.lead_desk import close_campaign
from orchestrator.runtime.project import open_project
from orchestrator.runtime.worker import Worker
from tests.outside.http_service import answer, http_service
from tests.runtime.factories import SETTINGS, contacts, make_folder, number
from tests.runtime.intake.factories import COLUMNS, DROP, campaigns, drop, put_away
from tests.runtime.test_worker import CALLEES, SPEED, switch


def test_what_comes_in_by_itself_is_called(short_tmp: Path) -> None:
    shop = f"shop: {{scenario: greeting, service: crm, path: orders, every: 10m, {COLUMNS}}}"
    body = json.dumps([{"id": "A-7", "tel": number(7), "name": "Anna"}]).encode()
    with http_service(answer(body)) as service:
        more = f"intake: {{{DROP % ''}, {shop}}}\nservices: {{crm: {{url: '{service.url}', private: yes}}}}\n"
        settings = SETTINGS + more.replace("{", "{{").replace("}", "}}")
        folder = make_folder(short_tmp / "p", settings=settings, speed=SPEED)
        (folder / "callees.yaml").write_text(CALLEES, encoding="utf-8")
        with open_project(folder) as project, switch(project):
            drop(project, "orders.csv", contacts(1, 2))
            worker = Worker(project, worker_id="w1", until_done=True, drain_s=5)
            with gevent.Timeout(25):
                worker.run()  # it ends by itself: nothing is left to bring in, and nobody to call
            (campaign,) = campaigns(project)
            statuses = [lead.state.status for lead in project.store.leads(campaign.campaign_id)]
            assert statuses == ["agreed"] * 3
            assert put_away(project, "done") == ["orders.csv"]
            assert campaign.state is CampaignState.RUNNING
            assert close_campaign(project, campaign.campaign_id)
            assert campaigns(project)[0].state is CampaignState.FINISHED
        assert service.seen
