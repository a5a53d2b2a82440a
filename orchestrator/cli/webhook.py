"""`prozvon webhook`: what is told to services by itself; trying one, and telling again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.span import instant_of
from orchestrator.cli.view import console
from orchestrator.domain.delivery import Delivery, DeliveryState
from orchestrator.domain.problem import KnownError
from orchestrator.outside.service import Services
from orchestrator.outside.target import target_of
from orchestrator.outside.template import NotFilled
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.hook_request import Filled, HookRequest
from orchestrator.runtime.outbox.hooks import Hooks, lane_of
from orchestrator.runtime.outbox.payload_samples import BODIES, sample
from orchestrator.runtime.outbox.payloads import Json, Payloads, payload
from orchestrator.runtime.outbox.replay import entry_of, replays
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.hook_settings import Webhook

LOT = 500


@click.group()
def webhook() -> None:
    """Webhooks of the settings: who is told what by itself (docs/webhooks.md).

    \b
    Examples:
      prozvon webhook list
      prozvon webhook try orders --sample status --dry-run
      prozvon webhook replay --since 2h --to orders
    """


@webhook.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the webhooks of the settings: where they go, what they are told, how they stand.

    \b
    Example:
      prozvon webhook list
    """
    with open_project(folder) as project:
        rows = list(_rows(project))
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    if not rows:
        click.echo("no webhooks: name them under `webhooks:` in prozvon.yaml", err=True)
        return
    table = Table(box=None, header_style="bold")
    for column in ("webhook", "goes to", "told of", "signed", "delivered", "waiting", "parked"):
        is_figure = column in ("delivered", "waiting", "parked")
        table.add_column(column, justify="right" if is_figure else "left", overflow="fold")
    for row in rows:
        cells = (
            row["webhook"],
            f"{row['method']} {row['url']}",
            ", ".join(row["on"]) or "what rules tell it",
            "yes" if row["signed"] else "no",
            *(str(row[name]) for name in ("delivered", "waiting", "parked")),
        )
        table.add_row(*map(Text, cells))
    console().print(table)
    for row in rows:
        if row["fault"]:
            click.echo(f"{row['webhook']}: {row['fault']}", err=True)


def _rows(project: Project) -> Iterator[dict[str, Any]]:
    settings, book = project.settings, project.store.deliveries
    figures = book.figures()
    states = Counter((row.delivery.lane, row.state is DeliveryState.PARKED) for row in book.rows())
    for name, hook in settings.webhooks.items():
        ready, service = HookRequest(name, hook), settings.services[hook.service]
        lane, done = lane_of(name), figures.get(lane_of(name))
        yield {
            "webhook": name,
            "service": hook.service,
            "method": hook.method.upper(),
            "url": _url(settings, hook, hook.path),
            "on": [str(event) for event in hook.on],
            "scenarios": list(hook.scenarios),
            "signed": hook.secret_env is not None,
            "delivered": done.delivered if done else 0,
            "waiting": states[lane, False],
            "parked": states[lane, True],
            "fault": ready.fault or ready.doubts() or service.spec(hook.service).fault,
        }


def _url(settings: Settings, hook: Webhook, path: str) -> str:
    url = settings.services[hook.service].url
    return f"{url.rstrip('/')}/{path.removeprefix('/')}" if path else url


@webhook.command(name="try")
@click.argument("name")
@click.option("--entry", metavar="ID", help="Tell this entry of the outbox, with the key it always has.")
@click.option("--sample", "kind", type=click.Choice(sorted(BODIES)), help="Tell an entry that is made up.")
@click.option(
    "--column", "columns", multiple=True, metavar="NAME=VALUE", help="A contact's column of the sample."
)
@click.option("--dry-run", is_flag=True, help="Show what would be sent; send nothing.")
@click.pass_obj
def try_(
    folder: Path, name: str, entry: str | None, kind: str | None, columns: tuple[str, ...], dry_run: bool
) -> None:
    """Tell webhook NAME one entry now, whether or not it wants it: what is sent, and what is answered.

    \b
    Examples:
      prozvon webhook try orders --sample status --column order=1042 --dry-run
      prozvon webhook try orders --entry 1796029200000-0
    """
    if (entry is None) == (kind is None):
        raise click.UsageError("say what to tell: --entry ID, or --sample KIND")
    if columns and kind is None:
        raise click.UsageError("--column goes together with --sample")
    with open_project(folder) as project:
        settings = project.settings
        hook = _found(settings, name)
        told = _entry(project, entry) if entry is not None else _sample(str(kind), columns)
        key = f"{settings.project}-{told['id']}.{name}" + ("" if entry is not None else "-sample")
        ready = HookRequest(name, hook)
        if ready.fault:
            raise KnownError(f"webhook {name}: {ready.fault}")
        try:
            filled = ready.filled(told, key, is_replay=entry is not None)
        except NotFilled as error:
            raise KnownError(f"webhook {name}: {error.why}") from None
        _show(settings, hook, filled, key)
        if not dry_run:
            _send(settings, name, told, key, is_replay=entry is not None)


