"""The telephone's screen: what is said, where in the file that is, and what the keys do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import click

from callflow.moves import Consult, Dial, Gather, Play, Record
from callflow.state import State
from orchestrator.runtime.rehearsal.phone_voice import Voice
from orchestrator.runtime.rehearsal.rehearsed_flow import RehearsedFlow

MARGIN = 8
BLOCK = 24  # columns of a block's name


@dataclass(slots=True)
class PhoneScreen:
    """files: block -> the file it stands in; others stand in `file`. waits: what is spoken is heard to its end."""

    file: str
    files: Mapping[str, str]
    voice: Voice | None = None
    waits: bool = False
    _where: str = ""

    def begins(self, flow: RehearsedFlow) -> None:
        told, action, state = flow.told(), flow.action, flow.state
        if not told and not (isinstance(action, Consult) and not action.quiet):
            return
        where = f"{self.files.get(state.block, self.file)}:{state.line}"
        if where != self._where:
            self._where = where
            click.secho(f"{'':{MARGIN}}{state.block:{BLOCK}} {where}", dim=True)
        match action:
            case Play() | Gather():
                self._says(flow, action)
            case Consult() if not told:
                self._line(flow, f"({action.what.replace('_', ' ')})", dim=True)
            case Dial() | Record():
                self._line(flow, told, fg="yellow")
            case _:
                self._line(flow, told, dim=True)

    def tell(self, flow: RehearsedFlow, text: str) -> None:
        if self.voice is not None:
            self.voice.stop()
        self._line(flow, text, fg="cyan")

    def _says(self, flow: RehearsedFlow, action: Play | Gather) -> None:
        if not (isinstance(action, Gather) and action.typed):
            words = flow.words(action.parts)
            private = " (private)" if action.private else ""
            name = f"{action.message}{private}: " if action.message else ""
            self._line(flow, f"{name}{words}", bold=True)
            if self.voice is not None:
                self.voice.say(action.message, action.parts, flow.state.language)
                if self.waits:
                    self.voice.wait()
        if isinstance(action, Gather):
            click.secho(f"{'':{MARGIN}}{_asks(flow.state, action)}", fg="green")

    def _line(self, flow: RehearsedFlow, text: str, **style: object) -> None:
        minutes, seconds = divmod(int(flow.now_s), 60)
        click.secho(f"{f'{minutes}:{seconds:02}':>{MARGIN - 2}}  {text}", **style)  # type: ignore[arg-type]  # click's own


def _asks(state: State, asked: Gather) -> str:
    """`keys: 1 order_status, 2 sales; 5s to answer`."""
    step = step_under_way(state)
    keys = _named(step, asked.message)
    if keys:
        what = "keys: " + ", ".join(f"{key} {meaning}" for key, meaning in keys.items())
    else:
        many = str(asked.min) if asked.min == asked.max else f"{asked.min} to {asked.max}"
        end = f", {asked.end} ends" if asked.end else ""
        what = f"{many} key{'' if asked.max == 1 else 's'}{end}"
    return f"{what}; {asked.timeout_s:g}s for each" if asked.max > 1 else f"{what}; {asked.timeout_s:g}s"


def _named(step: dict[str, object], prompt: str) -> dict[str, str]:
    """Key -> what it does, of a question that offers keys by name."""
    offered = step.get("keys")
    if isinstance(offered, dict):
        repeat = {str(step["repeat"]): "says it again"} if step.get("repeat") else {}
        return {str(key): str(block) for key, block in offered.items()} | repeat
    for part in (step.get("review"), step.get("confirm"), step):
        if isinstance(part, dict) and part.get("prompt") == prompt:
            found = {
                str(part[name]): name for name in ("accept", "keep", "again", "listen") if part.get(name)
            }
            if found:
                return found
    return {}


def step_under_way(state: State) -> dict[str, object]:
    """The step of the program that the flow is at; empty when there is none."""
    if not state.frames:
        return {}
    steps, following = state.frames[-1]
    step = steps[following - 1] if 0 < following <= len(steps) else None
    return step if isinstance(step, dict) else {}
