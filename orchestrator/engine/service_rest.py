"""When a service that fails is left alone: as a gateway is (engine/breaker.py), but by each worker for itself.

After `after` failures in a row nobody asks it for a while; then one call tries it, and what becomes of that decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from orchestrator.domain.trunk import RestRule


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth:
    """fails: in a row. until: it rests so long (ms of a clock that never goes back). is_tried: one call tries it."""

    fails: int = 0
    until: int | None = None
    is_tried: bool = False


WELL = ServiceHealth()


def may_ask(health: ServiceHealth, now: int) -> bool:
    return health.until is None or (now >= health.until and not health.is_tried)


def asked(health: ServiceHealth) -> ServiceHealth:
    """One that `may_ask` begins: after a rest it is the only one until it has ended."""
    return health if health.until is None else replace(health, is_tried=True)


def worked(_: ServiceHealth) -> ServiceHealth:
    """It answered: whatever it said, it is there."""
    return WELL


def said_nothing(health: ServiceHealth) -> ServiceHealth:
    """It was not asked after all, or what came of it says nothing about the service: the next one may try."""
    return replace(health, is_tried=False)


def failed(health: ServiceHealth, rule: RestRule, now: int) -> ServiceHealth:
    """It did not answer, or said itself that it cannot. What was under way when a rest began does not prolong it."""
    if health.until is not None and not health.is_tried:
        return health
    fails = health.fails + 1
    if fails < rule.after:
        return ServiceHealth(fails=fails)
    doublings = min(fails - rule.after, 32)
    return ServiceHealth(fails=fails, until=now + min(rule.for_ms << doublings, rule.most_ms))
