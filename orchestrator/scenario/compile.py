"""A checked scenario becomes the program that the switch follows and the plan that the worker dials by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestrator.domain.hours import WeeklyHours
from orchestrator.domain.plan import AheadRule, Column, DeskPlan, DialPlan, MissedPlan
from orchestrator.domain.queue import QueueRules
from orchestrator.scenario.check import Scenario
from orchestrator.scenario.floor_plan import FloorPlan, floor_json, floor_of, load_floor
from orchestrator.scenario.inbound_plan import dump_missed, load_missed, missed_plan, zone_name
from orchestrator.scenario.model import ROBOCALL, Ivr
from orchestrator.scenario.plan import dump_hours, dump_plan, load_hours, load_plan
from orchestrator.scenario.program import (
    CALLBACK,
    callback_program_of,
    canonical_json,
    digest_of,
    program_of,
)
from orchestrator.scenario.program_steps import Json
from orchestrator.scenario.rehearsal import ScenarioTest
from orchestrator.scenario.sounds import Sound
from orchestrator.scenario.speech import Speech, speech_of

__all__ = ["Compiled", "canonical_json", "compile_scenario"]

BUNDLE_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Everything that launching and dialing a scenario needs.

    digest: names the program. It covers the plan too, and not the line numbers: a comment changes nothing.
    kind: robocall, ivr, or callback (the calls that call back, made from an ivr).
    routes: of an ivr, the numbers it takes as written: E.164, with `?` for any figure, or `any`. zone, hours: on whose
    clock (IANA) it is open when (None: always). missed: what is done about callers who reached nobody. callback: the
    program and plan by which they are called; None when they are not. Its plan without gateways means every gateway.
    project: whose work it is; "": the settings'. queues: those with agents that its calls come to, ids `SCENARIO:QUEUE`
    (a callback's are its scenario's); `agents: assigned` has none by name (staff.with_assigned). ahead: who goes before
    others there. desk: what agents see. pacing_queue: the one that a predictive campaign dials for, or "".
    sounds: file name on the switch -> recording. `tests`, `sounds` and `source` are empty after `loads`.
    """

    name: str
    title: str
    digest: str
    program: Json
    plan: DialPlan
    columns: tuple[Column, ...]
    languages: tuple[str, ...]
    kind: str = ROBOCALL
    routes: tuple[str, ...] = ()
    zone: str = ""
    hours: WeeklyHours | None = None
    missed: MissedPlan | None = None
    callback: Compiled | None = None
    project: str = ""
    queues: tuple[QueueRules, ...] = ()
    ahead: tuple[AheadRule, ...] = ()
    desk: DeskPlan | None = None
    pacing_queue: str = ""
    sounds: dict[str, Sound] = field(default_factory=dict, repr=False)
    tests: tuple[ScenarioTest, ...] = ()
    source: Path | None = None
    speech: Mapping[str, Speech] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "speech", speech_of(self.program))

    def dumps(self) -> bytes:
        """The bundle that is stored with a campaign: no tests, no paths of this machine."""
        return canonical_json(self._bundle())

    def _bundle(self) -> Json:
        bundle: Json = {
            "bundle": BUNDLE_FORMAT,
            "name": self.name,
            "title": self.title,
            "digest": self.digest,
            "program": self.program,
            "plan": dump_plan(self.plan),
            "columns": [[column.name, column.type, column.required] for column in self.columns],
        }
        if self.project:
            bundle["project"] = self.project
        if self.queues:
            bundle["floor"] = floor_json(self.floor)
        if self.kind == ROBOCALL:
            return bundle
        return bundle | {
            "kind": self.kind,
            "routes": list(self.routes),
            "zone": self.zone,
            "hours": None if self.hours is None else dump_hours(self.hours),
            "missed": None if self.missed is None else dump_missed(self.missed),
            "callback": None if self.callback is None else self.callback._bundle(),
        }

    @property
    def floor(self) -> FloorPlan:
        """What the floor is told of it."""
        return FloorPlan(queues=self.queues, ahead=self.ahead, desk=self.desk, pacing_queue=self.pacing_queue)

    @classmethod
    def loads(cls, data: bytes) -> Compiled:
        """Read a bundle. ValueError when it is not one, or of a version that this one does not know."""
        try:
            return cls._of(json.loads(data))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not a compiled scenario: {error!r}") from None

    @classmethod
    def _of(cls, bundle: Json) -> Compiled:
        if bundle["bundle"] != BUNDLE_FORMAT:
            raise ValueError(f"a bundle of format {bundle['bundle']}, this version reads {BUNDLE_FORMAT}")
        hours, missed, callback = (bundle.get(key) for key in ("hours", "missed", "callback"))
        floor = load_floor(bundle["floor"]) if "floor" in bundle else FloorPlan()
        return cls(
            name=bundle["name"],
            title=bundle["title"],
            digest=bundle["digest"],
            program=bundle["program"],
            plan=load_plan(bundle["plan"]),
            columns=tuple(Column(name=n, type=t, required=r) for n, t, r in bundle["columns"]),
            languages=tuple(bundle["program"]["languages"]),
            kind=bundle.get("kind", ROBOCALL),
            routes=tuple(bundle.get("routes", ())),
            zone=bundle.get("zone", ""),
            hours=None if hours is None else load_hours(hours),
            missed=None if missed is None else load_missed(missed),
            callback=None if callback is None else cls._of(callback),
            project=bundle.get("project", ""),
            queues=floor.queues,
            ahead=floor.ahead,
            desk=floor.desk,
            pacing_queue=floor.pacing_queue,
        )


def compile_scenario(scenario: Scenario) -> Compiled:
    """The compiled form of a scenario in which `check` found no problem. Deterministic."""
    program, floor = program_of(scenario), floor_of(scenario)
    made = Compiled(
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
        kind=str(scenario.model.kind),
        project=str(scenario.model.project or ""),
        queues=floor.queues,
        ahead=floor.ahead,
        desk=floor.desk,
        pacing_queue=floor.pacing_queue,
    )
    model = scenario.model
    if not isinstance(model, Ivr):
        return made
    return replace(
        made,
        routes=tuple(map(str, model.numbers)),
        zone=zone_name(model),
        hours=model.hours,
        missed=None if model.missed is None else missed_plan(model.missed),
        callback=_callback(scenario, made, zone_name(model)),
    )


def _callback(scenario: Scenario, made: Compiled, zone: str) -> Compiled | None:
    """The calls that call back: a program and a plan of their own."""
    program, plan = callback_program_of(scenario), scenario.callback
    if program is None or plan is None:
        return None
    return replace(
        made,
        name=f"{made.name}-missed",
        digest=digest_of(program),
        program=program,
        plan=plan,
        columns=(Column(name="called", type="phone", required=False),),
        kind=CALLBACK,
        zone=zone,
        hours=plan.hours,
        tests=(),
    )
