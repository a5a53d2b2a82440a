"""`prozvon consent`: what people agreed to, and what they took back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from orchestrator.cli.number import one_number
from orchestrator.cli.span import instant_of
from orchestrator.domain.consent import Consent, ConsentHow, GivenAs, Withdrawal
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.consent import Kept
from orchestrator.runtime.consent_lists import load_consents
from orchestrator.runtime.export import Row, instant, write_csv, write_jsonl
from orchestrator.runtime.project import open_project
from orchestrator.store.consents import is_purpose

HOW = click.Choice([each.value for each in ConsentHow])
COLUMNS = (
    "phone",
    "consent_for",
    "consent_at",
    "consent_how",
    "consent_words",
    "consent_source",
    "withdrawn_at",
    "withdrawn_how",
)  # as `load` reads them
CHUNK = 65_536
_FATES = {
    GivenAs.ADDED: "added",
    GivenAs.KNOWN: "known already",
    GivenAs.WITHDRAWN: "kept, but withdrawn since",
    GivenAs.NOT_YET: "left out: the moment is still to come",
    GivenAs.TOO_MANY: "left out: the number has as many records as are kept",
}


@click.group()
def consent() -> None:
    """What people agreed to: for what, when, how (docs/consent.md). A scenario that says `consent:` calls nobody else.

    \b
    Examples:
      prozvon consent add +79990000408 --for marketing --how paper --at 2026-11-01
      prozvon consent show +79990000408
      prozvon consent withdraw +79990000408 --note "asked in the shop" --do-not-call
    """


@consent.command()
@click.argument("number")
@click.option("--for", "purpose", required=True, help="What they agreed to: a word such as marketing.")
@click.option("--how", type=HOW, default="verbal", show_default=True, help="By which road.")
@click.option("--at", help="When: 2026-11-01, 2026-11-01T15:00, or 2d ago as 2d. Without it, now.")
@click.option("--words", default="", help="What they were asked, as they saw or heard it.")
@click.option("--source", default="", help="Where it is recorded.")
@click.pass_obj
def add(folder: Path, number: str, purpose: str, how: str, at: str | None, words: str, source: str) -> None:
    """Keep that somebody agreed.

    \b
    Example:
      prozvon consent add +79990000408 --for marketing --how paper --at 2026-11-01 --source "form 1042"
    """
    _check_purpose(purpose)
    with open_project(folder) as project:
        now = project.clock.now_ms()
        given = Consent(
            number=one_number(number, project.settings.region),
            purpose=purpose,
            given_at=now if at is None else instant_of(at, now),
            how=ConsentHow(how),
            words=words,
            source=source,
        )
        if given.given_at < 0:
            raise KnownError(f"{at} is before 1970")
        (fate,) = project.store.consents.give([given], now=now)
    if fate in (GivenAs.NOT_YET, GivenAs.TOO_MANY):
        raise KnownError(f"{given.number}: {_FATES[fate]}")
    click.echo(f"{given.number}: {_FATES[fate]}", err=True)


@consent.command()
@click.argument("number")
@click.pass_obj
def show(folder: Path, number: str) -> None:
    """Print all that a number agreed to and took back, the newest first, and whether it is on the do-not-call list.

    \b
    Example:
      prozvon consent show +79990000408
    """
    with open_project(folder) as project:
        clean = one_number(number, project.settings.region)
        for given in project.store.consents.of(clean):
            click.echo(_line(given))
        for said in project.store.consents.withdrawals(clean):
            click.echo(_no_line(said))
        if project.store.dnc_contains(clean):
            click.echo(
                f"{clean} is on the do-not-call list: nobody calls it, whatever it agreed to", err=True
            )


@consent.command()
@click.argument("number")
@click.option("--for", "purpose", help="What they take back; without it, everything.")
@click.option("--how", type=HOW, default="verbal", show_default=True, help="By which road.")
@click.option("--note", default="", help="Why, and who asked; kept with it.")
@click.option("--do-not-call", "also_dnc", is_flag=True, help="Put the number on the do-not-call list too.")
@click.pass_obj
def withdraw(folder: Path, number: str, purpose: str | None, how: str, note: str, also_dnc: bool) -> None:
    """Take back what somebody agreed to: all of it that was given until now, also what we are told of later.

    \b
    Examples:
      prozvon consent withdraw +79990000408 --for marketing
      prozvon consent withdraw +79990000408 --note "asked in the shop" --do-not-call
    """
    if purpose is not None:
        _check_purpose(purpose)
    with open_project(folder) as project:
        clean = one_number(number, project.settings.region)
        ended = project.store.consents.withdraw(
            clean,
            purpose,
            how=ConsentHow(how),
            note=note,
            now=project.clock.now_ms(),
            also_dnc=also_dnc,
        )
    click.echo(f"{clean}: {ended} consents ended", err=True)


@consent.command()
@click.option(
    "--format", "kind", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True, help="How."
)
@click.pass_obj
def export(folder: Path, kind: str) -> None:
    """Print all consents of all numbers, those withdrawn too.

    \b
    Example:
      prozvon consent export > consents.csv
    """
    with open_project(folder) as project:
        items = map(_row, project.store.consents.listed())
        count = write_csv(sys.stdout, items, COLUMNS) if kind == "csv" else write_jsonl(sys.stdout, items)
    click.echo(f"{count} consents", err=True)


@consent.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--for", "purpose", default="", help="What rows agreed to that do not say it (`consent_for`).")
@click.pass_obj
def load(folder: Path, file: Path, purpose: str) -> int:
    """Keep the consents of a list (CSV or JSONL; - reads standard input): phone, consent_at, consent_how, consent_for,
    consent_words, consent_source, and withdrawn_at. Loaded again, it adds nothing. Exits with 1 when any row was
    refused.

    \b
    Examples:
      prozvon consent load agreed.csv --for marketing
      prozvon consent export | prozvon -C ../other consent load -
    """
    if purpose:
        _check_purpose(purpose)
    with open_project(folder) as project, _chunks(file) as chunks:
        found = load_consents(project, chunks, name=str(file), purpose=purpose)
    for remark in found.remarks:
        click.echo(f"  {remark}", err=True)
    for line in found.tally.lines():
        click.echo(f"  {line}", err=True)
    refused = found.tally.refused.total()
    parts = [f"{found.tally.accepted + refused} rows", f"{refused} refused", *said_of(found.kept)]
    if found.withdrawn:
        parts.append(f"{found.withdrawn} of them withdrawn by the list itself")
    click.echo(", ".join(parts), err=True)
    return 1 if refused or found.kept.left_out else 0


def said_of(kept: Kept) -> list[str]:
    """`3 consents added`, `1 consents known already` ..."""
    parts = [f"{kept.by_fate[fate]} consents {words}" for fate, words in _FATES.items() if kept.by_fate[fate]]
    if kept.purposeless:
        parts.append(f"{kept.purposeless} rows left out: nothing says for what")
    return parts


def _check_purpose(purpose: str) -> None:
    if not is_purpose(purpose):
        raise KnownError(f"not what a consent can be for: {purpose!r} (a word of a-z, 0-9 and _)")


@contextmanager
def _chunks(path: Path) -> Iterator[Iterator[bytes]]:
    try:
        handle = sys.stdin.fileno() if str(path) == "-" else path
        with open(handle, "rb", closefd=handle is path) as file:
            yield iter(lambda: file.read(CHUNK), b"")
    except OSError as error:
        raise KnownError(f"cannot read {path}: {error.strerror}") from None


def _row(given: Consent) -> Row:
    return {
        "phone": given.number,
        "consent_for": given.purpose,
        "consent_at": instant(given.given_at),
        "consent_how": given.how.value,
        "consent_words": given.words,
        "consent_source": given.source,
        "withdrawn_at": instant(given.withdrawn_at),
        "withdrawn_how": given.withdrawn_how.value if given.withdrawn_how else None,
    }


def _line(given: Consent) -> str:
    ended = given.withdrawn_how and f"withdrawn {instant(given.withdrawn_at)} by {given.withdrawn_how.value}"
    more = "; ".join(filter(None, (given.words, given.source and f"source: {given.source}")))
    parts = (
        f"{given.purpose}  {instant(given.given_at)} by {given.how.value}",
        ended or "holds",
        " ".join(more.split()),
    )
    return "  ".join(filter(None, parts))


def _no_line(said: Withdrawal) -> str:
    note = " ".join(said.note.split())
    return (
        f"withdrawn  {said.purpose or 'everything'}  {instant(said.at)} by {said.how.value}  {note}".rstrip()
    )
