"""Programs keep their names: robocalls of a running campaign are not compiled into others by a new version."""

from __future__ import annotations

import json

import pytest

from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario

from .conftest import HERE

DIGESTS: dict[str, str] = json.loads((HERE / "robocall_digests.json").read_text())
ROOT = HERE.parents[1]


@pytest.mark.parametrize("path", sorted(DIGESTS))
def test_a_robocall_compiles_to_the_program_that_it_always_had(path: str) -> None:
    scenarios, problems = check_path(ROOT / path)
    assert problems == []
    assert compile_scenario(scenarios[0]).digest == DIGESTS[path]
