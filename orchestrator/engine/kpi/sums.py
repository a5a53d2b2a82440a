"""Names of what reports count besides the figures of the floor (engine.floor.orders.Figure), and sums by name."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Final

Sums = Counter[str]
HOUR_MS: Final = 3_600_000


class Sum(StrEnum):
    """Counts; names in `_ms` are sums of milliseconds, those in `_micros` of millionths of the currency.

    Of attempts that ended, each counted where it was claimed:
    """

    ATTEMPTS = "attempts"  # and `attempts_DISPOSITION`
    TAKEN = "attempts_taken"  # the customer's leg was answered, by whomever
    BY_PEOPLE = "attempts_by_people"  # by a person: answered and abandoned
    EFFECTIVE = "attempts_effective"  # got through the network: taken, busy, no answer, rejected
    REACHED = "attempts_reached"  # an agent, or a number, talked with the customer
    IN_TIME = "attempts_connected"  # the same, within the limit where there is one
    LATE = "attempts_nobody"  # a person answered, and nobody was there within the limit
    TALK_MS = "attempts_talk_ms"  # of the taken, from answer to end
    # of leads, each counted at the attempt that did it
    FIRST_TALKS = "leads_answered"  # a person answered for the first time
    FIRST_SETTLED = "leads_settled_at_once"  # and that call settled the lead
    SUCCESSES = "leads_settled"
    SUCCESS_TRIES = "leads_settled_attempts"  # their originates until then
    # of calls that came in, each counted where it began
    CALLS_IN = "calls_in"  # and `calls_in_END`
    CALLS_REACHED = "calls_in_reached"
    SELF_SERVED = "calls_in_self_served"
    CALLS_TALK_MS = "calls_in_ms"  # from answer to end, whoever talked
    CALLERS = "callers"  # first calls of callers, the window over
    CALLERS_SOLVED = "callers_solved"
    CALLERS_OPEN = "callers_open"  # the window is not over yet
    # of missed calls
    MISSED = "missed"
    CALLBACKS = "callbacks"
    CALLED_BACK = "callbacks_called"
    CALLBACK_ATTEMPTS = "callbacks_attempts"
    BACK_REACHED = "callbacks_reached"
    BACK_CALLED_AGAIN = "callbacks_called_again"
    BACK_ELSEWHERE = "callbacks_reached_elsewhere"
    BACK_NOT_REACHED = "callbacks_not_reached"
    BACK_WAITING = "callbacks_waiting"
    BACK_MS = "callbacks_reached_ms"  # from the first missed call's end to our answered call
    # of queues, for the N that is asked for
    WITHIN_N = "answered_within_n"
    GONE_WITHIN_N = "abandoned_within_n"
    WITHIN_OFFERED = "offered_with_n"  # offered to queues whose waits are known by seconds
    WITHIN_ANSWERED = "answered_with_n"
    # of the agents who serve a queue or project; who serves several counts in each
    SERVING_FREE_MS = "serving_free_ms"
    SERVING_PAID_MS = "serving_paid_ms"
    # money
    COST_CALLS = "cost_calls_micros"
    COST_AGENTS = "cost_agents_micros"
