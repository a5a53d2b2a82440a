"""A stand-in for the worker that leads: takes commands from the store and answers each as the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestrator.domain.agent import AgentRecord, AgentState
from orchestrator.runtime.project import Project
from orchestrator.store.commands import Command, Reply
from orchestrator.store.floor import FloorChanges
from orchestrator.store.screens import ScreenEvent

PAUSE_S = 0.005


def lead(project: Project) -> int:
    token = project.store.floor.lead("w1", 600_000)
    assert token is not None
    return token


def at_work(project: Project, token: int, agent_id: str, state: AgentState, **more: object) -> None:
    """Where an agent is, as the leader stores it."""
    record = AgentRecord(agent_id=agent_id, state=state, since=project.clock.now_ms(), **more)  # type: ignore[arg-type]
    project.store.floor.write(token, FloorChanges(agents=(record,)))


def shown(project: Project, token: int, *events: ScreenEvent) -> None:
    project.store.floor.write(token, FloorChanges(screens=events))


@contextmanager
def answering(project: Project, token: int, carry_out: Callable[[Command], str]) -> Iterator[list[Command]]:
    """Commands that came. carry_out: why one cannot be done, or ""."""
    taken: list[Command] = []
    ends = threading.Event()

    def work() -> None:
        after = 0
        while not ends.wait(PAUSE_S):
            for command in project.store.commands.take(token, after):
                after = command.seq
                taken.append(command)
                why = carry_out(command)
                reply = Reply(command_id=command.command_id, is_done=not why, why=why)
                project.store.floor.write(token, FloorChanges(replies=(reply,)))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield taken
    finally:
        ends.set()
        thread.join()
