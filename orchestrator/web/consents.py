"""/v1/consents: what people agreed to, and what they took back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from orchestrator.domain.consent import Consent, ConsentHow, GivenAs
from orchestrator.runtime.project import Project
from orchestrator.web.auth import Caller, requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import ApiProblem, Fault, invalid
from orchestrator.web.models import Given, Instant, Moment, Note, Taken, moment_of, ms_of, surely
from orchestrator.web.pages import fault_in, number_of

router = APIRouter(tags=["consents"])
READS = [Depends(requires("consent:read"))]
WRITES = Annotated[Caller, Depends(requires("consent:write"))]
Number = Annotated[str, Path(max_length=60, description="E.164, or as dialed in the project's region.")]
Purpose = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class NewConsent(Taken):
    """given_at: now, when it is not said. words: what they agreed to, as they saw or heard it. source: where that is
    recorded; the token's name when it is not said.
    """

    number: Annotated[str, Field(max_length=60)]
    purpose: Purpose
    given_at: Annotated[Moment | None, Field(strict=False)] = None
    how: Annotated[ConsentHow, Field(strict=False)] = ConsentHow.API
    words: Annotated[str, Field(max_length=1000)] = ""
    source: Annotated[str, Field(max_length=200)] = ""


class NewConsents(Taken):
    consents: Annotated[list[NewConsent], Field(min_length=1, max_length=1000)]


class Kept(Given):
    """What became of each, in order."""

    items: list[GivenAs]


class ConsentOut(Given):
    number: str
    purpose: str
    given_at: Instant
    how: ConsentHow
    words: str
    source: str
    withdrawn_at: Instant | None
    withdrawn_how: ConsentHow | None


class WithdrawalOut(Given):
    """purpose null: everything."""

    purpose: str | None
    at: Instant
    how: ConsentHow
    note: str


class Consents(Given):
    """The whole history, the newest first."""

    number: str
    consents: list[ConsentOut]
    withdrawals: list[WithdrawalOut]


class Withdrawal(Taken):
    """purpose null: everything, and then the number goes on the do-not-call list too unless `do_not_call` is false."""

    purpose: Purpose | None = None
    how: Annotated[ConsentHow, Field(strict=False)] = ConsentHow.API
    note: Note = ""
    do_not_call: bool | None = None


class Withdrawn(Given):
    """ended: how many consents that ended."""

    number: str
    ended: int
    do_not_call: bool


@router.get("/consents/{number}", dependencies=READS)
def show_consents(project: TheProject, number: Number) -> Consents:
    """All that a number ever agreed to, and took back; empty when we know of nothing."""
    clean = number_of(project, number, "path.number")
    consents = project.store.consents
    return Consents(
        number=clean,
        consents=[_out(item) for item in consents.of(clean)],
        withdrawals=[
            WithdrawalOut(purpose=item.purpose, at=surely(item.at), how=item.how, note=item.note)
            for item in consents.withdrawals(clean)
        ],
    )


def _out(item: Consent) -> ConsentOut:
    return ConsentOut(
        number=item.number,
        purpose=item.purpose,
        given_at=surely(item.given_at),
        how=item.how,
        words=item.words,
        source=item.source,
        withdrawn_at=moment_of(item.withdrawn_at),
        withdrawn_how=item.withdrawn_how,
    )


@router.post("/consents")
def give_consents(project: TheProject, new: NewConsents, caller: WRITES) -> Kept:
    """Keep what people agreed to; none of it when one cannot be. Given again, a consent changes nothing."""
    now = project.clock.now_ms()
    clean: list[Consent] = []
    faults: list[Fault] = []
    for index, item in enumerate(new.consents):
        try:
            clean.append(_given(project, item, caller, now, f"body.consents.{index}"))
        except ApiProblem as problem:
            faults += problem.errors
    if faults:
        raise invalid(f"{len(faults)} of them cannot be; none was kept", *faults)
    return Kept(items=project.store.consents.give(clean, now=now))


def _given(project: Project, item: NewConsent, caller: Caller, now: int, where: str) -> Consent:
    given_at = now if item.given_at is None else ms_of(item.given_at)
    if given_at > now:
        raise fault_in(f"{where}.given_at", "still to come")
    return Consent(
        number=number_of(project, item.number, f"{where}.number"),
        purpose=item.purpose,
        given_at=given_at,
        how=item.how,
        words=item.words,
        source=item.source or caller.name,
    )


@router.post("/consents/{number}/withdraw", dependencies=[Depends(requires("consent:write"))])
def withdraw_consent(project: TheProject, number: Number, wish: Withdrawal) -> Withdrawn:
    """A person takes their consent back: to one purpose, or to everything."""
    clean = number_of(project, number, "path.number")
    also_dnc = wish.purpose is None if wish.do_not_call is None else wish.do_not_call
    ended = project.store.consents.withdraw(
        clean,
        wish.purpose,
        how=wish.how,
        note=wish.note,
        now=project.clock.now_ms(),
        also_dnc=also_dnc,
    )
    return Withdrawn(number=clean, ended=ended, do_not_call=also_dnc)
