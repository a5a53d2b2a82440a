"""Commands for whoever leads the floor: sent by the command line or the API, carried out once, and answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

from orchestrator.store.db import Db
from orchestrator.store.records import check_id

PATIENCE_MS = 5_000  # real time in which a command must be taken, and in which it is answered after that
PAUSE_S = 0.02  # between two looks for the reply
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
        request = {"id": check_id(command.command_id, "command id"), "for_ms": for_ms}
        said = (command.name, command.agent_id, command.reason, command.to, command.by, dict(command.values))
        self._db.run("send_command", request, orjson.dumps(said))

    def reply(self, command_id: str) -> Reply | None:
        """None: not yet. Kept for a minute."""
        key = self._db.key(f"command:{check_id(command_id, 'command id')}:reply")
        found = self._db.read(lambda client: client.get(key))
        return None if found is None else _reply(command_id, found)

    def withdraw(self, command_id: str) -> Reply:
        """Stop waiting: the reply that came at last, NO_LEADER when nobody had taken it (and nobody will), or LATE."""
        found = self._db.run("withdraw_command", {"id": check_id(command_id, "command id")})
        if found in (b"", b"late"):
            return Reply(command_id=command_id, is_done=False, why=LATE if found else NO_LEADER)
        return _reply(command_id, found)

    def ask(
        self,
        command: Command,
        for_ms: int = PATIENCE_MS,
        *,
        pause: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Reply:
        """Send, wait for the reply (real time by `clock`, in seconds; `pause` sleeps), withdraw."""
        self.send(command, for_ms)
        # it may be taken in the last moment, and then is being carried out
        until = clock() + 2 * for_ms / 1000
        is_asked_again = False
        while True:
            found = self.reply(command.command_id)
            if found is not None:
                return found
            if clock() >= until or (not is_asked_again and clock() >= until - for_ms / 1000):
                found = self.withdraw(command.command_id)
                if found.why != LATE or clock() >= until:
                    return found
                is_asked_again = True
            pause(PAUSE_S)

    def take(self, token: int, after: int = 0) -> tuple[Command, ...]:
        """For the leader: commands behind `after` (a `seq`), in order; they are taken with it. Those that an earlier
        leader had taken are answered LOST. Answer with `FloorChanges.replies`. NotLeading.
        """
        lost = pack_reply(Reply(command_id="", is_done=False, why=LOST))
        found = self._db.run("take_commands", {"token": token, "after": after, "lost": lost})
        return tuple(_command(seq, command_id.decode(), text) for seq, command_id, text in found)


def pack_reply(reply: Reply) -> str:
    return orjson.dumps((reply.is_done, reply.why, dict(reply.values))).decode()


def _reply(command_id: str, text: bytes) -> Reply:
    is_done, why, values = orjson.loads(text)
    return Reply(command_id=command_id, is_done=is_done, why=why, values=values)


def _command(seq: int, command_id: str, text: bytes) -> Command:
    name, agent_id, reason, to, by, values = orjson.loads(text)
    return Command(
        command_id=command_id,
        name=name,
        agent_id=agent_id,
        reason=reason,
        to=to,
        by=by,
        values=values,
        seq=seq,
    )
