"""One module per verb, and the one table of them. A verb is up to four functions:

enter(call, step): its turn has come; an action to wait for, or None to go on with the next step.
reply(call, step, inp): its action was answered (Digits for a Gather, Dialed for a Dial...: moves.py); the same.
is_for_answered(call, step): whether the call must be answered before its turn.
leave(call, step): the call breaks off in the middle of it; only asked of a step that has a `memory`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..moves import Asking, Input
from ..state import State
from . import (
    answer,
    ask,
    call_,
    email,
    fetch,
    forward,
    goto,
    hang_up,
    if_,
    language,
    menu,
    music,
    offer_callback,
    opt_out,
    queue,
    record,
    result,
    ring,
    say,
    set_,
    sms,
    store,
    switch_,
    transfer,
    voicemail,
    wait,
    webhook,
)
from .keys import carry_on


def _never(call: State, step: dict[str, object]) -> bool:
    del call, step
    return False


def _always(call: State, step: dict[str, object]) -> bool:
    del call, step
    return True


def _nothing(call: State, step: dict[str, object]) -> None:
    del call, step


class Verb(NamedTuple):
    enter: Callable[[State, dict[str, object]], Asking | None]
    reply: Callable[[State, dict[str, object], Input], Asking | None] = carry_on
    is_for_answered: Callable[[State, dict[str, object]], bool] = _never
    leave: Callable[[State, dict[str, object]], None] = _nothing


VERBS = {
    "answer": Verb(answer.enter, is_for_answered=_always),
    "ring": Verb(ring.enter),
    "music": Verb(music.enter),
    "say": Verb(say.enter, is_for_answered=say.is_for_answered),
    "menu": Verb(menu.enter, menu.reply, _always),
    "ask": Verb(ask.enter, ask.reply, _always),
    "record": Verb(record.enter, record.reply, _always, record.leave),
    "voicemail": Verb(voicemail.enter, voicemail.reply, _always, voicemail.leave),
    "forward": Verb(forward.enter, forward.reply, forward.is_for_answered),
    "transfer": Verb(transfer.enter, transfer.reply, forward.is_for_answered),
    "queue": Verb(queue.enter, queue.reply, _always, queue.leave),
    "fetch": Verb(fetch.enter, fetch.reply, fetch.is_for_answered),
    "sms": Verb(sms.enter),
    "email": Verb(email.enter),
    "store": Verb(store.enter),
    "webhook": Verb(webhook.enter),
    "offer_callback": Verb(offer_callback.enter, offer_callback.reply, _always),
    "opt_out": Verb(opt_out.enter),
    "language": Verb(language.enter),
    "set": Verb(set_.enter),
    "if": Verb(if_.enter),
    "switch": Verb(switch_.enter),
    "goto": Verb(goto.enter),
    "call": Verb(call_.enter),
    "result": Verb(result.enter),
    "wait": Verb(wait.enter),
    "hang_up": Verb(hang_up.enter),
}
