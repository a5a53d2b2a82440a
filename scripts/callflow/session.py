"""Runs one call on a FreeSWITCH session: reads what it needs, walks the flow, leaves variables, hangs up."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

from . import machine
from .arrival import REFUSAL, arrive, read_routes
from .consulting import consult, forget_answers, pushed
from .course import Course, course_of
from .dialing import dial
from .ear import listen
from .holding import hold, silence
from .joining import join
from .moves import (
    Action,
    Answer,
    Consult,
    Dial,
    Gather,
    Gone,
    HangUp,
    Hold,
    Input,
    Join,
    Music,
    Offered,
    Play,
    Record,
    Ring,
    Started,
    Tape,
    Wait,
)
from .music import answer, music, ring, sorry
from .names import PROGRAM, decode_payload, variables
from .playing import gather, play, wait
from .program import ProgramError
from .state import State
from .stock import Stock, stock_of
from .switch import Session, log, now_s, variable
from .taping import in_private, record, tape


def handle(session: Session, root: str, release: str = "") -> None:
    """All of an originated call, from the entry script. Nothing is raised, and the session is let go of in the end.

    `root` is the switch root: programs/, prompts/ and recordings/ are in it. `release`: the folder with inbound.json,
    which names the gateways ("": root). Any exception is logged, cut to what the switch can bear (a text over 20 KB
    crashes it), and the call ends with flow `error`.
    """
    _guard(session, root, lambda course: _call(session, root, release or root, course), is_inbound=False)


def take(session: Session, root: str, release: str = "") -> None:
    """All of a call that came in, from the entry script, as `handle`. A call that nothing takes is left to the
    dialplan, with the cause to turn it down with in `prozvon_refusal`.
    """
    _guard(session, root, lambda course: _take(session, root, release or root, course), is_inbound=True)


def _guard(
    session: Session, root: str, carry_out: Callable[[list[Course]], None], *, is_inbound: bool
) -> None:
    """`carry_out` puts the course of the call into its list, for whoever picks up the pieces."""
    under_way: list[Course] = []
    try:
        try:
            carry_out(under_way)
        except BaseException as error:  # whatever it is, the channel must be hung up and let go of
            log("err", f"the flow failed: {type(error).__name__}: {error}")
            session.unsetInputCallback()
            is_answered = any(course.is_answered for course in under_way)
            _leave_error(session, root, is_inbound=is_inbound, is_answered=is_answered)
        finally:
            session.unsetInputCallback()
    except BaseException as error:  # the session itself does not work: nothing more can be done with it
        log("err", f"the session failed: {type(error).__name__}: {error}")
    finally:
        session.destroy()


def _call(session: Session, root: str, release: str, under_way: list[Course]) -> None:
    try:
        program = load_program(root, variable(session, "prozvon_program"))
        payload = decode_payload(variable(session, "prozvon_payload"))
        routes = read_routes(release) or {}
    except ProgramError as error:
        log("err", str(error))
        _leave_error(session, root, is_inbound=False, is_answered=True)
        return
    payload = {"id": variable(session, "prozvon_attempt"), "v": routes.get("voices"), **payload}
    under_way.append(course_of(session, root, payload, routes, is_inbound=False))
    run(session, program, under_way[0])


def _take(session: Session, root: str, release: str, under_way: list[Course]) -> None:
    arrival = arrive(session, root, release)
    if arrival is None:
        return
    try:
        program = load_program(root, arrival.program)
    except ProgramError as error:
        log("err", str(error))
        _leave_error(session, root, is_inbound=True, is_answered=False)
        return
    under_way.append(course_of(session, root, arrival.payload, arrival.routes, is_inbound=True))
    run(session, program, under_way[0])


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


def run(session: Session, program: dict[str, object], course: Course) -> State:
    """Walk the flow on the session. Times in the path are seconds since now: call it right after the answer, or when
    the call came in.

    Returns the last state, with its variables left on the channel and the channel hung up.
    """
    state = machine.start(program, course.payload)
    inp: Input = Started(listen(session, program)) if session.ready() else Gone()
    stock: Stock | None = None  # the language is known after the first step, and may change
    at_s = now_s(session) - course.began_s
    while True:
        state, action = machine.step(state, inp, at_s)
        if isinstance(action, HangUp):
            break
        if not session.ready() and not _is_complete(action):
            inp = Gone()  # at the same time: nothing of it was heard
            continue
        if stock is None or stock.language != state.language:
            stock = stock_of(session, course.root, state.language, course.payload)
        try:
            inp = _perform(session, action, stock, course)
        except BaseException:
            _leave_variables(session, machine.broken_off(state), course)
            raise
        at_s = now_s(session) - course.began_s
    if state.flow == "error":
        call = str(course.payload.get("id") or "")[:64]
        log("err", f"call {call}: {(state.path or ('no program',))[-1]}")
    _leave_variables(session, state, course)
    if state.flow == "error" and not state.is_campaign:
        _apologise(session, course.root, is_answered=course.is_answered)
    elif course.is_answered:
        session.hangup("NORMAL_CLEARING")
    else:  # the flow ends without having answered: turned down, not a line that is out of order
        session.hangup("CALL_REJECTED")
    return state


def _leave_variables(session: Session, state: State, course: Course) -> None:
    forget_answers(session, course)
    state.recordings = tuple(name for name in state.recordings if name not in course.unwritten)
    for name, value in variables(state).items():
        session.setVariable(name, value)


def _is_complete(action: Action) -> bool:
    """Whether all that is wanted was typed already: it counts though the caller has hung up since."""
    return isinstance(action, Gather) and len(action.typed) >= action.max


def _perform(session: Session, action: Action, stock: Stock, course: Course) -> Input:
    if not isinstance(action, (Consult, Hold)):
        silence(session, course)
    if isinstance(action, (Play, Gather)):
        carry_out = _spoken(session, action, stock, course)
        course.has_media = True
        return in_private(session, course, carry_out) if action.private else carry_out()
    if isinstance(action, Wait):
        return wait(session, action)
    if isinstance(action, Answer):
        return answer(session, course)
    if isinstance(action, Ring):
        return ring(session, action, course)
    if isinstance(action, Music):
        return music(session, action, stock, course)
    if isinstance(action, Record):
        return record(session, action, course)
    if isinstance(action, Tape):
        return tape(session, action, course)
    if isinstance(action, Dial):
        return dial(session, action, stock, course)
    if isinstance(action, Hold):
        return hold(session, action, stock, course)
    if isinstance(action, Join):
        return join(session, action, course)
    if isinstance(action, Consult):
        return consult(session, action, course)
    raise TypeError("unknown action")


def _spoken(session: Session, action: Play | Gather, stock: Stock, course: Course) -> Callable[[], Input]:
    if isinstance(action, Gather):
        return lambda: gather(session, action, stock)
    if not action.offers:
        return lambda: play(session, action, stock)
    found: list[dict[str, object]] = []

    def is_cut_short() -> bool:
        """The orchestrator's break ends what is being played, as a key does."""
        offer = None if found else pushed(session, course)
        found.extend([] if offer is None else [offer])
        return bool(found)

    def carry_out() -> Input:
        played = play(session, action, stock, is_cut_short)
        return Offered(found[0]) if found else played

    return carry_out


def _leave_error(session: Session, root: str, *, is_inbound: bool, is_answered: bool) -> None:
    session.setVariable("prozvon_party", "unknown")
    session.setVariable("prozvon_flow", "error")
    if is_inbound:
        session.setVariable("prozvon_end", "lost")
        _apologise(session, root, is_answered=is_answered)
    else:
        session.hangup("NORMAL_CLEARING")


def _apologise(session: Session, root: str, *, is_answered: bool) -> None:
    """A caller is not left in silence: a tone, or the cause by which their company tells that it is not their fault."""
    if is_answered:
        sorry(session, root)
        session.hangup("NORMAL_CLEARING")
    else:
        session.hangup(REFUSAL)
