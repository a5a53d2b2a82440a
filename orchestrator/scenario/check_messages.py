"""Cross checks of messages: languages, variables, filters, recordings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from orchestrator.scenario.draft import TOLD, Draft
from orchestrator.scenario.filters import FITS, argument_mistake
from orchestrator.scenario.findings import did_you_mean, meant, nearest
from orchestrator.scenario.flow import noted
from orchestrator.scenario.melody import SoundFile
from orchestrator.scenario.part import Broken
from orchestrator.scenario.sounds import read_sound
from orchestrator.scenario.source import Text
from orchestrator.scenario.standard_messages import STANDARD
from orchestrator.scenario.template import Spoken
from orchestrator.scenario.words import LANGUAGES


def check_messages(draft: Draft) -> None:
    _check_languages(draft)
    _check_said(draft)
    for _, language, text, template in draft.templates():
        for mistake in template.mistakes:
            draft.findings.add(mistake.code, text, mistake.message, mistake.hint)
        for spoken in template.names:
            _check_spoken(draft, text, spoken, language)
    for sound in draft.sound_files():
        _check_sound(draft, sound)


def _check_languages(draft: Draft) -> None:
    if "languages" in draft.lost:
        return
    listed = draft.model.languages
    for index, language in enumerate(listed):
        if language not in LANGUAGES:
            draft.findings.add("S204", language, f"the language `{language}` is not known")
        elif language in listed[:index]:
            draft.findings.add("S504", language, f"the language `{language}` stands twice")
    for name, wordings in draft.model.messages.items():
        if isinstance(wordings, Broken):
            continue
        is_own = draft.is_own(name.mark)
        if is_own or name in draft.said:
            for missing in draft.languages:
                if missing not in wordings:
                    draft.findings.add("S201", name, f"`{name}` is missing in `{missing}`")
        for written in wordings if is_own else ():
            _check_language(draft, written)


def _check_language(draft: Draft, language: Text) -> None:
    if language in draft.model.languages:
        return
    if language in LANGUAGES:
        draft.findings.add("S205", language, f"`{language}` is not one of `languages`")
    else:
        hint = "write {ru: {file: ...}, en: {file: ...}}" if language == "file" else ""
        draft.findings.add("S204", language, f"the language `{language}` is not known", hint)


def _check_said(draft: Draft) -> None:
    declared = draft.model.messages
    if "messages" not in draft.lost:
        for name in draft.said:
            if name not in declared and name not in STANDARD:
                near = nearest(name, {*declared, *STANDARD})
                hint = f"did you mean `{near}`?" if near else did_you_mean(name, declared)
                draft.findings.add("S202", name, f"no message `{name}`", hint)
    if "flow" not in draft.lost:
        known = {*draft.said, *draft.vouched} | _meant(draft.said, declared)
        for name in declared:
            if name not in known and draft.is_own(name.mark):
                draft.findings.add("S203", name, f"`{name}` is never said")


def _meant(names: Iterable[str], declared: Mapping[Text, Any]) -> set[str]:
    """What misspelt names were meant to be: told once, as unknown, and not as never used."""
    return {near for name in names if name not in declared and (near := nearest(name, declared))}


def _check_spoken(draft: Draft, text: Text, spoken: Spoken, language: str) -> None:
    column = draft.columns.get(spoken.name)
    if column is not None:
        _check_filters(draft, text, spoken, str(column.type), language)
    elif noted(spoken.name) in draft.variables or spoken.name in draft.given | TOLD:
        _check_variable_filters(draft, text, spoken, language)
    elif not {"contact", "flow"} & draft.lost and spoken.name.partition(".")[0] not in {
        *draft.contact,
        *draft.vouched,
    }:
        hint = meant(spoken.name, {*draft.contact, *draft.variables, *draft.given})
        known = "a contact column nor a variable" if draft.contact else "set nor known otherwise"
        draft.findings.add("S209", text, f"`{spoken.name}` is neither {known}", hint)


def _check_variable_filters(draft: Draft, text: Text, spoken: Spoken, language: str) -> None:
    """What the call itself sets is put into words by the interpreter, by one filter."""
    for used in spoken.filters:
        if used.name == "default":
            message = f"the filter `default` cannot be used on `{spoken.name}`, which the call itself sets"
            draft.findings.add("S210", text, message, "decide with `if:` in the flow")
        elif language in LANGUAGES and (mistake := argument_mistake(used.name, used.arguments, language)):
            draft.findings.add("S211", text, mistake)
    if len(spoken.filters) > 1:
        message = f"`{spoken.name}` goes through {len(spoken.filters)} filters"
        draft.findings.add("S211", text, message, "one is enough")


def _check_filters(draft: Draft, text: Text, spoken: Spoken, column_type: str, language: str) -> None:
    conversions = [used for used in spoken.filters if used.name != "default"]
    for used in conversions:
        if column_type not in FITS[used.name]:
            message = f"the filter `{used.name}` does not fit `{spoken.name}`, a column of type {column_type}"
            draft.findings.add(
                "S211", text, message, f"it takes columns of type {', '.join(FITS[used.name])}"
            )
        elif language in LANGUAGES and (mistake := argument_mistake(used.name, used.arguments, language)):
            draft.findings.add("S211", text, mistake)
    if len(conversions) > 1:
        draft.findings.add(
            "S211", text, f"`{spoken.name}` goes through {len(conversions)} filters", "one is enough"
        )
    if column_type in ("date", "time") and not conversions:
        hint = f"write {{{{ {spoken.name} | {column_type} }}}}"
        message = f"`{spoken.name}` is a {column_type}, and would be read as figures"
        draft.findings.add("S211", text, message, hint)


def _check_sound(draft: Draft, sound: SoundFile) -> None:
    mark = sound.file.mark
    path = Path(os.path.normpath(Path(mark.file).parent / sound.file))
    if not path.resolve().is_relative_to(draft.folder):
        draft.findings.add("S018", mark, f"`{sound.file}` is outside of {draft.folder.name}/")
        return
    draft.recordings[mark] = read_sound(path, mark, draft.findings)
