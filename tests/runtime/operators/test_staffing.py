"""Agents come from the agents file and by the API; what is wrong with either sends nobody home."""

from __future__ import annotations

import os

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.operators.rota import Rota
from orchestrator.runtime.operators.staffing import StaffBook, known_agent
from orchestrator.runtime.project import Project, open_project

ANNA = "agents: {anna: {dial: user/1001}}\n"


@pytest.fixture
def staffed(project: Project) -> Project:
    """With an agents file: settings look for one when they are read."""
    _write(project, ANNA)
    with open_project(project.folder) as opened:
        return Project(
            folder=project.folder, settings=opened.settings, store=project.store, clock=project.clock
        )


def _write(project: Project, text: str) -> None:
    path = project.folder / "agents.yaml"
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(0, len(text)))


def test_an_added_agent_works_without_anybody_being_started_anew(staffed: Project) -> None:
    rota = Rota(staffed, Bundles(staffed.store))
    assert list(rota.read().agents) == ["anna"]
    staffed.store.added_agents.put("vera", {"dial": "user/1002"})
    assert list(rota.read().agents) == ["anna", "vera"]
    staffed.store.added_agents.remove("vera")
    assert list(rota.read().agents) == ["anna"]


def test_a_broken_file_and_a_broken_agent_change_nothing(staffed: Project) -> None:
    book = StaffBook(staffed)
    staffed.store.added_agents.put("vera", {"dial": "user/1001"})
    roster = book.read()
    assert [agent.agent_id for agent in roster.staff.agents] == ["anna"]
    assert "telephone of `anna`" in roster.left_out["vera"][0]
    with pytest.raises(KnownError, match="vera was added, but `user/1001` is the telephone of `anna`"):
        known_agent(book, "vera")
    _write(staffed, "agents: {anna: {}}")
    assert book.read() is roster
    assert "`dial` is missing" in book.fault
    assert known_agent(book, "anna").agent_id == "anna"
    with pytest.raises(KnownError, match="`dial` is missing"):
        known_agent(book, "boris")
    _write(staffed, "agents: {anna: {dial: user/1009}}")
    assert known_agent(book, "vera").dial == (("", "user/1001"),)
    assert book.fault == ""


def test_who_is_there_is_told_to_whoever_names_somebody_else(project: Project) -> None:
    book = StaffBook(project)
    with pytest.raises(KnownError, match=r"no agent 'vera' in the agents file \(there are: none"):
        known_agent(book, "vera")
    for index in range(11):
        project.store.added_agents.put(f"a{index:02d}", {"dial": f"user/{index}"})
    with pytest.raises(KnownError, match=r"a09 \.\.\."):
        known_agent(book, "vera")
