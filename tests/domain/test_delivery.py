"""A delivery's body as text, and whose the deliveries are that one deliverer has taken."""

from __future__ import annotations

from orchestrator.domain.delivery import Delivery, Taken


def test_a_field_that_is_not_there_is_an_empty_text() -> None:
    made = Delivery(
        delivery_id="1-0.0",
        key="shop-1-0.0",
        lane="hook@crm",
        chain="c1",
        kind="status",
        at=1,
        due_at=1,
        body={"lead": 7, "why": None},
    )
    assert (made.text("lead"), made.text("why"), made.text("status")) == ("7", "", "")
    taken = Taken(token="t", deliveries=(made,))
    assert (taken.lane, taken.chain) == ("hook@crm", "c1")
