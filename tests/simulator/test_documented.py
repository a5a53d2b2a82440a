"""docs/simulator.md names every key, fault, command and application there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import pytest

from orchestrator.simulator.applications import APPLICATIONS
from orchestrator.simulator.chance import Spread
from orchestrator.simulator.faults import Faults
from orchestrator.simulator.population import CalleeKind, NumberRule, Outcome, Population, Sound
from orchestrator.simulator.population_file import SHIPPED, check_population
from orchestrator.simulator.session import Session
from tests.simulator.bench import HERE, Bench

TEXT = (HERE / "docs" / "simulator.md").read_text("utf-8")
KEYS = [name for model in (Population, CalleeKind, NumberRule, Sound, Spread) for name in model.model_fields]
METHODS = [
    name
    for name in vars(Session)
    if not name.startswith("_") and name not in ("is_destroyed", "set_tts_parms")
]


@pytest.mark.parametrize(
    "name",
    [
        *KEYS,
        *(field.name for field in fields(Faults)),
        *APPLICATIONS,
        *METHODS,
        *(path.stem for path in SHIPPED.glob("*")),
    ],
)
def test_every_name_is_documented(name: str) -> None:
    assert f"`{name}" in TEXT


@pytest.mark.parametrize("name", [outcome.value for outcome in Outcome if outcome is not Outcome.ANSWERED])
def test_every_outcome_is_documented(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_every_command_is_documented(bench: Callable[..., Bench]) -> None:
    commands = bench().switch.commands.names
    assert [name for name in commands if f"`{name}`" not in TEXT] == []


def test_the_population_in_the_document_is_valid() -> None:
    text = TEXT.split("```yaml\n")[1].split("```")[0]
    population, problems = check_population(text, "docs/simulator.md")
    assert problems == []
    assert population is not None
