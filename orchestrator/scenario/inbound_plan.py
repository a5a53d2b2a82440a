"""What an inbound scenario's hours, callbacks and missed calls become: for the program and for the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from orchestrator.domain.hours import WeeklyHours
from orchestrator.domain.plan import (
    CallerIdRule,
    DialPlan,
    MissedPlan,
    OrderBy,
    OrderKey,
    ZoneRule,
    ZoneSource,
)
from orchestrator.engine.holiday_dates import holiday_dates
from orchestrator.engine.hours import offsets
from orchestrator.scenario.dial import RuleSpec
from orchestrator.scenario.inbound import ANY, UNLESS, Missed, zone_of
from orchestrator.scenario.model import Ivr
from orchestrator.scenario.plan import rules_of

# For these years a program knows holidays and changes of the clock by itself: it runs where nobody can be asked
YEARS = range(2025, 2041)
NO_ZONE = "UTC"  # where nothing looks at a clock


def zone_name(model: Ivr) -> str:
    return model.timezone or zone_of(model.numbers) or NO_ZONE


def program_hours(hours: WeeklyHours | None, zone: str) -> dict[str, Any] | None:
    """Hours as a program has them: minutes of days, dates, and the zone as offsets (s) since instants (epoch s)."""
    if hours is None:
        return None
    holidays = [holiday_dates(hours.holidays, year) for year in YEARS] if hours.holidays else []
    own = {date.isoformat(): [[span.start, span.end] for span in spans] for date, spans in hours.dates}
    closed = {date.isoformat() for date in hours.closed.union(*holidays)} - set(own)
    first, last = (
        int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp()) * 1000 for year in (YEARS.start, YEARS.stop)
    )
    return {
        "days": [[[span.start, span.end] for span in spans] for spans in hours.days],
        "closed": sorted(closed),
        "dates": own,
        "offsets": [[since // 1000, offset // 1000] for since, offset in offsets(zone, first, last)],
    }


def inbound_plan(model: Ivr) -> DialPlan:
    """How numbers are rung for callers: nothing is ever retried."""
    return _plan(model, model.hours, 1, {}, ())


def callback_plan(
    model: Ivr, missed: Missed, results: set[str], outcomes: Mapping[str, RuleSpec]
) -> DialPlan:
    """outcomes: rules of what agents may note."""
    hours = missed.hours if missed.has("hours") else model.hours
    rules = {str(key): spec for key, spec in missed.rules.items() if isinstance(spec, RuleSpec)}
    return _plan(model, hours, missed.attempts, rules | dict(outcomes), tuple(sorted(results)))


def _plan(
    model: Ivr, hours: WeeklyHours | None, attempts: int, rules: dict[str, RuleSpec], results: tuple[str, ...]
) -> DialPlan:
    return DialPlan(
        gateways=model.dial.gateways,
        caller_id=CallerIdRule(pool=_pool(model)),
        ring_s=round(model.dial.ring),
        hours=hours,
        zone=ZoneRule(source=ZoneSource.FIXED, name=zone_name(model)),
        attempts=attempts,
        per_day=None,  # `per_number` limits callbacks, and `attempts` each of them
        first=(OrderKey(by=OrderBy.FEWEST_ATTEMPTS), OrderKey(by=OrderBy.OLDEST)),
        rules=rules_of(rules, attempts, results),
    )


def _pool(model: Ivr) -> tuple[str, ...]:
    """What a callback shows: a number of ours that people know. Without any, the gateway's own is shown."""
    if model.dial.caller_id is not None:
        return (str(model.dial.caller_id),)
    return tuple(str(claim) for claim in model.numbers if claim != ANY and "?" not in claim)[:1]


def missed_plan(missed: Missed) -> MissedPlan:
    notify = missed.notify
    every = None if notify is None or notify.every is None else round(notify.every)
    return MissedPlan(
        when=frozenset(map(str, missed.when)),
        after_s=round(missed.after),
        unless_reached=missed.unless == UNLESS[0],
        per_number=tuple((round(window), count) for window, count in missed.per_number),
        notify=None if notify is None else str(notify.email),
        notify_every_s=every,
    )


def dump_missed(plan: MissedPlan) -> dict[str, Any]:
    """The plan as JSON data; `load_missed` reads it back equal."""
    return {
        "when": sorted(plan.when),
        "after_s": plan.after_s,
        "unless_reached": plan.unless_reached,
        "per_number": [list(window) for window in plan.per_number],
        "notify": plan.notify,
        "notify_every_s": plan.notify_every_s,
    }


def load_missed(data: dict[str, Any]) -> MissedPlan:
    """The inverse of `dump_missed`; KeyError or TypeError for what it did not write."""
    windows = tuple((window, count) for window, count in data["per_number"])
    return MissedPlan(**{**data, "when": frozenset(data["when"]), "per_number": windows})
