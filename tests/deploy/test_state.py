"""Which release is in force, which was, and which may go."""

from __future__ import annotations

import pytest

from orchestrator.deploy.state import KEEP, LONGEST_CALL_MS, Activation, State, read_history, read_link

NOW = 10_000_000_000
HOUR = 3_600_000
A, B, C = "aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"


def _state(*history: tuple[int, str], current: str = "", stored: tuple[str, ...] = (A, B, C)) -> State:
    return State(
        now=NOW,
        current=current,
        history=tuple(Activation(at=at, release_id=item) for at, item in history),
        stored=dict.fromkeys(stored, 0),
    )


def test_the_release_before_is_another_one_that_is_still_there() -> None:
    assert _state((1, A), (2, B), current=B).previous == A
    assert _state((1, A), (2, B), (3, A), current=A).previous == B
    assert _state((1, A), (2, C), (3, B), current=B, stored=(A, B)).previous == A
    assert _state((1, A), current=A).previous == ""
    assert _state().previous == ""


def test_a_deploy_that_was_broken_off_is_seen() -> None:
    broken = _state((1, A), current=B)
    assert (broken.finished, broken.standing, broken.previous, broken.since) == (A, B, A, None)
    assert _state((1, A), current="dddddddddddd").standing == ""


def test_since_when_a_release_is_in_force() -> None:
    assert _state((1, A), (5, B), current=B).since == 5
    assert _state((1, B), (5, A), (7, B), (9, B), current=B).since == 7


def test_what_was_in_force_at_a_moment() -> None:
    state = _state((10, A), (20, B), (30, C), stored=(A, C))
    assert [state.at(moment) for moment in (5, 10, 15, 25, 30, 99)] == ["", A, A, "", C, C]


def test_old_releases_go_and_the_newest_stay() -> None:
    ids = [f"{n:012x}" for n in range(KEEP + 3)]
    old = NOW - 100 * HOUR
    state = _state(*((old + n, item) for n, item in enumerate(ids)), current=ids[-1], stored=tuple(ids))
    assert state.prunable() == tuple(ids[:3])


def test_neither_the_current_nor_the_one_before_ever_goes() -> None:
    ids = [f"{n:012x}" for n in range(KEEP + 3)]
    old = NOW - 100 * HOUR
    history = [(old + n, item) for n, item in enumerate(ids)]
    state = _state(*history, current=ids[0], stored=tuple(ids))  # its deploy was broken off
    assert ids[0] not in state.prunable()
    back = _state(
        (old - 9, ids[1]), *history[2:], (NOW - 50 * HOUR, ids[0]), current=ids[0], stored=tuple(ids)
    )
    assert back.previous == ids[-1]
    assert back.prunable() == (ids[1], ids[2], ids[3])


def test_a_release_that_a_call_may_have_begun_on_stays() -> None:
    ids = [f"{n:012x}" for n in range(KEEP + 3)]
    lately = NOW - LONGEST_CALL_MS + 1
    state = _state(*((lately, item) for item in ids), current=ids[-1], stored=tuple(ids))
    assert state.prunable() == ()


def test_a_release_that_never_came_into_force_goes_by_its_age() -> None:
    ids = [f"{n:012x}" for n in range(KEEP + 1)]
    stored = dict.fromkeys(ids, NOW - 100 * HOUR) | {C: NOW - 200 * HOUR, B: NOW - HOUR}
    state = State(now=NOW, current="", history=(), stored=stored)
    assert set(state.prunable()) == {C, *ids[-2:]}


def test_a_history_is_read_past_broken_lines() -> None:
    lines = [f"1000 {A}\n", "2000 bbb\n", "", "x y\n", f"3000 {C}"]
    assert [(item.at, item.release_id) for item in read_history(lines)] == [(1000, A), (3000, C)]
    assert read_history([Activation(at=7, release_id=B).line()])[0] == Activation(at=7, release_id=B)


@pytest.mark.parametrize(
    "link", ["", A, f"/srv/releases/{A}", "releases/other", f"elsewhere/{A}", "releases/"]
)
def test_a_link_to_anything_else_is_no_release(link: str) -> None:
    assert read_link(link) == ""
    assert read_link(f"releases/{A}") == A
