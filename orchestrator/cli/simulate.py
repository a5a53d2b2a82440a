"""`prozvon simulate`: a contact centre's day in virtual time."""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from orchestrator.cli.check import refuse
from orchestrator.cli.picture_file import write_picture
from orchestrator.cli.view import console
from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.orders import Figure
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.settings import load_settings
from orchestrator.scenario.compile import Compiled
from orchestrator.workday.chart import chart, percent
from orchestrator.workday.conduct import Conduct
from orchestrator.workday.day import Day
from orchestrator.workday.knobs import Setup, Unusable, turned
from orchestrator.workday.ledger import DayResult, Span


@click.command()
@click.argument("scenario")
@click.option("--agents", default="40", show_default=True, help="How many agents.")
@click.option("--hours", default="8", show_default=True, help="How long the day is: 8, or 90m.")
@click.option("--seed", default="1", show_default=True, help="Of all chance: the same seed is the same day.")
@click.option("--queue", help="Which of the scenario's queues, where it has several.")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Another setting (docs/simulate.md)."
)
@click.option("--against", multiple=True, metavar="KEY=VALUE", help="A second day with this, to compare.")
@click.option("--svg", "picture", metavar="FILE", help="Draw it to FILE; - draws to standard output.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a day.")
@click.pass_obj
def simulate(
    folder: Path,
    scenario: str,
    agents: str,
    hours: str,
    seed: str,
    queue: str | None,
    settings: tuple[str, ...],
    against: tuple[str, ...],
    picture: str | None,
    as_json: bool,
) -> None:
    """Run a whole day of SCENARIO's queue with simulated customers and agents: nobody is called (docs/simulate.md).

    Queues and pacing decide as on a real day; who answers, and how long they talk, is drawn by chance. With --against
    the same day is run twice, by the same chance, with one setting changed.

    \b
    Examples:
      prozvon simulate new_orders --agents 40 --hours 8
      prozvon simulate new_orders --agents 40 --against mode=progressive --svg day.svg
      prozvon simulate new_orders --set answer=9=50%,11=30% --set staff=9=100%,12=50%,13=100%
      prozvon simulate help_line --queue support --agents 12 --set callers=200 --against agents=14
    """
    if picture == "-" and as_json:
        raise click.UsageError("standard output takes one of them: give --svg a file name")
    compiled, problems = find_scenario(load_settings(folder), scenario)
    refuse(problems, f"{scenario} cannot be simulated")
    assert compiled is not None  # noqa: S101  # no problems, so there is one
    results = _run(
        _setup(compiled, queue), (f"agents={agents}", f"hours={hours}", f"seed={seed}", *settings), against
    )
    if picture is not None:
        write_picture(picture, chart(results))
    if as_json:
        for result in results:
            click.echo(json.dumps(_said(result), ensure_ascii=False))
    elif picture != "-":
        _print(results)


def _setup(compiled: Compiled, queue: str | None) -> Setup:
    """The queue to simulate, and the pacing of the campaign that dials for it."""
    names = {rules.queue_id.rpartition(":")[2]: rules for rules in compiled.queues}
    if not names:
        raise KnownError(
            f"{compiled.name} has no queue with agents: `queues: {{sales: {{agents: [anna, boris]}}}}`"
        )
    dialed = compiled.pacing_queue.rpartition(":")[2]
    name = queue or dialed or (next(iter(names)) if len(names) == 1 else "")
    if name not in names:
        there = ", ".join(names)
        raise KnownError(
            f"{compiled.name} has the queues {there}: say which with --queue"
            if not queue
            else f"{compiled.name} has no queue {queue!r} (there are: {there})"
        )
    pacing = compiled.plan.pacing if name == dialed else None
    return Setup(rules=names[name], pacing=pacing, conduct=Conduct(agents=1))


