"""`prozvon`: the group of all commands. Each command is a file of its own, imported when it is called."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click
from gevent.hub import Hub

from orchestrator import __version__

# Ctrl-C is told by the command that it ends, in its own words: gevent's hub need not print it as well.
Hub.NOT_ERROR = (*Hub.NOT_ERROR, KeyboardInterrupt)

# Command -> (module, attribute, short help): an explicit table, so that `--help` imports none of them.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "agent": (
        "agent",
        "agent",
        "Agents: where each is, what they want, their screens, what they say of calls.",
    ),
    "call": ("call", "call", "Load contacts, preview, launch a campaign and follow it."),
    "calls": ("calls", "calls", "The calls that came in: who, what they did and heard, how it ended."),
    "campaign": ("campaign", "campaign", "List, show, pause, resume, stop and export campaigns."),
    "check": ("check", "check", "Check scenarios: every mistake at once, with its place and a hint."),
    "consent": ("consent", "consent", "What people agreed to: add, load, show, withdraw, export."),
    "demo": ("demo", "demo", "Run a whole campaign against the simulated switch and show what happened."),
    "deploy": (
        "deploy",
        "deploy",
        "Bring configuration, dialplan and scripts onto the switches; go back; how it is.",
    ),
    "dnc": ("dnc", "dnc", "The do-not-call list."),
    "doctor": ("doctor", "doctor", "Check every switch and this machine: what is wrong, and what to do."),
    "gateway": ("gateway", "gateway", "Which gateways take calls, which rest; letting one rest, waking it."),
    "graph": ("graph", "graph", "A scenario's flow as a picture (SVG) or a Mermaid chart."),
    "history": (
        "history",
        "history",
        "What was counted by quarters of an hour: queues, campaigns, agents, projects.",
    ),
    "init": ("init", "init", "Make a project: settings, and scenarios to begin with."),
    "intake": (
        "intake",
        "intake",
        "What brings contacts in by itself: dropped lists, services that are asked.",
    ),
    "lead": ("lead", "lead", "Decide about a held lead: call again, or close."),
    "outbox": ("outbox", "outbox", "What is still to be delivered after calls: list, try again, drop."),
    "messages": ("messages", "messages", "SMS and letters to people, and what became of each."),
    "missed": ("missed", "missed", "Missed calls: called back, reached, called again; how often, how soon."),
    "prompts": ("prompts", "prompts", "Hear a scenario before anybody is called; the prompts that are kept."),
    "recordings": ("recordings", "recordings", "Recordings of calls: list, fetch, forget old ones."),
    "report": (
        "report",
        "report_command",
        "Ratios of any period: service level, handling, answer rate, cost, as table, CSV, JSON or a page.",
    ),
    "run": ("run", "run", "The worker, as a service: calls whatever is due."),
    "service": ("service", "service", "HTTP services that scenarios use: which there are; asking one."),
    "schema": ("schema", "schema", "Print the JSON Schema of scenarios, for editors."),
    "simulate": ("simulate", "simulate", "A contact centre's whole day in virtual time: nobody is called."),
    "store": ("store", "store", "The embedded store: status and stop."),
    "switch": ("switch", "switch", "Switches: prepare a real one, run a simulated one."),
    "test": ("test", "test", "Run the tests written in scenarios, without a switch."),
    "token": ("token", "token", "Tokens of the HTTP API: who may use it, for what, until when."),
    "top": ("top", "top", "Watch queues, predictive campaigns and agents: live figures."),
    "try": ("try_", "try_", "Call a scenario on a telephone in the terminal."),
    "web": ("web", "web", "Serve the HTTP API."),
    "webhook": (
        "webhook",
        "webhook",
        "Webhooks: who is told what by itself; trying one, telling again.",
    ),
    "why": ("why", "why", "What each lead of a campaign waits for, summed by reason."),
}


class Lazy(click.Group):
    """A group that imports a command's module only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: Any = getattr(importlib.import_module(f"orchestrator.cli.{module}"), attribute)
        assert isinstance(command, click.Command)  # noqa: S101  # the table above is ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in sorted(COMMANDS)])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="prozvon")
@click.option(
    "--project",
    "-C",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("."),
    envvar="PROZVON_PROJECT",
    show_default=True,
    help="The project folder (it holds prozvon.yaml, scenarios/ and data/).",
)
@click.pass_context
def root(ctx: click.Context, folder: Path) -> None:
    """Scenario-as-code for calling on FreeSWITCH.

    \b
    Examples:
      prozvon check scenarios/
      prozvon call parcel_arrived contacts.csv
      prozvon campaign show parcel_arrived
    """
    ctx.obj = folder
