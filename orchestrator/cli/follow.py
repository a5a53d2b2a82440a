"""The live view of a campaign, and what Ctrl-C means in it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from enum import StrEnum

import click
from rich.live import Live

from orchestrator.cli.view import console, figures_table
from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.runtime.figures import Figures, figures
from orchestrator.runtime.project import Project
from orchestrator.runtime.rests import rest_line

LOOK_S = 0.5
PLAIN_EVERY = 10  # looks between two lines where there is no terminal
ENDED = frozenset({CampaignState.FINISHED, CampaignState.STOPPED})


class OnInterrupt(StrEnum):
    ASK = "ask"
    LEAVE = "leave"
    PAUSE = "pause"


def follow(project: Project, campaign: Campaign, on_interrupt: OnInterrupt) -> None:
    """Show the campaign's figures until it has ended, or the watcher leaves."""
    while True:
        try:
            _watch(project, campaign)
            return
        except KeyboardInterrupt:
            if _interrupted(project, campaign, on_interrupt):
                return


def _watch(project: Project, campaign: Campaign) -> None:
    screen = console(stderr=True)
    if screen.is_terminal:
        with Live(console=screen, auto_refresh=False, transient=False) as live:
            for item in _looks(project, campaign):
                live.update(figures_table(item), refresh=True)
        return
    for number, item in enumerate(_looks(project, campaign)):
        if number % PLAIN_EVERY == 0 or _ended(item):
            click.echo(plain_line(item), err=True)


def _looks(project: Project, campaign: Campaign) -> Iterator[Figures]:
    while True:
        item = figures(project, campaign)
        yield item
        if _ended(item):
            return
        time.sleep(LOOK_S)


def _ended(item: Figures) -> bool:
    return item.state in ENDED and not item.counts.dialing


def plain_line(item: Figures) -> str:
    """The figures as one line, for logs and pipes."""
    c = item.counts
    return (
        f"{item.campaign_id} {item.state.value}: {c.done + c.held}/{c.leads} done, {c.held} held, "
        f"{c.dialing} on the line, {c.ready} to call, {c.waiting} waiting, {c.attempts} attempts, {c.answered} answered"
    ) + "".join(f"; {rest_line(row, item.at)}" for row in item.rests)


def _interrupted(project: Project, campaign: Campaign, on_interrupt: OnInterrupt) -> bool:
    """Do what Ctrl-C asks for. True: the watcher leaves."""
    choice = on_interrupt.value
    if on_interrupt is OnInterrupt.ASK:
        if not sys.stdin.isatty():
            choice = "leave"
        else:
            choice = click.prompt(
                "\nleave it running, pause it, or go on watching?",
                type=click.Choice(["leave", "pause", "watch"]),
                default="leave",
                err=True,
            )
    if choice == "watch":
        return False
    if choice == "pause":
        project.store.set_state(
            campaign.campaign_id,
            CampaignState.PAUSED,
            among=frozenset({CampaignState.RUNNING}),
            now=project.clock.now_ms(),
        )
        click.echo(
            f"{campaign.campaign_id} is paused: prozvon campaign resume {campaign.campaign_id}", err=True
        )
    else:
        click.echo(
            f"{campaign.campaign_id} goes on: prozvon campaign show {campaign.campaign_id} looks at it again",
            err=True,
        )
    return True
