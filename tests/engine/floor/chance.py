"""Queues of any kind, by chance."""

from __future__ import annotations

from random import Random

from orchestrator.domain.queue import QueueRules, Strategy
from tests.engine.floor.factories import a_queue


def some_rules(random: Random, names: list[str], queue_ids: tuple[str, ...]) -> list[QueueRules]:
    """A queue for each id; two thirds of the agents serve it, on up to three levels."""
    return [
        a_queue(
            *((name, random.randint(1, 3)) for name in random.sample(names, max(1, len(names) * 2 // 3))),
            queue_id=queue_id,
            strategy=random.choice(list(Strategy)),
            wrap_up_s=random.choice((0, 20)),
            extend_times=1,
            misses=random.choice((0, 2)),
            max_waiting=random.choice((None, 6)),
            per_agent=random.choice((None, 2)),
            max_wait_s=random.choice((None, 120)),
            weight_s=random.choice((0, 60)),
            levels_after_s=random.choice((0, 15)),
            is_held=random.random() < 0.3,
        )
        for queue_id in queue_ids
    ]
