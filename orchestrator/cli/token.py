"""`prozvon token`: who may use the HTTP API, and for what."""

from __future__ import annotations

import re
import secrets
import time
from hashlib import sha256
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import console, utc_instant
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import open_project
from orchestrator.store.records import is_id
from orchestrator.store.tokens import SCOPES, SUBJECTS

_EXPIRES = re.compile(r"([1-9][0-9]{0,4})([hd])\Z")
_HOUR_MS = 3_600_000


@click.group()
def token() -> None:
    """Tokens of the HTTP API: who may use it, for what, and until when.

    \b
    Examples:
      prozvon token create crm --scope leads:write --scope campaigns:read --expires 90d
      prozvon token revoke crm
    """


@token.command(
    epilog="Scopes: "
    + ", ".join(SCOPES)
    + ". `leads:*` stands for all of a subject, `*:read` for reading everything."
)
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="What it is good for; give as many as needed."
)
@click.option("--expires", help="How long it is good: 12h, 90d (default: until it is revoked).")
@click.pass_obj
def create(folder: Path, name: str, scopes: tuple[str, ...], expires: str | None) -> None:
    """Make a token and print it, this once: only its digest is kept.

    \b
    Examples:
      prozvon token create crm --scope leads:write --scope messages:write --expires 90d
      prozvon token create grafana --scope metrics:read --scope figures:read
      TOKEN=$(prozvon token create office --scope "*:read")
    """
    if not is_id(name):
        raise KnownError(
            f"{name!r} is no name: 1 to 100 of A-Z a-z 0-9 _ . @ - beginning with a letter or digit"
        )
    wanted = [scope for text in scopes for scope in _scopes(text)]
    secret = f"pzt_{secrets.token_urlsafe(32)}"
    now = time.time_ns() // 1_000_000
    with open_project(folder) as project:
        project.store.tokens.create(
            name,
            sha256(secret.encode()).hexdigest(),
            wanted,
            expires_at=None if expires is None else now + _expires_ms(expires),
            now=now,
        )
    click.echo(secret)
    click.echo("keep it now: it is not shown again", err=True)


def _scopes(text: str) -> list[str]:
    """KnownError when it names none."""
    subject, _, right = text.partition(":")
    found = [
        scope
        for scope in SCOPES
        if subject in ("*", scope.partition(":")[0]) and right in ("*", scope.partition(":")[2])
    ]
    if not found:
        raise KnownError(
            f"no scope {text!r}: SUBJECT:read, SUBJECT:write or SUBJECT:*, of {', '.join(SUBJECTS)}"
        )
    return found


def _expires_ms(text: str) -> int:
    found = _EXPIRES.match(text)
    if found is None:
        raise KnownError(f"{text!r} is no time to live: write hours or days, as in 12h or 90d")
    return int(found[1]) * (_HOUR_MS if found[2] == "h" else 24 * _HOUR_MS)


@token.command(name="list")
@click.pass_obj
def list_(folder: Path) -> None:
    """Show all tokens: what each is good for, until when, when it was used last (to the minute).

    \b
    Example:
      prozvon token list
    """
    with open_project(folder) as project:
        rows = project.store.tokens.listed()
    now = time.time_ns() // 1_000_000
    table = Table(box=None, header_style="bold")
    for column in ("name", "created", "expires", "used", "scopes"):
        table.add_column(column, overflow="fold", no_wrap=column != "scopes")
    for row in rows:
        expires = "never" if row.expires_at is None else utc_instant(row.expires_at)
        if row.expires_at is not None and row.expires_at <= now:
            expires = f"expired {expires}"
        used = "never" if row.used_at is None else utc_instant(row.used_at)
        cells = (row.name, utc_instant(row.created_at), expires, used, " ".join(row.scopes))
        table.add_row(*map(Text, cells))
    if rows:
        console().print(table)
    else:
        click.echo("no tokens yet: prozvon token create NAME --scope leads:write", err=True)


@token.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_obj
def revoke(folder: Path, names: tuple[str, ...]) -> None:
    """Take tokens away: they are no good from the next request on.

    \b
    Example:
      prozvon token revoke crm
    """
    with open_project(folder) as project:
        missing = [name for name in names if not project.store.tokens.revoke(name)]
    click.echo(f"{len(names) - len(missing)} revoked", err=True)
    if missing:
        raise KnownError(f"there is no token {', '.join(map(repr, missing))}: `prozvon token list` shows all")
