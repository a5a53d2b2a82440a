"""The days that pacing is measured on (docs/pacing.md)."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.pacing_day import Day

_H = 3_600


def steady(agents: int) -> Day:
    """Eight hours of the same, after a quarter of an hour that does not count."""
    return Day(name="steady", staff=((0, agents),))


def changing(agents: int) -> Day:
    """From eight to six: 30 % answer, 50 % between nine and eleven. The cold start counts."""
    answer = ((0, 0.30), (1 * _H, 0.50), (3 * _H, 0.30))
    return Day(name="changing", staff=((0, agents),), hours=10, warm_up_s=0, answer=answer)


def steps(agents: int) -> Day:
    """The answer rate goes up and down in steps all day, and talks become longer."""
    answer = ((0, 0.30), (1 * _H, 0.15), (2 * _H, 0.40), (4 * _H, 0.20), (5 * _H, 0.50), (7 * _H, 0.30))
    return Day(
        name="answer rate 15 to 50 %, longer talks",
        staff=((0, agents),),
        hours=9,
        warm_up_s=0,
        answer=answer,
        talk_s=((0, 120.0), (3 * _H, 180.0), (6 * _H, 120.0)),
    )


def lunch(agents: int) -> Day:
    """Half of the staff is away from twelve to one, in and out at once."""
    staff = ((0, agents), (4 * _H, agents // 2), (5 * _H, agents))
    return Day(name="half at lunch", staff=staff, hours=9, warm_up_s=0)


def leaving(agents: int) -> Day:
    """Three of four agents leave at once, come back an hour later, and all leave ten minutes before the end."""
    staff = ((0, agents), (3 * _H, agents // 4), (4 * _H, agents), (8 * _H - 600, 0))
    return Day(name="staff leaves at once", staff=staff, warm_up_s=0)


def poor_list(agents: int) -> Day:
    return Day(name="12 % answer", staff=((0, agents),), answer=((0, 0.12),))


def good_list(agents: int) -> Day:
    return Day(name="60 % answer", staff=((0, agents),), answer=((0, 0.60),))


def short_talks(agents: int) -> Day:
    return Day(name="talks of 45 s", staff=((0, agents),), talk_s=((0, 45.0),))


def long_talks(agents: int) -> Day:
    return Day(name="talks of 300 s", staff=((0, agents),), talk_s=((0, 300.0),))


def slow_dialing(agents: int) -> Day:
    return Day(name="0.3 s to the first ring", staff=((0, agents),), invite_s=0.3)


def two_campaigns(agents: int) -> Day:
    return Day(name="two campaigns, one team", staff=((0, agents),), rates=(1.0, 0.6))


EASY: tuple[Callable[[int], Day], ...] = (steady, changing)
HARDER: tuple[Callable[[int], Day], ...] = (
    steps,
    lunch,
    leaving,
    poor_list,
    good_list,
    short_talks,
    long_talks,
    slow_dialing,
    two_campaigns,
)
