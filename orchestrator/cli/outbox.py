"""`prozvon outbox`: what is still to be delivered, and what a person decides about it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import console, utc_instant
from orchestrator.domain.delivery import DeliveryState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.outbox.correspondence import MESSAGES
from orchestrator.runtime.project import Project, open_project
from orchestrator.store.deliveries import DeliveryRow

_which = (
    click.argument("ids", nargs=-1, metavar="[ID]..."),
    click.option("--parked", is_flag=True, help="All that are parked."),
    click.option("--lane", help="All of one place, such as mail, sms or webhook@crm."),
)


@click.group()
def outbox() -> None:
    """What calls have left to be done: mail, SMS, webhooks, rows, voicemail. What is parked waits for a person.

    \b
    Examples:
      prozvon outbox list
      prozvon outbox retry --parked
      prozvon outbox drop 1796029200000-0.0
    """


@outbox.command(name="list")
@click.option("--parked", is_flag=True, help="Only those that are parked.")
@click.option("--lane", help="Only one place, such as mail, sms or webhook@crm.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line, all of them, with what they hold."
)
@click.pass_obj
def list_(folder: Path, parked: bool, lane: str | None, limit: int, as_json: bool) -> None:
    """Show what has not been delivered, and why not.

    \b
    Examples:
      prozvon outbox list --parked
      prozvon outbox list --json | jq -r .why
    """
    with open_project(folder) as project:
        everything = list(project.store.deliveries.rows())
        found = [row for row in everything if _is_meant(row, parked=parked, lane=lane)]
        if as_json:
            for row in found:
                click.echo(json.dumps(_as_json(row), ensure_ascii=False))
            return
        if found:
            console().print(_table(islice(found, limit)))
        if len(found) > limit:
            click.echo(f"and {len(found) - limit} more (`--limit`, `--json`)", err=True)
        console().print(_lanes(project, everything))
        if not project.store.workers() and (everything or project.store.deliveries.unrouted(1)[1]):
            click.echo("no worker is running: start one with `prozvon run`", err=True)


def _is_meant(row: DeliveryRow, *, parked: bool, lane: str | None) -> bool:
    return (not parked or row.state is DeliveryState.PARKED) and lane in (None, row.delivery.lane)


def _table(rows: Iterable[DeliveryRow]) -> Table:
    table = Table(box=None, header_style="bold")
    for column in ("id", "lane", "kind", "of", "state", "tries", "due or tried", "why"):
        may_wrap = column in ("of", "why")
        table.add_column(
            column, justify="right" if column == "tries" else "left", overflow="fold", no_wrap=not may_wrap
        )
    for row in rows:
        item = row.delivery
        is_waiting = row.state is DeliveryState.WAITING
        at = item.due_at if is_waiting else item.tried_at
        cells = (
            item.delivery_id,
            item.lane,
            item.kind,
            f"{item.campaign_id} {item.text('caller')}".strip(),
            row.state.value,
            str(item.tries),
            utc_instant(at) if at else "",
            item.why,
        )
        table.add_row(*map(Text, cells))
    return table


def _lanes(project: Project, rows: Iterable[DeliveryRow]) -> Table:
    counts = Counter((row.delivery.lane, row.state) for row in rows)
    figures = project.store.deliveries.figures()
    table = Table(box=None, header_style="bold")
    for column in ("lane", "waiting", "under way", "parked", "delivered", "tries failed", "dropped", "last"):
        table.add_column(column, justify="left" if column in ("lane", "last") else "right")
    for lane in sorted({*figures, *(lane for lane, _ in counts)}):
        done = figures.get(lane)
        table.add_row(
            Text(lane),
            *(str(counts[lane, state]) for state in DeliveryState),
            *(str(n) for n in ((done.delivered, done.failed, done.dropped) if done else (0, 0, 0))),
            utc_instant(done.delivered_at) if done and done.delivered_at else "",
        )
    return table


def _as_json(row: DeliveryRow) -> dict[str, object]:
    item = row.delivery
    return {
        "id": item.delivery_id,
        "key": item.key,
        "lane": item.lane,
        "kind": item.kind,
        "state": row.state.value,
        "scenario": item.campaign_id,
        "call": item.attempt_id,
        "to": item.target,
        "at": item.at,
        "due_at": item.due_at,
        "tries": item.tries,
        "tried_at": item.tried_at,
        "why": item.why,
        "body": dict(item.body),
    }


@outbox.command()
@_which[0]
@_which[1]
@_which[2]
@click.pass_obj
def retry(folder: Path, ids: tuple[str, ...], parked: bool, lane: str | None) -> None:
    """Try deliveries at once; parked ones get all their tries again.

    \b
    Examples:
      prozvon outbox retry 1796029200000-0.0
      prozvon outbox retry --lane mail
    """
    with open_project(folder) as project:
        chosen = _chosen(project, ids, parked=parked, lane=lane)
        found = project.store.deliveries.retry(chosen, project.clock.now_ms())
        click.echo(f"{len(found)} will be tried now", err=True)
        if not project.store.workers():
            click.echo("no worker is running: start one with `prozvon run`", err=True)
    _refuse_missing(ids, found)


@outbox.command()
@_which[0]
@_which[1]
@_which[2]
@click.option("--yes", is_flag=True, help="Do not ask before dropping all of a place.")
@click.pass_obj
def drop(folder: Path, ids: tuple[str, ...], parked: bool, lane: str | None, yes: bool) -> None:
    """Never make these deliveries. What they hold is lost: `prozvon outbox list --json` shows it before.

    \b
    Examples:
      prozvon outbox drop 1796029200000-0.0
      prozvon outbox drop --parked --lane sms --yes
    """
    with open_project(folder) as project:
        chosen = _chosen(project, ids, parked=parked, lane=lane)
        if chosen and not (ids or yes):
            click.confirm(f"drop {len(chosen)} deliveries, for good?", abort=True, err=True)
        rows = project.store.deliveries.rows()
        messages = {
            row.delivery.delivery_id: row.delivery.key for row in rows if row.delivery.kind in MESSAGES
        }
        dropped, under_way = project.store.deliveries.drop(chosen)
        for name in messages.keys() & set(dropped):
            project.store.messages.failed(messages[name], project.clock.now_ms(), "dropped by hand")
    click.echo(f"{len(dropped)} dropped", err=True)
    for name in under_way:
        click.echo(f"{name} is just being delivered: it was not dropped", err=True)
    _refuse_missing(ids, (*dropped, *under_way))


def _chosen(project: Project, ids: tuple[str, ...], *, parked: bool, lane: str | None) -> list[str]:
    """The ids named, or those that are meant by the options. UsageError when nothing is said."""
    if bool(ids) == (parked or lane is not None):
        raise click.UsageError("name IDs (`prozvon outbox list` has them), or --parked, --lane or both")
    return list(ids) or list(_ids(project, parked=parked, lane=lane))


def _ids(project: Project, *, parked: bool, lane: str | None) -> Iterator[str]:
    for row in project.store.deliveries.rows():
        if _is_meant(row, parked=parked, lane=lane):
            yield row.delivery.delivery_id


def _refuse_missing(asked: tuple[str, ...], found: Iterable[str]) -> None:
    if missing := [name for name in asked if name not in set(found)]:
        raise KnownError(
            f"nothing is to be delivered under {', '.join(missing)}: was it delivered meanwhile?"
        )
