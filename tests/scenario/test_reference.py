"""The committed documents are the generated ones. UPDATE_DOCS=1 writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.scenario import reference_examples
from orchestrator.scenario.check import check_path
from orchestrator.scenario.codes import CODES
from orchestrator.scenario.model import MODELS
from orchestrator.scenario.reference import documents, write_all
from orchestrator.scenario.staff import AgentPart, StaffFile, read_staff
from orchestrator.scenario.steps import VERBS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", documents())
def test_the_committed_document_is_the_generated_one(name: str) -> None:
    if os.environ.get("UPDATE_DOCS"):
        write_all(DOCS)
    assert (DOCS / name).read_text(encoding="utf-8") == documents()[name], "run with UPDATE_DOCS=1"


def test_every_document_is_written_below_the_folder_given(tmp_path: Path) -> None:
    write_all(tmp_path)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(documents())


@pytest.mark.parametrize(
    "example",
    [reference_examples.ROBOCALL, reference_examples.IVR, reference_examples.PREDICTIVE],
)
def test_the_examples_of_the_reference_are_good_scenarios(example: str, tmp_path: Path) -> None:
    path, agents = tmp_path / "example.yaml", tmp_path / "staff" / "agents.yaml"
    path.write_text(example, encoding="utf-8")
    agents.parent.mkdir()
    agents.write_text(reference_examples.AGENTS, encoding="utf-8")
    staff, problems = read_staff(agents, None)
    assert problems == []
    assert check_path(path, staff=staff)[1] == []


def test_every_key_verb_and_code_is_documented() -> None:
    made = documents()
    keys = [key for model in MODELS.values() for key in model.model_fields]
    assert [key for key in keys if f"`{key}`" not in made["scenario.md"]] == []
    parts = (StaffFile, AgentPart)
    assert [key for part in parts for key in part.model_fields if f"`{key}`" not in made["agents.md"]] == []
    assert [verb for verb in VERBS if f"## {verb}\n" not in made["verbs.md"]] == []
    assert [code for code in CODES if f"| {code} |" not in made["problems.md"]] == []


def test_every_verb_has_an_example_in_its_docstring() -> None:
    for verb, step in VERBS.items():
        assert "```yaml" in (step.__doc__ or ""), verb
        assert f"- {verb}" in (step.__doc__ or ""), verb
