"""`prozvon demo`: a whole campaign against the simulated switch, and proof that it went right."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from rich.live import Live
from rich.table import Table

from orchestrator.asset_folders import folder as asset
from orchestrator.cli.call import show_preview
from orchestrator.cli.check import refuse
from orchestrator.cli.follow import plain_line
from orchestrator.cli.loading import show_report
from orchestrator.cli.prompt_bar import prompt_bar
from orchestrator.cli.report_view import overview
from orchestrator.cli.view import console, figures_table
from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import export, verify
from orchestrator.runtime.demo import Demo, Options, demo_project
from orchestrator.runtime.figures import Figures, figures
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.launch import Source, load, new_campaign, start
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.rehearsal.scenario_tests import run_tests
from orchestrator.runtime.report import By, report
from orchestrator.runtime.report.page import page
from orchestrator.runtime.why import why
from orchestrator.scenario.compile import Compiled
from orchestrator.simulator.callee_log import read_callee_log

SCENARIO = "parcel_arrived"
MONDAY_MORNING = dt.datetime(2026, 11, 30, 8, 45, tzinfo=dt.timezone(dt.timedelta(hours=3)))  # Moscow
LIMIT_S = 300.0
TOLD_S = 30.0
LOOK_S = 0.1
CRASHES = (("worker", 0.2), ("store", 0.4), ("switch", 0.6))  # what is killed, at which share of leads done


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Where the demo's project is made (and left, to look at).",
)
@click.option(
    "--contacts", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Another list to call."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Who answers when, and presses what.")
@click.option("--speed", type=float, default=600.0, show_default=True, help="Business seconds per second.")
@click.option("--crash", is_flag=True, help="Kill the worker, the store and the switch half-way (kill -9).")
def demo(folder: Path, contacts: Path | None, seed: int, speed: float, crash: bool) -> int:
    """Call 1010 contacts over several accelerated days, then hold the export against what the callees saw.

    The switch is simulated; worker, store, rules and the scripts that run in the switch are the real ones.
    Exits with 1 when anything disagrees.

    \b
    Examples:
      prozvon demo
      prozvon demo --crash --seed 7
    """
    options = Options(seed=seed, speed=speed, start=int(MONDAY_MORNING.timestamp() * 1000))
    with demo_project(folder.resolve(), options) as running:
        running.start_switch()
        with open_project(running.folder) as project:
            return _run(running, project, contacts or _list(), crash=crash)


def _list() -> Path:
    return asset("scenarios") / "contacts" / "parcels-1010.csv"


def _run(running: Demo, project: Project, contacts: Path, *, crash: bool) -> int:
    compiled, problems = find_scenario(project.settings, SCENARIO)
    refuse(problems, SCENARIO)
    assert compiled is not None  # noqa: S101  # no problems, so there is one
    outcomes = run_tests(compiled)
    _say(
        f"1. {SCENARIO}.yaml is good; {sum(o.passed for o in outcomes)} of its {len(outcomes)} tests pass offline"
    )
    with prompt_bar() as made:
        campaign = new_campaign(project, compiled, contacts.name, made)
    _say(f"2. loading {contacts.name}")
    show_report(load(project, campaign, compiled, Source(name=contacts.name, chunks=[contacts.read_bytes()])))
    _say("3. what would happen now")
    show_preview(why(project, campaign, as_running=True))
    _say(
        f"4. calling, {running.options.speed:.0f} times as fast as life"
        + (" - with crashes" if crash else "")
    )
    start(project, campaign)
    running.start_worker()
    began = time.monotonic()
    _follow(running, project, campaign, _crasher(running) if crash else lambda _: None)
    took = time.monotonic() - began
    _until_told(running, project)
    running.stop()
    return _report(running, project, campaign, compiled, took)


def _follow(running: Demo, project: Project, campaign: Campaign, each: Callable[[Figures], None]) -> None:
    screen = console(stderr=True)
    deadline = time.monotonic() + LIMIT_S
    with Live(console=screen, auto_refresh=False, transient=True) as live:
        shown = 0.0
        while time.monotonic() < deadline:
            item = figures(project, campaign)
            if screen.is_terminal:
                live.update(figures_table(item), refresh=True)
            elif time.monotonic() - shown > 5:
                shown = time.monotonic()
                click.echo("   " + plain_line(item), err=True)
            if item.state is CampaignState.FINISHED:
                return
            each(item)
            running.check_alive()
            time.sleep(LOOK_S)
    raise KnownError(
        f"the demo did not end within {LIMIT_S:.0f} s; its logs are in {running.folder / 'data' / 'logs'}"
    )


def _until_told(running: Demo, project: Project) -> None:
    """What is due to be told outside is told before the worker stops; the rest would wait for the next one."""
    deadline = time.monotonic() + TOLD_S
    while time.monotonic() < deadline and project.store.deliveries.has_due(project.clock.now_ms()):
        running.check_alive()
        time.sleep(LOOK_S)


def _crasher(running: Demo) -> Callable[[Figures], None]:
    """Kills one thing after the other as the campaign goes on, and starts it again."""
    left = list(CRASHES)

    def crash(item: Figures) -> None:
        if not left or item.done_share < left[0][1]:
            return
        name, _ = left.pop(0)
        click.echo(f"   kill -9 {name} ({item.counts.dialing} on the line)", err=True)
        if name == "store":
            running.kill_store()
        else:
            running.kill(name)
            (running.start_worker if name == "worker" else running.start_switch)()

    return crash


def _report(running: Demo, project: Project, campaign: Campaign, compiled: Compiled, took: float) -> int:
    item = figures(project, campaign)
    _say(f"5. done in {took:.1f} s")
    console().print(figures_table(item))
    rows = list(export.rows(project.store, campaign))
    for name, write in (("csv", export.write_csv), ("jsonl", export.write_jsonl)):
        with (running.folder / f"export.{name}").open("w", encoding="utf-8", newline="") as file:
            write(file, iter(rows))
    seen = read_callee_log(project.settings.data / "callees.jsonl")
    fired = Counter(str(row["rule"]) for row in rows if row["rule"])
    _say("6. rules that fired")
    console().print(_fired(fired, compiled))
    limits, listed = project.settings.limits.per_number, project.store.dnc_list()
    wrong = verify.problems(compiled.plan, item, rows, seen, limits=limits, listed=listed)
    numbers = len({call.number for call in seen})
    _say(f"7. the export held against what {numbers} callees saw in {len(seen)} calls")
    for line in wrong[:20]:
        click.echo(f"   WRONG: {line}")
    if not wrong:
        click.echo(
            "   every call is in the export, once; nobody was rung twice at once, outside hours or too often;\n"
            "   figures, export and callees agree"
        )
    untold = verify.told_problems(rows, lambda lead: running.crm.status_of(campaign.campaign_id, lead))
    untold += [
        f"{times} requests to the order system: {fault}" for fault, times in running.crm.faults.items()
    ]
    _say("8. what the order system was told by webhook")
    console().print(_told(running, project, campaign, rows))
    for line in untold[:20]:
        click.echo(f"   WRONG: {line}")
    if not untold:
        click.echo(
            "   it knows the status of every order, though it failed now and then; nothing was taken twice"
        )
    _say("9. the report of it all")
    found = report(project, by=By.CAMPAIGN, since=campaign.created_at, until=project.clock.now_ms() + 1)
    console().print(overview(found))
    (running.folder / "report.html").write_text(page(found, "en"), encoding="utf-8")
    _say(
        f"the whole report: {running.folder}/report.html; the export: export.csv and .jsonl beside it;\n"
        f"look around with prozvon -C {running.folder}"
    )
    return 1 if wrong or untold else 0


def _told(running: Demo, project: Project, campaign: Campaign, rows: Sequence[export.Row]) -> Table:
    crm = running.crm
    letters = sum(row.delivery.lane == "mail" for row in project.store.deliveries.rows())
    leads = {int(str(row["lead"])) for row in rows}
    known = Counter(crm.status_of(campaign.campaign_id, lead) for lead in leads)
    table = Table(box=None, header_style="bold")
    table.add_column("order")
    table.add_column("count", justify="right")
    for status, times in sorted(known.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(status or "not called", str(times))
    table.add_row(
        "[dim]told by rules: events / SMS[/]", f"{crm.events} / {sum(map(len, crm.texts.values()))}"
    )
    table.add_row("[dim]letters, which wait: the demo has no mail server[/]", str(letters))
    table.add_row(
        "[dim]requests / refused with 503 / repeated[/]", f"{crm.requests} / {crm.failed} / {crm.repeated}"
    )
    return table


def _fired(fired: Counter[str], compiled: Compiled) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column("rule")
    table.add_column("times", justify="right")
    for key in sorted(compiled.plan.rules, key=lambda k: (-fired[k], k)):
        table.add_row(key, str(fired[key]))
    return table


def _say(text: str) -> None:
    click.echo(text, err=True)
