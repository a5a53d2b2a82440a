"""The formulas of docs/kpi.md, each of sums. Every function tells all ratios of its subject, in the page's order."""

from __future__ import annotations

from typing import Final

from orchestrator.engine.floor.orders import Figure
from orchestrator.engine.kpi.cost import MICROS
from orchestrator.engine.kpi.ratio import Kpi, Unit, count, seconds, share
from orchestrator.engine.kpi.sums import HOUR_MS, Sum, Sums

HANDLING: Final = (Figure.TALK_MS, Figure.HOLD_MS, Figure.WRAP_UP_MS)
BUSY: Final = (Figure.TALKING_MS, Figure.WRAPPING_MS)
FREE: Final = (Figure.AVAILABLE_MS, Figure.RESERVED_MS, Figure.RINGING_MS)
PAID: Final = (*BUSY, *FREE, Figure.BREAK_MS)


def total(sums: Sums, names: tuple[Figure, ...]) -> int:
    return sum(sums[name] for name in names)


def of_queues(sums: Sums) -> tuple[Kpi, ...]:
    """Of callers in queues."""
    offered, answered = sums[Figure.OFFERED], sums[Figure.ANSWERED]
    known, taken = sums[Sum.WITHIN_OFFERED], sums[Sum.WITHIN_ANSWERED]
    within, gone = sums[Sum.WITHIN_N], sums[Sum.GONE_WITHIN_N]
    return (
        share("service_level", within, known),
        share("service_level_of_answered", within, taken),
        share("service_level_short_left_out", within, known - gone),
        share("service_level_short_counted", within + gone, known),
        share("lost_call_rate", offered - answered, offered),
        seconds("average_speed_of_answer", sums[Figure.WAIT_MS], answered),
        share("abandonment_inbound", sums[Figure.ABANDONED], offered),
        share("abandonment_inbound_early", sums[Figure.ABANDONED_EARLY], offered),
        seconds("average_abandonment_delay", sums[Figure.ABANDONED_WAIT_MS], sums[Figure.ABANDONED]),
        share("abandonment_outbound", *_abandoned(sums[Figure.DIALED_ABANDONED], sums[Figure.CONNECTED])),
    )


def of_handling(sums: Sums) -> tuple[Kpi, ...]:
    return (seconds("average_handling_time", total(sums, HANDLING), sums[Figure.HANDLED]),)


def of_serving(sums: Sums) -> tuple[Kpi, ...]:
    """Of the agents who serve a queue or a project."""
    handling, paid = total(sums, HANDLING), sums[Sum.SERVING_PAID_MS]
    return (
        # nobody known to serve it: then nothing is known of who was free
        _time_share("occupancy", handling, handling + sums[Sum.SERVING_FREE_MS] if paid else 0),
        count("calls_per_agent_hour", sums[Figure.HANDLED], paid / HOUR_MS),
    )


def of_agents(sums: Sums) -> tuple[Kpi, ...]:
    """Of agents by their own time."""
    busy, paid = total(sums, BUSY), total(sums, PAID)
    ready = busy + total(sums, FREE)
    rung = sums[Figure.HANDLED] + sums[Figure.MISSED]
    return (
        *of_handling(sums),
        _time_share("occupancy", busy, ready),
        _time_share("utilisation", ready, paid),
        count("calls_per_agent_hour", sums[Figure.HANDLED], paid / HOUR_MS),
        share("missed_share", sums[Figure.MISSED], rung),
    )


def of_attempts(sums: Sums) -> tuple[Kpi, ...]:
    """Of calls that campaigns made, and of their leads."""
    made, taken = sums[Sum.ATTEMPTS], sums[Sum.TAKEN]
    return (
        share("answer_seizure_ratio", taken, made),
        share("network_effectiveness_ratio", sums[Sum.EFFECTIVE], made),
        seconds("average_call_duration", sums[Sum.TALK_MS], taken),
        share("answer_rate", sums[Sum.BY_PEOPLE], made),
        share("abandonment_outbound", *_abandoned(sums[Sum.LATE], sums[Sum.IN_TIME])),
        count("attempts_to_success", sums[Sum.SUCCESS_TRIES], sums[Sum.SUCCESSES]),
        share("settled_by_first_talk", sums[Sum.FIRST_SETTLED], sums[Sum.FIRST_TALKS]),
    )


def of_callers(sums: Sums) -> tuple[Kpi, ...]:
    """Of calls that came in."""
    return (
        share("self_service_share", sums[Sum.SELF_SERVED], sums[Sum.CALLS_IN]),
        *of_first_calls(sums),
    )


def of_first_calls(sums: Sums) -> tuple[Kpi, ...]:
    return (share("first_call_resolution", sums[Sum.CALLERS_SOLVED], sums[Sum.CALLERS]),)


def of_missed(sums: Sums) -> tuple[Kpi, ...]:
    """Of missed calls, and of calling back."""
    made = sums[Sum.CALLBACKS]
    return (
        share("missed_share_of_calls", sums[Sum.MISSED], sums[Sum.CALLS_IN]),
        share("called_back", sums[Sum.CALLED_BACK], made),
        share("called_back_reached", sums[Sum.BACK_REACHED], made),
        share("called_back_not_reached", sums[Sum.BACK_NOT_REACHED], made),
        share("called_again", sums[Sum.BACK_CALLED_AGAIN], made),
        count("callback_attempts", sums[Sum.CALLBACK_ATTEMPTS], made),
        seconds("time_to_callback", sums[Sum.BACK_MS], sums[Sum.BACK_REACHED]),
    )


def of_cost(sums: Sums, calls: int) -> tuple[Kpi, ...]:
    """calls: whatever a call is there."""
    spent = (sums[Sum.COST_CALLS] + sums[Sum.COST_AGENTS]) / MICROS
    return (Kpi(name="cost_per_call", unit=Unit.MONEY, part=spent, whole=calls),)


def of_success_cost(sums: Sums) -> tuple[Kpi, ...]:
    spent = (sums[Sum.COST_CALLS] + sums[Sum.COST_AGENTS]) / MICROS
    return (Kpi(name="cost_per_success", unit=Unit.MONEY, part=spent, whole=sums[Sum.SUCCESSES]),)


def _time_share(name: str, part_ms: int, whole_ms: int) -> Kpi:
    """Of times: both parts in seconds."""
    return Kpi(name=name, unit=Unit.SHARE, part=part_ms / 1_000, whole=whole_ms / 1_000)


def _abandoned(abandoned: int, connected: int) -> tuple[int, int]:
    return abandoned, abandoned + connected
