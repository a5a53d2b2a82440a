"""Agents who are added to those of the agents file are checked as it is, and keep nobody of it from work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.scenario.added_staff import IN_FILE, Roster, with_added
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.source import Map
from orchestrator.scenario.staff import Site, staff_tree

SITE = Site(switches={"main": frozenset({"main"})})
FILE = """\
breaks: [lunch]
agents:
  anna: {dial: user/1001}
defaults: {language: ru}
"""


@pytest.fixture
def root(tmp_path: Path) -> Map:
    path = tmp_path / "agents.yaml"
    path.write_text(FILE, encoding="utf-8")
    findings = Findings()
    tree = staff_tree(path, findings)
    assert tree is not None
    assert findings.sorted() == []
    return tree


def names(roster: Roster) -> list[str]:
    return [agent.agent_id for agent in roster.staff.agents]


def test_added_agents_stand_behind_those_of_the_file_and_share_its_defaults(root: Map) -> None:
    said = {"dial": "user/1002", "standing": True, "user": 1002, "title": 'Вера "V"', "pin_env": None}
    roster = with_added(root, {"vera": said}, SITE)
    assert names(roster) == ["anna", "vera"]
    vera = roster.staff.agents[1]
    assert (vera.title, vera.is_standing, vera.switch) == ('Вера "V"', True, "main")
    assert (vera.user, vera.pin_env, vera.language) == ("1002", "", "ru")
    assert roster.staff.breaks == ("lunch",)
    assert roster.of_file == {"anna"}
    assert roster.left_out == {}


def test_without_an_agents_file_those_who_were_added_are_all() -> None:
    roster = with_added(None, {"vera": {"dial": "user/1002", "queues": ["sales"], "standing": False}}, None)
    assert names(roster) == ["vera"]
    assert roster.staff.agents[0].queues == (("sales", 1),)
    assert with_added(None, {}, None) == Roster()


def test_the_file_goes_first(root: Map) -> None:
    roster = with_added(root, {"anna": {"dial": "user/9"}}, SITE)
    assert names(roster) == ["anna"]
    assert roster.staff.agents[0].dial == (("", "user/1001"),)
    assert roster.left_out == {"anna": (IN_FILE,)}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "`dial` is missing"),
        ({"dial": "user/1001"}, "is the telephone of `anna` already"),
        ({"dial": "user/7", "nope": 1}, "unknown key `nope`"),
        ({"dial": "user/7", "gateways": ["main"]}, "a dial string goes by no gateway"),
        ({"dial": "+79990000001", "gateways": "zz"}, "no gateway `zz`"),
        ({"dial": "user/\ud800"}, "is not UTF-8"),
        ({"dial": [["user/7"]]}, "plain text is expected"),
    ],
)
def test_whoever_cannot_be_an_agent_is_left_out_with_the_reason(
    root: Map, said: Mapping[str, object], told: str
) -> None:
    roster = with_added(root, {"bad": said, "vera": {"dial": "user/1002"}}, SITE)
    assert names(roster) == ["anna", "vera"]
    assert list(roster.left_out) == ["bad"]
    assert told in " ".join(roster.left_out["bad"])


def test_a_telephone_that_two_were_given_is_the_first_ones(root: Map) -> None:
    roster = with_added(root, {"b": {"dial": "user/5"}, "a": {"dial": "user/5"}}, SITE)
    assert names(roster) == ["anna", "b"]
    assert "`b` already" in roster.left_out["a"][0]
    freed = with_added(root, {"b": {"dial": "user/5", "nope": "x"}, "a": {"dial": "user/5"}}, SITE)
    assert names(freed) == ["anna", "a"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40)
@given(
    agent_id=st.text(max_size=6) | st.just("vera"),
    said=st.dictionaries(st.sampled_from(["dial", "queues", "title", "standing", "user", "x"]), JSON),
)
def test_whatever_is_said_of_an_agent_it_is_one_or_is_left_out(
    agent_id: str, said: dict[str, object]
) -> None:
    roster = with_added(None, {agent_id: said}, SITE)
    assert (agent_id in names(roster)) != (agent_id in roster.left_out)