def _found(settings: Settings, name: str) -> Webhook:
    hook = settings.webhooks.get(name)
    if hook is None:
        there = ", ".join(settings.webhooks) or "none"
        raise KnownError(f"no webhook {name!r} in prozvon.yaml (there are: {there})")
    return hook


def _entry(project: Project, entry_id: str) -> Json:
    found = entry_of(project, entry_id)
    if found is None:
        raise KnownError(
            f"the outbox has no entry {entry_id!r} (any more): it keeps them for `outbox.keep_days`"
        )
    return Payloads(project.store).of(found)


def _sample(kind: str, columns: tuple[str, ...]) -> Json:
    told = payload(sample(kind))
    pairs = dict(_pair(text) for text in columns)
    if pairs:
        contact = told["contact"]
        told["contact"] = {**(contact if isinstance(contact, dict) else {}), **pairs}
    return told


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--column")
    return name, value


def _show(settings: Settings, hook: Webhook, filled: Filled, key: str) -> None:
    """As it would be sent; the token's value is never shown."""
    content = filled.content
    service = settings.services[hook.service]
    query = "".join(f"\n  {name}={value}" for name, value in content.query.items())
    click.echo(f"{hook.method.upper()} {_url(settings, hook, filled.path)}{query}")
    if content.body is not None:
        click.echo(f"Content-Type: {content.kind}")
    target = target_of(service.url, filled.path, content.query).target.encode()
    signed = content.sign(target if content.body is None else content.body) if content.sign else {}
    for title, value in {**content.headers, "Idempotency-Key": key, **signed}.items():
        click.echo(f"{title}: {value}")
    if service.token_env:
        click.echo(f"{service.header}: (the token in {service.token_env})")
    if content.body is not None:
        click.echo(f"\n{content.body.decode('utf-8', 'replace')}")


def _send(settings: Settings, name: str, told: Json, key: str, *, is_replay: bool) -> None:
    specs = {each: found.spec(each) for each, found in settings.services.items()}
    hooks = Hooks(settings.webhooks, Services(specs, is_logged=False))
    try:
        reply = hooks.tell(name, told, key, is_replay=is_replay)
    except Undelivered as error:
        raise KnownError(error.told) from None
    if fault := hooks.refusal(name, reply):
        raise KnownError(
            fault.told + (": it would be parked" if fault.is_final else ": it would be tried again")
        )
    click.echo(f"taken: {reply.status}, {len(reply.body)} bytes, {reply.took_ms} ms", err=True)


@webhook.command()
@click.option("--since", required=True, help="From when on: 2h, 7d, 2026-11-22, 2026-11-22T15:00.")
@click.option("--until", help="Until when; default: now.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(sorted(BODIES)), help="Only this; repeatable."
)
@click.option("--campaign", "campaign_id", help="Only of this campaign (of calls that came in: scenario).")
@click.option("--to", help="Only to this webhook; default: to all that want it.")
@click.option("--dry-run", is_flag=True, help="Show what would be told again; tell nothing.")
@click.pass_obj
def replay(
    folder: Path,
    since: str,
    until: str | None,
    kinds: tuple[str, ...],
    campaign_id: str | None,
    to: str | None,
    dry_run: bool,
) -> None:
    """Tell again what happened in a span of time, with the same idempotency keys and `Prozvon-Replay: 1`.

    Webhooks are told what they want by the settings as they are now: also one that is new. Workers deliver it.

    \b
    Examples:
      prozvon webhook replay --since 2h --dry-run
      prozvon webhook replay --since 2026-11-22 --kind status --to orders
    """
    with open_project(folder) as project:
        if to is not None:
            _found(project.settings, to)
        now = project.clock.now_ms()
        found = replays(
            project,
            since=instant_of(since, now),
            until=now + 1 if until is None else instant_of(until, now),
            kinds=kinds or None,
            campaign_id=campaign_id,
            to=to,
        )
        told, added = _told(project, found, dry_run=dry_run)
        for name, count in sorted(told.items()):
            click.echo(f"{name}\t{count}")
        if not told:
            click.echo("nothing of that time is for a webhook", err=True)
        elif dry_run:
            click.echo(f"{told.total()} would be told again", err=True)
        else:
            click.echo(f"{added} will be told again, {told.total() - added} wait already", err=True)
            if not project.store.workers():
                click.echo("no worker is running: start one with `prozvon run`", err=True)


def _told(project: Project, found: Iterator[Delivery], *, dry_run: bool) -> tuple[Counter[str], int]:
    """(by webhook, how many were added)"""
    told: Counter[str] = Counter()
    added = 0
    while lot := list(islice(found, LOT)):
        told.update(delivery.text("hook") for delivery in lot)
        if not dry_run:
            added += project.store.deliveries.add(lot)
    return told, added
