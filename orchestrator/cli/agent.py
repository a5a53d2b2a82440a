"""`prozvon agent`: who is at work, what they want, and what they say of calls."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.agent_screen import outcome, screen
from orchestrator.cli.board_view import NOTHING, duration
from orchestrator.cli.view import console
from orchestrator.cli.wishes import tell
from orchestrator.domain.agent import AgentRecord, AgentSpec
from orchestrator.domain.queue import QueueRules
from orchestrator.engine.floor.news import Command as Wish
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.operators.rota import Rota
from orchestrator.runtime.project import open_project


@click.group()
def agent() -> None:
    """Agents: who they are and where they are, what they want, their screens (docs/agents.md).

    \b
    Examples:
      prozvon agent list
      prozvon agent available anna
      prozvon agent break anna lunch
      prozvon agent transfer anna --to support
      prozvon agent outcome anna sold --note "two of them"
      prozvon agent screen anna
    """


@agent.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the agents of the agents file and those added to it, where each is now, and the queues they work in.

    \b
    Example:
      prozvon agent list
    """
    with open_project(folder) as project:
        rota = Rota(project, Bundles(project.store))
        rules = rota.read()
        specs = rules.agents.values()
        records = project.store.floor.read().agents
        now = project.clock.now_ms()
    for agent_id, why in rota.left_out.items():
        click.echo(f"{agent_id} was added and is no agent now: {'; '.join(why)}", err=True)
    rows = [_row(spec, records.get(spec.agent_id), now, rules.queues.values()) for spec in specs]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", padding=(0, 1))
    for column in ("agent", "title", "state", "for", "call", "calls", "talk", "queues"):
        table.add_column(column, justify="right" if column in ("for", "calls", "talk") else "left")
    for row in rows:
        table.add_row(*(Text(text) for text in _shown(row)))
    console().print(table)
    click.echo(f"{len(rows)} agents", err=True)


def _row(
    spec: AgentSpec, record: AgentRecord | None, now: int, queues: Iterable[QueueRules]
) -> dict[str, object]:
    levels = {rules.queue_id: dict(rules.agents).get(spec.agent_id) for rules in queues}
    is_known = record is not None and record.since > 0
    return {
        "agent": spec.agent_id,
        "title": "" if spec.title == spec.agent_id else spec.title,
        "state": "offline" if record is None else record.state.value,
        "reason": "" if record is None else record.reason,
        "for_ms": now - record.since if record is not None and is_known else None,
        "call": "" if record is None else record.call_id,
        "queue": "" if record is None else record.queue_id,
        "next_state": "" if record is None or record.next_state is None else record.next_state.value,
        "calls_today": 0 if record is None else record.calls_today,
        "talk_ms_today": 0 if record is None else record.talk_ms_today,
        "standing": spec.is_standing,
        "queues": {queue: level for queue, level in levels.items() if level is not None},
    }


def _shown(row: dict[str, object]) -> Iterator[str]:
    since, talk, queues = row["for_ms"], row["talk_ms_today"], row["queues"]
    yield str(row["agent"])
    yield str(row["title"] or NOTHING)
    yield f"{row['state']} ({row['reason']})" if row["reason"] else str(row["state"])
    yield duration(since if isinstance(since, int) else None)
    yield str(row["call"] or NOTHING)
    yield str(row["calls_today"])
    yield duration(talk if isinstance(talk, int) else None)
    yield ", ".join(queues) if isinstance(queues, dict) and queues else NOTHING


def _wish(folder: Path, wish: str, agent_id: str, said: str, *, reason: str = "", to: str = "") -> None:
    with open_project(folder) as project:
        tell(project, wish, agent_id, reason=reason, to=to)
        record = project.store.floor.read().agents.get(agent_id)
    is_later = record is not None and record.next_state is not None and record.next_state.value == wish
    click.echo(f"{agent_id}: {said}" + (" after this call" if is_later else ""), err=True)


@agent.command(name="break")
@click.argument("agent_id", metavar="AGENT")
@click.argument("reason", default="")
@click.pass_obj
def break_(folder: Path, agent_id: str, reason: str) -> None:
    """Give an agent a break, with one of the reasons of the agents file; during a call, after it.

    \b
    Example:
      prozvon agent break anna lunch
    """
    _wish(folder, Wish.BREAK, agent_id, f"on a break ({reason})" if reason else "on a break", reason=reason)


@agent.command()
@click.argument("agent_id", metavar="AGENT")
@click.option("--to", required=True, help="An agent, or a queue: SCENARIO:QUEUE, or its name.")
@click.pass_obj
def transfer(folder: Path, agent_id: str, to: str) -> None:
    """Transfer the caller whom an agent talks with, to another agent or to a queue, at once.

    \b
    Examples:
      prozvon agent transfer anna --to boris
      prozvon agent transfer anna --to shop_line:support
    """
    _wish(folder, Wish.TRANSFER, agent_id, f"the caller goes to {to}", to=to)


@agent.command()
@click.argument("agent_id", metavar="AGENT")
@click.option("--to", required=True, help="Another agent.")
@click.pass_obj
def consult(folder: Path, agent_id: str, to: str) -> None:
    """Let the caller wait, and ring another agent: then `complete` or `cancel`.

    \b
    Example:
      prozvon agent consult anna --to boris
    """
    _wish(folder, Wish.CONSULT, agent_id, f"{to} is rung, the caller waits", to=to)


def _plain(wish: Wish, name: str, help_: str, said: str, *, who: str = "anna") -> None:
    """A wish that needs nothing but the agent."""

    @agent.command(name=name, help=f"{help_}\n\n\b\nExample:\n  prozvon agent {name} {who}")
    @click.argument("agent_id", metavar="AGENT")
    @click.pass_obj
    def command(folder: Path, agent_id: str) -> None:
        _wish(folder, wish, agent_id, said)


_plain(
    Wish.AVAILABLE,
    "available",
    "Let an agent be given calls: from offline, a break or wrap-up; during a call, after it.",
    "available",
)
_plain(
    Wish.OFFLINE,
    "offline",
    "Log an agent out; during a call, after it. A standing leg is hung up.",
    "offline",
)
_plain(Wish.READY, "ready", "End an agent's wrap-up.", "ready")
_plain(
    Wish.EXTEND,
    "extend",
    "Extend an agent's wrap-up, as often as the queue lets (`wrap_up_extend`).",
    "wrap-up extended",
)
_plain(
    Wish.STANDING,
    "stand",
    "Ring an agent's standing leg now, if it is down.",
    "the standing leg is rung",
    who="boris",
)
_plain(Wish.HOLD, "hold", "Let the caller whom an agent talks with hear music.", "the caller is on hold")
_plain(Wish.UNHOLD, "unhold", "End the hold.", "the caller hears you again")
_plain(
    Wish.COMPLETE,
    "complete",
    "End a consultation: the caller goes to the other agent.",
    "the caller is with the other agent",
)
_plain(Wish.CANCEL, "cancel", "End a consultation: the caller comes back.", "the caller is back")
_plain(Wish.HANG_UP, "hang-up", "End the call that an agent has.", "the call is over")
for _command in (outcome, screen):
    agent.add_command(_command)
