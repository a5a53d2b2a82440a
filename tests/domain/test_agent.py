"""An agent's record, as it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.agent import AgentRecord, AgentState

TIMES = st.integers(0, 2**43)
RECORDS = st.builds(
    AgentRecord,
    agent_id=st.text(min_size=1),
    state=st.sampled_from(AgentState),
    since=TIMES,
    reason=st.text(),
    is_leg_ready=st.booleans(),
    wrap_up_until=st.none() | TIMES,
    next_state=st.none() | st.sampled_from(AgentState),
    calls_today=st.integers(0, 999),
)


@given(RECORDS)
def test_what_is_kept_is_what_was(record: AgentRecord) -> None:
    assert AgentRecord.loads(record.dumps()) == record


def test_what_is_as_at_first_takes_no_room() -> None:
    assert AgentRecord(agent_id="anna").dumps() == '{"agent_id":"anna"}'


def test_what_a_later_version_wrote_besides_is_left_out() -> None:
    assert AgentRecord.loads('{"agent_id":"anna","mood":"fine"}') == AgentRecord(agent_id="anna")


@pytest.mark.parametrize("text", ["[]", "{}", '{"agent_id":5}', '{"agent_id":"anna","state":"asleep"}', "{"])
def test_what_is_no_record_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        AgentRecord.loads(text)
