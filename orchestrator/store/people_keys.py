"""Keys of those who wait in queues, and of those who take their calls."""

from __future__ import annotations

from orchestrator.store.key import FOR_EVER, Key

PEOPLE_KEYS: tuple[Key, ...] = (
    Key(
        pattern="queue:SCENARIO:QUEUE",
        type="zset",
        life="while somebody waits",
        holds="call ids of callers in the queue, in their order; score: epoch ms they came, pushed behind the last",
    ),
    Key(
        pattern="queue:SCENARIO:QUEUE:pace",
        type="list",
        life="a day after the last one was reached",
        holds="of the last 20 who were reached: epoch ms, and milliseconds they waited for each place",
    ),
    Key(
        pattern="queued",
        type="hash",
        life="an entry until its caller leaves the queue",
        holds="call id -> SCENARIO:QUEUE, switch, epoch ms it came, place at first",
    ),
    Key(
        pattern="floor",
        type="hash",
        life=FOR_EVER,
        holds="worker and holder (its process) that led the agents last, token (fencing: grows with each leader), step "
        "(its last write)",
    ),
    Key(
        pattern="floor:lease",
        type="string",
        life="the leader's lease, in real time",
        holds="token; there while somebody leads",
    ),
    Key(
        pattern="floor:agents",
        type="hash",
        life="an entry until its agent is no more",
        holds="agent id -> where the agent is (JSON)",
    ),
    Key(
        pattern="floor:parts",
        type="hash",
        life="an entry until the leader removes it",
        holds="name -> what a new leader begins with (JSON)",
    ),
    Key(
        pattern="commands", type="zset", life="an entry until it is answered", holds="command ids; score: seq"
    ),
    Key(pattern="last_command", type="string", life=FOR_EVER, holds="the last such seq given out"),
    Key(
        pattern="command:COMMAND",
        type="hash",
        life="until it is answered; seconds, in real time, while nobody takes it, then a minute",
        holds="body (JSON), taken (token of the leader)",
    ),
    Key(
        pattern="command:COMMAND:reply",
        type="string",
        life="a minute, in real time",
        holds="what became of it (JSON)",
    ),
    Key(
        pattern="figures",
        type="hash",
        life="an entry until the leader removes it",
        holds="`SCOPE NAME` -> live figures (JSON); at (epoch ms), version",
    ),
    Key(
        pattern="figures:fresh",
        type="string",
        life="five seconds, in real time",
        holds="there while the figures are",
    ),
    Key(
        pattern="history_days",
        type="zset",
        life="an entry until `operators.keep_days` are over",
        holds="days (counted from 1970, UTC) with history; score: the same number",
    ),
    Key(
        pattern="history:DAY:SCOPE",
        type="hash",
        life="until `operators.keep_days` are over",
        holds="`QUARTER NAME` (quarters of an hour since 1970) -> `FIGURE SUM FIGURE SUM ...`; scopes: project, queue, "
        "campaign, agent",
    ),
    Key(
        pattern="learned",
        type="hash",
        life=FOR_EVER,
        holds="SCENARIO:QUEUE -> what its pacers learned (JSON)",
    ),
    Key(
        pattern="screen:AGENT",
        type="stream",
        life="two days after its last entry, in real time; a hundred entries",
        holds="what the agent's screen shows (JSON in field `e`)",
    ),
)
