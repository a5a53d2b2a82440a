"""Commands of people, from the command line or the API, given to the floor and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from orchestrator.engine.floor.news import AgentSays, Command
from orchestrator.engine.floor.orders import Answer, Refused
from orchestrator.store.commands import Command as Asked
from orchestrator.store.commands import CommandBook, Reply

RELOAD: Final = "reload"  # read the agents file again
NAMES: Final = {command.value: command for command in Command}


class Commands:
    """Takes commands from the store, in order; each is carried out by one leader, once."""

    def __init__(
        self,
        book: CommandBook,
        token: int,
        *,
        feed: Callable[..., tuple[Answer | Refused, ...]],
        reply: Callable[[Reply], None],
        reload: Callable[[], str],
    ) -> None:
        self._book, self._token = book, token
        self._feed, self._reply, self._reload = feed, reply, reload
        self._after = 0

    def look(self) -> None:
        """Carry out what has come. NotLeading; KnownError: the store is away."""
        for asked in self._book.take(self._token, self._after):
            self._after = asked.seq
            why = self.carry_out(asked)
            self._reply(Reply(command_id=asked.command_id, is_done=not why, why=why))

    def carry_out(self, asked: Asked) -> str:
        """Why it cannot be, for people; "" when it is done."""
        if asked.name == RELOAD:
            return self._reload()
        command = NAMES.get(asked.name)
        if command is None:
            return f"there is no command {asked.name!r} for agents"
        return refused(
            self._feed(
                AgentSays(
                    agent_id=asked.agent_id, command=command, reason=asked.reason, to=asked.to, by=asked.by
                )
            )
        )


def refused(said: tuple[Answer | Refused, ...]) -> str:
    """Why what somebody wanted cannot be; "" when it can."""
    return next((each.why for each in said if isinstance(each, Refused)), "")
