"""What takes the calls that come in: scenarios of `kind: ivr`, ready for the switches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from orchestrator.deploy.publish import publish
from orchestrator.deploy.target import Target
from orchestrator.domain.problem import KnownError, Problem
from orchestrator.runtime.find import file_of
from orchestrator.runtime.inbound.outsiders import require_outsiders
from orchestrator.runtime.inbound.routes import routes_of
from orchestrator.runtime.prompts.fixed_prompts import (
    FOLDER,
    FixedText,
    fixed_texts,
    make_missing,
    prompt_files,
    tags,
)
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.agent_settings import look_at_staff
from orchestrator.runtime.told_places import outside_of
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario
from orchestrator.speech.studio_link import StudioLink

KIND: Final = "ivr"
# A file with a mistake in it need not be one that takes calls: those of campaigns are none of a deploy's business
_OTHER_KIND = re.compile(r"^kind:\s*(['\"]?)(?!ivr\b)[a-z_]+\1\s*(#|$)", re.MULTILINE)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """`scenarios`: those that take calls. `voices`: language -> tag of the voice of their prompts; empty when the
    switch speaks itself. `prompts`: the fixed texts of all of them, callbacks included.
    """

    scenarios: tuple[Compiled, ...] = ()
    voices: Mapping[str, str] = field(default_factory=dict)
    prompts: tuple[FixedText, ...] = ()

    @property
    def programs(self) -> tuple[Compiled, ...]:
        """All that their calls run: their own programs, and those of their callbacks."""
        return tuple(program for each in self.scenarios for program in _programs(each))

    def prompt_files(self, settings: Settings) -> dict[str, bytes]:
        """Path below a switch's root -> bytes of every prompt that `serve` has made. KnownError: one cannot be read."""
        return prompt_files(settings.data / FOLDER, (text.name for text in self.prompts))

    def inbound(self, settings: Settings, switch: str) -> bytes | None:
        """`inbound.json` of a switch; None when no scenario takes calls."""
        if not self.scenarios:
            return None
        gateways = settings.switches[switch].gateways
        return routes_of(
            self.scenarios,
            region=settings.region,
            gateways={name: gateway.dial_string(name) for name, gateway in gateways.items()},
            voices=self.voices,
        )


NOTHING: Final = Served()


def find_served(settings: Settings) -> tuple[Compiled, ...]:
    """The scenarios that take calls, compiled. KnownError names every mistake in one that does, or may."""
    names = settings.inbound.names()
    if names is None and not settings.scenarios.is_dir():
        return ()
    paths = [settings.scenarios] if names is None else [file_of(settings.scenarios, name) for name in names]
    staff, outside = look_at_staff(settings)[0], outside_of(settings)
    scenarios, problems = check_path(paths, folder=settings.scenarios, staff=staff, outside=outside)
    concerned = [problem for problem in problems if names is not None or _may_take_calls(problem)]
    if concerned:
        lines = "\n".join(map(str, concerned))
        raise KnownError(
            f"{lines}\nthe calls that come in cannot be served by scenarios with mistakes in them"
        )
    others = [each.name for each in scenarios if str(each.model.kind) != KIND]
    if names is not None and others:
        raise KnownError(f"inbound.scenarios: {others[0]} is not of `kind: {KIND}`: it takes no calls")
    found = tuple(compile_scenario(each) for each in scenarios if str(each.model.kind) == KIND)
    require_outsiders(found, settings)
    return found


def look(settings: Settings) -> Served:
    """What is to be served, as far as it can be told without making anything. KnownError as `find_served`; SpeechError
    when there is no voice.
    """
    return _served(settings, find_served(settings), None)


def serve(settings: Settings, progress: Progress = lambda *_: None) -> Served:
    """What is to be served, its prompts made and kept in `data`. KnownError: mistakes, or a text nobody can say."""
    return _served(settings, find_served(settings), progress)


def put(target: Target, served: Served, settings: Settings) -> None:
    """Have the programs, recordings and prompts on a switch, for `inbound.json` to name. KnownError."""
    publish(target, served.programs)
    target.put_files(served.prompt_files(settings))


def _served(settings: Settings, scenarios: Sequence[Compiled], progress: Progress | None) -> Served:
    spec = settings.speech.spec()
    if not scenarios or not spec.prepares:
        return Served(scenarios=tuple(scenarios))
    studio = StudioLink(spec)
    try:
        tag_of = tags(studio)
        programs = [program for each in scenarios for program in _programs(each)]
        texts = {text.name: text for program in programs for text in fixed_texts(program, tag_of)}
        if progress is not None:
            make_missing(studio, settings.data / FOLDER, texts.values(), progress)
        languages = {language for each in scenarios for language in each.languages}
        return Served(
            scenarios=tuple(scenarios),
            voices={language: tag_of(language) for language in languages},
            prompts=tuple(texts.values()),
        )
    finally:
        studio.close()


def _programs(compiled: Compiled) -> tuple[Compiled, ...]:
    return (compiled,) if compiled.callback is None else (compiled, compiled.callback)


def _may_take_calls(problem: Problem) -> bool:
    try:
        text = Path(problem.file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return not _OTHER_KIND.search(text)
