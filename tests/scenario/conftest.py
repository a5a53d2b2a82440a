"""Scenarios for the tests: a smallest good one to vary, and the two files that use everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.domain.problem import Problem
from orchestrator.scenario.check import Scenario, check_path
from orchestrator.scenario.compile import Compiled, compile_scenario

HERE = Path(__file__).parent
# The scenarios beside the tests
ALL = tuple(
    HERE / f"{name}.yaml"
    for name in ("parcel", "everything", "everything_ivr", "everything_paced", "everything_told")
)

# Part -> its text in the smallest scenario there is
SMALLEST: dict[str, str] = {
    "scenario": "scenario: small",
    "kind": "kind: robocall",
    "languages": "languages: [ru]",
    "contact": "",
    "messages": "messages: {hello: {ru: Здравствуйте}}",
    "flow": "flow: {start: [{say: hello}]}",
    "machine": "",
    "dial": "dial: {gateways: [main], caller_id: +74951234567}",
    "rules": "",
    "tests": "",
}

# The same of those that take calls
SMALLEST_LINE: dict[str, str] = {
    "scenario": "scenario: line",
    "kind": "kind: ivr",
    "languages": "languages: [ru]",
    "numbers": "numbers: +74950000001",
    "messages": "messages: {hello: {ru: Здравствуйте}}",
    "flow": "flow: {start: [{say: hello}]}",
}

# Of one whose calls come to an agent, and of one that calls ahead of them
AGENTS = {
    "messages": "",
    "flow": "flow: {start: [{queue: sales}]}",
    "queues": "queues: {sales: {agents: anna}}",
}
PACED = {**AGENTS, "kind": "kind: predictive"}

Check = Callable[..., tuple[list[Scenario], list[Problem]]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """check(messages="...", **parts): the smallest scenario with these parts replaced, checked."""

    def run(**parts: str) -> tuple[list[Scenario], list[Problem]]:
        lines = {**SMALLEST, **parts}
        path = tmp_path / "small.yaml"
        path.write_text("\n".join(filter(None, lines.values())) + "\n", encoding="utf-8")
        return check_path(path)

    return run


@pytest.fixture
def check_line(tmp_path: Path) -> Check:
    """check_line(**parts): as `check`, of the smallest scenario that takes calls."""

    def run(**parts: str) -> tuple[list[Scenario], list[Problem]]:
        path = tmp_path / "line.yaml"
        path.write_text("\n".join({**SMALLEST_LINE, **parts}.values()) + "\n", encoding="utf-8")
        return check_path(path)

    return run


@pytest.fixture
def line(check_line: Check) -> Callable[..., Compiled]:
    """line(**parts): the smallest scenario that takes calls with these parts replaced, without problems, compiled."""

    def run(**parts: str) -> Compiled:
        scenarios, problems = check_line(**parts)
        assert problems == []
        return compile_scenario(scenarios[0])

    return run


@pytest.fixture
def good(check: Check) -> Callable[..., Compiled]:
    """good(**parts): as `check`, and it must be without problems: the compiled scenario."""

    def run(**parts: str) -> Compiled:
        scenarios, problems = check(**parts)
        assert problems == []
        return compile_scenario(scenarios[0])

    return run


def compiled(name: str) -> Compiled:
    """One of the scenarios beside the tests."""
    scenarios, problems = check_path(HERE / name)
    assert problems == []
    return compile_scenario(scenarios[0])


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]
