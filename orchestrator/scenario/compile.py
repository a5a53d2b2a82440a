"""A checked scenario becomes the program that the switch follows and the plan that the worker dials by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.domain.plan import Column, DialPlan
from orchestrator.scenario.check import Scenario
from orchestrator.scenario.plan import dump_plan, load_plan
from orchestrator.scenario.program import Json, canonical_json, digest_of, program_of
from orchestrator.scenario.rehearsal import ScenarioTest
from orchestrator.scenario.sounds import Sound
from orchestrator.scenario.speech import Speech, speech_of

__all__ = ["Compiled", "canonical_json", "compile_scenario"]

BUNDLE_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Everything that launching and dialing a scenario needs.

    digest: names the program. It covers the plan too, and not the line numbers: a comment changes nothing.
    sounds: file name on the switch -> recording. `tests`, `sounds` and `source` are empty after `loads`.
    """

    name: str
    title: str
    digest: str
    program: Json
    plan: DialPlan
    columns: tuple[Column, ...]
    languages: tuple[str, ...]
    sounds: dict[str, Sound] = field(default_factory=dict, repr=False)
    tests: tuple[ScenarioTest, ...] = ()
    source: Path | None = None
    speech: Mapping[str, Speech] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "speech", speech_of(self.program))

    def dumps(self) -> bytes:
        """The bundle that is stored with a campaign: no tests, no paths of this machine."""
        return canonical_json(
            {
                "bundle": BUNDLE_FORMAT,
                "name": self.name,
                "title": self.title,
                "digest": self.digest,
                "program": self.program,
                "plan": dump_plan(self.plan),
                "columns": [[column.name, column.type, column.required] for column in self.columns],
            }
        )

    @classmethod
    def loads(cls, data: bytes) -> Compiled:
        """Read a bundle. ValueError when it is not one, or of a version that this one does not know."""
        try:
            bundle = json.loads(data)
            if bundle["bundle"] != BUNDLE_FORMAT:
                raise ValueError(f"a bundle of format {bundle['bundle']}, this version reads {BUNDLE_FORMAT}")
            return cls(
                name=bundle["name"],
                title=bundle["title"],
                digest=bundle["digest"],
                program=bundle["program"],
                plan=load_plan(bundle["plan"]),
                columns=tuple(Column(name=n, type=t, required=r) for n, t, r in bundle["columns"]),
                languages=tuple(bundle["program"]["languages"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a compiled scenario: {error!r}") from None


def compile_scenario(scenario: Scenario) -> Compiled:
    """The compiled form of a scenario in which `check` found no problem. Deterministic."""
    program = program_of(scenario)
    return Compiled(
        name=scenario.name,
        title=scenario.title,
        digest=digest_of(program),
        program=program,
        plan=scenario.plan,
        columns=scenario.columns,
        languages=scenario.languages,
        sounds={sound.name: sound for sound in scenario.sounds},
        tests=scenario.tests,
        source=scenario.path,
    )
