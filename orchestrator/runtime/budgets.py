"""What a claim may use at this moment: the zones whose hours are open, and the gateways that are up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.domain.plan import DialPlan, GatewayShare
from orchestrator.engine import hours
from orchestrator.runtime.settings import Settings
from orchestrator.store import GatewayBudget, HourQuota, OpenZone

ALWAYS_MS = 86_400_000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """Zones that are open now, and when the first closed one opens (None: none of them ever does)."""

    open: tuple[OpenZone, ...]
    closed: Mapping[str, int | None]  # zone key -> next opening, epoch ms
    changes_at: int  # until then this stays true: a zone opens, closes or turns midnight

    @property
    def next_opening(self) -> int | None:
        return min((at for at in self.closed.values() if at is not None), default=None)


def zones_at(plan: DialPlan, zone_keys: Iterable[str], now: int) -> Zones:
    """Split `zone_keys` by the plan's calling hours at `now` (epoch ms)."""
    opened: list[OpenZone] = []
    closed: dict[str, int | None] = {}
    changes = [now + ALWAYS_MS]
    for key in zone_keys:
        until = hours.open_until(plan.hours, key, now)
        if until is None:
            opening = closed[key] = hours.next_open(plan.hours, key, now)
            changes += [opening] if opening is not None else []
            continue
        day, next_midnight = hours.local_day(key, now)
        next_day_at = next_day_opening(plan, key, next_midnight)
        opened.append(OpenZone(zone_key=key, open_until=until, day=f"{day:%Y%m%d}", next_day_at=next_day_at))
        changes += [until, next_midnight]
    return Zones(open=tuple(opened), closed=closed, changes_at=min(changes))


def next_day_opening(plan: DialPlan, zone_key: str, next_midnight: int) -> int:
    """The first moment of the next local day on which the plan's hours are open; midnight when they never are."""
    opening = hours.next_open(plan.hours, zone_key, next_midnight)
    return next_midnight if opening is None else opening


def next_day_at(plan: DialPlan, zone_key: str, now: int) -> int:
    """When `next_day` is, seen from `now`: the next local day's opening in `zone_key`."""
    return next_day_opening(plan, zone_key, hours.local_day(zone_key, now)[1])


def gateway_budgets(settings: Settings, plan: DialPlan, up: Mapping[str, str]) -> tuple[GatewayBudget, ...]:
    """The plan's gateways on the switches that are `up` (switch name -> Core-UUID), in the plan's order; of a plan that
    names none (callbacks may) all there are, in the order of the settings.
    """
    known = settings.gateways()
    shares = plan.gateways or tuple(GatewayShare(name=name) for name in dict.fromkeys(g for _, g, _ in known))
    return tuple(
        GatewayBudget(
            switch=switch,
            switch_uuid=up[switch],
            gateway=name,
            weight=share.weight,
            cps=gateway.cps,
            channels=gateway.channels,
        )
        for share in shares
        for switch, name, gateway in known
        if name == share.name and switch in up
    )


def quota_of(plan: DialPlan, zones: Zones, now: int) -> HourQuota | None:
    """How many attempts the plan allows in this clock hour; None: any number. Spread evenly, the hour's share is the
    part of the open time left today, in the zone that is open longest, that lies in it.
    """
    if plan.per_hour is None and not plan.even:
        return None
    if not plan.even or not zones.open:
        return HourQuota(attempts=plan.per_hour)
    until = max(zone.open_until for zone in zones.open)
    until = min(until, max(zone.next_day_at for zone in zones.open))
    end = now - now % HOUR_MS + HOUR_MS
    share = 1.0 if until <= end else (end - now) / (until - now)
    return HourQuota(attempts=plan.per_hour, share=share, until=until)


def foreign_numbers(settings: Settings, plan: DialPlan) -> list[str]:
    """Gateways of the plan that show numbers of their own, for their carriers allow none that it names; a line each."""
    ours = {*plan.caller_id.pool, *(number for _, pool in plan.caller_id.by_prefix for number in pool)}
    used = {share.name for share in plan.gateways}
    return [
        f"gateway {name} of switch {switch} shows {gateway.caller_ids}: "
        "its `caller_ids` have none of the scenario's `caller_id`"
        for switch, name, gateway in settings.gateways()
        if name in used and gateway.caller_ids and not ours.intersection(gateway.may_show())
    ]


def missing_gateways(settings: Settings, plan: DialPlan) -> list[str]:
    """Gateways the plan names that no switch has."""
    known = {name for _, name, _ in settings.gateways()}
    return [share.name for share in plan.gateways if share.name not in known]
