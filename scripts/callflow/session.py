"""Runs one call on a FreeSWITCH session: reads what it needs, walks the flow, leaves variables, hangs up."""

from __future__ import annotations

import json
import os

from . import machine
from .ear import listen
from .moves import Action, Gather, Gone, HangUp, Input, Play, Started, Wait
from .names import PROGRAM, decode_payload, variables
from .playing import Stock, gather, play, stock_of, wait
from .program import ProgramError
from .state import State
from .switch import Session, log, now_s, variable


def handle(session: Session, root: str) -> None:
    """All of a call, from the entry script. Nothing is raised, and the session is let go of in the end.

    `root` is the switch root: programs/, prompts/ and scripts/ are in it. Any exception is logged, cut to
    what the switch can bear (a text over 20 KB crashes it), and the call ends with flow `error`.
    """
    try:
        try:
            _call(session, root)
        except BaseException as error:  # whatever it is, the channel must be hung up and let go of
            log("err", f"the flow failed: {type(error).__name__}: {error}")
            _leave_error(session)
        finally:
            session.unsetInputCallback()
    except BaseException as error:  # the session itself does not work: nothing more can be done with it
        log("err", f"the session failed: {type(error).__name__}: {error}")
    finally:
        session.destroy()


def _call(session: Session, root: str) -> None:
    try:
        program = load_program(root, variable(session, "prozvon_program"))
        payload = decode_payload(variable(session, "prozvon_payload"))
    except ProgramError as error:
        log("err", str(error))
        _leave_error(session)
        return
    run(session, program, payload, root)


def load_program(root: str, digest: str) -> dict[str, object]:
    """The compiled program `digest`. Raises `ProgramError`: the name is not a digest, no file, not JSON."""
    if not PROGRAM.fullmatch(digest):
        raise ProgramError("no program digest")
    try:
        with open(os.path.join(root, "programs", digest + ".json"), encoding="utf-8") as file:
            program = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise ProgramError("program " + digest + " cannot be read: " + type(error).__name__) from None
    if not isinstance(program, dict):
        raise ProgramError("program " + digest + " is not an object")
    return program


def run(session: Session, program: dict[str, object], payload: dict[str, object], root: str) -> State:
    """Walk the flow on the session. Times in the path are seconds since now: call it right after the answer.

    Returns the last state, with its variables left on the channel and the channel hung up.
    """
    began_s = now_s(session)
    state = machine.start(program, payload)
    inp: Input = Started(listen(session, program)) if session.ready() else Gone()
    stock: Stock | None = None  # the language is known after the first step
    while True:
        state, action = machine.step(state, inp, now_s(session) - began_s)
        if isinstance(action, HangUp):
            break
        stock = stock or stock_of(session, root, state.language, payload)
        inp = _perform(session, action, stock)
    if state.flow == "error":
        log(
            "err",
            "attempt " + variable(session, "prozvon_attempt") + ": " + (state.path or ("no program",))[-1],
        )
    for name, value in variables(state).items():
        session.setVariable(name, value)
    session.hangup("NORMAL_CLEARING")
    return state


def _perform(session: Session, action: Action, stock: Stock) -> Input:
    if isinstance(action, Play):
        return play(session, action, stock)
    if isinstance(action, Gather):
        return gather(session, action, stock)
    if isinstance(action, Wait):
        return wait(session, action)
    raise TypeError("unknown action")


def _leave_error(session: Session) -> None:
    session.setVariable("prozvon_party", "unknown")
    session.setVariable("prozvon_flow", "error")
    session.hangup("NORMAL_CLEARING")
