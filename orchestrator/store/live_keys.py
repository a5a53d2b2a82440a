"""Keys of what workers measure, and of agents that came by the API."""

from __future__ import annotations

from orchestrator.store.key import FOR_EVER, Key

LIVE_KEYS: tuple[Key, ...] = (
    Key(
        pattern="meters",
        type="hash",
        life=FOR_EVER,
        holds="meter -> sum over all workers there ever were: counts, and times in microseconds",
    ),
    Key(
        pattern="meters:WORKER",
        type="string",
        life="with the worker; a day, in real time, after its last heartbeat when it died",
        holds="its process, and its sums as it said them last (JSON): what is added to `meters` is what they grew by",
    ),
    Key(
        pattern="added_agents",
        type="hash",
        life="an entry until it is removed",
        holds="agent id -> the agent, as it would stand in the agents file (JSON)",
    ),
    Key(
        pattern="added_agents:version",
        type="string",
        life=FOR_EVER,
        holds="grows with each change of `added_agents`",
    ),
)
