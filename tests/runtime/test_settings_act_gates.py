"""`rest.*` of a gateway at work: from an ending, by the settings, to what the store lets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.call_event import CallFacts
from orchestrator.domain.lead import Attempt
from orchestrator.domain.problem import KnownError
from orchestrator.domain.trunk import RestRule
from orchestrator.engine.caller_id import choose
from orchestrator.engine.ending import ending_of
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.settle import Settler
from tests.runtime.factories import SETTINGS, claimed, compiled, launched, make_folder, move_clock, number
from tests.runtime.test_settings_act import acts


def _project(folder: Path, rest: str, *more: str) -> Path:
    keys = ", ".join(["channels: 50", f"rest: {{{{{rest}}}}}", *filter(None, more)])
    return make_folder(folder, settings=SETTINGS.replace("channels: 50", keys))


def _fail(project: Project, attempts: list[Attempt]) -> None:
    """The trunk says 503 to each, and the worker stores that."""
    settings, now = project.settings, project.clock.now_ms()
    settler = Settler(
        project.store,
        project.clock,
        Bundles(project.store),
        project.store.campaign,
        lambda _: None,
        lambda attempt: settings.rest(attempt.switch, attempt.gateway),
    )
    for attempt in attempts:
        facts = CallFacts(cause="NORMAL_TEMPORARY_FAILURE", sip_status="503", ended_at=now)
        settler.settle(attempt, ending_of(attempt, facts, now=now, overrides={}))
    settler.flush_once()


@acts("switches.NAME.gateways.NAME.rest.after")
@pytest.mark.parametrize("after", [1, 3])
def test_a_gateway_rests_after_so_many_failures(short_tmp: Path, after: int) -> None:
    with open_project(_project(short_tmp / "p", f"after: {after}")) as project:
        campaign = launched(project, *range(9))
        _fail(project, claimed(project, campaign, after - 1) if after > 1 else [])
        attempts = claimed(project, campaign)
        assert len(attempts) == 1
        _fail(project, attempts)
        assert claimed(project, campaign) == []


@acts("switches.NAME.gateways.NAME.rest.for_s", "switches.NAME.gateways.NAME.rest.most_s")
def test_it_rests_for_so_long_and_no_longer_than_the_most(short_tmp: Path) -> None:
    with open_project(_project(short_tmp / "p", "after: 1, for_s: 20, most_s: 60")) as project:
        campaign = launched(project, *range(9))
        for seconds in (20, 40, 60, 60):
            _fail(project, claimed(project, campaign))
            move_clock(project, seconds * 1000 - 1)
            assert claimed(project, campaign) == []
            move_clock(project, 1)


@acts("switches.NAME.gateways.NAME.caller_ids")
@pytest.mark.parametrize(
    ("caller_ids", "shown"),
    [
        ("", "+74951234567"),  # the scenario's
        ("caller_ids: +78120000001", "+78120000001"),
        ("caller_ids: '+74951234567, +78120000001'", "+74951234567"),
    ],
)
def test_a_gateway_shows_only_what_it_is_said_to(short_tmp: Path, caller_ids: str, shown: str) -> None:
    with open_project(_project(short_tmp / "p", "after: 5", caller_ids)) as project:
        [(_, _, gateway)] = project.settings.gateways()
        plan = compiled(project).plan
        assert choose(plan.caller_id, number(1), 1, gateway.may_show()) == shown


@pytest.mark.parametrize("written", ["'+7495'", "'8 495 123-45-67'", "'+74951234567,'", "'{number}'"])
def test_numbers_to_show_are_checked(short_tmp: Path, written: str) -> None:
    settings = _project(short_tmp / "p", "after: 5") / "prozvon.yaml"
    text = settings.read_text(encoding="utf-8").replace(
        "channels: 50", f"channels: 50, caller_ids: {written}"
    )
    settings.write_text(text, encoding="utf-8")
    with pytest.raises(KnownError, match=r"main\.caller_ids: E\.164 numbers with commas between them"):
        load_settings(short_tmp / "p")


def test_a_gateway_that_is_not_in_the_settings_any_more_rests_as_usual() -> None:
    usual = RestRule(after=5, for_ms=30_000, most_ms=600_000)
    assert {
        Settings().rest("gone", "main"),
        Settings().rest("main", "gone"),
        Settings().rest("main", "main"),
    } == {usual}