def _run(setup: Setup, settings: tuple[str, ...], against: tuple[str, ...]) -> list[DayResult]:
    try:
        setups = [turned(setup, settings)]
        if against:
            setups.append(turned(setups[0], against))
    except Unusable as error:
        raise KnownError(str(error)) from None
    for each in setups:
        if each.pacing is None and not any(rate > 0 for _, rate in each.conduct.callers.per_hour.steps):
            raise KnownError("nobody calls in this day: say how many an hour do, --set callers=120")
    titles = [_title(setups[0]), ", ".join(against)]
    gc.disable()  # a day makes millions of things and next to no cycles: looking for them takes a third of the time
    return [
        Day(each.rules, each.pacing, each.conduct, title=title).run()
        for each, title in zip(setups, titles, strict=False)
    ]


def _title(setup: Setup) -> str:
    mode = "" if setup.pacing is None else f", {setup.pacing.mode.value}"
    return f"{setup.rules.queue_id}{mode}"


def _print(results: Sequence[DayResult]) -> None:
    for result in results:
        console().print(_table(result))
        worst = percent(result.worst_hour)
        click.echo(
            f"most lines at once {result.lines}"
            + (f", worst hour of abandonment {worst}" if result.cap is not None else "")
        )
    if len(results) == 2:
        _compare(*(result.total for result in results))


def _table(result: DayResult) -> Table:
    has_dialed = result.total[Figure.PLACED] > 0
    has_callers = result.total[Figure.OFFERED] > 0
    table = Table(title=result.title, box=None, header_style="bold", padding=(0, 1), title_justify="left")
    columns = ["hour", "occupancy", "talks", "per agent and hour"]
    if has_dialed:
        columns += ["placed", "answered", "abandoned", "share"]
    if has_callers:
        columns += ["callers", "in time", "mean wait", "lost"]
    for column in columns:
        table.add_column(column, justify="left" if column == "hour" else "right")
    for span in result.hours:
        table.add_row(*_row(_hour(span), span, has_dialed, has_callers))
    table.add_row(*_row("all", result.total, has_dialed, has_callers), style="bold")
    return table


def _hour(span: Span) -> str:
    minutes = span.begins_ms // 60_000 % 1_440
    return f"{minutes // 60}:{minutes % 60:02}"


def _row(name: str, span: Span, has_dialed: bool, has_callers: bool) -> list[str]:
    row = [name, percent(span.occupancy), str(span[Figure.HANDLED]), _number(span.talks_per_agent_hour)]
    if has_dialed:
        row += [
            str(span[Figure.PLACED]),
            percent(span.answer_rate),
            str(span[Figure.DIALED_ABANDONED]),
            percent(span.abandonment),
        ]
    if has_callers:
        wait = "-" if span.mean_wait_s is None else f"{span.mean_wait_s:.0f} s"
        row += [str(span[Figure.OFFERED]), percent(span.service_level), wait, str(span[Figure.ABANDONED])]
    return row


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _compare(first: Span, second: Span) -> None:
    def points(before: float | None, after: float | None) -> str:
        return "-" if before is None or after is None else f"{100 * (after - before):+.1f} points"

    said = [
        f"occupancy {points(first.occupancy, second.occupancy)}",
        f"talks {second[Figure.HANDLED] - first[Figure.HANDLED]:+d}",
    ]
    if first[Figure.PLACED] and second[Figure.PLACED]:
        said.append(f"abandoned {points(first.abandonment, second.abandonment)}")
        said.append(f"calls placed {second[Figure.PLACED] - first[Figure.PLACED]:+d}")
    if first[Figure.OFFERED] and second[Figure.OFFERED]:
        said.append(f"answered in time {points(first.service_level, second.service_level)}")
    click.echo("the second day: " + ", ".join(said))


def _said(result: DayResult) -> dict[str, object]:
    return {
        "title": result.title,
        "agents": result.agents,
        "cap": result.cap,
        "worst_hour": result.worst_hour,
        "lines": result.lines,
        "total": _span(result.total),
        "hours": [{"hour": _hour(span), **_span(span)} for span in result.hours],
    }


def _span(span: Span) -> dict[str, object]:
    return {
        "occupancy": span.occupancy,
        "abandonment": span.abandonment,
        "answer_rate": span.answer_rate,
        "talks_per_agent_hour": span.talks_per_agent_hour,
        "service_level": span.service_level,
        "mean_wait_s": span.mean_wait_s,
        "counted": span.of,
        "states_ms": span.states_ms,
    }
