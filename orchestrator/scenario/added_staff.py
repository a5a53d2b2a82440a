"""Agents who are not in the agents file: said as JSON in its words, checked as it is, and added to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.reader import read_document
from orchestrator.scenario.source import Map, Text
from orchestrator.scenario.staff import Site, Staff, staff_in

SAME_TELEPHONE: Final = "S806"
IN_FILE: Final = "the agents file has an agent of this name, and goes first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everybody. left_out: agent id -> what keeps one who was added from being an agent now."""

    staff: Staff = field(default_factory=Staff)
    of_file: frozenset[str] = frozenset()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def with_added(root: Map | None, added: Mapping[str, Mapping[str, object]], site: Site | None) -> Roster:
    """Those of the agents file (`root`: its tree, which has no mistake in it), and behind them those who were added,
    but for those with whom something is wrong. The file's `defaults` hold for them too.
    """
    own = root if root is not None else Map.at()
    in_file = own.value("agents") or Map.at()
    left_out: dict[str, tuple[str, ...]] = {}
    trees: dict[str, tuple[Text, object]] = {}
    for agent_id, said in added.items():
        findings = Findings()
        tree = _tree(agent_id, said, findings)
        if agent_id in in_file:
            left_out[agent_id] = (IN_FILE,)
        elif tree is None:
            left_out[agent_id] = _told(findings)
        else:
            trees[agent_id] = tree
    while True:
        findings = Findings()
        staff = staff_in(_joined(own, in_file, trees), site, findings) if in_file or trees else Staff()
        places = set(map(_place, trees))
        found = [problem for problem in findings.sorted() if problem.file in places]
        wrong = {problem.file for problem in found if problem.code != SAME_TELEPHONE}
        wrong = wrong or {
            problem.file for problem in found
        }  # a telephone is free again once its taker is left out
        if not wrong:
            of_file = frozenset(map(str, in_file))
            return Roster(staff=staff, of_file=of_file, left_out=dict(sorted(left_out.items())))
        for agent_id in [each for each in trees if _place(each) in wrong]:
            del trees[agent_id]
            left_out[agent_id] = _told(findings, _place(agent_id))


def _place(agent_id: str) -> str:
    return f"agent {agent_id}"


def _tree(agent_id: str, said: Mapping[str, object], findings: Findings) -> tuple[Text, object] | None:
    """The agent as if read from a file of its own; None when it cannot be."""
    text = json.dumps({"agents": {agent_id: _plain(said)}}, ensure_ascii=False)
    root = read_document(text.encode(errors="surrogatepass"), _place(agent_id), findings).root
    if root is None or findings.sorted():
        return None
    [agent] = root.value("agents").items()
    return agent[0], agent[1]


def _plain(value: object) -> object:
    """JSON as YAML has it here: yes and no are words, and what is null was not said."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items() if each is not None}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value


def _joined(own: Map, in_file: Map, trees: Mapping[str, tuple[Text, object]]) -> Map:
    agents = Map.at({**in_file, **dict(trees.values())}, in_file.mark)
    rest = {key: value for key, value in own.items() if key != "agents"}
    return Map.at({**rest, Text.at("agents"): agents}, own.mark)


def _told(findings: Findings, place: str = "") -> tuple[str, ...]:
    """Mistakes without their places: those are of a file that nobody has written."""
    return tuple(
        f"{problem.message} ({problem.hint})" if problem.hint else problem.message
        for problem in findings.sorted()
        if place in ("", problem.file)
    )
