"""Where boxes and lines go."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.graph.layers import SPAN_MAX, Link, layered
from orchestrator.graph.layout import GAP_X, Box, laid_out

BOX = Box(width=100.0, height=50.0, slots=(25.0, 75.0))


def link(source: int, target: int, slot: int = 0) -> Link:
    return Link(source=source, target=target, slot=slot)


def test_what_leads_to_a_box_stands_above_it() -> None:
    made = laid_out([BOX] * 3, [link(0, 1), link(1, 2), link(0, 2, 1)])
    assert made.spots[0].y < made.spots[1].y < made.spots[2].y


def test_ways_back_up_get_no_line() -> None:
    made = laid_out([BOX] * 2, [link(0, 1), link(1, 0), link(1, 1, 1)])
    assert [line.link for line in made.lines] == [link(0, 1)]


def test_ways_that_pass_many_layers_get_no_line() -> None:
    count = SPAN_MAX + 3
    chain = [link(index, index + 1) for index in range(count - 1)]
    made = layered(count, [*chain, link(0, count - 1, 1)])
    assert link(0, count - 1, 1) not in made.chains
    assert set(made.chains) == set(chain)


def test_a_beginning_stands_just_above_what_it_leads_to() -> None:
    made = laid_out([BOX] * 4, [link(0, 1), link(1, 2), link(3, 2)])
    assert made.spots[3].y == made.spots[1].y


def test_lines_do_not_cross_where_they_need_not() -> None:
    made = laid_out([BOX] * 5, [link(0, 1), link(0, 2, 1), link(1, 4), link(2, 3)])
    assert (made.spots[1].x < made.spots[2].x) == (made.spots[4].x < made.spots[3].x)


def test_what_no_line_holds_stands_beside_the_others() -> None:
    wide = Box(width=500.0, height=50.0, slots=(250.0,))
    made = laid_out([BOX, wide, wide, BOX], [link(0, 1), link(0, 2, 1)])
    assert made.spots[3].x == made.spots[0].x + BOX.width + GAP_X


def test_a_line_leaves_its_chip_and_arrives_on_top() -> None:
    made = laid_out([BOX] * 2, [link(0, 1, 1)])
    [line] = made.lines
    (x, y, _), (end_x, end_y, _) = line.points
    assert x == made.spots[0].x + 75.0
    assert y == made.spots[0].y + 50.0
    assert end_x == made.spots[1].x + 50.0
    assert end_y == made.spots[1].y


def test_nothing_at_all_is_laid_out_too() -> None:
    made = laid_out([], [])
    assert (made.spots, made.lines, made.width, made.height) == ((), (), 0.0, 0.0)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[Link]]:
    count = draw(st.integers(1, 9))
    boxes = [
        Box(
            width=draw(st.integers(50, 300)) * 1.0,
            height=draw(st.integers(20, 90)) * 1.0,
            slots=(10.0, 20.0, 30.0),
        )
        for _ in range(count)
    ]
    node = st.integers(0, count - 1)
    links = draw(st.lists(st.builds(link, node, node, st.integers(0, 2)), max_size=20, unique=True))
    return boxes, links


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_boxes_never_overlap_and_nothing_stands_outside(graph: tuple[list[Box], list[Link]]) -> None:
    boxes, links = graph
    made = laid_out(boxes, links)
    assert made == laid_out(boxes, links)
    placed = list(zip(made.spots, boxes, strict=True))
    for index, (spot, box) in enumerate(placed):
        assert spot.x >= -0.01
        assert spot.x + box.width <= made.width + 0.01
        assert spot.y + box.height <= made.height + 0.01
        for other, their in placed[:index]:
            apart = (
                spot.x + box.width <= other.x + 0.01
                or other.x + their.width <= spot.x + 0.01
                or spot.y + box.height <= other.y + 0.01
                or other.y + their.height <= spot.y + 0.01
            )
            assert apart
    assert all(made.spots[line.link.source].y < made.spots[line.link.target].y for line in made.lines)
