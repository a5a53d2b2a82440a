"""Mistakes that take an agents file: in it, or in a queue that names agents."""

from __future__ import annotations

from typing import NamedTuple

SCENARIO = "scenario: small"


class AgentCase(NamedTuple):
    """code: among what must be told. agents: the agents file. queues: of the scenario that is checked beside it."""

    code: str
    agents: str
    told: str
    queues: str = "{sales: {agents: anna}}"


ANNA = "agents: {anna: {dial: user/1001}}"
AGENT_CASES = (
    AgentCase("S548", ANNA, "no agent `ana` (did you mean `anna`?)", "{sales: {agents: [anna, ana]}}"),
    AgentCase("S549", ANNA, "no agent of the agents file has `small:sales`", "{sales: {agents: assigned}}"),
    AgentCase("S801", "agents: {anna: {dial: 89990000001}}", "`89990000001` is neither a number nor"),
    AgentCase("S801", "agents: {anna: {dial: 'user/1 hangup'}}", "`user/1 hangup` is neither a number nor"),
    AgentCase("S801", "agents: {anna: {dial: user/1, user: 'a b'}}", "`a b` is not a SIP user"),
    AgentCase("S802", "agents: {anna: {dial: user/1, queues: {Sales: 1}}}", "`Sales` is not a queue"),
    AgentCase("S803", "agents: {anna: {dial: user/1, gateways: main}}", "a dial string goes by no gateway"),
    AgentCase(
        "S803",
        "agents: {anna: {dial: {main: user/1}, switch: spare}}",
        "`dial` says nothing for the switch `spare`",
    ),
    AgentCase("S804", "agents: {anna: {dial: user/1, standing: yes}}", "a standing leg is made on one"),
    AgentCase(
        "S805", "agents: {anna: {dial: user/1, switch: mian}}", "no switch `mian` (did you mean `main`?)"
    ),
    AgentCase("S805", "agents: {anna: {dial: +79990000001, gateways: mian}}", "no gateway `mian`"),
    AgentCase(
        "S806",
        "agents: {anna: {dial: user/1}, boris: {dial: user/1}}",
        "`user/1` is the telephone of `anna` already",
    ),
    AgentCase(
        "S806",
        "agents: {anna: {dial: user/1, user: 1}, boris: {dial: user/2, user: 1}}",
        "`1` is the user of `anna` already",
    ),
)
