"""The key `agents` of prozvon.yaml: each makes the difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.operators.reaching import Unreachable, Way, way_to
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.settings_parts.agent_settings import load_staff, look_at_staff
from tests.runtime.test_settings_act import acts

ANNA = "agents: {anna: {dial: user/1001, standing: yes}}\n"


@acts("agents")
def test_agents_are_in_the_file_that_is_named_else_in_the_usual_one(tmp_path: Path) -> None:
    assert load_staff(load_settings(tmp_path)).agents == ()
    (tmp_path / "agents.yaml").write_text(ANNA, encoding="utf-8")
    [anna] = load_staff(load_settings(tmp_path)).agents
    assert (anna.agent_id, anna.switch) == ("anna", "main")
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "ours.yaml").write_text(ANNA.replace("anna", "vera"), encoding="utf-8")
    (tmp_path / "prozvon.yaml").write_text("agents: people/ours.yaml\n", encoding="utf-8")
    assert [agent.agent_id for agent in load_staff(load_settings(tmp_path)).agents] == ["vera"]


def test_an_agents_file_with_mistakes_stops_whoever_needs_it(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text("agents: {anna: {dial: user/1, switch: mian}}\n", encoding="utf-8")
    settings = load_settings(tmp_path)
    with pytest.raises(KnownError, match=r"S805 no switch `mian` .*\n.*has mistakes in it"):
        load_staff(settings)
    staff, problems = look_at_staff(settings)
    assert staff is None
    assert [problem.line for problem in problems] == [1]


def test_a_file_that_names_nobody_yet_is_none(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text("# agents: {}\n", encoding="utf-8")
    assert look_at_staff(load_settings(tmp_path)) == (None, [])


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ("{spare: 'sofia/gateway/x/{leg}'}", "a link to spare, which is not here"),
        ("{main: 'sofia/gateway/x/{leg}'}", "a link to itself"),
        ("{spare: 'sofia/gateway/x'}", "a link holds {leg} once"),
    ],
)
def test_a_link_leads_to_another_switch_of_the_project(links: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "prozvon.yaml").write_text(f"switches: {{main: {{links: {links}}}}}\n", encoding="utf-8")
    with pytest.raises(KnownError) as caught:
        load_settings(tmp_path)
    assert told in str(caught.value)


@acts("switches.NAME.links")
def test_an_agent_of_another_switch_is_reached_where_a_link_leads_there(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text("agents: {anna: {dial: {spare: user/1}}}\n", encoding="utf-8")
    path = tmp_path / "prozvon.yaml"
    path.write_text("switches: {main: {}, spare: {}}\n", encoding="utf-8")
    settings = load_settings(tmp_path)
    [anna] = load_staff(settings).agents
    assert isinstance(way_to(anna, "main", settings, ("main", "spare")), Unreachable)
    path.write_text(
        "switches: {main: {links: {spare: 'sofia/gateway/x/{leg}'}}, spare: {}}\n", encoding="utf-8"
    )
    linked = load_settings(tmp_path)
    way = way_to(anna, "main", linked, ("main", "spare"))
    assert isinstance(way, Way)
    assert (way.switch, way.dial) == ("spare", "user/1")
    assert linked.switches["main"].links == {"spare": "sofia/gateway/x/{leg}"}


def test_an_agent_for_a_call_that_is_yet_to_be_made_is_rung_from_any_switch(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text("agents: {anna: {dial: {spare: user/1}}}\n", encoding="utf-8")
    (tmp_path / "prozvon.yaml").write_text("switches: {main: {}, spare: {}}\n", encoding="utf-8")
    settings = load_settings(tmp_path)
    [anna] = load_staff(settings).agents
    way = way_to(anna, "", settings, ("main", "spare"))
    assert isinstance(way, Way)
    assert (way.switch, way.dial) == ("spare", "user/1")
    assert isinstance(way_to(anna, "", settings, ("main",)), Unreachable)
