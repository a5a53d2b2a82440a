"""A whole worker with a speech engine: every call plays what was prepared, and none is placed that could not speak."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.lead import Phase, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import export
from orchestrator.runtime.launch import start
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.why import why
from orchestrator.runtime.worker import Worker
from orchestrator.simulator.session import Session
from tests.ports import free_port
from tests.runtime.factories import claimed, launched, loaded, make_folder, number
from tests.runtime.prompting_calls import SETTINGS as SPEAKING
from tests.runtime.test_worker import (
    CALLEES,
    SPEED,
    calls,
    has_finished,
    switch,
    until,
    worker,
    wrong,
)
from tests.speech.test_prompt_server import get

SETTINGS = SPEAKING.replace("clock: simulated", "clock: simulated\nlease_s: 2\nreconcile_s: 2")


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    folder = make_folder(short_tmp / "p", settings=SETTINGS, speed=SPEED)
    (folder / "callees.yaml").write_text(CALLEES, encoding="utf-8")
    with open_project(folder) as opened:
        yield opened


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The files that calls play. A call in which the switch itself speaks is a failure."""
    found: list[str] = []
    stream = Session.streamFile

    def note(self: Session, path: str, *rest: int) -> int:
        found.append(Path(path).parent.name)
        return stream(self, path, *rest)

    spoken: list[str] = []
    monkeypatch.setattr(Session, "streamFile", note)
    monkeypatch.setattr(Session, "speak", lambda _, text: spoken.append(text) or 0)
    yield found
    assert spoken == []


def test_every_call_plays_what_was_prepared(project: Project, played: list[str]) -> None:
    campaign = launched(project, *range(1, 9), 11, 12)
    with switch(project), worker(project):
        until(has_finished(project, campaign), "the campaign finishes")
    assert project.store.counts(campaign.campaign_id).by_result == {"agreed": 10}
    assert wrong(project, campaign) == []
    assert {"prompts", "spoken"} == set(played)
    assert len(list((project.settings.switches["main"].root / "spoken").iterdir())) == 10


def test_a_campaign_that_says_the_same_to_all_needs_nothing_of_a_contact(
    project: Project, played: list[str]
) -> None:
    path = project.folder / "scenarios" / "greeting.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("Hello, {{ name }}.", "Hello.").replace("contact: {name: text}\n", "")
    path.write_text(text, encoding="utf-8")
    campaign = launched(project, 1, 2)
    with switch(project), worker(project):
        until(has_finished(project, campaign), "the campaign finishes")
    assert set(played) == {"prompts"}
    assert list((project.settings.switches["main"].root / "spoken").glob("*")) == []


def test_a_switch_elsewhere_plays_what_it_fetched_before_the_call(short_tmp: Path, played: list[str]) -> None:
    port = free_port()
    settings = SETTINGS.replace("switches:", f"serve_prompts: 127.0.0.1:{port}\nswitches:").replace(
        "    port:", f"    prompts_url: http://127.0.0.1:{port}/fetched\n    port:"
    )
    folder = make_folder(short_tmp / "away", settings=settings, speed=SPEED)
    (folder / "callees.yaml").write_text(CALLEES, encoding="utf-8")
    with open_project(folder) as project:
        campaign = launched(project, 1, 2, 3)
        with switch(project), worker(project):
            until(has_finished(project, campaign), "the campaign finishes")
        assert project.store.counts(campaign.campaign_id).by_result == {"agreed": 3}
        assert len(list((project.settings.data / "spoken").iterdir())) == 3
        assert list((project.settings.switches["main"].root / "spoken").glob("*")) == []
        assert wrong(project, campaign) == []
    assert set(played) == {"prompts", "fetched"}


def _waits(project: Project, campaign: object) -> dict[WaitReason, int]:
    return {item.reason: item.count for item in why(project, campaign).reasons}  # type: ignore[arg-type]


def test_nobody_is_rung_while_the_engine_is_broken_and_all_are_once_it_is_mended(
    project: Project, played: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_ENGINE_BROKEN", str(tmp_path / "broken"))
    campaign = launched(project, 1, 2, 3)
    (tmp_path / "broken").touch()
    with switch(project), worker(project):
        until(lambda: _waits(project, campaign).get(WaitReason.SPEECH) == 3, "why says what they wait for")
        assert calls(project) == []
        assert project.store.counts(campaign.campaign_id).attempts == 0
        (tmp_path / "broken").unlink()
        until(has_finished(project, campaign), "the campaign finishes")
    assert project.store.counts(campaign.campaign_id).by_result == {"agreed": 3}
    assert wrong(project, campaign) == []
    assert played


def test_a_contact_whose_name_breaks_the_engine_does_not_hold_up_the_others(
    project: Project, played: list[str]
) -> None:
    rows = b"phone,name\n+79990000001,nonsense\n+79990000002,Bob\n+79990000003,Cyd\n"
    campaign, _ = loaded(project, rows)
    start(project, campaign)
    with switch(project), worker(project):
        until(lambda: project.store.counts(campaign.campaign_id).by_result.get("agreed") == 2, "two agree")
        until(
            lambda: project.store.counts(campaign.campaign_id).by_disposition.get("failed"),
            "the third has failed",
        )
    assert {call.number for call in calls(project)} == {number(2), number(3)}
    [row] = [row for row in export.rows(project.store, campaign) if row["number"] == number(1)][:1]
    assert "the speech engine cannot say a field of this contact" in str(row["detail"])


def test_a_worker_that_is_stopped_gives_back_what_it_was_preparing(project: Project) -> None:
    campaign, _ = loaded(project, b"phone,name\n+79990000001,hangs\n")
    start(project, campaign)
    with switch(project), worker(project, drain_s=0.1):
        until(lambda: project.store.live(), "it is claimed")
        gevent.sleep(0.1)
    assert project.store.live() == []
    assert project.store.counts(campaign.campaign_id).attempts == 0
    assert [row.phase for row in project.store.leads(campaign.campaign_id)] == [Phase.READY]
    assert calls(project) == []


def test_what_a_worker_that_died_was_preparing_is_dialed_by_another(
    project: Project, played: list[str]
) -> None:
    campaign = launched(project, 1)
    with switch(project) as made:
        assert len(claimed(project, campaign, worker_id="dead", uuid=made.core_uuid)) == 1
        with worker(project):
            until(has_finished(project, campaign), "the campaign finishes")
    assert project.store.counts(campaign.campaign_id).by_result == {"agreed": 1}
    assert len(calls(project)) == 1
    assert played


def test_prompts_are_served_while_the_worker_lives(short_tmp: Path) -> None:
    port = free_port()
    settings = SETTINGS.replace("switches:", f"serve_prompts: 127.0.0.1:{port}\nswitches:")
    folder = make_folder(short_tmp / "served", settings=settings, speed=SPEED)
    with open_project(folder) as project:
        launched(project, 1)
        [name, _] = sorted(path.name for path in (project.settings.data / "prompts").iterdir())
        with worker(project):
            until(lambda: get(port, f"/{name}")[0] == "200", "the prompt is served")
        with pytest.raises(OSError, match="refused"):
            get(port, f"/{name}")


def test_a_worker_that_cannot_serve_prompts_does_not_start(short_tmp: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        settings = SETTINGS.replace("switches:", f"serve_prompts: {address}\nswitches:")
        folder = make_folder(short_tmp / "served", settings=settings, speed=SPEED)
        with open_project(folder) as project:
            made = Worker(project, worker_id="w1", until_done=True, drain_s=0.1)
            with pytest.raises(KnownError, match=f"cannot serve prompts on {address}"):
                made.run()
