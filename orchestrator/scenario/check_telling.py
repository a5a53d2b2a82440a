"""Cross checks of what rules tell: who is told, what is known by then, and how long an SMS becomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.engine.sms_size import SEGMENTS_MAX, sms_size
from orchestrator.scenario.caller_id import is_number
from orchestrator.scenario.check_steps import private_names
from orchestrator.scenario.draft import RULED, TOLD, Draft
from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.flow import each_step, noted
from orchestrator.scenario.outside_steps import SmsStep
from orchestrator.scenario.part import Broken
from orchestrator.scenario.rule_tells import CONTACT, AnyTell, RuleEmail, RuleSms, RuleWebhook
from orchestrator.scenario.sms_texts import longest
from orchestrator.scenario.source import Text
from orchestrator.scenario.template import Template, parse_template
from orchestrator.scenario.values import shorten


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the settings name. None: they name nothing of that kind, and it is not looked for."""

    mailboxes: frozenset[str] | None = None
    services: frozenset[str] | None = None
    webhooks: frozenset[str] | None = None


NOTHING_KNOWN = Outside()


def check_telling(draft: Draft, outside: Outside) -> None:
    for key, tell in draft.tells:
        _check_text(draft, tell)
        _check_recipient(draft, tell, outside)
        _check_known(draft, key, tell)
    _check_sizes(draft)


def _messages(tell: AnyTell) -> list[Text]:
    match tell:
        case RuleSms():
            return [tell.message]
        case RuleEmail():
            return [tell.message, *([] if tell.subject is None else [tell.subject])]
        case _:
            return []


def _check_text(draft: Draft, tell: AnyTell) -> None:
    """What is written to people must be text in every language."""
    for message in _messages(tell):
        wordings = draft.model.messages.get(message)
        if wordings is None or isinstance(wordings, Broken):
            continue
        if any(not isinstance(wording, Text | Broken) for wording in wordings.values()):
            draft.findings.add("S217", message, f"`{message}` is a recording, and cannot be written")


def _check_recipient(draft: Draft, tell: AnyTell, outside: Outside) -> None:
    match tell:
        case RuleSms() if not tell.to.is_reference:
            if tell.to.text != CONTACT and not is_number(tell.to.text):
                draft.findings.add("S501", tell.to.text, f"`{shorten(tell.to.text)}` is not an E.164 number")
        case RuleEmail() if not tell.to.is_reference:
            _check_there(draft, "mailbox", tell.to.text, outside.mailboxes)
        case RuleWebhook():
            name = Text.at(tell.to.service, tell.place("to"))
            if tell.to.path:
                _check_there(draft, "service", name, outside.services)
            else:
                _check_there(draft, "webhook", name, outside.webhooks)
        case _:
            pass


def _check_there(draft: Draft, what: str, name: Text, known: frozenset[str] | None) -> None:
    if known is not None and name not in known:
        message = f"the settings have no {what} `{name}`"
        draft.findings.add("S606", name, message, did_you_mean(name, known))


def _check_known(draft: Draft, key: Text, tell: AnyTell) -> None:
    """What the flow asked is known where the flow concluded something, and nowhere else."""
    if {"contact", "flow", "messages"} & draft.lost:
        return
    kept = draft.declared_columns | draft.vouched | {"caller", "called"} & draft.given
    if key not in RULED:
        kept |= draft.variables
    private = private_names(draft)
    for name, where, is_whom in _read(draft, tell):
        if name in private:
            draft.findings.add("S317", where, f"`{name}` is private")
        if noted(name) in kept or name in private:
            continue
        if noted(name) in draft.variables:
            draft.findings.add("S605", where, f"`{name}` is not known when a call ends as `{key}`")
        elif name in draft.given | TOLD:
            draft.findings.add("S605", where, f"`{name}` is not known when the call is over")
        elif is_whom:  # of a message, `check_messages` has told it already
            hint = did_you_mean(name, draft.declared_columns)
            draft.findings.add("S401", where, f"no contact column `{name}`", hint)


def _read(draft: Draft, tell: AnyTell) -> Iterator[tuple[str, Text, bool]]:
    """(name that is filled in, where that is said, whether it is whom it goes to)."""
    if isinstance(tell, RuleSms | RuleEmail) and tell.to.is_reference:
        yield str(tell.to.text), tell.to.text, True
    for message in _messages(tell):
        for _, template in _templates(draft, message):
            for part in template.names:
                yield part.name, message, False


def _check_sizes(draft: Draft) -> None:
    """Of texts that are good by themselves."""
    if draft.findings:
        return
    columns = {name: str(spec.type) for name, spec in draft.columns.items()}
    for message in sms_messages(draft):
        for language, template in _templates(draft, message):
            size = sms_size(longest(template, columns, language))
            if language in draft.languages and size.segments > SEGMENTS_MAX:
                draft.findings.add("S218", message, f"`{message}` may have {size} in `{language}`")


def sms_messages(draft: Draft) -> list[Text]:
    """Messages that become SMS, by rules and by steps of the flow."""
    steps = (step for steps in draft.flow.values() for step in each_step(steps))
    of_steps = [step.sms.message for step in steps if isinstance(step, SmsStep)]
    return [*of_steps, *(tell.message for _, tell in draft.tells if isinstance(tell, RuleSms))]


def _templates(draft: Draft, message: Text) -> Iterator[tuple[str, Template]]:
    """(language, template) of a message that is text."""
    wordings = draft.model.messages.get(message)
    if wordings is None or isinstance(wordings, Broken):
        return
    for language, wording in wordings.items():
        if isinstance(wording, Text):
            yield str(language), parse_template(wording)
