"""A real FreeSWITCH: calls per second, answer to first sound, 500 calls at once; beside the bare switch."""

from __future__ import annotations

import os
import signal

from benchmarks.freeswitch import find_binary
from benchmarks.switch_bench import bench_of
from benchmarks.switch_project import PASSWORD_ENV
from benchmarks.switch_rate import measure_rate
from benchmarks.switch_sound import measure_crowd, measure_first_sound

LIMIT_S = 240  # for all of it, whatever happens


def main(*, quick: bool = False) -> None:
    binary = find_binary()
    if binary is None:
        print("skipped: no FreeSWITCH (put it on PATH, or its prefix into PROZVON_FREESWITCH)")
        return
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LIMIT_S)
    os.environ[PASSWORD_ENV] = "bench-esl-password"
    with bench_of(binary) as bench:
        measure_first_sound(bench, calls=10 if quick else 30)
        measure_crowd(bench, calls=50 if quick else 500)
        measure_rate(bench, calls=400 if quick else 1200, rounds=1 if quick else 5)


def _too_long(*_: object) -> None:
    raise TimeoutError(f"the benchmark takes longer than {LIMIT_S} s")
