"""A project opened for work: which campaign a name means, and which clock it runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project, open_clock, open_project
from orchestrator.runtime.settings import load_settings
from orchestrator.simulator.clock import RealClock
from tests.runtime.factories import NOON, SCENARIO, launched, loaded, move_clock


def test_a_campaign_is_named_by_its_id(project: Project) -> None:
    first, second = launched(project, 1), launched(project, 2)
    assert project.campaign(first.campaign_id) == first
    assert project.campaign(second.campaign_id) == second


def test_a_scenarios_name_stands_for_its_newest_campaign(project: Project) -> None:
    """The tenth of a day too, though `-10` comes before `-9` in the alphabet."""
    campaigns = [launched(project, index) for index in range(1, 11)]
    assert campaigns[-1].campaign_id == "greeting-20261130-10"
    assert project.campaign("greeting") == campaigns[-1]
    move_clock(project, 86_400_000)
    assert project.campaign("greeting") == campaigns[-1]
    assert project.campaign(launched(project, 11).campaign_id).campaign_id == "greeting-20261201-1"


def test_another_scenarios_campaign_is_never_meant(project: Project, folder: Path) -> None:
    text = SCENARIO.replace("scenario: greeting", "scenario: farewell")
    (folder / "scenarios" / "farewell.yaml").write_text(text, encoding="utf-8")
    ours = launched(project, 1)
    launched(project, 2, scenario="farewell")
    assert project.campaign("greeting") == ours


def test_a_campaign_that_is_not_there_is_told_with_those_that_are(project: Project) -> None:
    with pytest.raises(KnownError, match=r"no campaign 'greeting' \(there are: none yet\)"):
        project.campaign("greeting")
    known = launched(project, 1)
    with pytest.raises(KnownError, match=rf"no campaign 'parcel' \(there are: {known.campaign_id}\)"):
        project.campaign("parcel")
    with pytest.raises(KnownError, match="no campaign 'a b"):
        project.campaign("a b\n*")


def test_a_campaign_still_being_loaded_is_one(project: Project) -> None:
    campaign, _ = loaded(project, b"phone,name\n+79990000001,Anna\n")
    assert project.campaign("greeting") == campaign


def test_the_simulated_clock_is_the_shared_one(project: Project) -> None:
    assert project.clock.now_ms() == NOON


def test_the_real_clock_is_the_machines(tmp_path: Path) -> None:
    assert isinstance(open_clock(load_settings(tmp_path)), RealClock)


def test_a_simulated_clock_that_nobody_started_is_told_to_who_needs_the_time(folder: Path) -> None:
    """And to nobody else: campaigns can be looked at without it."""
    (folder / "data" / "clock").unlink()
    with open_project(folder) as project:
        assert project.store.campaigns() == ()
        for use in (
            project.clock.now_ms,
            lambda: project.clock.sleep(0),
            lambda: project.clock.sleep_until(0),
        ):
            with pytest.raises(
                KnownError, match=r"start `prozvon switch simulate` first, or say `clock: real`"
            ):
                use()


@pytest.mark.parametrize("data", [b"", b"x" * 64, b"PZCLOCK1"])
def test_a_file_that_is_no_clock_is_one_clear_line(folder: Path, data: bytes) -> None:
    (folder / "data" / "clock").write_bytes(data)
    with pytest.raises(KnownError, match=r"the simulated clock cannot be read: .*remove it to begin anew"):
        open_clock(load_settings(folder))
