"""A switch on another machine gets its prompts by HTTP, before the call."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.prompts.fixed_prompts import prepare
from orchestrator.runtime.settings import Settings
from tests.deploy.machines import StandIns
from tests.runtime.factories import compiled, make_folder
from tests.runtime.prompting_calls import (
    SETTINGS,
    Line,
    Make,
    attempt,
    prepared,
    ready,
    until,
)


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    with open_project(make_folder(short_tmp / "p", settings=SETTINGS)) as opened:
        yield opened


def _away(project: Project, **update: object) -> Settings:
    switch = project.settings.switches["main"].model_copy(update={"ssh": "pbx", **update})
    return project.settings.model_copy(update={"switches": {"main": switch}})


def test_a_switch_elsewhere_without_a_way_to_get_prompts_is_refused(project: Project, make: Make) -> None:
    settings, program = _away(project), compiled(project)
    with pytest.raises(
        KnownError, match="greeting speaks fields of contacts, and the switch main on another machine"
    ):
        prepare(settings, program, project.clock.now_ms)
    prompting = make(settings)
    assert not prompting.is_ready(program, "main")
    until(lambda: prompting.held(program), "it is told")
    assert "prompts_url" in prompting.held(program)


def test_without_contact_parts_it_needs_no_way(project: Project, make: Make) -> None:
    path = project.settings.scenarios / "greeting.yaml"
    text = path.read_text().replace("Hello, {{ name }}.", "Hello.").replace("contact: {name: text}\n", "")
    path.write_text(text, encoding="utf-8")
    asked: list[set[str]] = []
    prompting = make(_away(project), has=lambda _, names: bool(asked.append(names)) or True)
    ready(prompting, compiled(project))
    assert len(asked[0]) == 1


def test_a_switch_elsewhere_is_asked_what_it_has(project: Project, make: Make) -> None:
    published: list[set[str]] = []
    settings = _away(project, prompts_url="http://10.0.0.5:8060")
    prompting = make(settings, has=lambda *_: False, publish=lambda _, names: published.append(names))
    ready(prompting, compiled(project))
    assert len(published) == 1


def test_launching_sends_fixed_prompts_to_a_switch_elsewhere(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{StandIns(tmp_path / 'there').bin}:{os.environ['PATH']}")
    root = tmp_path / "root"
    settings = _away(project, root=root, prompts_url="http://10.0.0.5:8060/")
    prepare(settings, compiled(project), project.clock.now_ms)
    sent = {path.name: path.read_bytes() for path in (root / "prompts").iterdir()}
    assert sent == {path.name: path.read_bytes() for path in (settings.data / "prompts").iterdir()}
    assert len(sent) == 2


def test_a_switch_elsewhere_gets_prompts_before_the_call(project: Project, make: Make) -> None:
    line, program = Line(), compiled(project)
    settings = _away(project, prompts_url="http://10.0.0.5:8060/prompts/")
    prompting = ready(make(settings, line), program)
    [ann] = attempt(project, "Ann")
    [name] = prompting.words(program, ann.contact, "main").missing
    assert prepared(prompting, program, ann) == [None]
    assert line.asked == [f"http_get http://10.0.0.5:8060/prompts/{name}"]
    assert {path.name for path in (settings.data / "spoken").iterdir()} == {name}
    assert prompting.words(program, ann.contact, "main").missing == {}
    line.core_uuid = "core-2"  # started anew: its cache is empty
    assert prompting.words(program, ann.contact, "main").missing
    assert prepared(prompting, program, ann) == [None]
    assert len(line.asked) == 2


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("-ERR\n", r"cannot get http://10.0.0.5:8060/... \(-ERR\): is `prompts_url` right"),
        ("", "within 1 s"),
        ("-ERR http_get Command not found!\n", "Command not found"),
    ],
)
def test_a_switch_that_cannot_get_them_calls_nobody(
    project: Project, make: Make, says: str, why: str
) -> None:
    import re

    line, program = Line(), compiled(project)
    line.says = says
    settings = _away(project, prompts_url="http://10.0.0.5:8060")
    speech = settings.speech.model_copy(update={"timeout_s": 1.0})
    prompting = ready(make(settings.model_copy(update={"speech": speech}), line), program)
    [error] = prepared(prompting, program, *attempt(project, "Ann"))
    assert isinstance(error, KnownError)
    assert re.search(why, str(error))
    assert prompting.held(program) == str(error)


def test_a_switch_that_is_lost_meanwhile_is_an_error(project: Project, make: Make) -> None:
    line, program = Line(), compiled(project)
    line.error, line.says = KnownError("connection lost"), ""
    prompting = ready(make(_away(project, prompts_url="http://10.0.0.5:8060"), line), program)
    [error] = prepared(prompting, program, *attempt(project, "Ann"))
    assert str(error) == "the switch main was not asked: connection lost"


def test_jobs_of_others_are_left_to_others(project: Project, make: Make) -> None:
    prompting = make(project.settings)
    assert not prompting.hear({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "attempt-1", "_body": "+OK"})
    assert not prompting.hear({"Event-Name": "CHANNEL_ANSWER", "Job-UUID": "fetch-1"})
    assert prompting.hear(
        {"Event-Name": "BACKGROUND_JOB", "Job-UUID": "fetch-of-an-earlier-life", "_body": "x"}
    )
