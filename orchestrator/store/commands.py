"""Commands for whoever leads the floor: sent by the command line or the API, carried out once, and answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from orchestrator.store.db import Db

PATIENCE_MS = 5_000  # real time in which a command must be taken
NO_LEADER, LOST, LATE = "no_leader", "lost", "late"  # `Reply.why` of what nobody answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """command_id: ours, a new one for each. name: what is wanted (`engine.floor.news.Command`, or another word).

    to: agent or queue id. by: cli or api. values: what else is said. seq: its place in the order in which commands were
    sent; 0 before that.
    """

    command_id: str
    name: str
    agent_id: str = ""
    reason: str = ""
    to: str = ""
    by: str = "cli"
    values: Mapping[str, str] = field(default_factory=dict)
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """why: when it was not done, a sentence for people, or NO_LEADER (nobody took it in time, and nobody will), LOST
    (who led was lost while carrying it out: look, and say it again), LATE (taken, and not answered yet).
    """

    command_id: str
    is_done: bool
    why: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


class CommandBook:
    """A door of the store."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def send(self, command: Command, for_ms: int = PATIENCE_MS) -> None:
        """Put it before the leader, who must take it within `for_ms` of real time."""
        raise NotImplementedError

    def reply(self, command_id: str) -> Reply | None:
        """None: not yet. Kept for a minute."""
        raise NotImplementedError

    def withdraw(self, command_id: str) -> Reply:
        """Stop waiting: the reply that came at last, NO_LEADER when nobody had taken it (and nobody will), or LATE."""
        raise NotImplementedError

    def ask(
        self,
        command: Command,
        for_ms: int = PATIENCE_MS,
        *,
        pause: Callable[[float], object] | None = None,
    ) -> Reply:
        """Send, wait for the reply (real time; `pause` sleeps so many seconds, `time.sleep` by default), withdraw."""
        raise NotImplementedError

    def take(self, token: int, after: int = 0) -> tuple[Command, ...]:
        """For the leader: commands behind `after` (a `seq`), in order; they are taken with it. Those that an earlier
        leader had taken are answered LOST. Answer with `FloorChanges.replies`. NotLeading.
        """
        raise NotImplementedError
