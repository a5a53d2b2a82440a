"""What a worker measures can be read as histograms, over all workers."""

from __future__ import annotations

import pytest

from orchestrator.runtime.metering import Metering, Tallies, Times, histograms, tallies


def test_times_fall_into_buckets_and_are_summed() -> None:
    metering = Metering("p1")
    for seconds in (0.004, 0.005, 0.2, 30.0, -1.0):
        metering.time(Times.ORIGINATE, "main", seconds)
    metering.time(Times.EVENT, "main", 1.0)
    metering.time(Times.ORIGINATE, "spare", 0.3)
    said = metering.measured()
    assert said.holder == "p1"
    found = histograms(said.sums, Times.ORIGINATE)
    assert list(found) == ["main", "spare"]
    main = found["main"]
    assert main.count == 5
    assert main.sum_s == pytest.approx(30.209)
    assert dict(main.buckets)[0.005] == 3
    assert dict(main.buckets)[0.25] == 4
    assert main.buckets[-1] == (10.0, 4)
    assert histograms({}, Times.EVENT) == {}


def test_what_is_counted_is_told_by_switch() -> None:
    metering = Metering("p1")
    metering.count(Tallies.DROPPED, "main", 3)
    metering.count(Tallies.DROPPED, "main")
    metering.count(Tallies.REFUSED, "spare")
    assert tallies(metering.measured().sums, Tallies.DROPPED) == {"main": 4}
    assert tallies(metering.measured().sums, Tallies.REFUSED) == {"spare": 1}
