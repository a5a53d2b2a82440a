"""Finds every mistake in scenarios at once."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.domain.plan import Column, DeskPlan, DialPlan
from orchestrator.domain.problem import Problem
from orchestrator.engine.rules import EXHAUSTED
from orchestrator.engine.sms_size import SmsSize
from orchestrator.scenario.caller_id import rule_of
from orchestrator.scenario.check_contact import check_contact
from orchestrator.scenario.check_desk import check_desk
from orchestrator.scenario.check_flow import check_flow
from orchestrator.scenario.check_inbound import check_claims, check_inbound
from orchestrator.scenario.check_messages import check_messages
from orchestrator.scenario.check_paced import check_paced
from orchestrator.scenario.check_queues import check_queues
from orchestrator.scenario.check_rules import (
    DISPOSITIONS,
    RuleBook,
    check_outcomes,
    check_results,
    check_rules,
    ruled,
)
from orchestrator.scenario.check_steps import check_steps
from orchestrator.scenario.check_telling import NOTHING_KNOWN, Outside, check_telling, sms_messages
from orchestrator.scenario.check_tests import check_tests, tests_of
from orchestrator.scenario.company import Company
from orchestrator.scenario.consent import demand_of
from orchestrator.scenario.dial import RuleSpec
from orchestrator.scenario.draft import Draft
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.flow import Flow
from orchestrator.scenario.inbound_plan import callback_plan, inbound_plan
from orchestrator.scenario.library import Library, files_in
from orchestrator.scenario.melody import SoundFile
from orchestrator.scenario.model import AnyModel, Predictive, Robocall
from orchestrator.scenario.part import Broken
from orchestrator.scenario.plan import plan_of
from orchestrator.scenario.rehearsal import ScenarioTest
from orchestrator.scenario.rule_tells import with_texts
from orchestrator.scenario.sms_texts import sizes_of
from orchestrator.scenario.sounds import Sound
from orchestrator.scenario.source import Mark, Text
from orchestrator.scenario.staff import Staff
from orchestrator.scenario.standard_messages import STANDARD, standard_texts
from orchestrator.scenario.template import Template, parse_template


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario without problems. `messages`: name -> language -> text, or file name of a recording. `flow`: all
    blocks, those of `missed` too. `plan`: how it dials, of an ivr for its callers; `callback`: how it calls back.
    `sound_names`: file names of recordings, by the place of the `file` that names them. `standard`: standard messages
    as this scenario says them. `vips`: numbers that a file holds, by the place that names it. `desk`: None when agents
    see none. `sms`: (message, language, size at its longest) of each SMS.
    """

    name: str
    title: str
    path: Path
    model: AnyModel
    languages: tuple[str, ...]
    columns: tuple[Column, ...]
    messages: dict[str, dict[str, Template | str]]
    sounds: tuple[Sound, ...]
    plan: DialPlan
    flow: Flow
    sound_names: Mapping[Mark, str]
    callback: DialPlan | None = None
    tests: tuple[ScenarioTest, ...]
    standard: Mapping[str, Mapping[str, str]]
    vips: Mapping[Mark, tuple[str, ...]]
    desk: DeskPlan | None = None
    sms: tuple[tuple[str, str, SmsSize], ...] = ()


