"""`dial:` - hours, caller ids, gateways, zones, order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.domain.plan import CallerIdRule, GatewayShare, OrderBy, OrderKey, ZoneRule, ZoneSource
from orchestrator.engine.caller_id import choose
from orchestrator.scenario.caller_id import CallerId, rule_of
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.countries import prefixes_of
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.hours import DAYS, format_hours
from orchestrator.scenario.model import Robocall
from orchestrator.scenario.source import Map, Seq, Text

from .conftest import Check, codes

Good = Callable[..., Compiled]


def dial(more: str) -> str:
    return f"dial: {{gateways: [main], caller_id: +74951234567, {more}}}"


def hours_of(good: Good, written: str) -> WeeklyHours | None:
    return good(dial=dial(f"hours: {written}")).plan.hours


def nine_to_five(*days: str) -> WeeklyHours:
    return WeeklyHours(days=tuple((Span(start=540, end=1020),) if day in days else () for day in DAYS))


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("mon", "mon"),
        ("mon-wed", "mon tue wed"),
        ("sat-mon", "sat sun mon"),
        ("'mon, wed-thu'", "mon wed thu"),
        ("Tue", "tue"),
        ("daily", "mon tue wed thu fri sat sun"),
        ("mon-sun", "mon tue wed thu fri sat sun"),
    ],
)
def test_days_are_named_one_by_one_or_as_ranges(good: Good, key: str, days: str) -> None:
    assert hours_of(good, f"{{{key}: 09:00-17:00}}") == nine_to_five(*days.split())


def test_spans_are_sorted_and_go_over_midnight(good: Good) -> None:
    found = hours_of(
        good, "{mon: ['14:00 - 18:00', 09:00-13:00], tue: '00:00-24:00', wed: '22:00-02:00,1:05-2:00'}"
    )
    assert found is not None
    assert found.days[0] == (Span(start=540, end=780), Span(start=840, end=1080))
    assert found.days[1] == (Span(start=0, end=1440),)
    assert found.days[2] == (Span(start=65, end=120), Span(start=1320, end=1560))
    assert found.days[3:] == ((), (), (), ())


@pytest.mark.parametrize(
    ("written", "closed", "country"),
    [
        ("RU", [], "RU"),
        ("2026-12-31", ["2026-12-31"], None),
        ("[2026-12-31, KZ, 2027-01-01]", ["2026-12-31", "2027-01-01"], "KZ"),
    ],
)
def test_holidays_are_a_country_dates_or_both(
    good: Good, written: str, closed: list[str], country: str
) -> None:
    found = hours_of(good, f"{{daily: 09:00-17:00, holidays: {written}}}")
    assert found is not None
    assert found.closed == {dt.date.fromisoformat(date) for date in closed}
    assert found.holidays == country


def test_no_hours_at_all_are_said_aloud(good: Good) -> None:
    assert hours_of(good, "always") is None


def test_without_hours_nobody_is_rung_at_night(good: Good) -> None:
    assert good().plan.hours == WeeklyHours(days=((Span(start=540, end=1200),),) * 7)


@st.composite
def weeks(draw: st.DrawFn) -> WeeklyHours:
    def day() -> tuple[Span, ...]:
        cuts = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
        spans = [Span(start=a, end=b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
        if draw(st.booleans()) and (not spans or spans[-1].end < 1440):
            start = draw(st.integers(spans[-1].end if spans else 1, 1439))
            spans.append(Span(start=start, end=1440 + draw(st.integers(1, start) if start else st.just(1))))
        return tuple(span for span in spans if span.end - span.start not in (0, 1440) or span.start == 0)

    days = tuple(day() for _ in range(7))
    dates = draw(st.frozensets(st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), max_size=3))
    own = {
        date: day() for date in sorted(draw(st.frozensets(st.dates(dt.date(2020, 1, 1)), max_size=3)) - dates)
    }
    holidays = draw(st.sampled_from([None, "RU", "DE"]))
    return WeeklyHours(days=days, closed=dates, holidays=holidays, dates=tuple(own.items()))


def plain(value: object) -> object:
    match value:
        case dict():
            return Map.at({Text.at(key): plain(item) for key, item in value.items()})
        case list():
            return Seq.at([plain(item) for item in value])
        case _:
            return Text.at(str(value))


@given(weeks().filter(lambda hours: any(hours.days)))
def test_hours_are_written_so_that_they_read_back(hours: WeeklyHours) -> None:
    findings = Findings()
    tree = Map.at(Robocall.neutral["dial"])
    tree[Text.at("hours")] = plain(format_hours(hours))
    model = Robocall.model_validate(
        Map.at({**{Text.at(k): v for k, v in Robocall.neutral.items()}, Text.at("dial"): tree}),
        context=findings,
    )
    assert findings.sorted() == []
    assert model.dial.hours == hours


def rule(**choices: str | tuple[str, ...]) -> CallerIdRule:
    pairs = ((key.replace("p", "+"), (own,) if isinstance(own, str) else own) for key, own in choices.items())
    return rule_of(CallerId(tuple(pairs)))


def test_one_caller_id_or_a_pool(good: Good) -> None:
    assert good().plan.caller_id == CallerIdRule(pool=("+74951234567",))
    pool = good(dial="dial: {gateways: [main], caller_id: [+74951234567, +74951234568]}").plan.caller_id
    assert pool == CallerIdRule(pool=("+74951234567", "+74951234568"))


def test_caller_ids_of_another_shape_are_told_each(check: Check) -> None:
    caller_id = "{RU: {a: b}, KZ: [], DE: '', default: [[+74951234567]]}"
    _, problems = check(dial=f"dial: {{gateways: [main], caller_id: {caller_id}}}")
    assert codes(problems) == ["S501"] * 4


def test_a_prefix_that_is_written_wins_over_a_country_and_the_longer_over_the_shorter() -> None:
    made = rule(RU="+70000000001", p7495="+70000000002", p749512="+70000000003", default="+70000000009")
    assert choose(made, "+79161234567", 1) == "+70000000001"
    assert choose(made, "+74957777777", 1) == "+70000000002"
    assert choose(made, "+74951277777", 1) == "+70000000003"
    assert choose(made, "+4930123456", 1) == "+70000000009"
    lengths = [len(prefix) for prefix, _ in made.by_prefix]
    assert lengths == sorted(lengths, reverse=True)


def test_countries_under_one_calling_code_are_told_apart() -> None:
    russia = rule(RU="+70000000001", default="+70000000009")
    assert choose(russia, "+77011234567", 1) == "+70000000009"
    both = rule(RU="+70000000001", KZ="+70000000002", default="+70000000009")
    assert choose(both, "+77011234567", 1) == "+70000000002"
    assert choose(both, "+79161234567", 1) == "+70000000001"
    only = rule(KZ="+70000000002", default="+70000000009")
    assert choose(only, "+77011234567", 1) == "+70000000002"
    assert choose(only, "+79161234567", 1) == "+70000000009"


@pytest.mark.parametrize(
    ("country", "number", "is_own"),
    [
        ("CA", "+14165550123", True),
        ("CA", "+12125550123", False),
        ("US", "+12125550123", True),
        ("US", "+14165550123", False),
    ],
)
def test_area_codes_tell_canada_from_the_states(country: str, number: str, is_own: bool) -> None:
    made = rule(**{country: "+70000000001", "default": "+70000000009"})
    assert (choose(made, number, 1) == "+70000000001") is is_own


def test_neighbouring_area_codes_are_written_as_one_prefix() -> None:
    assert prefixes_of("KZ") == ("77",)
    assert len(prefixes_of("CA")) > 30


def test_gateways_come_in_order_or_by_weight(good: Good) -> None:
    plan = good(dial="dial: {gateways: {b: 3, a: 1}, caller_id: +74951234567}").plan
    assert plan.gateways == (GatewayShare(name="b", weight=3), GatewayShare(name="a", weight=1))
    plan = good(dial="dial: {gateways: solo, caller_id: +74951234567}").plan
    assert plan.gateways == (GatewayShare(name="solo"),)


def test_bad_weights_and_names_are_told_together(check: Check) -> None:
    _, problems = check(dial="dial: {gateways: {a b: 3, c: none, d: 0}, caller_id: +74951234567}")
    assert codes(problems) == ["S105", "S109", "S107"]
    assert codes(check(dial="dial: {gateways: {}, caller_id: +74951234567}")[1]) == ["S111"]


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("contact", ZoneRule(source=ZoneSource.CONTACT)),
        ("Europe/Moscow", ZoneRule(source=ZoneSource.FIXED, name="Europe/Moscow")),
        ("{from: contact, unclear: Asia/Almaty}", ZoneRule(source=ZoneSource.CONTACT, name="Asia/Almaty")),
    ],
)
def test_the_zone_is_the_contacts_or_one_for_all(good: Good, written: str, zone: ZoneRule) -> None:
    assert good(dial=dial(f"timezone: {written}")).plan.zone == zone


@pytest.mark.parametrize(
    "written", ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "[a]", "{from: number, unclear: UTC}", ""]
)
def test_a_zone_that_does_not_exist_is_a_problem(check: Check, written: str) -> None:
    assert codes(check(dial=dial(f"timezone: {written}"))[1])[0] in ("S510", "S103", "S111")


def test_the_order_of_calling_names_columns_and_ages(good: Good) -> None:
    plan = good(contact="contact: {age: number}", dial=dial("first: [age desc, newest]")).plan
    assert plan.first == (
        OrderKey(by=OrderBy.FIELD, column="age", descending=True),
        OrderKey(by=OrderBy.NEWEST),
    )
    plan = good(contact="contact: {age: number}", dial=dial("first: age asc")).plan
    assert plan.first == (OrderKey(by=OrderBy.FIELD, column="age"),)


def test_what_is_not_said_has_its_default(good: Good) -> None:
    plan = good().plan
    assert (plan.ring_s, plan.attempts, plan.per_day) == (30, 3, 2)
    assert plan.zone == ZoneRule(source=ZoneSource.CONTACT)
    assert [key.by for key in plan.first] == [OrderBy.FEWEST_ATTEMPTS, OrderBy.OLDEST]
    assert good(dial=dial("per_day: no_limit")).plan.per_day is None
    assert good(dial=dial("per_day: 5")).plan.per_day == 5
