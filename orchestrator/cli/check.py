"""`prozvon check`: every mistake in scenarios at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from orchestrator.domain.problem import KnownError, Problem
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.settings_parts.agent_settings import look_at_staff
from orchestrator.runtime.told_places import outside_of, untold
from orchestrator.scenario.check import Scenario, check_path
from orchestrator.scenario.check_telling import NOTHING_KNOWN
from orchestrator.scenario.explain import explain
from orchestrator.scenario.floor_plan import floor_of
from orchestrator.scenario.staff import unknown_queues


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--explain", "explained", is_flag=True, help="Print each scenario with every default filled in."
)
@click.option("--json", "as_json", is_flag=True, help="Print the problems as a JSON list.")
@click.pass_obj
def check(folder: Path, paths: tuple[Path, ...], explained: bool, as_json: bool) -> int:
    """Check scenario files, or folders of them (default: the project's scenarios), and the project's agents file.

    Prints one line per mistake, `file:line:col: CODE message (hint)`, and exits with 1 when there is any. How long each
    SMS becomes, in each language, with the longest values that its columns may sensibly have, goes to standard error.

    \b
    Examples:
      prozvon check scenarios/
      prozvon check --explain scenarios/parcel_arrived.yaml
    """
    settings = _settings(folder, is_needed=not paths)
    targets = list(paths) or [settings.scenarios] if settings else list(paths)
    staff, mistakes = look_at_staff(settings) if settings else (None, [])
    outside = NOTHING_KNOWN if settings is None else outside_of(settings)
    scenarios, found = check_path(targets, staff=staff, outside=outside)
    if staff is not None and not paths and not found:
        mistakes = unknown_queues(staff, _assigned(scenarios))
    problems = sorted([*mistakes, *found])
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2))
    else:
        show_problems(problems)
    if explained and not as_json:
        click.echo("---\n".join(explain(scenario) for scenario in scenarios), nl=False)
    if not as_json:
        for line in _notes(scenarios, settings):
            click.echo(line, err=True)
    good = "1 scenario is" if len(scenarios) == 1 else f"{len(scenarios)} scenarios are"
    bad = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    click.echo(f"{good} good, {bad}", err=True)
    return 1 if problems else 0


def _notes(scenarios: list[Scenario], settings: Settings | None) -> Iterator[str]:
    """How long SMS are, and what would be told nobody."""
    for scenario in scenarios:
        sizes: dict[str, list[str]] = {}
        for message, language, size in scenario.sms:
            sizes.setdefault(message, []).append(f"{language} {size}")
        for message, each in sizes.items():
            yield f"{scenario.path}: SMS {message}: {'; '.join(each)}"
        if settings is not None:
            yield from (f"{scenario.path}: {line}" for line in untold(scenario.plan, settings))


def _settings(folder: Path, *, is_needed: bool) -> Settings | None:
    """The project's settings: agents are looked for in its agents file. Files of no project are checked without."""
    try:
        return load_settings(folder)
    except KnownError:
        if is_needed:
            raise
        return None


def _assigned(scenarios: list[Scenario]) -> Iterator[str]:
    """Ids of the queues whose agents stand in the agents file alone."""
    for scenario in scenarios:
        for rules in floor_of(scenario).queues:
            if not rules.agents:
                yield rules.queue_id


def show_problems(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem))


def refuse(problems: list[Problem], what: str) -> None:
    """Show the problems and stop, when there are any."""
    if problems:
        show_problems(problems)
        raise KnownError(f"{what}: mend the {len(problems)} problem(s) above first")
