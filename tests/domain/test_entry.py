"""How a lead is named, and what a change that is refused says."""

from __future__ import annotations

import pytest

from orchestrator.domain.entry import LeadRef, NotChanged


def test_a_lead_is_named_in_exactly_one_way() -> None:
    assert str(LeadRef(lead_id=7)) == "lead 7"
    assert str(LeadRef(external_id="order-1042")) == "order-1042"
    for named in ({}, {"lead_id": 7, "external_id": "order-1042"}):
        with pytest.raises(ValueError, match="by its id, or by its external id"):
            LeadRef(**named)  # type: ignore[arg-type]  # one of each


def test_a_change_that_is_refused_says_which_column_and_why() -> None:
    refused = NotChanged("no such column", code="unknown_column", column="colour")
    assert (str(refused), refused.code, refused.column) == ("no such column", "unknown_column", "colour")
