"""What the recorder goes by: markers while a call is there, its last event, its CDR; and that all three agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.domain.inbound import CallEnd, InboundCall, Marker
from orchestrator.engine.inbound import call_of_cdr, inbound_call, markers_of, talk_of
from orchestrator.runtime.cdr import NoCdr, read_cdr
from tests.conformance import inbound_scenarios as lines
from tests.conformance.desk import Desk

FUTURE_MS = 4_000_000_000_000  # later than any clock here: nothing is cut off


@pytest.fixture
def watching(desk_with: Callable[..., Desk]) -> Desk:
    return desk_with("CHANNEL_BRIDGE", "CHANNEL_HANGUP_COMPLETE", "PLAYBACK_START")


def marker(desk: Desk, call: str) -> Marker | None:
    found = markers_of(desk.api("python prozvon_switch began"), FUTURE_MS)
    assert found is not None
    return next((each for each in found if each.call_id == call), None)


def heard(desk: Desk, call: str) -> InboundCall:
    found = inbound_call(desk.event("CHANNEL_HANGUP_COMPLETE", call), "main", FUTURE_MS)
    assert found is not None
    return found


def read(desk: Desk, call: str, began: Marker) -> InboundCall:
    path = desk.switch.cdr_dir / f"{call}.cdr.json"
    desk.wait(lambda: not isinstance(read_cdr(path), NoCdr), "the CDR")
    variables = read_cdr(path)
    assert not isinstance(variables, NoCdr)
    return call_of_cdr(variables, began, "main", FUTURE_MS)


def test_the_marker_the_event_and_the_cdr_tell_of_one_call(watching: Desk) -> None:
    caller, call = watching.call_in(lines.MENU)
    watching.wait(lambda: watching.events_of("PLAYBACK_START", call), "the menu")
    watching.wait(lambda: marker(watching, call) is not None, "the marker")
    began = marker(watching, call)
    assert began is not None
    assert began.called == lines.MENU
    caller.hang_up()
    last, cdr = heard(watching, call), read(watching, call, began)
    assert last == cdr
    assert (last.scenario, last.program, last.caller, last.called) == (
        began.scenario,
        began.program,
        began.caller,
        began.called,
    )
    assert abs(last.began_at - began.began_at) <= 10
    assert last.end in (CallEnd.HUNG_UP, CallEnd.FLOW)  # on a fast clock the menu may have given up before
    assert (last.reached, last.answered_at is not None) == ("", True)
    assert last.began_at < last.ended_at
    assert last.path
    assert watching.api(f"python prozvon_switch done {call}") == "+OK"
    assert marker(watching, call) is None
    assert watching.api(f"python prozvon_switch done {call}") == "+OK"


def test_without_variables_the_marker_says_whose_call_it_was(watching: Desk) -> None:
    caller, call = watching.call_in(lines.MENU)
    watching.wait(lambda: marker(watching, call) is not None, "the marker")
    began = marker(watching, call)
    assert began is not None
    caller.hang_up()
    whole = read(watching, call, began)
    bare = call_of_cdr({}, began, "main", FUTURE_MS)
    assert (bare.scenario, bare.caller, bare.called) == (whole.scenario, whole.caller, whole.called)
    assert bare.end is CallEnd.LOST
    assert watching.api(f"python prozvon_switch done {call}") == "+OK"


def test_the_bridge_tells_who_talks_with_somebody(watching: Desk) -> None:
    _, call = watching.call_in(lines.FORWARD)
    talk = talk_of(watching.event("CHANNEL_BRIDGE", call), FUTURE_MS)
    last = heard(watching, call)
    assert talk == (last.caller, last.began_at)
    assert last.reached
    assert watching.api(f"python prozvon_switch done {call}") == "+OK"
