"""Check and compile of 1 000 scenarios, beside plain YAML loading of the same files (goal: 10 s of CPU)."""

from __future__ import annotations

import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from orchestrator.asset_folders import folder
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario

GOAL_S = 10.0


def main(*, quick: bool = False) -> None:
    count, rounds = (50, 1) if quick else (1000, 3)
    with tempfile.TemporaryDirectory() as place:
        paths = _many(Path(place), count)
        ours = _median(lambda: _check_and_compile(paths), rounds)
        plain = _median(lambda: [yaml.load(p.read_bytes(), yaml.CSafeLoader) for p in paths], rounds)
    each_ms, goal = ours / count * 1000, f"goal {GOAL_S:.0f} s for 1000"
    print(f"check + compile   {count} scenarios   {ours:7.2f} s   {each_ms:6.2f} ms each ({goal})")
    print(f"yaml.CSafeLoader  the same files   {plain:7.2f} s   ratio {ours / plain:.1f}")


def _many(place: Path, count: int) -> list[Path]:
    """The shipped scenarios, copied under names of their own until there are `count`."""
    sources = sorted(folder("scenarios").glob("*.yaml"))
    for name in ("shared", "sounds"):
        shutil.copytree(folder("scenarios") / name, place / name)
    paths = []
    for number in range(count):
        source = sources[number % len(sources)]
        text = source.read_text(encoding="utf-8").replace(
            f"scenario: {source.stem}", f"scenario: s{number}", 1
        )
        path = place / f"s{number}.yaml"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _check_and_compile(paths: list[Path]) -> None:
    scenarios, problems = check_path(paths)
    assert not problems, problems[:3]
    digests = {compile_scenario(scenario).digest for scenario in scenarios}
    assert len(digests) == len(paths)


def _median(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return statistics.median(times)
