"""`prozvon switch`: prepares real switches, and runs the simulated one."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from pathlib import Path

import click

from orchestrator.cli.prompt_bar import prompt_bar
from orchestrator.cli.switch_init import init
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.inbound.registering import register_served
from orchestrator.runtime.inbound.serving import serve
from orchestrator.runtime.project import open_clock
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.switches.simulated_root import make_root
from orchestrator.simulator.clock import Clock, RealClock, SharedClock
from orchestrator.simulator.far_switch import Address
from orchestrator.simulator.faults import Faults
from orchestrator.simulator.run import run_simulator
from orchestrator.simulator.throttle import Limits

FAULTS = {field.name: field.type for field in fields(Faults)}


@click.group()
def switch() -> None:
    """Switches. `switch init` prepares a real one, `switch simulate` runs one that is not there.

    \b
    Examples:
      prozvon switch init
      prozvon switch simulate
    """


switch.add_command(init)


@switch.command()
@click.option("--switch", "name", help="Which switch of prozvon.yaml to stand in for (default: the first).")
@click.option(
    "--population", default="everyday", show_default=True, help="Callees: a shipped population, or a file."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same callees.")
@click.option("--speed", type=click.FloatRange(min=0.01, max=100_000), help="Business seconds per second.")
@click.option(
    "--start", help="Where a new simulated clock begins: ISO time, or epoch milliseconds (default: now)."
)
@click.option(
    "--sps", type=click.IntRange(min=1), default=100, show_default=True, help="Sessions per second."
)
@click.option(
    "--max-sessions", type=click.IntRange(min=1), default=1000, show_default=True, help="Calls at once."
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME=VALUE",
    help=f"A fault, more than once if wanted: {', '.join(FAULTS)} (docs/simulator.md).",
)
@click.pass_obj
def simulate(
    folder: Path,
    name: str | None,
    population: str,
    seed: int,
    speed: float | None,
    start: str | None,
    sps: int,
    max_sessions: int,
    faults: tuple[str, ...],
) -> None:
    """Run a simulated switch where prozvon.yaml says one is: same port, same password, same gateways.

    It speaks the event socket of FreeSWITCH 1.10.12 and runs the real scripts; callees are modelled. What they saw is
    written to DATA/callees.jsonl. With `clock: simulated` in prozvon.yaml time runs `--speed` times as fast for the
    switch and the workers, and skips what nobody waits for.

    \b
    Examples:
      prozvon switch simulate
      prozvon switch simulate --population hard --seed 7 --fault lose=0.01 --fault drop_after=500
    """
    settings = load_settings(folder)
    name = name or next(iter(settings.switches))
    if name not in settings.switches:
        raise KnownError(f"no switch {name!r} in prozvon.yaml (there are: {', '.join(settings.switches)})")
    found = settings.switches[name]
    if found.host not in ("127.0.0.1", "localhost", "::1"):
        raise KnownError(f"a simulated switch serves this machine only; {name} is at {found.host}")
    if found.ssh is not None:
        raise KnownError(f"a simulated switch serves this machine only; {name} has `ssh: {found.ssh}`")
    with prompt_bar() as made:
        served = serve(settings, made)
    clock = clock_of(settings, speed, start)  # registering what takes calls needs it
    make_root(settings, name, RealClock().now_ms, served)
    register_served(folder, served)
    run_simulator(
        host=found.host,
        port=found.port,
        password=found.password(),
        root=found.root,
        population=population,
        seed=seed,
        clock=clock,
        gateways=tuple(found.gateways),
        limits=Limits(sessions_per_second=sps, max_sessions=max_sessions),
        faults=faults_of(faults),
        cdr_dir=found.cdr_folder,
        callee_log=settings.data / "callees.jsonl",
        links=_links(settings, name),
        on_ready=lambda port: click.echo(f"simulated switch {name} listens on {found.host}:{port}", err=True),
        on_log=_log,
    )


def _links(settings: Settings, name: str) -> dict[str, Address]:
    """Gateway -> the simulated switch that a link of this one leads to by it."""
    found: dict[str, Address] = {}
    for other, dial in settings.switches[name].links.items():
        there, (endpoint, kind, gateway) = settings.switches[other], [*dial.split("/"), "", "", ""][:3]
        if (endpoint, kind) == ("sofia", "gateway"):
            found[gateway] = Address(host=there.host, port=there.port, password=there.password())
    return found


def _log(level: str, text: str) -> None:
    """What scripts say on the switch's console; details only concern those who write scripts."""
    if level != "DEBUG":
        click.echo(f"{level}: {text}", err=True)


def clock_of(settings: Settings, speed: float | None, start: str | None) -> Clock:
    """The project's clock; a simulated one is made when it is not there, and goes on when it is."""
    if settings.clock == "real":
        if speed is not None or start is not None:
            raise KnownError("--speed and --start need `clock: simulated` in prozvon.yaml")
        return RealClock()
    path = settings.clock_file
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return SharedClock.create(path, start_ms=_start_ms(start), speed=speed or 1.0)
    except FileExistsError:
        found = open_clock(settings)
    except OSError as error:
        raise KnownError(f"cannot make the clock {path}: {error.strerror}") from None
    if speed is not None and speed != found.speed:
        raise KnownError(
            f"the clock {path} runs {found.speed:g} times as fast: leave --speed out, or remove the file to begin anew"
        )
    return found


def _start_ms(start: str | None) -> int:
    if start is None:
        return RealClock().now_ms()
    try:
        if start.isdecimal():
            return round(dt.datetime.fromtimestamp(int(start) / 1000, dt.UTC).timestamp() * 1000)
        return int(dt.datetime.fromisoformat(start).astimezone(dt.UTC).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise KnownError(f"--start: {start!r} is neither an ISO time nor epoch milliseconds") from None


def faults_of(items: tuple[str, ...]) -> Faults:
    """`lose=0.1` and so on as Faults. KnownError names what is not understood."""
    values: dict[str, float | int] = {}
    for item in items:
        name, _, text = item.partition("=")
        if name not in FAULTS:
            raise KnownError(f"no fault {name!r}; there are: {', '.join(FAULTS)}")
        try:
            values[name] = int(text) if "int" in str(FAULTS[name]) else float(text)
        except ValueError:
            raise KnownError(f"--fault {item}: the value is a number") from None
        if not 0 <= values[name] < float("inf"):
            raise KnownError(f"--fault {item}: the value is 0 or more")
    return Faults(**values)  # type: ignore[arg-type]  # the names were checked, and numbers are numbers
