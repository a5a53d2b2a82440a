from __future__ import annotations

import json
from pathlib import Path

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.simulator.clock import SharedClock
from orchestrator.simulator.leg import NEVER_MS
from orchestrator.simulator.timers import Timers, Waiter
from tests.simulator.bench import FLOW, PROGRAM, START_MS
from tests.simulator.legs import Emitted, answered_leg, passed_s, press


def test_what_is_due_happens_in_its_order(tmp_path: Path) -> None:
    leg = answered_leg(tmp_path)
    happened: list[tuple[str, float]] = []
    for name, at_s in (("b", 2), ("a", 1), ("c", 3), ("b2", 2)):
        leg.at(START_MS + at_s * 1000, lambda name=name: happened.append((name, passed_s(leg))))  # type: ignore[misc]
    assert leg.live_for(2500)
    assert happened == [("a", 1), ("b", 2), ("b2", 2)]
    assert leg.live_for(1000)
    assert happened[-1] == ("c", 3)


@given(st.lists(st.integers(0, 5000), max_size=20), st.lists(st.integers(1, 900), max_size=20))
def test_it_does_not_matter_in_how_many_steps_a_leg_lives(moments: list[int], steps: list[int]) -> None:
    def lived(by: list[int]) -> list[tuple[int, int]]:
        leg = answered_leg(Path("/nosuch"))
        happened: list[tuple[int, int]] = []
        for moment in moments:
            leg.at(START_MS + moment, lambda moment=moment: happened.append((moment, leg.now_ms)))  # type: ignore[misc]
        for step in by:
            leg.live_for(step)
        leg.live_until(START_MS + 6000 + sum(steps))
        return happened

    assert lived(steps) == lived([])
    assert lived(steps) == [(moment, START_MS + moment) for moment in sorted(moments)]


def test_hangup_happens_once_and_ends_every_wait(tmp_path: Path) -> None:
    leg = answered_leg(tmp_path)
    leg.at(START_MS + 1000, lambda: leg.hang_up("USER_BUSY", by="callee"))
    assert not leg.live_until(NEVER_MS)
    leg.hang_up("NORMAL_CLEARING", by="switch")
    assert (leg.channel.cause, leg.ended_by, leg.channel.hungup_ms) == (
        "USER_BUSY",
        "callee",
        START_MS + 1000,
    )
    emitted = leg._emitter
    assert isinstance(emitted, Emitted)
    assert [name for name, _ in emitted.events] == ["CHANNEL_HANGUP"]
    assert not leg.live_for(1)


def test_a_killed_leg_does_not_exist_any_more_and_ends_in_its_turn(tmp_path: Path) -> None:
    leg = answered_leg(tmp_path)
    leg.kill("MANAGER_REQUEST")
    leg.kill("USER_BUSY")
    assert leg.is_up
    assert not leg.exists
    assert not leg.live_for(10)
    assert leg.channel.cause == "MANAGER_REQUEST"
    leg.kill("USER_BUSY")


def test_a_key_is_an_event_when_it_is_taken(tmp_path: Path) -> None:
    leg = answered_leg(tmp_path)
    press(leg, (1, "5"))
    leg.live_for(2000)
    assert leg.take_digit() == "5"
    emitted = leg._emitter
    assert isinstance(emitted, Emitted)
    assert emitted.events == [("DTMF", {"DTMF-Digit": "5", "DTMF-Duration": "2000", "DTMF-Source": "RTP"})]
    with pytest.raises(IndexError):
        leg.take_digit()


def test_messages_are_heard_by_name_once_for_all_their_parts(tmp_path: Path) -> None:
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / f"{PROGRAM}.json").write_text(json.dumps(FLOW))
    payload = "eyJjIjp7fSwibCI6InJ1IiwicyI6eyJoZWxsbyI6WyJBbm5hIl19fQ=="  # hello's said part is "Anna"
    leg = answered_leg(
        tmp_path,
        callee={"keys": {"any": {"1": 1}}, "presses_after": 2},
        prozvon_program=PROGRAM,
        prozvon_payload=payload,
    )
    for sound in ("Здравствуйте, ", "Anna", "something else", "Нажмите один, если заберёте сегодня"):
        leg.hears(sound)
    assert leg.heard == ["hello", "choice"]
    leg.live_for(5000)
    assert leg.keys == "1"
    leg.is_asked()
    leg.live_for(5000)
    assert leg.keys == "1"  # it has answered the prompt already
    leg.hears("Здравствуйте, ")
    assert leg.heard == ["hello", "choice", "hello"]
    leg.is_asked()
    leg.live_for(5000)
    assert leg.keys == "11"  # a message that is no prompt in the flow, but keys are collected after it


def test_without_a_program_sounds_are_heard_under_their_own_names(tmp_path: Path) -> None:
    leg = answered_leg(tmp_path, callee={"keys": {"#1": {"7": 1}}}, prozvon_program="nosuch")
    leg.hears("/prompts/abc.wav")
    leg.hears("a text")
    assert leg.heard == ["abc.wav", "a text"]
    leg.is_asked()
    leg.live_for(60_000)
    assert leg.keys == "7"


def test_an_impatient_callee_hangs_up_instead_of_pressing(tmp_path: Path) -> None:
    leg = answered_leg(tmp_path, callee={"keys": {"any": {"hang_up": 1}}, "presses_after": 3})
    leg.is_asked()
    assert not leg.live_for(60_000)
    assert (passed_s(leg), leg.ended_by) == (3, "callee")


def test_waits_are_woken_in_order_and_close_to_their_moment(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START_MS, speed=100)
    timers = Timers(clock)
    timers.start()
    woken: list[tuple[int, int]] = []

    def wait(ms: int) -> None:
        Waiter(timers).wait_until(START_MS + ms)
        woken.append((ms, clock.now_ms() - START_MS))

    waits = [gevent.spawn(wait, ms) for ms in (9000, 1000, 5000, 5000, 0)]
    gevent.joinall(waits, timeout=5)
    timers.stop()
    assert [ms for ms, _ in woken] == [0, 1000, 5000, 5000, 9000]
    assert all(ms <= at for ms, at in woken)


def test_a_wait_can_be_ended_early_and_the_next_one_is_not(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START_MS, speed=1)
    timers = Timers(clock)
    timers.start()
    waiter = Waiter(timers)
    lengths: list[int] = []

    def live() -> None:
        for ms in (60_000, 40, 30):
            began = clock.now_ms()
            waiter.wait_until(began + ms)
            lengths.append(clock.now_ms() - began)

    greenlet = gevent.spawn(live)
    gevent.sleep(0.01)
    waiter.wake()
    waiter.wake()
    greenlet.join(timeout=5)
    timers.stop()
    assert lengths[0] < 5000
    assert lengths[1] >= 40
    assert lengths[2] >= 30


def test_waits_in_the_past_give_the_others_a_turn_now_and_then(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START_MS)
    waiter = Waiter(Timers(clock))
    turns: list[int] = []
    other = gevent.spawn(turns.append, 1)
    for _ in range(50):
        waiter.wait_until(0)
    assert turns == [1]
    other.join()
