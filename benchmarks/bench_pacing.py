"""Occupancy and abandonment of predictive pacing, beside other ways to pace, on the same customers and talks.

`python -m benchmarks pacing` takes a few seeds; `python -m benchmarks.bench_pacing --seeds 20 --harder` all that
docs/pacing.md tells.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

from benchmarks.pacing_day import Centre, Day
from benchmarks.pacing_days import EASY, HARDER
from benchmarks.pacing_measure import Measured
from benchmarks.pacing_rivals import RIVALS
from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.engine.pacing.pacer import Pacer
from orchestrator.engine.pacing.sharing import Seat, decide_together
from orchestrator.engine.pacing.view import Decision, PoolView

GOALS = {
    ("steady", 10): 84.8,
    ("steady", 40): 93.0,
    ("steady", 200): 98.0,
    ("changing", 10): 85.1,
    ("changing", 40): 92.9,
    ("changing", 200): 97.9,
}
PLAN = PacingPlan(
    mode=PacingMode.PREDICTIVE,
    abandoned=0.03,
    within_s=2.0,
    cancel_after_s=15.0,
    ring_min_s=15.0,
    lines_per_agent=6,
)
_ASK_MS = {
    10: 250
}  # after the last decision, as the floor does; larger teams are asked every 500 ms: it is cheaper
_HEAD = f"  {'':34} {'occupancy':>9} {'abandoned':>9} {'worst day':>9} {'worst hour':>10} {'talks/h':>7} {'dials':>5}"


def main(
    *,
    quick: bool = False,
    seeds: int | None = None,
    sizes: Sequence[int] = (),
    harder: bool = False,
    alone: bool = False,
) -> None:
    print(
        "Occupancy: talk and wrap-up of the time logged in; abandoned: of calls answered by a person, mean of the\n"
        "days and the worst one; worst hour: of all days; talks per agent and hour; dials for each talk."
    )
    for make in (*EASY, *(HARDER if harder else ())):
        for agents in sizes or ((10,) if quick else (10, 40, 200)):
            day = make(agents)
            count = seeds or (1 if quick else {10: 4, 40: 2}.get(agents, 1))
            goal = GOALS.get((day.name, agents))
            print(f"{agents} agents, {day.name}, {count} day(s)" + (f"; goal {goal} %" if goal else ""))
            print(_HEAD, flush=True)
            if make in EASY and not alone:
                for name, rival in RIVALS.items():
                    _print(name, [Centre(day, seed, [rival()]).run() for seed in range(count)])
            began, decisions = time.process_time(), 0
            runs = []
            for seed in range(count):
                centre = _ours(day, seed)
                runs.append(centre.run())
                decisions += centre.decisions
            spent = time.process_time() - began
            _print("prozvon, predictive", runs)
            print(
                f"  {spent / count:.1f} s of CPU a day, {1e6 * spent / decisions:.0f} us a decision with its events"
            )


def _ours(day: Day, seed: int) -> Centre:
    pacers = [Pacer(PLAN) for _ in day.rates]

    def together(views: Sequence[PoolView], now: int) -> Sequence[Decision]:
        everybody = frozenset({"all"})
        return decide_together(
            [Seat(pacer=p, view=view, agents=everybody) for p, view in zip(pacers, views, strict=True)], now
        )

    return Centre(day, seed, pacers, together, ask_least_ms=_ASK_MS.get(day.staff[0][1], 500))


def _print(name: str, runs: Sequence[Sequence[Measured]]) -> None:
    days = [each for run in runs for each in run]  # of every campaign

    def mean(read: Callable[[Measured], float]) -> float:
        return statistics.mean(read(each) for each in days)

    print(
        f"  {name:34} {100 * mean(lambda m: m.occupancy):9.2f} {100 * mean(lambda m: m.abandoned):9.2f}"
        f" {100 * max(m.abandoned for m in days):9.2f} {100 * max(m.worst_hour for m in days):10.2f}"
        f" {sum(mean(lambda m: m.talks_per_hour) for _ in runs[0]):7.1f} {mean(lambda m: m.dials_per_talk):5.2f}",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_pacing", description=__doc__)
    parser.add_argument("--seeds", type=int, help="days of each kind")
    parser.add_argument(
        "--agents", type=int, action="append", default=[], help="only this size (may be repeated)"
    )
    parser.add_argument("--harder", action="store_true", help="the harder days too")
    parser.add_argument("--alone", action="store_true", help="without the rivals")
    options = parser.parse_args()
    main(seeds=options.seeds, sizes=options.agents, harder=options.harder, alone=options.alone)
