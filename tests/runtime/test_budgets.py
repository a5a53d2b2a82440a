"""Which zones are open at a moment, until when that holds, and which gateways may be used."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.domain.plan import CallerIdRule, DialPlan, GatewayShare, ZoneRule, ZoneSource
from orchestrator.engine import hours
from orchestrator.runtime.budgets import (
    ALWAYS_MS,
    foreign_numbers,
    gateway_budgets,
    missing_gateways,
    next_day_at,
    zones_at,
)
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Gateway, Switch
from orchestrator.store import OpenZone
from tests.runtime.factories import HOUR, MINUTE

MOSCOW, OMSK, BERLIN, NEW_YORK = "Europe/Moscow", "Asia/Omsk", "Europe/Berlin", "America/New_York"


def _plan(opening: WeeklyHours | None, *gateways: GatewayShare) -> DialPlan:
    return DialPlan(
        gateways=gateways or (GatewayShare(name="main"),),
        caller_id=CallerIdRule(pool=("+74951234567",)),
        ring_s=30,
        hours=opening,
        zone=ZoneRule(source=ZoneSource.CONTACT),
        attempts=3,
        per_day=2,
        first=(),
    )


def _daily(start: str, end: str) -> WeeklyHours:
    """`09:00` to `20:00` on every day; an end before the start is on the next day."""
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    return WeeklyHours(days=((Span(start=first, end=last if last > first else last + 1440),),) * 7)


OFFICE = _plan(_daily("09:00", "20:00"))


def _at(text: str, zone: str = MOSCOW) -> int:
    return round(dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp() * 1000)


def test_open_and_closed_zones_are_told_apart() -> None:
    """17:30 in Moscow is 20:30 in Omsk."""
    now = _at("2026-11-30 17:30")
    found = zones_at(OFFICE, [MOSCOW, OMSK], now)
    assert found.open == (
        OpenZone(
            zone_key=MOSCOW,
            open_until=_at("2026-11-30 20:00"),
            day="20261130",
            next_day_at=_at("2026-12-01 09:00"),
        ),
    )
    assert found.closed == {OMSK: _at("2026-12-01 09:00", OMSK)}
    assert found.next_opening == _at("2026-12-01 06:00")
    assert found.changes_at == _at("2026-11-30 20:00")


def test_it_changes_when_the_first_zone_opens() -> None:
    found = zones_at(OFFICE, [MOSCOW, OMSK], _at("2026-12-01 04:00"))
    assert found.open == ()
    assert found.changes_at == found.next_opening == _at("2026-12-01 06:00")


def test_it_changes_at_midnight_though_the_hours_go_on() -> None:
    """The day that per-day caps count by is another one from then on."""
    plan = _plan(_daily("18:00", "02:00"))
    before = zones_at(plan, [MOSCOW], _at("2026-11-30 23:59"))
    assert (before.changes_at, before.open[0].day) == (_at("2026-12-01 00:00"), "20261130")
    assert before.open[0].open_until == _at("2026-12-01 02:00")
    assert before.open[0].next_day_at == _at("2026-12-01 00:00")  # open at once when the day begins
    after = zones_at(plan, [MOSCOW], before.changes_at)
    assert (after.changes_at, after.open[0].day) == (_at("2026-12-01 02:00"), "20261201")


def test_without_hours_it_changes_at_midnight_only() -> None:
    found = zones_at(_plan(None), [MOSCOW], _at("2026-11-30 15:00"))
    assert found.changes_at == _at("2026-12-01 00:00")
    assert found.open[0].next_day_at == _at("2026-12-01 00:00")


def test_without_zones_nothing_changes_for_a_day() -> None:
    found = zones_at(OFFICE, [], 1_000)
    assert (found.open, found.closed, found.changes_at, found.next_opening) == (
        (),
        {},
        1_000 + ALWAYS_MS,
        None,
    )


def test_hours_that_never_open_are_closed_without_an_opening() -> None:
    found = zones_at(_plan(WeeklyHours(days=((),) * 7)), [MOSCOW, OMSK], 0)
    assert found.closed == {MOSCOW: None, OMSK: None}
    assert found.next_opening is None
    assert found.changes_at == ALWAYS_MS


def test_a_number_that_may_be_in_two_zones_waits_for_both() -> None:
    both = f"{OMSK}+{MOSCOW}"
    found = zones_at(OFFICE, [both], _at("2026-11-30 10:00"))
    assert found.open[0].open_until == _at("2026-11-30 17:00")
    assert found.open[0].next_day_at == _at("2026-12-01 09:00")
    assert zones_at(OFFICE, [both], _at("2026-11-30 08:00")).closed == {both: _at("2026-11-30 09:00")}


def test_the_night_without_two_o_clock_opens_an_hour_sooner() -> None:
    """Berlin, 29 March 2026: 02:00 is 03:00."""
    plan = _plan(_daily("09:00", "20:00"))
    now = _at("2026-03-28 21:00", BERLIN)
    assert zones_at(plan, [BERLIN], now).closed[BERLIN] == now + 11 * HOUR
    assert next_day_at(plan, BERLIN, now) == now + 11 * HOUR


def test_the_night_with_two_two_o_clocks_opens_an_hour_later() -> None:
    """Berlin, 25 October 2026: 03:00 is 02:00 again."""
    plan = _plan(_daily("09:00", "20:00"))
    now = _at("2026-10-24 21:00", BERLIN)
    assert zones_at(plan, [BERLIN], now).closed[BERLIN] == now + 13 * HOUR
    half_past = _at("2026-10-25 00:30", BERLIN)
    day = zones_at(_plan(None), [BERLIN], half_past).open[0]
    assert day.next_day_at - half_past == 24 * HOUR + 30 * MINUTE


def test_the_next_day_is_the_next_opening_after_midnight() -> None:
    plan = _plan(WeeklyHours(days=((Span(start=540, end=1200),),) * 5 + ((), ())))
    friday = _at("2026-11-27 12:00")
    assert next_day_at(plan, MOSCOW, friday) == _at("2026-11-30 09:00")
    assert next_day_at(_plan(WeeklyHours(days=((),) * 7)), MOSCOW, friday) == _at("2026-11-28 00:00")


@given(
    now=st.integers(_at("2026-01-01 00:00"), _at("2027-01-01 00:00")),
    wait=st.floats(0, 1, exclude_max=True),
    spans=st.tuples(*[st.none() | st.tuples(st.integers(0, 1439), st.integers(1, 1440))] * 7),
)
@settings(max_examples=150)
def test_what_was_found_holds_until_it_changes(
    now: int, wait: float, spans: tuple[tuple[int, int] | None, ...]
) -> None:
    week = WeeklyHours(
        days=tuple(() if span is None else (Span(start=span[0], end=span[0] + span[1]),) for span in spans)
    )
    plan, keys = _plan(week), [MOSCOW, NEW_YORK, BERLIN, f"{OMSK}+{MOSCOW}"]
    found = zones_at(plan, keys, now)
    assert now < found.changes_at
    later = now + int((found.changes_at - now) * wait)
    again = zones_at(plan, keys, later)
    assert again.open == found.open
    assert again.closed == found.closed
    for zone in found.open:
        assert hours.is_open(week, zone.zone_key, later)
        assert later < zone.open_until


# Gateways

_SETTINGS = Settings(
    switches={
        "a": Switch(gateways={"main": Gateway(cps=20, channels=40), "spare": Gateway()}),
        "b": Switch(gateways={"main": Gateway(cps=1, channels=2)}),
        "c": Switch(gateways={"other": Gateway()}),
    }
)


@pytest.mark.parametrize("order", [("main", "spare"), ("spare", "main")])
def test_gateways_come_in_the_order_of_the_scenario(order: tuple[str, ...]) -> None:
    plan = _plan(None, *(GatewayShare(name=name) for name in order))
    found = gateway_budgets(_SETTINGS, plan, {"a": "core-a"})
    assert [budget.gateway for budget in found] == list(order)


def test_a_gateway_of_two_switches_is_used_on_both() -> None:
    plan = _plan(None, GatewayShare(name="main", weight=3))
    first, second = gateway_budgets(_SETTINGS, plan, {"a": "core-a", "b": "core-b"})
    assert (first.switch, first.switch_uuid, first.cps, first.channels, first.weight) == (
        "a",
        "core-a",
        20,
        40,
        3,
    )
    assert (second.switch, second.switch_uuid, second.cps, second.channels) == ("b", "core-b", 1, 2)


def test_only_switches_that_are_up_count() -> None:
    plan = _plan(None, GatewayShare(name="main"), GatewayShare(name="spare"))
    assert gateway_budgets(_SETTINGS, plan, {}) == ()
    assert [b.switch for b in gateway_budgets(_SETTINGS, plan, {"b": "x", "c": "y"})] == ["b"]


def test_weights_travel_with_their_gateways() -> None:
    plan = _plan(None, GatewayShare(name="spare", weight=1), GatewayShare(name="main", weight=4))
    found = gateway_budgets(_SETTINGS, plan, {"a": "core-a"})
    assert [(b.gateway, b.weight) for b in found] == [("spare", 1), ("main", 4)]


def test_gateways_that_show_none_of_the_scenarios_numbers_are_told() -> None:
    settings = Settings(
        switches={
            "a": Switch(
                gateways={
                    "main": Gateway(caller_ids="+74951234567,+78120000001"),
                    "spare": Gateway(caller_ids="+78120000001"),
                    "third": Gateway(caller_ids="+74990000000"),
                    "any": Gateway(),
                    "unused": Gateway(caller_ids="+78120000001"),
                }
            )
        }
    )
    shares = (GatewayShare(name=name) for name in ("main", "spare", "third", "any"))
    rule = CallerIdRule(pool=("+74951234567",), by_prefix=(("7499", ("+74990000000",)),))
    assert foreign_numbers(settings, replace(_plan(None, *shares), caller_id=rule)) == [
        "gateway spare of switch a shows +78120000001: its `caller_ids` have none of the scenario's `caller_id`"
    ]


def test_gateways_that_no_switch_has_are_named() -> None:
    plan = _plan(None, *(GatewayShare(name=name) for name in ("main", "gone", "other", "lost")))
    assert missing_gateways(_SETTINGS, plan) == ["gone", "lost"]
    assert missing_gateways(_SETTINGS, replace(plan, gateways=())) == []
