"""Lists of consents: kept without calling anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from orchestrator.contacts.agreed import AT, HOW, agreed_of, how, moment
from orchestrator.contacts.reader import read_contacts
from orchestrator.contacts.row import Accepted
from orchestrator.contacts.tally import Tally
from orchestrator.domain.consent import ConsentDemand, ConsentHow
from orchestrator.domain.plan import Column, ZoneRule, ZoneSource
from orchestrator.domain.problem import Problem
from orchestrator.runtime.consent import SOURCE, WORDS, Kept, keep_consents
from orchestrator.runtime.project import Project

WITHDRAWN_AT, WITHDRAWN_HOW = "withdrawn_at", "withdrawn_how"
LIST_COLUMNS = (
    Column(
        name="consent_at", type="text"
    ),  # required here: a list of consents that says no moment says nothing
    *(
        Column(name=name, type="text", required=False)
        for name in (WORDS, SOURCE, WITHDRAWN_AT, WITHDRAWN_HOW)
    ),
)
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedConsents:
    """What became of a list of consents. withdrawn: rows that say so; remarks: about the list as a whole."""

    kept: Kept
    tally: Tally
    withdrawn: int
    remarks: tuple[Problem, ...]


def load_consents(
    project: Project, chunks: Iterable[bytes], *, name: str, purpose: str = ""
) -> LoadedConsents:
    """Keep the consents of a list (CSV or JSONL: `phone`, `consent_at`, and what else docs/consent.md says) without
    calling anybody; also that they were withdrawn. purpose: of rows that do not say for what. ListError: the list
    cannot be read.
    """
    kept, tally, withdrawn = Kept(), Tally(), 0
    remarks: list[Problem] = []
    demand = ConsentDemand(purpose=purpose) if purpose else None
    found = read_contacts(
        chunks,
        columns=LIST_COLUMNS,
        languages=("ru",),
        region=project.settings.region,
        zone_rule=ZoneRule(source=ZoneSource.CONTACT, name="UTC"),
        name=name,
        remark=remarks.append,
    )
    while batch := list(islice(found, BATCH)):
        for row in batch:
            tally.add(row)
        accepted = [row for row in batch if isinstance(row, Accepted)]
        more = keep_consents(project, accepted, demand, name)
        kept.by_fate.update(more.by_fate)
        kept.purposeless += more.purposeless
        withdrawn += sum(_take_back(project, row, purpose) for row in accepted)
    return LoadedConsents(kept=kept, tally=tally, withdrawn=withdrawn, remarks=tuple(remarks))


def _take_back(project: Project, row: Accepted, otherwise: str) -> bool:
    """Whether the row says that its consent was withdrawn. When that was cannot be read: now."""
    said = row.contact.fields
    purpose = row.agreed.purpose or otherwise if row.agreed else ""
    if not purpose or not (said[WITHDRAWN_AT] or said[WITHDRAWN_HOW]):
        return False
    at = moment(said[WITHDRAWN_AT])
    by = how(said[WITHDRAWN_HOW])
    told = {AT: at if isinstance(at, str) else "", HOW: by if isinstance(by, str) else ""}
    when = agreed_of(told, row.contact.zones[0])
    now = project.clock.now_ms()
    for number in row.contact.numbers:
        project.store.consents.withdraw(
            number,
            purpose,
            how=when.how if when else ConsentHow.IMPORT,
            note="",
            now=when.given_at if when else now,
            also_dnc=False,
            is_told=False,
        )
    return True
