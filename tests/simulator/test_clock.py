from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import gevent
import pytest

from orchestrator.simulator.clock import RealClock, SharedClock

START = 1_790_000_000_000


def test_a_shared_clock_starts_where_it_was_set(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START, speed=1)
    assert 0 <= clock.now_ms() - START < 1000


def test_a_shared_clock_runs_at_its_speed(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START, speed=1000)
    outer, began_ms, inner = time.monotonic(), clock.now_ms(), time.monotonic()
    gevent.sleep(0.05)
    least_s, ended_ms, most_s = time.monotonic() - inner, clock.now_ms(), time.monotonic() - outer
    assert least_s * 1_000_000 - 1000 <= ended_ms - began_ms <= most_s * 1_000_000 + 1000
    assert clock.speed == 1000


def test_sleeping_lasts_seconds_of_the_clock(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START, speed=600)
    began, began_ms = time.monotonic(), clock.now_ms()
    clock.sleep(30)
    assert clock.now_ms() - began_ms >= 30_000
    assert time.monotonic() - began < 1


def test_a_jump_wakes_a_sleeper_and_is_seen_by_others(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START)
    other = SharedClock(tmp_path / "clock")
    sleeper = gevent.spawn(other.sleep, 86_400)
    gevent.sleep(0)
    clock.jump_to(START + 90_000_000)
    sleeper.join(timeout=2)
    assert sleeper.ready()
    assert other.now_ms() >= START + 90_000_000


def test_the_clock_never_goes_backwards(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START)
    assert clock.jump_to(START + 5_000) >= START + 5_000
    assert clock.jump_to(START) >= START + 5_000
    assert clock.now_ms() >= START + 5_000


def test_a_step_of_the_machines_clock_does_not_turn_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START)
    before = clock.now_ms()
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 10**12)
    assert clock.now_ms() == before


def test_creating_over_an_existing_clock_is_refused(tmp_path: Path) -> None:
    SharedClock.create(tmp_path / "clock", start_ms=START, speed=7)
    with pytest.raises(FileExistsError):
        SharedClock.create(tmp_path / "clock", start_ms=0)
    assert SharedClock(tmp_path / "clock").speed == 7
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


@pytest.mark.parametrize("speed", [0, -1])
def test_a_speed_that_stands_still_is_refused(tmp_path: Path, speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        SharedClock.create(tmp_path / "clock", start_ms=START, speed=speed)


def test_a_file_that_is_no_clock_is_refused(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"x")
    (tmp_path / "long").write_bytes(b"x" * 64)
    for name in ("short", "long"):
        with pytest.raises(ValueError, match="not a clock"):
            SharedClock(tmp_path / name)


def _jump_often(path: Path, by_ms: int, times: int) -> None:
    clock = SharedClock(path)
    for _ in range(times):
        clock.jump_to(clock.now_ms() + by_ms)


def test_readers_see_only_whole_jumps_of_several_processes(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = SharedClock.create(path, start_ms=START)
    context = multiprocessing.get_context("spawn")
    jumpers = [context.Process(target=_jump_often, args=(path, 1000, 200)) for _ in range(2)]
    for jumper in jumpers:
        jumper.start()
    last = clock.now_ms()
    while any(jumper.is_alive() for jumper in jumpers):
        now = clock.now_ms()
        assert last <= now < START + 10_000_000
        last = now
    for jumper in jumpers:
        jumper.join()
        assert jumper.exitcode == 0
    assert clock.now_ms() - START >= 200_000


def test_a_closed_clock_gives_its_file_back(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", start_ms=START)
    clock.close()
    with pytest.raises(ValueError, match="released"):
        clock.now_ms()


def test_the_real_clock_is_the_machines() -> None:
    clock = RealClock()
    assert abs(clock.now_ms() - time.time_ns() // 1_000_000) < 100
    began = clock.now_ms()
    clock.sleep(0.01)
    clock.sleep_until(clock.now_ms() + 10)
    clock.sleep_until(0)
    assert clock.now_ms() - began >= 15
    assert clock.speed == 1.0
