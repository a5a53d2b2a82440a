"""What a contact alone is told is made between claim and originate; nobody answers into silence."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gevent
import pytest

from callflow.agent_words import texts
from callflow.names import prompt_name
from orchestrator.domain.lead import Contact
from orchestrator.domain.problem import KnownError
from orchestrator.domain.queue import QueueRules
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.prompts.fixed_prompts import fixed_texts, prepare
from orchestrator.runtime.prompts.prompting import Unsayable
from orchestrator.runtime.prompts.speech_rest import FIRST_S
from orchestrator.runtime.settings import Settings
from tests.runtime.factories import compiled, launched, make_folder
from tests.runtime.prompting_calls import (
    SETTINGS,
    Line,
    Make,
    attempt,
    prepared,
    ready,
    spoken,
    until,
)


@pytest.fixture
def project(short_tmp: Path) -> Iterator[Project]:
    with open_project(make_folder(short_tmp / "p", settings=SETTINGS)) as opened:
        yield opened


# What all calls share


def test_launching_makes_what_is_the_same_in_all_calls(project: Project) -> None:
    told: list[tuple[int, int]] = []
    prepare(project.settings, compiled(project), project.clock.now_ms, lambda *made: told.append(made))
    root = project.settings.switches["main"].root
    kept = {path.name for path in (project.settings.data / "prompts").iterdir()}
    assert told == [(1, 2), (2, 2)]
    assert kept == {path.name for path in (root / "prompts").iterdir()}
    assert len(kept) == 2
    prepare(project.settings, compiled(project), project.clock.now_ms, lambda *made: told.append(made))
    assert len(told) == 2  # they are there


def test_a_worker_makes_what_is_missing_before_it_dials(project: Project, make: Make) -> None:
    program = compiled(project)
    published: list[set[str]] = []
    prompting = make(project.settings, publish=lambda _, names: published.append(names))
    assert not prompting.is_ready(program, "main")
    ready(prompting, program)
    assert published == [{path.name for path in (project.settings.data / "prompts").iterdir()}]
    assert len(published[0]) == 2


def test_a_worker_gives_a_switch_nothing_that_it_has(project: Project, make: Make) -> None:
    prepare(project.settings, compiled(project), project.clock.now_ms)
    ready(make(project.settings, publish=lambda *_: pytest.fail("it has them")), compiled(project))


def test_a_switch_that_is_away_is_looked_after_once_it_is_there(project: Project, make: Make) -> None:
    line = Line()
    line.core_uuid = None
    freed: list[bool] = []
    prompting = make(project.settings, line, freed=lambda: freed.append(True))
    assert not prompting.is_ready(compiled(project), "main")
    until(lambda: freed, "it was looked after")
    assert not prompting.is_ready(compiled(project), "main")
    line.core_uuid = "core-1"
    ready(prompting, compiled(project))


def test_a_switch_that_takes_no_prompts_is_told_and_tried_again(project: Project, make: Make) -> None:
    faults = [KnownError("the disk of the switch is full")]

    def publish(*_: object) -> None:
        if faults:
            raise faults.pop()

    prompting, program = make(project.settings, publish=publish), compiled(project)
    assert not prompting.is_ready(program, "main")
    until(lambda: prompting.held(program), "it is told")
    assert prompting.held(program) == "the disk of the switch is full"
    assert not prompting.is_ready(program, "main")
    ready(prompting, program)
    assert prompting.held(program) == ""


def test_without_an_engine_nothing_is_launched(project: Project) -> None:
    speech = project.settings.speech.model_copy(update={"command": "/no/such/engine {out}"})
    settings = project.settings.model_copy(update={"speech": speech})
    with pytest.raises(KnownError, match="there is no program /no/such/engine"):
        prepare(settings, compiled(project), project.clock.now_ms)


def test_a_text_that_the_engine_cannot_say_is_named(project: Project) -> None:
    path = project.settings.scenarios / "greeting.yaml"
    path.write_text(path.read_text().replace("Hello, ", "nonsense here, "), encoding="utf-8")
    with pytest.raises(
        KnownError, match=r"no prompt of 'nonsense here, ' \(en\): python\S* wrote what is no sound file"
    ):
        prepare(project.settings, compiled(project), project.clock.now_ms)


def test_with_the_switch_as_engine_nothing_is_prepared(project: Project, make: Make) -> None:
    speech = project.settings.speech.model_copy(update={"engine": "switch", "command": None})
    settings = project.settings.model_copy(update={"speech": speech})
    program = compiled(project)
    prepare(settings, program, project.clock.now_ms)
    assert not (settings.data / "prompts").exists()
    prompting = make(settings)
    assert prompting.is_ready(program, "main")
    contact = Contact(numbers=("+79990000001",), zones=("UTC",), fields={"name": "Ann"}, language="en")
    words = prompting.words(program, contact, "main")
    assert (words.said, words.voice, words.missing) == ({"hello": ["Ann"]}, "", {})
    assert prompting.room(program) > 0


# What a contact alone is told


def test_a_contacts_own_words_are_made_before_the_call(project: Project, make: Make) -> None:
    program = compiled(project)
    prompting = ready(make(project.settings), program)
    [ann] = attempt(project, "Ann")
    words = prompting.words(program, ann.contact, "main")
    assert list(words.missing.values()) == ["Ann"]
    assert list(words.missing) == [prompt_name("en", "Ann", words.voice)]
    assert prepared(prompting, program, ann) == [None]
    assert spoken(project) == set(words.missing)
    assert prompting.words(program, ann.contact, "main").missing == {}  # the next call goes at once


def test_the_same_words_are_made_once_for_all_who_wait(
    project: Project, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(tmp_path / "log"))
    program = compiled(project)
    prompting = ready(make(project.settings), program)
    assert prepared(prompting, program, *attempt(project, "slow Ann", "slow Ann", "Bob")) == [None] * 3
    said = [line.split("|")[2] for line in (tmp_path / "log").read_text().splitlines()]
    assert said.count("slow Ann") == 1


def test_others_are_prepared_though_one_text_cannot_be_said(project: Project, make: Make) -> None:
    program = compiled(project)
    prompting = ready(make(project.settings), program)
    first, second = prepared(prompting, program, *attempt(project, "nonsense", "Bob"))
    assert isinstance(first, KnownError)
    assert second is None
    assert prompting.room(program) > 0  # nothing is wrong with the engine


def test_after_three_times_a_text_is_one_that_cannot_be_said(project: Project, make: Make) -> None:
    program = compiled(project)
    prompting = ready(make(project.settings), program)
    [bad] = attempt(project, "nonsense")
    assert [type(prepared(prompting, program, bad)[0]).__name__ for _ in range(3)] == [
        "SpeechError",
        "SpeechError",
        "Unsayable",
    ]
    [error] = prepared(prompting, program, bad)
    assert isinstance(error, Unsayable)
    assert "the speech engine cannot say a field of this contact" in str(error)


def test_a_name_that_no_voice_can_say_is_a_short_silence_in_the_message(project: Project, make: Make) -> None:
    program = compiled(project)
    prompting = ready(make(project.settings), program)
    assert prepared(prompting, program, *attempt(project, "mute")) == [None]


def test_an_engine_that_is_gone_rests_and_is_tried_again(project: Project, make: Make) -> None:
    program = compiled(project)
    now = [100.0]
    prompting = ready(make(project.settings, monotonic=lambda: now[0]), program)
    ann, bob = attempt(project, "Ann", "Bob")
    prompting._studio._words = ("/no/such/python",)
    prompting._studio.close()
    [error] = prepared(prompting, program, ann)
    assert isinstance(error, KnownError)
    assert prompting.held(program).startswith("cannot start the studio process")
    assert prompting.room(program) == 0
    now[0] += FIRST_S + 0.1
    assert prompting.room(program) > 0
    from orchestrator.speech.studio_link import WORDS as STUDIO

    prompting._studio._words = STUDIO
    assert prepared(prompting, program, bob) == [None]
    assert prompting.held(program) == ""


def test_a_full_disk_holds_calls_up_and_is_told(project: Project, make: Make) -> None:
    program = compiled(project)
    prompting = ready(make(project.settings), program)
    folder = project.settings.switches["main"].root / "spoken"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.touch()  # no folder can be made there: as good as no room
    [error] = prepared(prompting, program, *attempt(project, "Ann"))
    assert isinstance(error, KnownError)
    assert "cannot write to" in prompting.held(program)


def _two_switches(project: Project) -> Settings:
    main = project.settings.switches["main"]
    other = main.model_copy(update={"root": main.root.with_name("other")})
    return project.settings.model_copy(update={"switches": {"main": main, "other": other}})


def test_a_switch_whose_disk_is_full_does_not_hold_up_the_others(project: Project, make: Make) -> None:
    settings, program = _two_switches(project), compiled(project)
    prompting = ready(make(settings), program)
    until(lambda: prompting.is_ready(program, "other"), "the other is ready too")
    folder = settings.switches["main"].root / "spoken"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.touch()
    ann, bob = attempt(project, "Ann", "Bob")
    [error] = prepared(prompting, program, ann)
    assert "cannot write to" in str(error)
    assert not prompting.is_ready(program, "main")
    assert prompting.is_ready(program, "other")
    assert prompting.held(program) == ""
    assert prepared(prompting, program, replace(bob, switch="other")) == [None]


def test_a_switch_that_takes_no_prompts_does_not_hold_up_the_others(project: Project, make: Make) -> None:
    def publish(switch: str, _: object) -> None:
        if switch == "main":
            raise KnownError("it is read-only")

    settings, program = _two_switches(project), compiled(project)
    prompting = make(settings, publish=publish)
    until(lambda: prompting.is_ready(program, "other"), "the other is ready")
    assert not prompting.is_ready(program, "main")
    assert prompting.held(program) == ""
    assert prompting.room(program) > 0


def test_what_takes_too_long_is_left_for_later(project: Project, make: Make) -> None:
    speech = project.settings.speech.model_copy(update={"timeout_s": 1.0})
    program = compiled(project)
    prompting = ready(make(project.settings.model_copy(update={"speech": speech})), program)
    [error] = prepared(prompting, program, *attempt(project, "hangs"))
    assert isinstance(error, KnownError)
    assert "1 s" in str(error)


def test_claims_keep_step_with_the_engine(project: Project, make: Make) -> None:
    program = compiled(project)
    prompting = ready(make(project.settings), program)
    attempts = attempt(project, *(f"slow {index}" for index in range(6)))
    before = prompting.room(program)
    assert prepared(prompting, program, *attempts) == [None] * 6
    assert prompting.room(program) < before
    assert prompting.room(program) >= 2


def test_stopping_hands_back_what_waits(project: Project, make: Make) -> None:
    program = compiled(project)
    prompting = ready(make(project.settings), program)
    [slow] = attempt(project, "hangs")
    prompting.prepare(slow, prompting.words(program, slow.contact, "main"), lambda _: pytest.fail("not told"))
    gevent.sleep(0.1)
    assert prompting.stop() == [slow]
    assert prompting.stop() == []
    assert len(prompting) == 0


def test_another_engine_is_another_voice_and_nothing_of_the_old_is_played(
    project: Project, make: Make
) -> None:
    program = compiled(project)
    first = ready(make(project.settings), program)
    [ann] = attempt(project, "Ann")
    prepared(first, program, ann)
    speech = project.settings.speech.model_copy(update={"voices": {"en": "other"}})
    second = ready(make(project.settings.model_copy(update={"speech": speech})), program)
    words = second.words(program, ann.contact, "main")
    assert words.missing
    assert words.voice != first.words(program, ann.contact, "main").voice


def test_what_nobody_used_is_removed(project: Project, make: Make) -> None:

    program = compiled(project)
    prompting = ready(make(project.settings), program)
    prepared(prompting, program, *attempt(project, "Ann"))
    [path] = (project.settings.switches["main"].root / "spoken").iterdir()
    prompting.expire()
    assert path.exists()
    old = time.time() - 31 * 86_400
    os.utime(path, (old, old))
    prompting.expire()
    assert not path.exists()


def test_each_language_has_its_fixed_texts(project: Project) -> None:
    program = compiled(project)
    texts = fixed_texts(replace(program), lambda language: f"tag-of-{language}")
    assert {text.language for text in texts} == {"en"}
    assert len({text.name for text in texts}) == len(texts)


def test_what_agents_hear_of_their_codes_is_made_with_the_scenarios_that_they_serve(project: Project) -> None:
    program = compiled(project)
    served = replace(program, queues=(QueueRules(queue_id="test:sales"),))
    more = {each.text for each in fixed_texts(served, str)} - {
        each.text for each in fixed_texts(program, str)
    }
    assert more == set(texts("en"))


def test_a_running_campaign_is_launched_with_its_prompts(project: Project) -> None:
    launched(project, 1, 2)
    assert len(list((project.settings.switches["main"].root / "prompts").iterdir())) == 2
