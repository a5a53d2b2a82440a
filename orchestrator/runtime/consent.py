"""Consents from outside: those of lists and other rows, and what an SMS to us means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from orchestrator.contacts.numbers import normalize
from orchestrator.contacts.row import Accepted, Fault
from orchestrator.domain.consent import Consent, ConsentDemand, ConsentHow, GivenAs, SmsMeaning
from orchestrator.domain.problem import KnownError
from orchestrator.engine.consent_words import meaning_of
from orchestrator.runtime.project import Project

WORDS, SOURCE = "consent_words", "consent_source"


@dataclass(slots=True, kw_only=True)
class Kept:
    """What became of the consents that rows told of: one for each of their numbers."""

    by_fate: Counter[GivenAs] = field(default_factory=Counter)
    purposeless: int = 0  # rows that do not say for what, in a scenario that demands nothing

    @property
    def left_out(self) -> int:
        """Consents that were not stored."""
        return self.purposeless + self.by_fate[GivenAs.NOT_YET] + self.by_fate[GivenAs.TOO_MANY]


def keep_consents(
    project: Project, rows: Iterable[Accepted], demand: ConsentDemand | None, source: str
) -> Kept:
    """Keep what these rows say that their contacts agreed to, for all numbers of each; before the rows are loaded, so
    that the first claim knows of it. The outbox does not hear of it: whoever sent the rows knows. demand: the
    scenario's, for rows that do not say for what. Kept again, it changes nothing.
    """
    kept = Kept()
    consents: list[Consent] = []
    for row in rows:
        found = _consents_of(row, demand.purpose if demand else "", source)
        kept.purposeless += row.agreed is not None and not found
        consents += found
    if consents:
        kept.by_fate.update(project.store.consents.give(consents, now=project.clock.now_ms(), is_told=False))
    return kept


def _consents_of(row: Accepted, otherwise: str, source: str) -> list[Consent]:
    """For each number of the row; none when it tells of none, or not for what. otherwise: for what, then."""
    said, fields = row.agreed, row.contact.fields
    purpose = said.purpose or otherwise if said else ""
    if said is None or not purpose:
        return []
    return [
        Consent(
            number=number,
            purpose=purpose,
            given_at=said.given_at,
            how=said.how,
            words=fields.get(WORDS, ""),
            source=fields.get(SOURCE) or source,
        )
        for number in row.contact.numbers
    ]


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
