"""`prozvon messages`: SMS and letters to people, and what became of each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.number import one_number
from orchestrator.cli.span import instant_of
from orchestrator.cli.view import console, utc_instant
from orchestrator.domain.message import Message, MessageState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.export import instant
from orchestrator.runtime.project import Project, open_project
from orchestrator.store.messages import MessageBook

STATES = [state.value for state in MessageState]


@click.group()
def messages() -> None:
    """SMS and letters that rules and flows have sent, and what became of each (docs/messages.md).

    \b
    Examples:
      prozvon messages list --state undelivered
      prozvon messages show shop-1796029200000-0.0
    """


@messages.command(name="list")
@click.option(
    "--since", default="1d", show_default=True, help="From then on: 30m, 12h, 7d, 2w ago, or a date."
)
@click.option("--until", help="Before then: the same.")
@click.option("--state", type=click.Choice(STATES), help="Only those that stand so.")
@click.option("--to", help="Only those to this number or address.")
@click.option("--campaign", help="Only those of this campaign, or of this scenario's calls that came in.")
@click.option("--lead", type=click.IntRange(min=1), help="Only those of this lead; with --campaign.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, all of them, with the texts.")
@click.pass_obj
def list_(
    folder: Path,
    since: str,
    until: str | None,
    state: str | None,
    to: str | None,
    campaign: str | None,
    lead: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """List them, the newest first.

    \b
    Examples:
      prozvon messages list --since 7d --state suppressed
      prozvon messages list --to +79990000001
      prozvon messages list --json --campaign parcel_arrived-20261122-1 | jq -r .why
    """
    if lead is not None and campaign is None:
        raise click.UsageError("--lead: of which --campaign?")
    with open_project(folder) as project:
        now = project.clock.now_ms()
        found = _newest_first(
            project.store.messages,
            since=instant_of(since, now),
            until=None if until is None else instant_of(until, now),
            number=None if to is None else _whose(project, to),
            campaign_id=campaign,
            lead_id=lead,
            state=None if state is None else MessageState(state),
        )
        if as_json:
            for message in found:
                click.echo(json.dumps(row_of(message), ensure_ascii=False))
            return
        _print(found, limit)
        click.echo(f"since {utc_instant(instant_of(since, now))} (`--since`)", err=True)


def _newest_first(
    book: MessageBook,
    *,
    since: int,
    until: int | None,
    number: str | None,
    campaign_id: str | None,
    lead_id: int | None,
    state: MessageState | None,
) -> Iterator[Message]:
    after: str | None = ""
    while after is not None:
        page, after = book.page(
            after=after,
            since=since,
            until=until,
            number=number,
            campaign_id=campaign_id,
            lead_id=lead_id,
            state=state,
        )
        yield from page


def _whose(project: Project, text: str) -> str:
    return text if "@" in text else one_number(text, project.settings.region)


def _print(found: Iterable[Message], limit: int) -> None:
    """The first of them, and how many there are in each state."""
    table = Table(box=None, header_style="bold")
    for column in ("at", "to", "message", "segments", "state", "why", "id"):
        may_wrap = column in ("why", "to")
        table.add_column(
            column, justify="right" if column == "segments" else "left", overflow="fold", no_wrap=not may_wrap
        )
    states: Counter[str] = Counter()
    for count, message in enumerate(found):
        states[message.state.value] += 1
        if count < limit:
            cells = (
                utc_instant(message.at),
                message.to,
                message.message or message.kind,
                str(message.segments or ""),
                message.state.value,
                message.why,
                message.message_id,
            )
            table.add_row(*map(Text, cells))
    if table.row_count:
        console().print(table)
    if states.total() > limit:
        click.echo(f"and {states.total() - limit} more (`--limit`, `--json`)", err=True)
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    click.echo(f"{states.total()} messages{f': {told}' if told else ''}", err=True)


@messages.command()
@click.argument("name", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@click.pass_obj
def show(folder: Path, name: str, as_json: bool) -> None:
    """Show one, by its id or by the gateway's own.

    \b
    Examples:
      prozvon messages show shop-1796029200000-0.0
    """
    with open_project(folder) as project:
        message = project.store.messages.of(name)
    if message is None:
        raise KnownError(f"no message {name!r}: `prozvon messages list` has them, for `outbox.keep_days`")
    row = row_of(message)
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    for key, value in row.items():
        if value not in (None, ""):
            click.echo(f"{key + ':':<12} {value}")


def row_of(message: Message) -> dict[str, object]:
    """As the API tells it."""
    return {
        "id": message.message_id,
        "kind": message.kind,
        "at": instant(message.at),
        "to": message.to,
        "campaign": message.campaign_id,
        "lead": message.lead_id,
        "attempt_id": message.attempt_id,
        "rule": message.rule,
        "message": message.message,
        "language": message.language,
        "text": message.text,
        "segments": message.segments,
        "state": message.state.value,
        "state_at": instant(message.state_at),
        "why": message.why,
        "reference": message.reference,
    }
