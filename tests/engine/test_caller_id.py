"""Which of our numbers is shown."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.plan import CallerIdRule
from orchestrator.engine.caller_id import choose

POOL = tuple(f"+749512300{i:02}" for i in range(10))


def test_a_lead_always_sees_the_same_number() -> None:
    rule = CallerIdRule(pool=POOL)
    assert {choose(rule, "+79990000001", 42) for _ in range(5)} == {choose(rule, "+79990000002", 42)}


def test_leads_spread_over_the_pool() -> None:
    shown = Counter(choose(CallerIdRule(pool=POOL), "+79990000001", lead) for lead in range(2_000))
    assert set(shown) == set(POOL)
    assert max(shown.values()) < 2 * min(shown.values())


def test_a_number_added_to_the_pool_moves_only_leads_that_get_it() -> None:
    for lead in range(300):
        before = choose(CallerIdRule(pool=POOL[:9]), "+79990000001", lead)
        after = choose(CallerIdRule(pool=POOL), "+79990000001", lead)
        assert after in (before, POOL[9])


def test_the_longest_prefix_wins_and_the_pool_is_for_the_rest() -> None:
    rule = CallerIdRule(
        pool=("+18005550100",),
        by_prefix=(("7", ("+78001000000",)), ("7495", ("+74951234567",)), ("375", ())),
    )
    assert choose(rule, "+74957654321", 1) == "+74951234567"
    assert choose(rule, "+78127654321", 1) == "+78001000000"
    assert choose(rule, "+37517654321", 1) == "+18005550100"
    assert choose(rule, "+442012345678", 1) == "+18005550100"


def test_a_rule_without_a_number_for_the_call_shows_the_gateways_own() -> None:
    assert choose(CallerIdRule(), "+79990000001", 1) == ""


def test_a_gateway_shows_only_what_its_carrier_allows() -> None:
    rule = CallerIdRule(pool=POOL, by_prefix=(("7495", ("+74951111111",)),))
    assert {choose(rule, "+79990000001", lead, POOL[:2]) for lead in range(50)} == set(POOL[:2])
    assert choose(rule, "+74950000001", 1, ("+74951111111", *POOL)) == "+74951111111"


def test_a_lead_keeps_its_number_on_every_gateway_that_may_show_it() -> None:
    rule = CallerIdRule(pool=POOL)
    for lead in range(300):
        usual = choose(rule, "+79990000001", lead)
        assert choose(rule, "+79990000001", lead, POOL[:5]) == usual or usual in POOL[5:]


def test_a_gateway_that_may_show_none_of_the_rules_numbers_shows_its_own() -> None:
    own = ("+78120000001", "+78120000002")
    for rule in (CallerIdRule(), CallerIdRule(pool=POOL)):
        assert {choose(rule, "+79990000001", lead, own) for lead in range(50)} == set(own)
        assert choose(rule, "+79990000001", 1, own) == choose(rule, "+79990000002", 1, own)


numbers = st.integers(10_000, 10**14).map(lambda n: f"+{n}")
pools = st.lists(numbers, max_size=4).map(tuple)


@given(
    pools, st.lists(st.tuples(st.integers(1, 999).map(str), pools), max_size=4), numbers, st.integers(), pools
)
def test_only_numbers_of_the_rule_are_ever_shown_and_only_allowed_ones(
    pool: tuple[str, ...],
    prefixes: list[tuple[str, tuple[str, ...]]],
    number: str,
    lead: int,
    allowed: tuple[str, ...],
) -> None:
    rule = CallerIdRule(pool=pool, by_prefix=tuple(prefixes))
    ours = {*pool, *(n for _, ns in prefixes for n in ns)}
    assert choose(rule, number, lead) in (ours or {""}) | ({""} if not pool else set())
    assert not allowed or choose(rule, number, lead, allowed) in allowed
