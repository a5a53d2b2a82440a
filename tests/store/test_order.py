"""The order of calling as bytes is the order people mean."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator.domain.plan import OrderBy, OrderKey
from orchestrator.store.order import MAX_STATIC, NO_ATTEMPTS, is_newest_first, sort_bytes

OLDEST, NEWEST, FEWEST = (OrderKey(by=by) for by in (OrderBy.OLDEST, OrderBy.NEWEST, OrderBy.FEWEST_ATTEMPTS))
UP = OrderKey(by=OrderBy.FIELD, column="x")
DOWN = OrderKey(by=OrderBy.FIELD, column="x", descending=True)
SECOND = OrderKey(by=OrderBy.FIELD, column="y")

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12)
words = st.text(st.sampled_from("абвеёжяabcz 0'«"), min_size=1, max_size=8).filter(lambda t: not t.isdigit())


def order(value: str, key: OrderKey = UP) -> bytes:
    return sort_bytes((key,), {"x": value})


@given(decimals, decimals)
@example(Decimal("-0.000"), Decimal("0"))
@example(Decimal("-1.5"), Decimal("-1.25"))
def test_numbers_sort_by_value(a: Decimal, b: Decimal) -> None:
    assert (order(f"{a:f}") < order(f"{b:f}")) == (a < b)
    assert (order(f"{a:f}", DOWN) < order(f"{b:f}", DOWN)) == (a > b)
    assert (order(f"{a:f}") == order(f"{b:f}")) == (a == b)


@given(st.integers(0, 10**50), st.integers(0, 10**50))
def test_numbers_of_any_length_sort_by_value(a: int, b: int) -> None:
    assert (order(f"000{a}") < order(str(b))) == (a < b)


@given(st.dates(), st.dates())
def test_dates_sort_by_value(a: object, b: object) -> None:
    assert (order(str(a)) < order(str(b))) == (a < b)  # type: ignore[operator]  # dates


def _letters(text: str) -> str:
    return text.casefold().replace("ё", "е")


@given(words, words)
@example("ель", "ёлка")
def test_texts_sort_by_letter_with_yo_as_ye(a: str, b: str) -> None:
    assert (order(a) < order(b)) == (_letters(a) < _letters(b))
    assert (order(a, DOWN) < order(b, DOWN)) == (_letters(a) > _letters(b))


@given(words, decimals)
def test_numbers_come_before_texts(word: str, value: Decimal) -> None:
    assert order(f"{value:f}") < order(word)


@given(st.one_of(words, decimals.map("{:f}".format), st.sampled_from(["-", ".", "-.", "1.", ".5", "x\0y"])))
def test_what_is_missing_comes_last_in_either_direction(value: str) -> None:
    for key in (UP, DOWN):
        assert order(value, key) < order("", key)
        assert order("", key) == sort_bytes((key,), {})


@given(st.lists(st.tuples(words, words), min_size=2, max_size=2))
def test_the_second_key_decides_among_equals_only(pairs: list[tuple[str, str]]) -> None:
    (a, b), (c, d) = pairs
    first, second = (sort_bytes((DOWN, SECOND), {"x": x, "y": y}) for x, y in ((a, b), (c, d)))
    if _letters(a) == _letters(c):
        assert (first < second) == (_letters(b) < _letters(d))
    else:
        assert (first < second) == (_letters(a) > _letters(c))


def test_a_number_with_a_point_and_nothing_after_it_is_a_number() -> None:
    assert order("5.") == order("5") == order("5.0")
    assert order(".5") == order("0.5")


def test_attempts_stand_where_the_scenario_says() -> None:
    fields = {"x": "7", "y": "b"}
    assert sort_bytes((), fields) == bytes([NO_ATTEMPTS])
    assert sort_bytes((FEWEST,), fields) == bytes([0])
    one = sort_bytes((UP,), fields)[:-1]
    assert sort_bytes((UP, FEWEST), fields) == one + bytes([len(one)])
    both = sort_bytes((UP, SECOND), fields)[:-1]
    assert sort_bytes((UP, FEWEST, SECOND, FEWEST), fields) == both + bytes([len(one)])


def test_nothing_after_the_age_counts() -> None:
    fields = {"x": "7"}
    for age in (OLDEST, NEWEST):
        assert sort_bytes((age, UP, FEWEST), fields) == sort_bytes((), fields)
        assert sort_bytes((FEWEST, age, UP), fields) == sort_bytes((FEWEST,), fields)


def test_newest_first_is_what_comes_first_of_the_two() -> None:
    assert [is_newest_first(keys) for keys in ((), (UP,), (OLDEST, NEWEST), (UP, NEWEST, OLDEST))] == [
        False,
        False,
        False,
        True,
    ]


@given(st.lists(st.text(max_size=300), max_size=6))
def test_hostile_columns_stay_within_bounds(values: list[str]) -> None:
    fields = {str(index): value for index, value in enumerate(values)}
    keys = tuple(OrderKey(by=OrderBy.FIELD, column=name) for name in fields)
    made = sort_bytes((*keys, FEWEST), fields)
    assert len(made) <= MAX_STATIC + 1
    assert made[-1] <= len(made) - 1
