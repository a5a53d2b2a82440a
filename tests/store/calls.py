"""Small makers of calls that came in, for the store's tests."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.inbound import Callback, CallEnd, InboundCall, MissedDecision, Note, ServedBy
from orchestrator.domain.lead import Campaign, CampaignState, Contact, OutboxEntry
from orchestrator.store import CallbackRow, CallRow, Store, standing_id
from tests.store.factories import DAY, MINUTE, MOSCOW, NOW, number

SHOP = "shop_line"
SHOP_MISSED = standing_id(SHOP)
_ids = count(1)


def standing(
    store: Store,
    scenario: str = SHOP,
    *,
    program: str = "c1",
    bundle: bytes = b"callback",
    is_dropped: bool = True,
) -> str:
    """The standing campaign of a scenario; its id."""
    campaign_id = standing_id(scenario)
    store.ensure_standing(
        Campaign(
            campaign_id=campaign_id,
            scenario=campaign_id,
            program=program,
            state=CampaignState.RUNNING,
            created_at=NOW,
            title="A shop",
            standing=scenario,
        ),
        bundle,
        is_dropped_when_reached=is_dropped,
    )
    return campaign_id


def call(caller: int | None = 1, *, at: int = NOW, scenario: str = SHOP, **changes: object) -> InboundCall:
    """A call that ended at `at` after ten seconds, hung up in the menu."""
    made = InboundCall(
        call_id=f"call-{next(_ids)}",
        switch="sw",
        scenario=scenario,
        program="d1",
        caller="" if caller is None else number(caller),
        called="+74950000001",
        began_at=at - 10_000,
        answered_at=at - 9_000,
        ended_at=at,
        cause="NORMAL_CLEARING",
        flow=FlowEnd.LEFT,
        language="ru",
        path=("0.0 start", "0.1 hears hello"),
        heard=("hello",),
        end=CallEnd.HUNG_UP,
        notes=(Note(kind="sms", body={"to": "+79990000001", "text": "Ждём вас", "values": {"a": "1"}}),),
        recordings=("2026/11/22/call-1.complaint.wav",),
        queue_wait_s=4,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of InboundCall


def ask(
    made: InboundCall,
    *,
    after: int = 2 * MINUTE,
    is_promised: bool = False,
    per_number: tuple[tuple[int, int], ...] = (),
    zone: str = MOSCOW,
) -> MissedDecision:
    """What the rules say of a missed call."""
    contact = Contact(
        numbers=(made.caller,),
        zones=(zone,),
        language="ru",
        fields={"called": made.called, "caller": made.caller},
    )
    wanted = Callback(
        campaign_id=standing_id(made.scenario),
        contact=contact,
        due_at=made.ended_at + after,
        is_promised=is_promised,
        per_number=per_number,
    )
    return MissedDecision(why=made.end.value, callback=wanted)


def missed(
    store: Store,
    caller: int = 1,
    *,
    at: int = NOW,
    now: int | None = None,
    scenario: str = SHOP,
    after: int = 2 * MINUTE,
    is_promised: bool = False,
    per_number: tuple[tuple[int, int], ...] = (),
) -> CallRow:
    """Record a missed call; what became of it."""
    made = call(caller, at=at, scenario=scenario)
    decision = ask(made, after=after, is_promised=is_promised, per_number=per_number)
    assert store.note_call(made, (), decision, at if now is None else now)
    return row_of(store, made)


def served(
    store: Store,
    caller: int = 1,
    *,
    at: int = NOW,
    now: int | None = None,
    by: ServedBy = ServedBy.PERSON,
    scenario: str = SHOP,
) -> CallRow:
    """Record a call that began at `at` and served its caller."""
    made = call(caller, at=at + 10_000, scenario=scenario, end=CallEnd.FLOW, flow=FlowEnd.ENDED, notes=())
    if by is ServedBy.PERSON:
        made = replace(made, reached="+79990009999")
    assert store.note_call(made, (), MissedDecision(served=by), made.ended_at if now is None else now)
    return row_of(store, made)


def row_of(store: Store, made: InboundCall) -> CallRow:
    rows = store.calls(made.began_at, made.began_at + 1)
    return next(row for row in rows if row.call.call_id == made.call_id)


def all_calls(store: Store) -> list[CallRow]:
    return list(store.calls(0, NOW + 1000 * DAY))


def callback(store: Store, lead_id: int = 1, campaign_id: str = SHOP_MISSED) -> CallbackRow:
    (row,) = store.callbacks(campaign_id, [lead_id])
    return row


def told(kind: str = "sms") -> OutboxEntry:
    return OutboxEntry(kind=kind, body={"to": "+79990000001", "values": {"a": "1"}})
