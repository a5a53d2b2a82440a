"""Consents from outside: what an SMS to us means, and what follows from it."""

from __future__ import annotations

from orchestrator.contacts.numbers import normalize
from orchestrator.contacts.row import Fault
from orchestrator.domain.consent import ConsentHow, SmsMeaning
from orchestrator.domain.problem import KnownError
from orchestrator.engine.consent_words import meaning_of
from orchestrator.runtime.project import Project


def heard_sms(project: Project, number: str, text: str) -> SmsMeaning:
    """What the sender of an SMS to us asks for, carried out: OPT_OUT withdraws every consent and puts the number on the
    do-not-call list; OPT_IN takes back what an SMS had withdrawn, and nothing else.

    KnownError when `number` is no telephone number.
    """
    sender = normalize(number, project.settings.region)
    if isinstance(sender, Fault):
        raise KnownError(f"not a telephone number: {number[:60]!r}: {sender}")
    meaning, now = meaning_of(text), project.clock.now_ms()
    if meaning is SmsMeaning.OPT_OUT:
        project.store.consents.withdraw(sender, None, how=ConsentHow.SMS, note=text, now=now, also_dnc=True)
    elif meaning is SmsMeaning.OPT_IN:
        project.store.consents.resume(sender, how=ConsentHow.SMS, words=text, now=now)
    return meaning
