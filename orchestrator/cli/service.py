"""`prozvon service`: the HTTP services of the settings, and asking one as a call would."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import console
from orchestrator.domain.problem import KnownError
from orchestrator.outside.answers import Unreadable, all_fields, read_json
from orchestrator.outside.request import METHODS
from orchestrator.outside.service import Services
from orchestrator.outside.spec import Reply, Why
from orchestrator.runtime.settings import load_settings

_HINTS = {
    Why.SLOW: "a caller would wait no longer: make it faster, or `timeout_s` and the scenario's `timeout` longer",
    Why.DOWN: "is its address right, and does it run?",
    Why.NONSENSE: "a fetch wants one JSON object or list, in UTF-8",
    Why.TOO_BIG: "answer with less, or raise `max_bytes`",
}


@click.group()
def service() -> None:
    """HTTP services that scenarios fetch from and tell to (docs/services.md).

    \b
    Examples:
      prozvon service list
      prozvon service try crm orders --send order=1042
    """


@service.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the services of the settings: where they are, how they are asked, whether their token is here.

    \b
    Example:
      prozvon service list
    """
    settings = load_settings(folder)
    rows = []
    for name, found in settings.services.items():
        spec = found.spec(name)
        rows.append(
            {
                "service": name,
                "url": spec.url,
                "token": found.token_env and f"{found.token_env} ({'missing' if spec.fault else 'set'})",
                "timeout_s": spec.timeout_s,
                "tries": spec.tries,
                "private": spec.is_private,
                "fault": spec.fault,
            }
        )
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    if not rows:
        click.echo("no services: name them under `services:` in prozvon.yaml", err=True)
        return
    table = Table(box=None, header_style="bold")
    for column in ("service", "url", "token", "timeout_s", "tries", "private"):
        table.add_column(column, justify="right" if column in ("timeout_s", "tries") else "left")
    for row in rows:
        private = "yes" if row["private"] else "no"
        cells = (
            row["service"],
            row["url"],
            row["token"] or "-",
            f"{row['timeout_s']:g}",
            row["tries"],
            private,
        )
        table.add_row(*(Text(str(cell)) for cell in cells))
    console().print(table)


@service.command(name="try")
@click.argument("name")
@click.argument("path")
@click.option("--send", "sent", multiple=True, metavar="NAME=VALUE", help="A value to send; may be repeated.")
@click.option(
    "--method",
    type=click.Choice([method.lower() for method in METHODS]),
    default="get",
    show_default=True,
    help="How to ask: get sends values in the query, post and put as JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: status, why, fields, time.")
@click.pass_obj
def try_(folder: Path, name: str, path: str, sent: tuple[str, ...], method: str, as_json: bool) -> None:
    """Ask service NAME for PATH, once, as a call would: what it answers, and the names of its fields in a scenario.

    \b
    Examples:
      prozvon service try crm orders --send order=1042
      prozvon service try crm readings --method post --send meter=00123 --json
    """
    settings = load_settings(folder)
    specs = {each: found.spec(each) for each, found in settings.services.items()}
    services = Services(specs, is_logged=False)  # it is told here, with what to do
    reply = services.call(name, method.upper(), path, send=dict(_pair(text) for text in sent), tries=1)
    found = read_json(reply.body, reply.content_type) if reply.was_taken and reply.is_ok else None
    is_nonsense = isinstance(found, Unreadable) and bool(reply.body.strip())
    fields = [] if found is None or isinstance(found, Unreadable) else list(all_fields(found))
    why = Why.NONSENSE if is_nonsense else reply.why
    if as_json:
        said = {
            "ok": why is None,
            "status": reply.status,
            "why": why and str(why),
            "detail": found.why if isinstance(found, Unreadable) and is_nonsense else reply.detail,
            "took_ms": reply.took_ms,
            "fields": dict(fields),
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        if why is not None:
            raise click.exceptions.Exit(1)
        return
    if why is not None:
        detail = found.why if isinstance(found, Unreadable) else reply.detail
        raise KnownError(_refusal(name, reply, why, detail))
    click.echo(f"{reply.status}, {len(reply.body)} bytes, {reply.took_ms} ms", err=True)
    for field, text in fields:
        click.echo(f"{field or '(the answer itself)'} = {text}")
    if not fields:
        click.echo("it answered without fields", err=True)


def _refusal(name: str, reply: Reply, why: Why, detail: str) -> str:
    hint = _HINTS.get(why)
    body = "".join(char if char.isprintable() else " " for char in reply.text[:300])
    begins = f"\nits answer begins: {' '.join(body.split())}" if body.strip() else ""
    return f"service {name}: {detail}" + (f" ({hint})" if hint else "") + begins


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--send")
    return name, value
