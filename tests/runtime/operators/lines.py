"""A line to a switch that remembers what it was told, and answers from a list."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence

from orchestrator.esl.errors import NotConnected
from orchestrator.esl.writer import OnReply


class Line:
    """rows: what `show channels` says. fails: what is wrong with a command, None for nothing."""

    def __init__(self) -> None:
        self.is_up = True
        self.told: list[str] = []
        self.rung: list[str] = []
        self.rows: list[dict[str, str]] = []
        self.variables: dict[tuple[str, str], str] = {}
        self.refuses: Exception | None = None
        self.answer: Callable[[str], str | None] = lambda _: None

    def api(self, command: str) -> str:
        if not self.is_up:
            raise NotConnected("gone")
        if command == "show channels as json":
            return json.dumps({"rows": self.rows})
        if command.startswith("uuid_getvar"):
            _, channel, name = command.split(" ")
            return self.variables.get((channel, name), "_undef_")
        self.told.append(command)
        said = self.answer(command)
        return "+OK" if said is None else said

    def ask(self, command: str) -> str:
        return self.api(command)

    def originate(self, jobs: Sequence[tuple[str, str]], on_reply: OnReply) -> None:
        self.rung += [command for command, _ in jobs]
        for _, job_id in jobs:
            on_reply(job_id, self.refuses)  # type: ignore[arg-type]  # as the line gives it

    @property
    def offers(self) -> list[dict[str, object]]:
        """What callers were told."""
        texts = [line.split(" ")[3] for line in self.told if " prozvon_offer " in line]
        return [json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))) for text in texts]


def row(channel: str, state: str = "CS_EXECUTE", application: str = "park") -> dict[str, str]:
    """A channel as a switch lists it."""
    return {"uuid": channel, "state": state, "application": application}
