"""What a rule tells, as entries of the outbox: texts filled in with the contact's columns, in its language."""

from __future__ import annotations

from collections.abc import Mapping

from callflow.wording import in_writing
from orchestrator.domain.lead import Attempt, Ending, LeadState, OutboxEntry
from orchestrator.domain.plan import DialPlan
from orchestrator.domain.telling import Tell, TellKind, Texts, WrittenPart

RULE = "rule"  # the field of an entry's body that names the rule which wanted it


def told_by(
    plan: DialPlan,
    key: str,
    attempt: Attempt,
    ending: Ending,
    after: LeadState,
    about: Mapping[str, object],
) -> tuple[OutboxEntry, ...]:
    """The entries of the rule under `key`, in its order. after: the lead's state by then. about: what every entry of
    the attempt is told with.
    """
    rule = plan.rules.get(key)
    if rule is None or not rule.tells:
        return ()
    common = {**about, RULE: key, "caller": attempt.number, "call_at": attempt.claimed_at}
    values = {"caller": attempt.number, **dict(ending.values), **attempt.contact.fields}
    return tuple(
        OutboxEntry(
            kind=tell.kind.value, body={**common, **_body(plan, tell, attempt, ending, after, values)}
        )
        for tell in rule.tells
    )


def is_told(entry: OutboxEntry) -> bool:
    """Whether a rule wanted it."""
    return RULE in entry.body


def _body(
    plan: DialPlan,
    tell: Tell,
    attempt: Attempt,
    ending: Ending,
    after: LeadState,
    values: Mapping[str, str],
) -> dict[str, object]:
    if tell.kind is TellKind.WEBHOOK:
        return _webhook(tell, attempt, ending)
    language = language_of(plan.texts, tell.message, attempt.contact.language)
    written = {
        "message": tell.message,
        "language": language,
        "text": text_of(plan.texts[tell.message][language], values, language),
    }
    if tell.kind is TellKind.SMS:
        to = _number(tell, attempt, after, values)
        zones = dict(zip(attempt.contact.numbers, attempt.contact.zones, strict=False))
        is_contacts = tell.is_column or not tell.to
        return {**written, "to": to, "zone": zones.get(to, ""), "to_contact": is_contacts}
    subject = plan.title
    if tell.subject:
        subject = text_of(plan.texts[tell.subject][language], values, language)
    # Whose address is the contact's own is told nothing but the message
    whose = {"address": values.get(tell.to, "").strip()} if tell.is_column else {"to": tell.to}
    return {**written, **whose, "subject": subject}


def _number(tell: Tell, attempt: Attempt, after: LeadState, values: Mapping[str, str]) -> str:
    """Who gets an SMS; "" for nobody. A number that was given up is written to no more than it is called."""
    if tell.is_column:
        return values.get(tell.to, "").strip()
    if tell.to:
        return tell.to
    numbers = attempt.contact.numbers
    given_up = {numbers[phone] for phone in after.given_up}
    left = [number for number in (attempt.number, *numbers) if number not in given_up]
    return left[0] if left else ""


def _webhook(tell: Tell, attempt: Attempt, ending: Ending) -> dict[str, object]:
    name, _, path = tell.to.partition("/")
    return {
        **({"service": name, "path": path} if path else {"hook": name}),
        "result": ending.result or "",
        "values": dict(ending.values),
        "contact": dict(attempt.contact.fields),
        "external_id": attempt.contact.external_id,
    }


def language_of(texts: Texts, message: str, wanted: str) -> str:
    """The contact's language, or the first that the message has."""
    languages = texts[message]
    return wanted if wanted in languages else next(iter(languages))


def text_of(parts: tuple[WrittenPart, ...], values: Mapping[str, str], language: str) -> str:
    """The text, filled in; what is not known leaves nothing."""
    return "".join(_filled(part, values, language) for part in parts).strip()


def _filled(part: WrittenPart, values: Mapping[str, str], language: str) -> str:
    if not part.name:
        return part.text
    value = values.get(part.name, "").strip() or part.default
    return in_writing(value, part.filter or None, language)
