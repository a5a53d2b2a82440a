"""/v1/messages: what was sent to people, what became of it, and what they answer."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from orchestrator.domain.consent import SmsMeaning
from orchestrator.domain.message import Message, MessageState
from orchestrator.runtime.consent import heard_sms
from orchestrator.web.auth import requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import not_found
from orchestrator.web.models import Given, Instant, Moment, Note, Page, Taken, moment_of, ms_of, surely
from orchestrator.web.pages import After, Limit, cursor, fault_in, number_of, place_of, text

router = APIRouter(tags=["messages"])
READS = [Depends(requires("messages:read"))]
WRITES = [Depends(requires("messages:write"))]


class MessageOut(Given):
    """One SMS or letter to one person. why: it failed, waits or was not sent. reference: the gateway's own id."""

    id: str
    kind: str
    at: Instant
    to: str
    campaign: str
    lead: int | None
    attempt_id: str
    rule: str
    message: str
    language: str
    text: str
    segments: int
    state: MessageState
    state_at: Instant | None
    why: str
    reference: str


class InboundSms(Taken):
    """An SMS that somebody has sent to us."""

    from_: Annotated[str, Field(alias="from", max_length=60)]
    text: Annotated[str, Field(max_length=2000)]


class Received(Given):
    """Which message a receipt was of, by our id, and what it is now."""

    id: str
    state: MessageState


class Understood(Given):
    """opt_out: every consent is withdrawn, and the number is on the do-not-call list. opt_in: what an SMS had withdrawn
    holds again. nothing: nothing was done.
    """

    number: str
    understood: SmsMeaning


class Receipt(Taken):
    """id: ours (`{key}` of the template), or the gateway's own."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    state: Literal["delivered", "undelivered"]
    at: Annotated[Moment | None, Field(strict=False)] = None
    why: Note = ""


def _out(item: Message) -> MessageOut:
    return MessageOut(
        id=item.message_id,
        kind=item.kind,
        at=surely(item.at),
        to=item.to,
        campaign=item.campaign_id,
        lead=item.lead_id,
        attempt_id=item.attempt_id,
        rule=item.rule,
        message=item.message,
        language=item.language,
        text=item.text,
        segments=item.segments,
        state=item.state,
        state_at=moment_of(item.state_at),
        why=item.why,
        reference=item.reference,
    )


@router.get("/messages", dependencies=READS)
def list_messages(
    project: TheProject,
    number: Annotated[str | None, Query(max_length=60)] = None,
    campaign: str | None = None,
    lead: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    state: MessageState | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[MessageOut]:
    """What was sent to people, the newest first."""
    try:
        found, behind = project.store.messages.page(
            after=place_of(after, text) or "",
            limit=limit,
            since=None if since is None else ms_of(since),
            until=None if until is None else ms_of(until),
            number=None if number is None else number_of(project, number, "query.number"),
            campaign_id=campaign,
            lead_id=lead,
            state=state,
        )
    except ValueError:
        raise fault_in("query.after", "not a `next` that we have given") from None
    return Page(items=[_out(item) for item in found], next=None if behind is None else cursor(behind))


@router.post("/messages/inbound", dependencies=WRITES)
def hear_sms(project: TheProject, sms: InboundSms) -> Understood:
    """An SMS to us: STOP and the like withdraw every consent, and put the number on the do-not-call list."""
    number = number_of(project, sms.from_, "body.from")
    return Understood(number=number, understood=heard_sms(project, number, sms.text))


@router.post("/messages/receipts", dependencies=WRITES)
def take_receipt(project: TheProject, receipt: Receipt) -> Received:
    """What a gateway says became of a message that it took. The latest receipt counts. What the message says is for
    those who may read messages.
    """
    at = project.clock.now_ms() if receipt.at is None else ms_of(receipt.at)
    ours = project.store.messages.receipt(receipt.id, MessageState(receipt.state), at, receipt.why)
    found = None if ours is None else project.store.messages.of(ours)
    if found is None:
        raise not_found(f"no message {receipt.id[:100]!r}")
    return Received(id=found.message_id, state=found.state)
