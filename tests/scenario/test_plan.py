"""The dial plan as JSON and back."""

from __future__ import annotations

import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.domain.plan import (
    CallerIdRule,
    Delay,
    DialPlan,
    GatewayShare,
    OrderBy,
    OrderKey,
    Rule,
    ZoneRule,
    ZoneSource,
)
from orchestrator.domain.telling import Tell, TellKind, WrittenPart
from orchestrator.scenario.plan import dump_plan, load_plan

names = st.text("abc_", min_size=1, max_size=5)
numbers = st.lists(st.text("0123456789", min_size=7, max_size=15).map("+".__add__), max_size=3).map(tuple)
spans = st.lists(st.builds(Span, start=st.integers(0, 1439), end=st.integers(1, 2879)), max_size=2).map(tuple)
weeks = st.builds(
    WeeklyHours,
    days=st.tuples(*[spans] * 7),
    closed=st.frozensets(st.dates(dt.date(2020, 1, 1)), max_size=3),
    holidays=st.none() | st.just("RU"),
)
rules = st.builds(
    Rule,
    retry=st.lists(st.builds(Delay, after_s=st.none() | st.integers(10, 10**6)), max_size=4).map(tuple),
    at_most=st.none() | st.integers(1, 9),
    counts=st.booleans(),
    next_phone=st.booleans(),
    status=st.none() | names,
    hold=st.booleans(),
    tells=st.lists(
        st.builds(
            Tell,
            kind=st.sampled_from(TellKind),
            to=st.text(max_size=5),
            is_column=st.booleans(),
            message=names,
            subject=st.just("") | names,
        ),
        max_size=2,
    ).map(tuple),
)
parts = st.builds(WrittenPart, text=st.text(max_size=3)) | st.builds(
    WrittenPart, name=names, filter=st.lists(names, max_size=2).map(tuple), default=st.text(max_size=3)
)
texts = st.dictionaries(
    names, st.dictionaries(names, st.lists(parts, max_size=3).map(tuple), max_size=2), max_size=2
)
plans = st.builds(
    DialPlan,
    gateways=st.lists(
        st.builds(GatewayShare, name=names, weight=st.none() | st.integers(1, 9)), max_size=3
    ).map(tuple),
    caller_id=st.builds(
        CallerIdRule,
        pool=numbers,
        by_prefix=st.lists(st.tuples(st.text("123", max_size=3), numbers), max_size=3).map(tuple),
    ),
    ring_s=st.integers(5, 120),
    hours=st.none() | weeks,
    zone=st.builds(ZoneRule, source=st.sampled_from(ZoneSource), name=st.none() | names),
    attempts=st.integers(1, 100),
    per_day=st.none() | st.integers(1, 100),
    first=st.lists(
        st.builds(OrderKey, by=st.sampled_from(OrderBy), column=st.none() | names, descending=st.booleans()),
        max_size=3,
    ).map(tuple),
    rules=st.dictionaries(names, rules, max_size=4),
    texts=texts,
    title=st.text(max_size=3),
)


@given(plans)
def test_any_plan_reads_back_equal_from_json(plan: DialPlan) -> None:
    assert load_plan(json.loads(json.dumps(dump_plan(plan)))) == plan
