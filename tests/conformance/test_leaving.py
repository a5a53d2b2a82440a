"""A caller may hang up at any moment of any call: nothing is left of it but its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.conformance import inbound_scenarios as lines
from tests.conformance.desk import Caller, Desk

EVENTS: Final = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_BRIDGE",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY",
    "DTMF",
    "PLAYBACK_START",
    "RECORD_START",
    "CUSTOM prozvon::ask",
)

# What is done, and the event (and how many of it) at which the caller hangs up
Step = tuple[str, int, str]
STEPS: Final[dict[str, tuple[str, tuple[Step, ...]]]] = {
    "as soon as it is there": (lines.MENU, (("CHANNEL_CREATE", 1, ""),)),
    "as it is answered": (lines.MENU, (("CHANNEL_ANSWER", 1, ""),)),
    "in the prompt": (lines.MENU, (("PLAYBACK_START", 1, ""),)),
    "with the key": (lines.MENU, (("PLAYBACK_START", 1, "1"), ("DTMF", 1, ""))),
    "in the last words": (lines.MENU, (("PLAYBACK_START", 1, "1"), ("PLAYBACK_START", 2, ""))),
    "between two digits": (lines.ASK, (("PLAYBACK_START", 1, "12"), ("DTMF", 2, ""))),
    "while it is said back": (lines.ASK, (("PLAYBACK_START", 1, "1234"), ("PLAYBACK_START", 2, ""))),
    "among private digits": (
        lines.ASK,
        (
            ("PLAYBACK_START", 1, "1234"),
            ("PLAYBACK_START", 2, "1"),
            ("PLAYBACK_START", 3, "97"),
            ("DTMF", 5, ""),
        ),
    ),
    "before the recording": (lines.RECORD, (("PLAYBACK_START", 1, ""),)),
    "in the beep": (lines.RECORD, (("PLAYBACK_START", 2, ""),)),
    "in the recording": (lines.RECORD, (("RECORD_START", 1, ""),)),
    "as it rings": (lines.EARLY, (("CHANNEL_PROGRESS", 1, ""),)),
    "in early sound": (lines.EARLY, (("CHANNEL_PROGRESS_MEDIA", 1, ""),)),
    "as the answer comes after early sound": (lines.EARLY, (("CHANNEL_ANSWER", 1, ""),)),
    "while another is dialed": (lines.FORWARD_RINGS, (("CHANNEL_CREATE of b", 1, ""),)),
    "while another rings": (lines.FORWARD_RINGS, (("CHANNEL_PROGRESS of b", 1, ""),)),
    "as the other picks up": (lines.FORWARD, (("CHANNEL_ANSWER of b", 1, ""),)),
    "in the talk": (lines.FORWARD, (("CHANNEL_BRIDGE", 1, ""),)),
    "as the other hangs up": (lines.FORWARD, (("CHANNEL_HANGUP_COMPLETE of b", 1, ""),)),
    "in the other's whisper": (lines.WHISPER, (("PLAYBACK_START of b", 2, ""),)),
    "while one of the queue is busy": (lines.QUEUE, (("CHANNEL_HANGUP_COMPLETE of b", 1, ""),)),
    "while the next of the queue rings": (lines.QUEUE, (("CHANNEL_PROGRESS of b", 1, ""),)),
    "while a service is asked": (lines.FETCHES, (("CUSTOM", 1, ""),)),
    "in a recorded call": (lines.TAPED, (("PLAYBACK_START", 2, "97"), ("DTMF", 2, ""))),
    "in a call nobody takes": (lines.NOBODY, (("CHANNEL_CREATE", 1, ""),)),
}


@pytest.fixture
def watching(desk_with: Callable[..., Desk]) -> Iterator[Desk]:
    """Hears all of it. When the test is over no marker is left but those of calls that were taken."""
    desk = desk_with(*EVENTS)
    yield desk
    for marker in (desk.switch.root / "inbound").glob("*.json"):
        assert desk.api(f"python prozvon_switch done {marker.stem}") == "+OK"
    assert list((desk.switch.root / "inbound").iterdir()) == []


def seen(desk: Desk, call: str, what: str) -> list[dict[str, Any]]:
    name, _, of_b = what.partition(" of ")
    if not of_b:
        return desk.events_of(name, call)
    return [event for other in desk.made_for(call) for event in desk.events_of(name, other)]


def leave_at(desk: Desk, caller: Caller, call: str, steps: tuple[Step, ...]) -> None:
    for what, count, keys in steps:
        desk.wait(
            lambda what=what, count=count: (
                len(seen(desk, call, what)) >= count or seen(desk, call, "CHANNEL_DESTROY")
            ),
            f"{count} {what}",
            30,
        )
        if keys:
            caller.press(keys)
    caller.hang_up()


@pytest.mark.parametrize("when", STEPS)
def test_who_hangs_up_leaves_a_record_and_nothing_else(watching: Desk, when: str) -> None:
    number, steps = STEPS[when]
    caller, call = watching.call_in(number)
    leave_at(watching, caller, call, steps)
    last = watching.ended(call)
    watching.event("CHANNEL_DESTROY", call)
    for other in watching.made_for(call):
        watching.event("CHANNEL_DESTROY", other)
        assert not (watching.switch.cdr_dir / f"{other}.cdr.json").exists()
    watching.wait(lambda: watching.api("show channels as json") == '{"row_count": 0}\n', "no channel left")
    watching.wait(lambda: caller.is_over, "the caller's own end")
    is_taken = number != lines.NOBODY
    assert (watching.switch.root / "inbound" / f"{call}.json").exists() == is_taken
    if is_taken:
        assert last["prozvon_flow"] in ("left", "ended")
        assert last["prozvon_end"] in ("hung_up", "flow", "queue")
        assert last["prozvon_path"]


PARTS: Final = 12  # moments of a call of each kind


@pytest.mark.parametrize(
    ("number", "lasts_s"),
    [(lines.MENU, 6.0), (lines.RECORD, 4.0), (lines.FORWARD, 3.0), (lines.WHISPER, 4.0), (lines.EARLY, 3.0)],
)
def test_many_hang_up_all_over_the_call_and_nothing_is_left(
    watching: Desk, number: str, lasts_s: float
) -> None:
    """At once, each a little later than the one before."""
    step_ms = round(lasts_s * 1000 / PARTS)
    calls = [watching.call_in(number) for _ in range(PARTS)]
    began = {
        call: int(watching.event("CHANNEL_CREATE", call)["Event-Date-Timestamp"]) // 1000 for _, call in calls
    }
    for place, (caller, call) in enumerate(calls):
        due_ms = began[call] + place * step_ms
        watching.wait(
            lambda due_ms=due_ms: int(watching.api("strmicroepoch")) // 1000 >= due_ms, "the moment", 60
        )
        caller.hang_up()
    for _, call in calls:
        assert watching.ended(call)["prozvon_flow"] in ("left", "ended")
        watching.event("CHANNEL_DESTROY", call)
        for other in watching.made_for(call):
            watching.event("CHANNEL_DESTROY", other)
    assert len(list((watching.switch.root / "inbound").glob("*.json"))) == PARTS
