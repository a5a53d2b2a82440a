"""`prozvon deploy`: what a switch runs, brought there, switched over, checked; back; and how things are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from orchestrator.cli.prompt_bar import prompt_bar
from orchestrator.cli.view import utc_instant
from orchestrator.deploy.changes import Changes
from orchestrator.deploy.report import Report
from orchestrator.deploy.switchover import Outcome
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.inbound.registering import announce_served, register_served
from orchestrator.runtime.inbound.serving import NOTHING, Served, look, serve
from orchestrator.runtime.programs import running_programs
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.switches.deploying import Deployer
from orchestrator.scenario.compile import Compiled
from orchestrator.simulator.clock import RealClock

DIFFERS = 2
Document = dict[str, object]
Found = TypeVar("Found")

switch_option = click.option(
    "--switch",
    "names",
    multiple=True,
    metavar="NAME",
    help="Which switch, more than once if wanted (default: all).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for each switch.")
offline_option = click.option(
    "--offline", "is_offline", is_flag=True, help="The switch does not run: change its files, ask it nothing."
)


@click.group(invoke_without_command=True)
@switch_option
@click.option(
    "--diff", "is_diff", is_flag=True, help="Show what would change, and change nothing. Exits with 0 or 2."
)
@offline_option
@json_option
@click.pass_context
def deploy(
    ctx: click.Context, names: tuple[str, ...], is_diff: bool, is_offline: bool, as_json: bool
) -> int | None:
    """Bring configuration, dialplan and scripts onto the switches, check it by asking them, go back where it fails.

    A new release is put beside the old one and brought into force at once; calls under way finish on the version they
    began with. What needs no change is left alone, and a switch that is not one we know is not touched. One switch that
    fails does not stop the others; then the exit code is 1.

    \b
    Examples:
      prozvon deploy --diff
      prozvon deploy
      prozvon deploy --switch north --switch south
      prozvon deploy rollback --switch north
    """
    if ctx.invoked_subcommand is not None:
        if names or is_diff or is_offline or as_json:
            raise click.UsageError(f"write options after `{ctx.invoked_subcommand}`")
        return None
    if is_diff and is_offline:
        raise click.UsageError("--diff asks no switch anyway: leave --offline out")
    settings = load_settings(ctx.obj)
    if is_diff:
        return _show_differences(settings, names, as_json)
    _chosen(settings, names)
    with prompt_bar() as made:
        served = serve(settings, made)
    programs = _programs(ctx.obj)
    announce_served(ctx.obj, served)
    code = _each(
        settings,
        names,
        served,
        as_json,
        lambda deployer: deployer.deploy(programs, is_offline=is_offline),
        _told,
    )
    register_served(ctx.obj, served)
    return code


@deploy.command()
@switch_option
@offline_option
@json_option
@click.pass_obj
def rollback(folder: Path, names: tuple[str, ...], is_offline: bool, as_json: bool) -> int:
    """Bring the release that was in force before back into force. Said twice, you are where you began.

    Passwords stay as they are. Programs of campaigns belong to no release.

    \b
    Example:
      prozvon deploy rollback --switch north
    """
    settings = load_settings(folder)
    return _each(
        settings, names, NOTHING, as_json, lambda deployer: deployer.roll_back(is_offline=is_offline), _told
    )


@deploy.command()
@switch_option
@json_option
@click.pass_obj
def status(folder: Path, names: tuple[str, ...], as_json: bool) -> int:
    """Tell which release is in force, what the switch says it runs, and what was changed by hand.

    Exits with 1 when a switch does not run what was deployed, does not answer, or was changed by hand.

    \b
    Examples:
      prozvon deploy status
      prozvon deploy status --json
    """
    settings = load_settings(folder)
    return _each(settings, names, NOTHING, as_json, lambda deployer: deployer.report(), _reported)


def _programs(folder: Path) -> Sequence[Compiled]:
    try:
        return running_programs(folder)
    except KnownError as error:
        click.echo(f"programs of campaigns are left as they are on the switches: {error}", err=True)
        return ()


def _each(
    settings: Settings,
    names: Sequence[str],
    served: Served,
    as_json: bool,
    act: Callable[[Deployer], Found],
    told: Callable[[str, Found], tuple[Document, Sequence[str], bool]],
) -> int:
    """Do it for each switch; one that fails does not stop the others. 0, or 1 when one was not well."""
    code = 0
    for name in _chosen(settings, names):
        try:
            document, lines, is_well = told(name, act(Deployer(settings, name, RealClock().now_ms, served)))
        except KnownError as error:
            document, lines, is_well = {"switch": name, "error": str(error)}, (), False
            click.echo(f"prozvon: {name}: {error}", err=True)
        code = code if is_well else 1
        if as_json:
            click.echo(json.dumps(document, ensure_ascii=False))
        else:
            click.echo("\n".join(lines)) if lines else None
    return code


def _chosen(settings: Settings, names: Sequence[str]) -> list[str]:
    unknown = [name for name in names if name not in settings.switches]
    if unknown:
        have = ", ".join(settings.switches)
        raise KnownError(f"no switch {unknown[0]!r} in prozvon.yaml (there are: {have})")
    return list(dict.fromkeys(names)) or list(settings.switches)


def _told(name: str, outcome: Outcome) -> tuple[Document, Sequence[str], bool]:
    changes = outcome.changes
    document: Document = {
        "switch": name,
        "outcome": "deployed" if outcome.is_changed else "unchanged",
        "release": outcome.release_id,
        "before": outcome.before or None,
        "added": changes.added,
        "changed": changes.changed,
        "removed": changes.removed,
        "restored": outcome.restored,
        "has_new_secrets": outcome.has_new_secrets,
        "commands": outcome.commands,
        "restarts": changes.restarts,
        "remark": outcome.remark or None,
    }
    return document, list(_outcome_lines(name, outcome)), True


def _outcome_lines(name: str, outcome: Outcome) -> list[str]:
    changes = outcome.changes
    if not outcome.is_changed:
        lines = [f"{name}: nothing to do, release {outcome.release_id} is in force"]
    else:
        before = f"before: {outcome.before}" if outcome.before else "the first one"
        lines = [f"{name}: release {outcome.release_id} is in force ({before})"]
        lines += [f"  {text}" for text in _what_changed(changes, outcome)]
        if outcome.commands:
            lines.append(f"  told the switch: {', '.join(outcome.commands)}")
    lines += [f"  still to do by hand: {text}" for text in changes.restarts]
    if outcome.remark:
        lines.append(f"  {outcome.remark}")
    return lines


def _what_changed(changes: Changes, outcome: Outcome) -> list[str]:
    lines = []
    if changes.count:
        lines.append(
            f"{len(changes.added)} files added, {len(changes.changed)} changed, {len(changes.removed)} removed"
        )
    if outcome.restored:
        lines.append(f"changed by hand there, and put right: {', '.join(outcome.restored)}")
    if outcome.has_new_secrets:
        lines.append("secrets.xml changed")
    return lines


def _reported(name: str, found: Report) -> tuple[Document, Sequence[str], bool]:
    since = None if found.since is None else dt.datetime.fromtimestamp(found.since / 1000, dt.UTC).isoformat()
    document: Document = {
        "switch": name,
        "release": found.release_id or None,
        "since": since,
        "previous": found.previous or None,
        "prozvon": found.prozvon or None,
        "callflow": found.callflow or None,
        "says": found.says or None,
        "fault": found.fault or None,
        "drift": found.drift,
        "restarts": found.restarts,
    }
    if not found.release_id:
        return document, [f"{name}: no release is there: run `prozvon deploy`"], False
    when = (
        f"since {utc_instant(found.since)}"
        if found.since
        else "its deploy was broken off: run `prozvon deploy`"
    )
    lines = [
        f"{name}: release {found.release_id} {when}",
        f"  made by prozvon {found.prozvon}, interpreter {found.callflow}, before: {found.previous or 'none'}",
        f"  the switch says: {found.says or 'nothing'}",
    ]
    lines += [f"  {found.fault}"] if found.fault else []
    lines += [f"  changed by hand: {path}" for path in found.drift]
    lines += [f"  still to do by hand: {text}" for text in found.restarts]
    return document, lines, found.is_fine


def _show_differences(settings: Settings, names: Sequence[str], as_json: bool) -> int:
    code, served = 0, look(settings)
    for name in _chosen(settings, names):
        try:
            found = Deployer(settings, name, RealClock().now_ms, served).difference()
        except KnownError as error:
            code = 1
            document: Document = {"switch": name, "error": str(error)}
            click.echo(f"prozvon: {name}: {error}", err=True)
        else:
            code = code or (0 if found.is_none else DIFFERS)
            document = {
                "switch": name,
                "release": found.release_id,
                "current": found.current or None,
                "differs": not found.is_none,
                "has_new_secrets": found.has_new_secrets,
                "diff": found.text,
            }
            if not as_json:
                current = found.current or "no release"
                same = f"{name}: no difference, release {found.current} is in force"
                click.echo(same if found.is_none else f"{name}: {current} -> {found.release_id}", err=True)
                click.echo(found.text, nl=False)
                click.echo("secrets.xml: changed") if found.has_new_secrets else None
        if as_json:
            click.echo(json.dumps(document, ensure_ascii=False))
    return code
