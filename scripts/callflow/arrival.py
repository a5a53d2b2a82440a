"""A call has come in: which number was called, by whom, which program takes it; and the note that it began."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

from .course import SILENT_MS
from .names import ATTEMPT, PROGRAM
from .program import ProgramError
from .routing import normalise, pick
from .switch import Session, instant_s, log, variable

ROUTES = "inbound.json"  # of a release
MARKERS = "inbound"  # of the switch's root
REFUSAL = "NORMAL_TEMPORARY_FAILURE"  # 503: the carrier may try another way
UNTAKEN = "CALL_REJECTED"  # 603: nobody is here
TEXT_MAX = 64  # characters of a number that is looked at


@dataclass(frozen=True)
class Arrival:
    """A call that a program takes."""

    program: str
    payload: dict[str, object]
    routes: dict[str, object]


def arrive(session: Session, root: str, release: str) -> Arrival | None:
    """Find who takes the call, tell it on the channel and beside it. None: nobody; `prozvon_refusal` says with which
    cause the dialplan is to turn it down.
    """
    session.setVariable("prozvon_refusal", REFUSAL)
    routes = read_routes(release)
    if routes is None:
        session.setVariable("prozvon_refusal", UNTAKEN)
        return None
    numbering = routes.get("numbering")
    rules = numbering if isinstance(numbering, dict) else {}
    called = normalise(variable(session, "destination_number")[:TEXT_MAX], rules)
    caller = normalise(variable(session, "caller_id_number")[:TEXT_MAX], rules)
    route = pick(routes, called)
    program = str(route.get("program")) if route is not None else ""
    if route is None or not PROGRAM.fullmatch(program):
        session.setVariable("prozvon_refusal", UNTAKEN)
        return None
    scenario = str(route.get("scenario"))
    call = variable(session, "uuid")
    at_s = instant_s(session, "created_time")
    for name, value in {
        "media_timeout": str(SILENT_MS),  # holds when it is set before the answer
        "prozvon_inbound": "true",
        "prozvon_scenario": scenario if ATTEMPT.fullmatch(scenario) else "",
        "prozvon_program": program,
        "prozvon_called": called,
        "prozvon_caller": caller,
    }.items():
        session.setVariable(name, value)
    mark(
        root,
        call,
        {"called": called, "caller": caller, "at": round(at_s, 3), "scenario": scenario, "program": program},
    )
    payload: dict[str, object] = {
        "id": call,
        "caller": caller,
        "called": called,
        "at": at_s,
        "c": {},
        "l": "",
        "v": routes.get("voices"),
    }
    return Arrival(program, payload, routes)


def read_routes(release: str) -> dict[str, object] | None:
    """inbound.json of the release; None where there is none. Raises `ProgramError`: it cannot be read."""
    try:
        with open(os.path.join(release, ROUTES), encoding="utf-8") as file:
            routes = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ProgramError("inbound.json cannot be read: " + type(error).__name__) from None
    if not isinstance(routes, dict):
        raise ProgramError("inbound.json is not an object")
    return routes


def mark(root: str, call: str, marker: dict[str, object]) -> None:
    """Note that a call began: whatever happens to the switch, it is known that somebody called. Whole or not there."""
    if not ATTEMPT.fullmatch(call):
        log("err", "no marker for a call without an id")
        return
    path = os.path.join(root, MARKERS, call + ".json")
    try:
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(marker, file)
        os.replace(path + ".new", path)
    except OSError as error:
        log("err", f"cannot note that a call began: {type(error).__name__}: {error}")
