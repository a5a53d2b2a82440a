"""The dial plan: made from the model, and written as JSON and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from orchestrator.domain.consent import ConsentDemand, NoConsent
from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.domain.plan import (
    CallerIdRule,
    Delay,
    DialPlan,
    GatewayShare,
    OrderBy,
    OrderKey,
    PacingMode,
    PacingPlan,
    Rule,
    ZoneRule,
    ZoneSource,
)
from orchestrator.engine.rules import DEFAULT_RULES
from orchestrator.scenario.caller_id import rule_of
from orchestrator.scenario.dial import Dial, PacedDial, RuleSpec
from orchestrator.scenario.pacing import pacing_plan
from orchestrator.scenario.rule_tells import dump_tell, dump_tells, load_tell, load_texts, tell_of


def plan_of(dial: Dial, rules: dict[str, RuleSpec], results: Iterable[str]) -> DialPlan:
    """The plan with every default filled in."""
    return DialPlan(
        gateways=dial.gateways,
        caller_id=rule_of(dial.caller_id),
        ring_s=round(dial.ring),
        hours=dial.hours,
        zone=dial.timezone,
        attempts=dial.attempts,
        per_day=dial.per_day,
        first=tuple(order.key for order in dial.first),
        rules=rules_of(rules, dial.attempts, results),
        pacing=pacing_plan(dial.pacing) if isinstance(dial, PacedDial) else None,
        per_hour=None if dial.per_hour is None else dial.per_hour.calls,
        even=dial.per_hour is not None and dial.per_hour.calls is None,
    )


def rules_of(rules: dict[str, RuleSpec], attempts: int, results: Iterable[str]) -> dict[str, Rule]:
    """A rule for each disposition, `exhausted` and each result."""
    written = {key: _within(_rule(key, spec), attempts) for key, spec in rules.items()}
    by_default = {str(key): _within(rule, attempts) for key, rule in DEFAULT_RULES.items()}
    concluded = {result: Rule(status=result) for result in sorted(results)}
    return {**by_default, **concluded, **written}


def retries_within(attempts: int, *, counts: bool) -> int:
    """How many entries of a retry list can ever be used: no retry follows the last counted attempt."""
    return attempts - 1 if counts else attempts


def _within(rule: Rule, attempts: int) -> Rule:
    """A default or included rule without what `attempts` never lets it reach. One delay stays, for the way to
    `exhausted`.
    """
    most = retries_within(attempts, counts=rule.counts)
    is_needless = rule.counts and rule.at_most is not None and rule.at_most > most > 0
    return replace(rule, retry=rule.retry[: max(1, most)], at_most=None if is_needless else rule.at_most)


def _rule(key: str, spec: RuleSpec) -> Rule:
    """A rule that is final gives its own key as the status, when it names none."""
    is_final = not (spec.retry or spec.next_phone or spec.hold)
    status = str(spec.status) if spec.status else key if is_final else None
    return Rule(
        retry=spec.retry,
        at_most=spec.at_most,
        counts=spec.counts,
        next_phone=spec.next_phone,
        status=status,
        hold=spec.hold,
        tells=tuple(map(tell_of, spec.tells)),
    )


def dump_plan(plan: DialPlan) -> dict[str, Any]:
    """The plan as JSON data; `load_plan` reads it back equal."""
    return {
        "gateways": [[share.name, share.weight] for share in plan.gateways],
        "caller_id": {
            "pool": list(plan.caller_id.pool),
            "by_prefix": [[prefix, list(numbers)] for prefix, numbers in plan.caller_id.by_prefix],
        },
        "ring_s": plan.ring_s,
        "hours": dump_hours(plan.hours) if plan.hours else None,
        "zone": [plan.zone.source.value, plan.zone.name],
        "attempts": plan.attempts,
        "per_day": plan.per_day,
        "first": [[key.by.value, key.column, key.descending] for key in plan.first],
        "rules": {key: _dump_rule(rule) for key, rule in plan.rules.items()},
        **_dump_speed(plan),
        **dump_tells(plan),
        **_dump_consent(plan.consent),
    }


def _dump_speed(plan: DialPlan) -> dict[str, Any]:
    """What newer plans have: left out where it says nothing, so that earlier ones keep their digests."""
    speed: dict[str, Any] = {}
    if plan.pacing is not None:
        speed["pacing"] = {**asdict(plan.pacing), "mode": plan.pacing.mode.value}
    if plan.per_hour is not None:
        speed["per_hour"] = plan.per_hour
    if plan.even:
        speed["even"] = True
    return speed


def load_plan(data: dict[str, Any]) -> DialPlan:
    """The inverse of `dump_plan`; KeyError, TypeError or ValueError for what it did not write."""
    source, zone = data["zone"]
    caller_id = data["caller_id"]
    return DialPlan(
        gateways=tuple(GatewayShare(name=name, weight=weight) for name, weight in data["gateways"]),
        caller_id=CallerIdRule(
            pool=tuple(caller_id["pool"]),
            by_prefix=tuple((prefix, tuple(numbers)) for prefix, numbers in caller_id["by_prefix"]),
        ),
        ring_s=data["ring_s"],
        hours=load_hours(data["hours"]) if data["hours"] else None,
        zone=ZoneRule(source=ZoneSource(source), name=zone),
        attempts=data["attempts"],
        per_day=data["per_day"],
        first=tuple(
            OrderKey(by=OrderBy(by), column=column, descending=descending)
            for by, column, descending in data["first"]
        ),
        rules={key: _load_rule(rule) for key, rule in data["rules"].items()},
        pacing=_load_pacing(data.get("pacing")),
        per_hour=data.get("per_hour"),
        even=data.get("even", False),
        texts=load_texts(data.get("texts", {})),
        title=data.get("title", ""),
        consent=_load_consent(data.get("consent")),
    )


def _load_pacing(data: dict[str, Any] | None) -> PacingPlan | None:
    return None if data is None else PacingPlan(**{**data, "mode": PacingMode(data["mode"])})


def _dump_consent(demand: ConsentDemand | None) -> dict[str, Any]:
    return {} if demand is None else {"consent": [demand.purpose, demand.otherwise.value]}


def _load_consent(data: list[str] | None) -> ConsentDemand | None:
    return None if data is None else ConsentDemand(purpose=data[0], otherwise=NoConsent(data[1]))


def dump_hours(hours: WeeklyHours) -> dict[str, Any]:
    return {
        "days": [[[span.start, span.end] for span in spans] for spans in hours.days],
        "closed": [date.isoformat() for date in sorted(hours.closed)],
        "holidays": hours.holidays,
        **({"dates": _dump_dates(hours)} if hours.dates else {}),
    }


def _dump_dates(hours: WeeklyHours) -> list[Any]:
    return [[date.isoformat(), [[span.start, span.end] for span in spans]] for date, spans in hours.dates]


def _load_spans(data: list[Any]) -> tuple[Span, ...]:
    return tuple(Span(start=start, end=end) for start, end in data)


def load_hours(data: dict[str, Any]) -> WeeklyHours:
    return WeeklyHours(
        days=tuple(map(_load_spans, data["days"])),
        closed=frozenset(dt.date.fromisoformat(date) for date in data["closed"]),
        holidays=data["holidays"],
        dates=tuple(
            (dt.date.fromisoformat(date), _load_spans(spans)) for date, spans in data.get("dates", ())
        ),
    )


def _dump_rule(rule: Rule) -> dict[str, Any]:
    return {
        "retry": [delay.after_s for delay in rule.retry],
        "at_most": rule.at_most,
        "counts": rule.counts,
        "next_phone": rule.next_phone,
        "status": rule.status,
        "hold": rule.hold,
        **({"tells": [dump_tell(tell) for tell in rule.tells]} if rule.tells else {}),
    }


def _load_rule(data: dict[str, Any]) -> Rule:
    retry = tuple(Delay(after_s=after_s) for after_s in data["retry"])
    return Rule(**{**data, "retry": retry, "tells": tuple(map(load_tell, data.get("tells", ())))})
