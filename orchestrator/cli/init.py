"""`prozvon init`: a project to begin with."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from orchestrator.asset_folders import folder as asset
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import FILE_NAME
from orchestrator.runtime.settings_parts.agent_settings import AGENTS_FILE

SETTINGS = """\
# The settings of this project; docs/settings.md explains every key.
project: {name}
region: RU                       # country of numbers written without a country code
{clock}inbound: {{scenarios: none}}       # which take calls: all of `kind: ivr`, or shop_line,office
limits:
  per_number: {{day: 3, ever: 50}} # over all campaigns, whatever a scenario says
switches:
  main:
    host: 127.0.0.1
    port: {port}
{password}    gateways:                    # the trunks the scenarios name
      main:
        cps: 20                  # what it takes: new calls per second,
        channels: 60             # and calls at once
{trunk}      spare: {{cps: 5, channels: 10}}
"""
TRUNK = """\
        # proxy: sip.carrier.example
        # username: shop
        # password_env: TRUNK_PASSWORD
        # registers: true        # without `proxy`, the gateway is one that the switch has already
"""
SIMULATED = """\
clock: simulated                 # for `prozvon switch simulate`; a real switch is refused with it
speech: {engine: switch}         # nobody listens: nothing need be made to be heard
"""
AGENTS = """\
# The people who take calls of queues; docs/agents.md explains every key. While all of it is a comment, nobody does,
# and `prozvon check` does not look for agents by their names.
#
# breaks: [lunch, training]              # the reasons that a break may have
# agents:
#   anna:
#     title: Anna P.
#     dial: +79990000001                 # a number, by gateways; rung for each call
#     gateways: [main]
#     queues: {operators: 1}             # for queues that say `agents: assigned`
#   boris:
#     dial: user/1001                    # a telephone that is registered with the switch
#     standing: yes                      # stays on the line between calls
#     user: 1001                         # whose feature codes (*20, *21 ..) are boris'
#   vera: {dial: user/1002, user: 1002}
"""
PASSWORD = "    password_env: PROZVON_ESL_PASSWORD\n"  # noqa: S105  # the name of a variable


@click.command()
@click.argument("target", type=click.Path(path_type=Path, file_okay=False), default=Path("."))
@click.option("--simulated", is_flag=True, help="For the simulated switch, with a clock that runs fast.")
def init(target: Path, simulated: bool) -> None:
    """Make a project in TARGET (default: here): prozvon.yaml, agents.yaml, and the shipped scenarios to change as you
    like.

    Nothing that is there is overwritten.

    \b
    Examples:
      prozvon init --simulated shop
      prozvon init /etc/prozvon
    """
    settings, scenarios, agents = target / FILE_NAME, target / "scenarios", target / AGENTS_FILE
    for path in (settings, scenarios, agents):
        if path.exists():
            raise KnownError(f"{path} is there already; nothing was changed")
    try:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copytree(asset("scenarios"), scenarios, ignore=shutil.ignore_patterns("__pycache__"))
        settings.write_text(_settings(target, simulated=simulated), encoding="utf-8")
        agents.write_text(AGENTS, encoding="utf-8")
    except OSError as error:
        raise KnownError(f"cannot write to {target}: {error.strerror}") from None
    click.echo(f"{settings} and {len(list(scenarios.glob('*.yaml')))} scenarios", err=True)


def _settings(target: Path, *, simulated: bool) -> str:
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in target.resolve().name.lower()).strip(
        "-"
    )
    return SETTINGS.format(
        name=name[:32] or "prozvon",
        clock=SIMULATED if simulated else "",
        port=18021 if simulated else 8021,
        password="" if simulated else PASSWORD,
        trunk="" if simulated else TRUNK,
    )
