"""On a real switch: a call plays what was prepared, from files or by URL, and the switch itself never has to speak."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest

from callflow.names import prompt_name
from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.export import rows
from orchestrator.runtime.launch import Source, load, new_campaign, start
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.prompts.fixed_prompts import tags
from orchestrator.runtime.worker import Worker
from orchestrator.speech.studio_link import StudioLink
from tests.conformance.real_switch import find_binary
from tests.runtime.factories import compiled
from tests.speech.speaking_switch import CODE, SpeakingSwitch

pytestmark = pytest.mark.freeswitch

Start = Callable[..., SpeakingSwitch]
CONTACTS = "phone,name,sum\n+79990000001,Анна,1042.50\n".encode()


@pytest.fixture
def switch(short_tmp: Path) -> Iterator[Start]:
    binary = find_binary()
    if binary is None or not binary.exists():
        pytest.skip("no FreeSWITCH: put it on PATH, or its prefix into PROZVON_FREESWITCH")
    made: list[SpeakingSwitch] = []

    def begin(*, speech: str = "{engine: espeak-ng}", serve: bool = False) -> SpeakingSwitch:
        made.append(SpeakingSwitch(binary, short_tmp / f"s{len(made)}", speech=speech, serve=serve))
        return made[-1]

    yield begin
    for each in made:
        each.stop()


def campaign_to_its_end(project: Project, switch: SpeakingSwitch) -> Campaign:
    """Launch, have a worker call, and wait until all is done."""
    program = compiled(project)
    campaign = new_campaign(project, program, "list.csv")
    report = load(project, campaign, program, Source(name="list.csv", chunks=[CONTACTS]))
    assert report.added == 1
    start(project, campaign)
    worker = Worker(project, worker_id="w1", until_done=False, drain_s=5.0)
    greenlet = gevent.spawn(worker.run)
    try:
        switch.wait(lambda: _state(project, campaign) is CampaignState.FINISHED, "the campaign finished")
    finally:
        worker.stop()
        greenlet.join(20)
    return campaign


def _state(project: Project, campaign: Campaign) -> CampaignState | None:
    found = project.store.campaign(campaign.campaign_id)
    return found.state if found else None


def _names(project: Project, *texts: str) -> list[str]:
    """Prompts of these texts by the voice that the project has."""
    studio = StudioLink(project.settings.speech.spec())
    tag = tags(studio)("ru")
    studio.close()
    return [prompt_name("ru", text, tag) for text in texts]


OWN = ("Анна", "одна тысяча сорок два рубля пятьдесят копеек")
CALL = (
    "Здравствуйте, ",
    OWN[0],
    ". К оплате ",
    OWN[1],
    "Код",
    "Вы набрали ",
    *CODE,
    ", то есть ",
    "1000",
    "42",
)


def _result(project: Project, campaign: Campaign) -> object:
    [row] = rows(project.store, campaign)
    return row["result"]


def test_a_call_plays_prepared_files_and_nothing_else(switch: Start) -> None:
    running = switch()
    with open_project(running.folder) as project:
        campaign = campaign_to_its_end(project, running)
        assert _result(project, campaign) == "typed"
        names = _names(project, *CALL)
        own = set(_names(project, *OWN))
        folder = {name: "spoken" if name in own else "prompts" for name in names}
        assert running.played == [str(running.root / folder[name] / name) for name in names]
        assert Bundles(project.store).of(campaign)
    assert running.complaints() == []


def test_a_call_on_a_switch_elsewhere_plays_what_it_fetched_before(switch: Start) -> None:
    running = switch(serve=True)
    with open_project(running.folder) as project:
        campaign = campaign_to_its_end(project, running)
        assert _result(project, campaign) == "typed"
        own = _names(project, *OWN)
        url = f"http_cache://{running.switch.prompts_url}/"
        assert [path for path in running.played if path.startswith("http")] == [url + name for name in own]
        assert len(running.played) == len(CALL)
        assert list((running.root / "spoken").iterdir()) == []
        for (
            name
        ) in own:  # still there, and would be for the next call: its age is that of the switch's own settings
            said = running.api(f"http_tryget {running.switch.prompts_url}/{name}")
            assert said.startswith(str(running.root / "cache")), said
    assert running.complaints() == []


def test_a_switch_that_gets_no_prompts_rings_nobody(switch: Start) -> None:
    running = switch(serve=True)
    with open_project(running.folder) as project:
        settings = project.settings.model_copy(update={"serve_prompts": None})  # nobody serves them
        deaf = Project(folder=project.folder, settings=settings, store=project.store, clock=project.clock)
        program = compiled(deaf)
        campaign = new_campaign(deaf, program, "list.csv")
        load(deaf, campaign, program, Source(name="list.csv", chunks=[CONTACTS]))
        start(deaf, campaign)
        worker = Worker(deaf, worker_id="w1", until_done=False, drain_s=1.0)
        greenlet = gevent.spawn(worker.run)
        try:
            infos = project.store.workers
            running.wait(
                lambda: any("cannot get" in info.get("speech", "") for info in infos().values()),
                "it says why",
            )
        finally:
            worker.stop()
            greenlet.join(20)
        assert running.played == []
        assert project.store.counts(campaign.campaign_id).attempts == 0


def test_with_the_switch_as_engine_it_speaks_itself(switch: Start) -> None:
    running = switch(speech="{engine: switch}")
    with open_project(running.folder) as project:
        began = time.monotonic()
        campaign_to_its_end(project, running)
        assert time.monotonic() - began > 3
    assert running.played == []
