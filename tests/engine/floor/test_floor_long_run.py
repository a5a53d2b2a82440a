"""A world that does what the floor orders, and much that it did not ask for; what must hold is checked all the time."""

from __future__ import annotations

import pytest

from orchestrator.engine.floor.orders import Figure
from tests.engine.floor.world import World


@pytest.mark.parametrize("seed", [3, 4, 9])
def test_whatever_happens_nobody_has_two_calls_and_every_reservation_ends(seed: int) -> None:
    world = World(seed, unruly=0.7)
    world.agents_do(3_000)
    world.calls_in(4_000)
    world.changes(90_000)
    world.campaign(abandoned=0.0 if seed == 9 else 0.03)
    world.run(1_500)
    world.end()


def test_every_caller_is_counted_once_and_every_second_of_an_agent() -> None:
    world = World(7, agents=12, unruly=0)
    world.calls_in(3_000)
    for name in world.names:
        world.say_available(name)
    world.run(3_600)
    world.end()
    of = {figure: world.counted.get(figure, 0) for figure in Figure}
    over = (Figure.ANSWERED, Figure.ABANDONED, Figure.OVERFLOWED, Figure.CALLED_BACK)
    assert of[Figure.OFFERED] == sum(of[each] for each in over) > 500
    assert of[Figure.ANSWERED_IN_TIME] <= of[Figure.ANSWERED] <= of[Figure.HANDLED]
    working = (Figure.AVAILABLE_MS, Figure.RESERVED_MS, Figure.RINGING_MS, Figure.TALKING_MS)
    quarter = 900_000  # what has not been counted yet at the end of the world
    lasted = sum(of[each] for each in (*working, Figure.WRAPPING_MS, Figure.BREAK_MS))
    assert 0 <= (world.now - world.began) * 12 - lasted <= 12 * quarter
    assert of[Figure.TALK_MS] + of[Figure.HOLD_MS] == of[Figure.TALKING_MS]
    assert of[Figure.WRAP_UP_MS] == of[Figure.WRAPPING_MS]
