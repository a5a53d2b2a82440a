"""voicemail: plays a greeting, records a message and leaves it to a mailbox. Reviewed as in `record`."""

from __future__ import annotations

from .. import program as reading
from ..moves import Asking, Input
from ..state import State
from .record import begin, go_on, taken


def enter(call: State, step: dict[str, object]) -> Asking | None:
    return begin(call, step, "greeting", "voicemail")


def reply(call: State, step: dict[str, object], inp: Input) -> Asking | None:
    action = go_on(call, step, inp)
    if action is None:
        finish(call, step)
    return action


def leave(call: State, step: dict[str, object]) -> None:
    finish(call, step)


def finish(call: State, step: dict[str, object]) -> None:
    mailbox, (name, seconds, has_failed) = reading.name(step, "mailbox"), taken(call, step)
    if name:
        call.has_come_to("voicemail")
    if name or has_failed:  # people are told who called, though nothing of it is left
        call.leave_note(
            {"do": "voicemail", "mailbox": mailbox, "recording": name, "seconds": seconds},
            f"voicemail {mailbox} {seconds:.0f} s",
        )
