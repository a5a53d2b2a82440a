"""`prozvon agent screen` and `prozvon agent outcome`: the call an agent has, and what they say of it."""

from __future__ import annotations

import select
import sys
from pathlib import Path

import click

from orchestrator.cli.screen_view import outcomes_of, shown
from orchestrator.cli.screen_words import HELP, Quit, SaidOf, Unclear, Wished, read_line
from orchestrator.cli.span import moment_of
from orchestrator.cli.wishes import known_agent, tell
from orchestrator.domain.outcome import NextAction, OutcomeFate
from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.orders import Moment
from orchestrator.runtime.operators.outcomes import latest_call, say
from orchestrator.runtime.project import Project, open_project
from orchestrator.store.screens import BEGIN, ScreenEvent, ScreenRow

LOOK_S = 0.5
FATES = {
    OutcomeFate.APPLIED: "stored",
    OutcomeFate.PENDING: "stored; it takes effect when the call has ended",
    OutcomeFate.KEPT: "stored, but the lead was called again since: it stays as it is",
    OutcomeFate.UNKNOWN: "this call is not known any more: nothing was stored",
}


@click.command()
@click.argument("agent_id", metavar="AGENT")
@click.option("--once", is_flag=True, help="Print the latest call and end.")
@click.pass_obj
def screen(folder: Path, agent_id: str, once: bool) -> None:
    """Show an agent's calls as they come: card, history, script; take what came of them, and wishes, as lines.

    \b
    Examples:
      prozvon agent screen anna
      prozvon agent screen anna --once
    """
    with open_project(folder) as project:
        known_agent(project, agent_id)
        view = _Screen(project, agent_id)
        view.begin()
        if once:
            return
        click.echo("? for help, quit to close the screen", err=True)
        while view.is_open:
            view.look()
            if select.select([sys.stdin], [], [], LOOK_S)[0]:
                view.typed(sys.stdin.readline())


@click.command()
@click.argument("agent_id", metavar="AGENT")
@click.argument("word", metavar="OUTCOME", default="")
@click.option("--note", default="", help="What else there is to say.")
@click.option(
    "--call-back-at", "at", metavar="WHEN", help="Call back then: 2026-11-23T10:00, or in 2h, in 3d."
)
@click.option(
    "--do-not-call", "is_dnc", is_flag=True, help="The contact's numbers go on the do-not-call list."
)
@click.option(
    "--wrong-person", "is_wrong", is_flag=True, help="This number is given up; the next one is called."
)
@click.option("--call", "call_id", help="Of this call of theirs.  [default: the latest one]")
@click.pass_obj
def outcome(
    folder: Path,
    agent_id: str,
    word: str,
    note: str,
    at: str | None,
    is_dnc: bool,
    is_wrong: bool,
    call_id: str | None,
) -> None:
    """Say what came of an agent's latest call: one of the scenario's outcomes, a note, and what comes next.

    \b
    Examples:
      prozvon agent outcome anna sold --note "two of them"
      prozvon agent outcome anna call_back --call-back-at 2026-11-23T10:00
      prozvon agent outcome anna --do-not-call
    """
    wanted = [
        next_
        for next_, is_wanted in (
            (NextAction.CALL_BACK, at is not None),
            (NextAction.DO_NOT_CALL, is_dnc),
            (NextAction.WRONG_PERSON, is_wrong),
        )
        if is_wanted
    ]
    if len(wanted) > 1:
        raise click.UsageError("only one thing can come next: a call back, no call, or another number")
    if not (word or note or wanted):
        raise click.UsageError(
            "say what came of it: an outcome, --note, --call-back-at, --do-not-call or --wrong-person"
        )
    said = SaidOf(outcome=word, note=note, next=wanted[0] if wanted else NextAction.NONE, at=at or "")
    with open_project(folder) as project:
        known_agent(project, agent_id)
        click.echo(_say(project, agent_id, latest_call(project, agent_id, call_id), said), err=True)


def _say(project: Project, agent_id: str, event: ScreenEvent, said: SaidOf) -> str:
    call_back_at = moment_of(said.at, project.clock.now_ms()) if said.at else None
    fate = say(
        project,
        agent_id,
        event,
        outcome=said.outcome,
        note=said.note,
        next_=said.next,
        call_back_at=call_back_at,
    )
    if fate is OutcomeFate.UNKNOWN:
        raise KnownError(FATES[fate])
    return FATES[fate]


class _Screen:
    """What was shown so far, and the call that lines are about."""

    def __init__(self, project: Project, agent_id: str) -> None:
        self._project, self._agent_id = project, agent_id
        self._after = BEGIN
        self._event: ScreenEvent | None = None
        self.is_open = True

    def begin(self) -> None:
        """The latest call, from its first event on; earlier ones are history."""
        rows = self._project.store.screens.read(self._agent_id)
        latest = rows[-1].event.body.get("call_id") if rows else None
        for row in rows:
            self._after = row.entry_id
            if row.event.body.get("call_id") == latest:
                self._show(row)
        if not rows:
            click.echo(f"{self._agent_id} has had no call lately", err=True)

    def look(self) -> None:
        for row in self._project.store.screens.read(self._agent_id, self._after):
            self._after = row.entry_id
            self._show(row)

    def _show(self, row: ScreenRow) -> None:
        event = row.event
        is_new = self._event is None or self._event.body.get("call_id") != event.body.get("call_id")
        if event.kind != Moment.MISSED:
            self._event = event
        for line in shown(event, with_card=is_new):
            click.echo(line)

    def typed(self, line: str) -> None:
        """A line of the agent's; an empty text is the end of the input."""
        if not line:
            self.is_open = False
            return
        if line.strip() == "?":
            click.echo(HELP, err=True)
            return
        try:
            self._do(line)
        except KnownError as error:
            click.echo(str(error), err=True)

    def _do(self, line: str) -> None:
        match read_line(line, () if self._event is None else outcomes_of(self._event)):
            case Quit():
                self.is_open = False
            case Unclear(why=why):
                click.echo(why, err=True)
            case Wished(wish=wish, argument=argument):
                tell(self._project, wish, self._agent_id, reason=argument, to=argument)
                click.echo(f"{wish.value.replace('_', ' ')}: done", err=True)
            case SaidOf() as said:
                if self._event is None:
                    raise KnownError("there is no call to say anything of")
                click.echo(_say(self._project, self._agent_id, self._event, said), err=True)