def check_path(
    paths: Iterable[Path] | Path,
    *,
    folder: Path | None = None,
    staff: Staff | None = None,
    outside: Outside = NOTHING_KNOWN,
) -> tuple[list[Scenario], list[Problem]]:
    """Check files, and all scenarios below folders: those without a problem, and all problems by place.

    folder: what scenarios share must be inside it; by default the folder named, or that of the file named. staff: who
    is in the agents file; None: the agents of queues are not looked for. outside: what rules may tell.
    """
    with _no_collecting():
        return _check_all([paths] if isinstance(paths, Path) else paths, folder, staff, outside)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """All that is read is kept until the end, so collecting garbage would only walk it over and over: half the time
    of a thousand scenarios.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check_all(
    paths: Iterable[Path], folder: Path | None, staff: Staff | None, outside: Outside
) -> tuple[list[Scenario], list[Problem]]:
    findings = Findings()
    libraries: dict[Path, Library] = {}
    scenarios: list[Scenario] = []
    names: dict[str, Text] = {}
    claims: dict[str, Text] = {}
    shared: list[tuple[Path, Library]] = []
    for path, bounds in files_in(paths, findings):
        root = folder.resolve() if folder else bounds
        library = libraries.setdefault(root, Library(root))
        own = Findings()
        loaded = library.load(path, own)
        if not library.is_scenario(path):
            shared.append((path, library))
            continue
        if loaded is not None:
            draft = Draft.of(loaded, library.folder, own)
            _check_name(draft.model.scenario, names, own)
            check_claims(draft, claims)
            scenario = check_draft(draft, staff, outside)
            scenarios += [scenario] if scenario is not None else []
        findings.extend(own.sorted())
    for path, library in shared:
        if path.resolve() not in library.included:
            findings.add("S021", Mark(str(path), 0, 0), "this is neither a scenario nor included by one")
    return scenarios, findings.sorted()


def _check_name(name: Text, names: dict[str, Text], findings: Findings) -> None:
    """Campaigns are named after scenarios, so two files cannot have the same one."""
    first = names.setdefault(name, name)
    if first is not name and name.mark.file:
        findings.add("S022", name, f"{first.mark.file} is called `{name}` too")


def check_draft(
    draft: Draft, staff: Staff | None = None, outside: Outside = NOTHING_KNOWN
) -> Scenario | None:
    """Run all cross checks; None when there is any problem."""
    check_desk(draft)
    check_messages(draft)
    check_flow(draft)
    check_steps(draft)
    check_queues(draft, staff)
    check_results(draft)
    model = draft.model
    if isinstance(model, Robocall):
        check_contact(draft, model)
        check_outcomes(draft, are_rules_kept=True)
        check_rules(draft, RuleBook.of_robocall(draft, model))
        if isinstance(model, Predictive):
            check_paced(draft, model)
        plan = plan_of(model.dial, _rules_that_apply(draft, model), draft.results | _outcomes(draft))
        plan = replace(plan, consent=demand_of(model.consent))
        check_tests(draft, plan)
        check_telling(draft, outside)
        return None if draft.findings else _finish(draft, plan, None)
    check_inbound(draft, model)
    is_called_back = model.missed is not None and model.missed.flow is not None
    check_outcomes(draft, are_rules_kept=is_called_back)
    callback = None
    if model.missed is not None:
        book = RuleBook.of_missed(draft, model.missed)
        check_rules(draft, book)
        if is_called_back:
            callback = callback_plan(
                model, model.missed, book.results | _outcomes(draft), _rules_of_outcomes(draft)
            )
    check_tests(draft, callback)
    check_telling(draft, outside)
    return None if draft.findings else _finish(draft, inbound_plan(model), callback)


def _rules_that_apply(draft: Draft, model: Robocall) -> dict[str, RuleSpec]:
    """Without those that an included file has for results of other scenarios."""
    keys = DISPOSITIONS | {EXHAUSTED} | draft.results | _outcomes(draft)
    rules = {
        str(key): spec for key, spec in model.rules.items() if isinstance(spec, RuleSpec) and key in keys
    }
    return rules | _rules_of_outcomes(draft)


def _outcomes(draft: Draft) -> set[str]:
    return set(map(str, draft.outcomes))


def _rules_of_outcomes(draft: Draft) -> dict[str, RuleSpec]:
    """Those that say themselves what follows; the others end the lead with their name as its status."""
    return {
        str(name): spec for name, spec in draft.outcomes.items() if isinstance(spec, RuleSpec) and ruled(spec)
    }


def _finish(draft: Draft, plan: DialPlan, callback: DialPlan | None) -> Scenario:
    model = draft.model
    sounds: dict[str, Sound] = {}
    said = {str(name) for name in draft.said}
    company = draft.company
    standard = {name: standard_texts(name, *_caller(draft, company)) for name in STANDARD}
    messages: dict[str, dict[str, Template | str]] = {
        name: {language: parse_template(texts[language]) for language in draft.languages}
        for name, texts in standard.items()
        if name in said
    }
    for name, wordings in model.messages.items():
        if name in said and not isinstance(wordings, Broken):
            messages[str(name)] = {
                language: _wording(wordings[language], draft, sounds)  # type: ignore[index]  # a Text is found by an equal str
                for language in draft.languages
            }
    types = {name: str(spec.type) for name, spec in draft.columns.items()}
    names = {mark: sound.name for mark, sound in draft.recordings.items() if sound is not None}
    for block in draft.blocks.values():
        for file in block.sounds:
            _keep(file, draft, sounds)
    title = str(model.title or model.scenario)
    return Scenario(
        name=str(model.scenario),
        title=title,
        path=draft.path,
        model=model,
        languages=draft.languages,
        columns=tuple(
            Column(name=name, type=str(spec.type), required=not spec.optional)
            for name, spec in draft.brought_columns().items()
        ),
        messages=messages,
        sounds=tuple(sounds.values()),
        plan=with_texts(plan, messages, draft.languages, title),
        flow=draft.flow,
        sound_names=names,
        callback=None if callback is None else with_texts(callback, messages, draft.languages, title),
        sms=tuple(sizes_of(map(str, sms_messages(draft)), messages, types)),
        tests=tests_of(draft),
        standard=standard,
        vips=draft.vips,
        desk=_desk(draft),
    )


def _caller(draft: Draft, company: Company | None) -> tuple[dict[str, str], str]:
    """Who calls, by language, and the number that people can call: the company's, else the one that is shown."""
    if company is None:
        return {}, ""
    names = {language: company.name_in(language) or "" for language in draft.languages}
    model = draft.model
    shown = rule_of(model.dial.caller_id) if isinstance(model, Robocall) else None
    alone = shown.pool[0] if shown is not None and len(shown.pool) == 1 and not shown.by_prefix else ""
    return names, str(company.phone or alone)


def _desk(draft: Draft) -> DeskPlan | None:
    if draft.model.desk is None:
        return None
    return DeskPlan(script=draft.script, outcomes=tuple(map(str, draft.outcomes)))


def _wording(wording: Text | SoundFile | Broken, draft: Draft, sounds: dict[str, Sound]) -> Template | str:
    if isinstance(wording, Text):
        return parse_template(wording)
    assert isinstance(wording, SoundFile)  # noqa: S101  # a scenario with problems is not finished
    return _keep(wording, draft, sounds)


def _keep(file: SoundFile, draft: Draft, sounds: dict[str, Sound]) -> str:
    sound = draft.recordings[file.file.mark]
    assert sound is not None  # noqa: S101  # as above
    sounds[sound.name] = sound
    return sound.name
