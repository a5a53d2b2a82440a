"""`prozvon test`: the tests written in scenarios, run offline in virtual time."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.check import refuse
from orchestrator.runtime.rehearsal.scenario_tests import run_tests
from orchestrator.runtime.settings import load_settings
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--verbose", "-v", is_flag=True, help="Show the timeline of passing tests too.")
@click.pass_obj
def test(folder: Path, paths: tuple[Path, ...], verbose: bool) -> int:
    """Run the `tests:` of scenarios (default: all of the project's), without a switch and in no time.

    A failing test is shown as a timeline: what was said, pressed and decided, and where it differs.

    \b
    Examples:
      prozvon test
      prozvon test -v scenarios/parcel_arrived.yaml
    """
    targets = list(paths) or [load_settings(folder).scenarios]
    scenarios, problems = check_path(targets)
    refuse(problems, "a broken scenario is not tested")
    passed = failed = 0
    for scenario in scenarios:
        compiled = compile_scenario(scenario)
        if not compiled.tests:
            click.echo(f"{compiled.name}: no tests", err=True)
        for outcome in run_tests(compiled):
            click.echo(f"{'ok  ' if outcome.passed else 'FAIL'} {compiled.name}: {outcome.name}")
            if verbose or not outcome.passed:
                click.echo(outcome.timeline)
            passed, failed = passed + outcome.passed, failed + (not outcome.passed)
    click.echo(f"{passed} passed, {failed} failed", err=True)
    return 1 if failed else 0
