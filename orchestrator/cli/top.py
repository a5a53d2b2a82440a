"""`prozvon top`: queues, campaigns and agents as they are now."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict
from pathlib import Path

import click
from rich.live import Live

from orchestrator.cli.board_view import board_table, warning_of
from orchestrator.cli.view import console
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.operators.board import Board, read_board
from orchestrator.runtime.project import Project, open_project

LOOK_S = 1.0


@click.command()
@click.option("--once", is_flag=True, help="Print it once and end; so it is where there is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print it once, as one JSON object.")
@click.option("--queue", help="Only this queue (SCENARIO:QUEUE, or its name), and who works in it now.")
@click.pass_obj
def top(folder: Path, once: bool, as_json: bool, queue: str | None) -> None:
    """Watch queues, predictive campaigns and agents: who waits, who talks, how it goes today (docs/operators.md).

    \b
    Examples:
      prozvon top
      prozvon top --queue sales
      prozvon top --json | jq '.queues[] | {queue_id, waiting}'
    """
    with open_project(folder) as project:
        if as_json:
            click.echo(json.dumps(_said(_look(project, queue)), ensure_ascii=False))
            return
        screen = console()
        if once or not screen.is_terminal:
            board = _look(project, queue)
            screen.print(board_table(board))
            return
        with (
            Live(console=screen, auto_refresh=False, screen=True) as live,
            contextlib.suppress(KeyboardInterrupt),
        ):
            while True:
                live.update(board_table(_look(project, queue)), refresh=True)
                time.sleep(LOOK_S)


def _look(project: Project, queue: str | None) -> Board:
    board = read_board(project.store)
    try:
        return board if queue is None else board.of_queue(queue)
    except KnownError as error:
        raise click.BadParameter(str(error), param_hint="--queue") from None


def _said(board: Board) -> dict[str, object]:
    """The figures with their ratios."""
    said = asdict(board)
    for row, shown in zip(board.queues, said["queues"], strict=True):
        shown["today"] = dict(row.today.of)
        shown["service_level"], shown["lost"] = row.today.service_level, row.today.lost
        shown["mean_wait_s"], shown["mean_handling_s"] = row.today.mean_wait_s, row.today.mean_handling_s
    for campaign, shown in zip(board.campaigns, said["campaigns"], strict=True):
        shown["today"] = dict(campaign.today.of)
        shown["abandonment_60m"] = campaign.abandonment_60m
        shown["abandonment_day"] = campaign.abandonment_day
    for agent, shown in zip(board.agents, said["agents"], strict=True):
        shown["occupancy"] = agent.occupancy
    said["warning"] = warning_of(board)
    return said
