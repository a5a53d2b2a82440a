"""The program of a campaign is read once; its zones again only when something changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import redis

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.bundles import ZONE_LIST_MS, Bundles, ZoneBook
from orchestrator.runtime.project import Project
from tests.runtime.factories import DAY, HOUR, NOON, compiled, launched


def test_a_campaign_keeps_the_program_it_was_launched_with(project: Project, folder: Path) -> None:
    first = launched(project, 1)
    path = folder / "scenarios" / "greeting.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("per_day: 2", "per_day: 1"), encoding="utf-8")
    second = launched(project, 2)
    bundles = Bundles(project.store)
    assert (bundles.of(first).plan.per_day, bundles.of(second).plan.per_day) == (2, 1)


def test_a_bundle_is_the_compiled_scenario_without_tests_and_paths(project: Project) -> None:
    fresh = compiled(project)
    assert Bundles(project.store).of(launched(project, 1)) == replace(fresh, tests=(), sounds={}, source=None)


def test_a_bundle_is_read_once(project: Project) -> None:
    bundles, campaign = Bundles(project.store), launched(project, 1)
    assert bundles.of(campaign) is bundles.of(campaign)


def test_a_program_that_the_store_has_lost_is_told(project: Project) -> None:
    lost = replace(launched(project, 1), program="0" * 32)
    with pytest.raises(KnownError, match=f"the store has lost the program of {lost.campaign_id}"):
        Bundles(project.store).of(lost)


@pytest.mark.parametrize("data", [b'{"bundle": 99}', b"{}", b"not json"])
def test_a_program_of_another_version_is_told(project: Project, folder: Path, data: bytes) -> None:
    campaign = launched(project, 1)
    with redis.Redis(unix_socket_path=str(folder / "data" / "store" / "redis.sock")) as server:
        server.set(f"{{prozvon:test}}:bundle:{campaign.program}", data)
    with pytest.raises(KnownError, match="was launched by another version of prozvon"):
        Bundles(project.store).of(campaign)


def test_zones_are_computed_again_when_hours_open_or_close(project: Project) -> None:
    book, campaign, program = ZoneBook(project.store), launched(project, 1), compiled(project)
    at_noon = book.at(campaign, program, NOON)
    assert [zone.zone_key for zone in at_noon.open] == ["Europe/Moscow"]
    assert book.at(campaign, program, NOON + ZONE_LIST_MS - 1) is at_noon
    assert book.at(campaign, program, NOON + ZONE_LIST_MS) is not at_noon
    closing = at_noon.open[0].open_until
    just_before = book.at(campaign, program, closing - 1)
    assert just_before.open
    assert not book.at(campaign, program, closing).open


def test_a_clock_that_was_set_back_is_noticed(project: Project) -> None:
    book, campaign, program = ZoneBook(project.store), launched(project, 1), compiled(project)
    assert book.at(campaign, program, NOON).open
    assert not book.at(campaign, program, NOON - 5 * HOUR).open
    assert book.at(campaign, program, NOON + DAY).open


def test_a_forgotten_campaign_is_asked_for_again(project: Project) -> None:
    book, campaign, program = ZoneBook(project.store), launched(project, 1), compiled(project)
    before = book.at(campaign, program, NOON)
    book.forget(campaign.campaign_id)
    book.forget("never heard of")
    assert book.at(campaign, program, NOON) is not before
