"""Claims, endings, changes and withdrawals of one lead in every order: it is never called again once it is withdrawn,
and the outbox hears of it once.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import Attempt, CampaignState, Contact, Phase
from orchestrator.store import Added, Store
from tests.store.factories import HOUR, NOW, campaign, contact, done, ending, held, request, retry

STEPS = ("claim", "end", "withdraw", "change", "claim again")
ORDERS = [
    order
    for order in itertools.permutations(STEPS)
    if order.index("claim") < order.index("end") < order.index("claim again")
]
ENDS = ("later", "at once", "done", "held", "released")


def row(index: int, **fields: str) -> Contact:
    return replace(contact(index, **fields), external_id="order")


@pytest.mark.parametrize("end", ENDS)
def test_a_withdrawn_lead_is_never_called_again_in_whatever_order_things_happen(
    store: Store, end: str
) -> None:
    for number, order in enumerate(ORDERS):
        name = f"parcel-{number}"
        store.create_campaign(replace(campaign(name), state=CampaignState.RUNNING, is_open=True), b"", ())
        (added,) = store.load_leads(name, [(1, row(2 * number))], now=NOW)
        assert added == Added(lead_id=1)
        said = _in_order(store, name, order, end, row(2 * number + 1))
        found = store.lead(name, 1)
        assert found is not None
        statuses = [entry.body["status"] for entry in store.outbox() if entry.campaign_id == name]
        expected = (
            (Phase.DONE, "confirmed", []) if end == "done" else (Phase.DONE, "withdrawn", ["withdrawn"])
        )
        if order.index("withdraw") < order.index("claim"):
            expected = (Phase.DONE, "withdrawn", ["withdrawn"])
        assert (found.phase, found.state.status, statuses) == expected, order
        assert store.claim(request(1, campaign_id=name, now=NOW + 9 * HOUR)).attempts == (), order
        if said is Withdrawn.DONE_ALREADY:
            assert end == "done"


def _in_order(store: Store, name: str, order: tuple[str, ...], end: str, to: Contact) -> Withdrawn:
    """What the withdrawal was told. Whatever is on the line at the end comes to its end too."""
    attempts: list[Attempt] = []
    said = Withdrawn.NO_SUCH_LEAD
    for step in order:
        if step.startswith("claim"):
            later = NOW + 2 * HOUR * (step == "claim again")
            attempts += store.claim(request(1, campaign_id=name, now=later)).attempts
        elif step == "end":
            _end(store, attempts, end)
        elif step == "withdraw":
            said = store.withdraw_lead(name, 1, external_id="order", by="api", now=NOW)
        else:
            lead = store.lead(name, 1)
            assert lead is not None
            store.change_lead(name, 1, lead.pending or lead.contact, to, NOW)
    while store.live():
        _end(store, store.live(), end)
    return said


def _end(store: Store, attempts: list[Attempt], end: str) -> None:
    for attempt in attempts:
        decision = {"done": done(attempt), "held": held(attempt), "at once": retry(attempt, NOW)}.get(
            end, retry(attempt, NOW + HOUR)
        )
        if end == "released":
            store.release(attempt, NOW)
        else:
            taken = Disposition.ANSWERED if end == "done" else Disposition.BUSY
            store.finish(attempt, ending(attempt, taken), decision, NOW)
    attempts.clear()
