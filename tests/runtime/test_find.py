"""A scenario is found by its name or its file, and a broken one is never compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.settings import load_settings
from tests.runtime.factories import SCENARIO


def _named(name: str) -> str:
    return SCENARIO.replace("scenario: greeting", f"scenario: {name}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _found(folder: Path, name: str) -> str:
    compiled, problems = find_scenario(load_settings(folder), name)
    assert problems == []
    assert compiled is not None
    return compiled.name


def test_a_scenario_is_found_by_its_name(folder: Path) -> None:
    assert _found(folder, "greeting") == "greeting"


def test_a_scenario_is_found_by_its_file(folder: Path, tmp_path: Path) -> None:
    _write(tmp_path / "elsewhere.yml", _named("elsewhere"))
    assert _found(folder, str(tmp_path / "elsewhere.yml")) == "elsewhere"
    assert _found(folder, str(folder / "scenarios" / "greeting.yaml")) == "greeting"


@pytest.mark.parametrize("place", ["other.yaml", "other.yml", "deeper/other.yaml", "parcel.yml"])
@pytest.mark.parametrize("quoted", ["parcel", "'parcel'", '"parcel"', "parcel   # the name"])
def test_a_scenario_is_found_by_what_it_calls_itself(folder: Path, place: str, quoted: str) -> None:
    _write(folder / "scenarios" / place, _named(quoted))
    assert _found(folder, "parcel") == "parcel"


def test_the_file_named_after_the_scenario_comes_first(folder: Path) -> None:
    _write(folder / "scenarios" / "a.yaml", _named("parcel"))
    _write(folder / "scenarios" / "parcel.yaml", _named("parcel").replace("A greeting", "The usual one"))
    compiled, _ = find_scenario(load_settings(folder), "parcel")
    assert compiled is not None
    assert compiled.title == "The usual one"


def test_a_scenario_in_a_folder_of_its_own_includes_from_the_scenarios(folder: Path) -> None:
    """As `prozvon check` has it, which is given the whole folder."""
    _write(folder / "scenarios" / "shared" / "more.yaml", 'messages: {bye: {en: "Bye."}}\n')
    text = _named("parcel").replace("flow:\n", "include: [../shared/more.yaml]\nflow:\n")
    text = text.replace("[{result: agreed}]", "[{say: bye}, {result: agreed}]")
    _write(folder / "scenarios" / "parcels" / "parcel.yaml", text)
    assert _found(folder, "parcel") == "parcel"


def test_a_missing_scenario_is_told_with_the_one_that_was_meant(folder: Path) -> None:
    with pytest.raises(
        KnownError, match=r"no scenario 'greting': .*greting\.yaml \(did you mean `greeting`\?\)"
    ):
        find_scenario(load_settings(folder), "greting")
    with pytest.raises(KnownError, match=r"no scenario 'nowhere/x\.yaml': .*\(one of `greeting`\)"):
        find_scenario(load_settings(folder), "nowhere/x.yaml")


def test_a_project_without_scenarios_says_so(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"\(there are none in .*scenarios\)"):
        find_scenario(load_settings(tmp_path), "greeting")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "scenario: greeting\n",
        "messages: {a: {en: A}}\n",
        SCENARIO.replace("hello}}", "helo}}")[:-400],
    ],
)
def test_a_broken_scenario_is_its_problems_and_nothing_else(folder: Path, text: str) -> None:
    _write(folder / "scenarios" / "broken.yaml", text)
    compiled, problems = find_scenario(load_settings(folder), "broken")
    assert compiled is None
    assert problems
    assert all(problem.file.endswith("broken.yaml") for problem in problems)
