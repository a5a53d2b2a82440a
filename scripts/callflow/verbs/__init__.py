"""One module per verb, and the one table of them. A verb is two functions:

enter(call, step): its turn has come; an action to wait for, or None to go on with the next step.
reply(call, step, inp): its action was answered (Digits for a Gather, Played for the others); the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..moves import Asking, Input
from ..state import State
from . import ask, goto, hang_up, if_, menu, result, say, set_, wait
from .keys import carry_on


class Verb(NamedTuple):
    enter: Callable[[State, dict[str, object]], Asking | None]
    reply: Callable[[State, dict[str, object], Input], Asking | None] = carry_on


VERBS = {
    "say": Verb(say.enter),
    "menu": Verb(menu.enter, menu.reply),
    "ask": Verb(ask.enter, ask.reply),
    "set": Verb(set_.enter),
    "if": Verb(if_.enter),
    "goto": Verb(goto.enter),
    "result": Verb(result.enter),
    "wait": Verb(wait.enter),
    "hang_up": Verb(hang_up.enter),
}
