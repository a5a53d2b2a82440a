"""What an agent dials: *20 and its like. Whose telephone it is was proved by its password, or is by a PIN."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Mapping
from typing import Final

from orchestrator.domain.agent import AgentSpec, AgentState
from orchestrator.engine.floor.news import AgentSays, Command
from orchestrator.engine.floor.orders import Answer, Refused
from orchestrator.runtime.operators.rota import Rules

# Code -> what is wanted, and what the agent hears when it is done (callflow.agent_words)
CODES: Final = {
    "20": (Command.AVAILABLE, "available"),
    "21": (Command.BREAK, "on_break"),
    "22": (Command.OFFLINE, "offline"),
    "23": (Command.STANDING, "standing"),
    "24": (Command.READY, "ready"),
    "25": (Command.EXTEND, "extended"),
}
LATER: Final = frozenset({Command.BREAK, Command.OFFLINE})  # they come after a call under way
IN_CALL: Final = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})
PIN_LEAST: Final = 4  # digits; a shorter one proves nothing


class Codes:
    """`obey` carries a code out, and says what its agent is to hear. state_of(agent id): where they are now."""

    def __init__(
        self,
        *,
        feed: Callable[..., tuple[Answer | Refused, ...]],
        rules: Callable[[], Rules],
        state_of: Callable[[str], AgentState | None],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._feed, self._rules, self._state_of, self._environ = feed, rules, state_of, environ

    def obey(self, body: Mapping[str, object]) -> dict[str, object]:
        """body: code, digits, user, pin, as the agent's telephone and keys gave them."""
        agent = self._who(_text(body, "user"), _text(body, "pin"))
        if agent is None:
            return {"ok": False, "say": "unknown"}
        found = CODES.get(_text(body, "code"))
        if found is None:
            return _said(agent, "no_such_code", is_done=False)
        command, say = found
        was_in_call = self._state_of(agent.agent_id) in IN_CALL
        if command is Command.STANDING:  # their leg says the rest, when it is parked
            return _said(agent, "refused" if was_in_call else say, is_done=not was_in_call)
        reason = ""
        if command is Command.BREAK:
            breaks, digit = self._rules().breaks, _text(body, "digits")
            place = int(digit) if digit.isascii() and digit.isdigit() and len(digit) < 3 else 0
            if not 1 <= place <= len(breaks):
                return _said(agent, "no_such_break", is_done=False)
            reason = breaks[place - 1]
        said = self._feed(AgentSays(agent_id=agent.agent_id, command=command, reason=reason, by="phone"))
        if any(isinstance(each, Refused) for each in said):
            return _said(agent, "refused", is_done=False)
        return _said(agent, "after_call" if was_in_call and command in LATER else say, is_done=True)

    def _who(self, user: str, pin: str) -> AgentSpec | None:
        """The agent with this SIP user, or else the only one with this PIN."""
        agents = self._rules().agents.values()
        if user:
            return next((spec for spec in agents if spec.user == user), None)
        found = [
            spec for spec in agents if spec.pin_env and _is_same(pin, self._environ.get(spec.pin_env, ""))
        ]
        return found[0] if len(found) == 1 else None


def _is_same(pin: str, wanted: str) -> bool:
    return len(wanted) >= PIN_LEAST and hmac.compare_digest(pin.encode(), wanted.encode())


def _said(agent: AgentSpec, say: str, *, is_done: bool) -> dict[str, object]:
    return {"ok": is_done, "agent": agent.agent_id, "say": say, "language": agent.language}


def _text(body: Mapping[str, object], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
