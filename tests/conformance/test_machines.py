"""What the scripts hear of a callee on a switch: all of it, in time, and nothing of it is left."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from callflow.ear import PREFIX
from callflow.listener import BEEP_END_SILENCE_MS, INITIAL_SILENCE_MS
from orchestrator.domain.call_event import Party
from orchestrator.domain.disposition import Disposition
from tests.conformance.desk import Desk, disposition
from tests.conformance.numbers import HELLO, MACHINE, MUTE
from tests.conformance.programs import HANGS_UP, LISTENS
from tests.conformance.real_switch import RealSwitch

# When the beep of MACHINE ends, seconds since it picks up: in data/sounds/machine.al, and as the simulated one speaks
BEEP_END_S = {True: 4.4, False: 5.4}
LATE_S = 0.4  # sound comes late, is looked at ten times a second, and machines are busy
FOLDER = Path("/dev/shm")


def seconds_of(path: tuple[str, ...], entry: str) -> float:
    return next(float(text.split(" ", 1)[0]) for text in path if text.split(" ", 1)[1] == entry)


def test_the_message_begins_soon_after_the_beep(desk: Desk) -> None:
    facts = desk.facts(desk.call(MACHINE, program=LISTENS))
    assert facts.party is Party.MACHINE
    since_s = seconds_of(facts.path, "start") - BEEP_END_S[isinstance(desk.switch, RealSwitch)]
    assert BEEP_END_SILENCE_MS / 1000 - 0.1 <= since_s <= BEEP_END_SILENCE_MS / 1000 + LATE_S


def test_a_callee_who_sends_no_sound_at_all_is_unknown_and_hears_the_message(desk: Desk) -> None:
    facts = desk.facts(desk.call(MUTE, program=HANGS_UP))
    assert (facts.party, facts.result) == (Party.UNKNOWN, "told")
    assert disposition(facts) is Disposition.ANSWERED
    heard_s = seconds_of(facts.path, "start")
    assert INITIAL_SILENCE_MS / 1000 <= heard_s <= INITIAL_SILENCE_MS / 1000 + 0.3 + LATE_S


def test_a_person_does_not_wait_after_their_hello(desk: Desk) -> None:
    facts = desk.facts(desk.call(HELLO, program=LISTENS))
    assert facts.party is Party.HUMAN
    assert seconds_of(facts.path, "start") < 2.2


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no memory to record to on this system")
def test_what_is_recorded_has_no_name_while_it_is_listened_to(desk: Desk) -> None:
    call = desk.call(MACHINE, program=LISTENS)
    seen: set[str] = set()

    def is_over() -> bool:
        for path in FOLDER.glob(f"{PREFIX}{call}*"):
            with contextlib.suppress(FileNotFoundError):
                seen.update({path.name} if path.stat().st_size > 44 + 320 * 25 else ())
        return "CHANNEL_HANGUP_COMPLETE" in desk.events(call)

    desk.wait(is_over, "the end", 40)
    assert seen == set()
    assert list(FOLDER.glob(f"{PREFIX}{call}*")) == []
