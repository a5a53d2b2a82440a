"""The chart as SVG and as Mermaid: well formed whatever the names are."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.graph.chart import Chart, Line, Place, PlaceKind, Way
from orchestrator.graph.lettering import fitted, width_of
from orchestrator.graph.mermaid import mermaid
from orchestrator.graph.picture import PLACES_MAX, TooLarge, svg
from orchestrator.graph.reading import chart_of
from orchestrator.scenario.source import Map, Seq, Text
from tests.graph.charts import chart, flow

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script>\"'&`#;]{}|-->\n%%{init}%% end\u202e\u4e2d\U0001f600"


def texts(picture: str) -> list[str]:
    root = Xml.fromstring(picture)  # noqa: S314  # our own
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def hostile() -> Chart:
    """A chart that no reader would have let through."""
    here = Place(
        key=HOSTILE,
        name=HOSTILE,
        kind=PlaceKind.START,
        lines=(Line(text=HOSTILE), Line(text=HOSTILE * 20, depth=40, is_dead=True)),
        ways=(Way(to=HOSTILE, label=HOSTILE), Way(to="x", label=HOSTILE, returns=True), Way(to="")),
        file=HOSTILE,
        line=1,
        faults=(HOSTILE,),
        problems=(HOSTILE,),
    )
    gone = Place(key="x", name=HOSTILE, kind=PlaceKind.ABSENT, is_reached=False)
    return Chart(name=HOSTILE, title=HOSTILE, facts=(HOSTILE,), places=(here, gone))


def test_the_picture_shows_every_block_every_step_and_every_key() -> None:
    shown = texts(
        svg(
            flow("start: [{say: hi}, {menu: {keys: {1: a, 2: a}, otherwise: b}}]\na: [hang_up]\nb: [hang_up]")
        )
    )
    assert {"start", "a", "b", "say hi", "1 · 2", "otherwise", "ends", "calls begin here"} <= set(shown)


def test_what_goes_back_is_told_by_name() -> None:
    shown = texts(svg(flow("start: [{menu: {keys: {'*': start}, otherwise: a}}]\na: [{goto: start}]")))
    assert {"* ↻ start", "then ↗ start"} <= set(shown)


def test_what_is_wrong_stands_out_in_red() -> None:
    picture = svg(flow("start: [{goto: nowhere}]\nalone: [hang_up]"))
    assert {"⚠ no way leads here", "⚠ there is no such block"} <= set(texts(picture))
    assert picture.count('stroke-dasharray="6 4"') == 2
    assert "#b91c1c" in picture
    assert "#b91c1c" not in svg(flow("start: [hang_up]"))


def test_the_same_scenario_gives_the_same_bytes() -> None:
    made = chart("scenario: x\nkind: ivr\nnumbers: any\nflow: {start: [{goto: a}], a: [hang_up]}")
    assert svg(made) == svg(made)
    assert "kind: ivr" in texts(svg(made))


def test_hostile_names_are_text_and_nothing_else() -> None:
    picture = svg(hostile())
    root = Xml.fromstring(picture)  # noqa: S314  # our own
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg",
        "title",
        "rect",
        "text",
        "g",
        "path",
    }
    assert "<script" not in picture


def test_a_picture_of_nothing_is_a_picture() -> None:
    assert texts(svg(chart("scenario: empty"))) == ["empty"]


def test_more_blocks_than_anybody_can_read_are_refused() -> None:
    blocks = "\n".join(f"b{index}: [hang_up]" for index in range(PLACES_MAX + 1))
    with pytest.raises(TooLarge, match="401 blocks"):
        svg(flow(blocks))
    assert mermaid(flow(blocks)).count("unreached") == PLACES_MAX + 2


def test_a_large_scenario_is_drawn_in_no_time() -> None:
    steps = "[{menu: {keys: {1: b%d, 2: b%d, 3: b%d}}}]"
    blocks = [f"b{i}: {steps % ((i * 7 + 1) % 300, (i * 3 + 2) % 300, (i + 1) % 300)}" for i in range(300)]
    svg(flow("start: [{goto: b0}]\n" + "\n".join(blocks)))


def test_mermaid_has_a_line_for_each_block_and_way() -> None:
    lines = mermaid(
        flow("start: [{menu: {keys: {1: a}, otherwise: gone}}]\na: [{call: b}]\nb: [hang_up]\nc: [hang_up]")
    )
    assert lines.startswith("flowchart TD\n")
    assert '  b0(["<b>start</b> <i>calls begin here</i><br/>menu"]):::start\n' in lines
    assert '  b0 -->|"1"| b1\n' in lines
    assert '  b1 -.->|"call"| b2\n' in lines
    assert "  b2 --> over\n" in lines
    assert re.search(r"b3\[.*#9888; no way leads here.*\]:::unreached", lines)
    assert re.search(r"b4\[.*missing.*\]:::absent", lines)


def test_no_name_becomes_syntax_of_mermaid() -> None:
    for line in mermaid(hostile()).splitlines():
        for label in re.findall(r'"([^"]*)"', line):
            assert not set(label) & set("`{}[]|\n"), line
            assert "<script" not in label
        assert line.count('"') % 2 == 0


def test_texts_are_cut_to_their_room() -> None:
    assert fitted("short", 12, 100) == "short"
    cut = fitted("a rather long text that does not fit", 12, 80)
    assert cut.endswith("…")
    assert width_of(cut, 12) <= 80
    assert fitted("wwww", 12, 1) == "…"
    assert width_of("中文", 10) > width_of("ab", 10)
    assert width_of("e\u0301", 10) == width_of("e", 10)


NAMES = st.sampled_from(["start", "closed", "a", "b", "then", "else", "1", "*", HOSTILE[:60], ""])
VERBS_OF_ALL_KINDS = st.sampled_from(
    [
        "say",
        "menu",
        "ask",
        "if",
        "switch",
        "goto",
        "call",
        "hang_up",
        "fetch",
        "queue",
        "keys",
        "cases",
        "then",
        "else",
    ]
)
TREES = st.recursive(
    NAMES.map(Text.at),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(Seq.at),
        st.dictionaries(st.one_of(VERBS_OF_ALL_KINDS, NAMES), inner, max_size=4).map(
            lambda made: Map.at((Text.at(key), value) for key, value in made.items())
        ),
    ),
    max_leaves=40,
)


@settings(max_examples=150, deadline=None)
@given(flow=st.dictionaries(NAMES, TREES, max_size=6), missed=TREES)
def test_any_tree_can_be_drawn(flow: dict[str, object], missed: object) -> None:
    blocks = Map.at((Text.at(name), steps) for name, steps in flow.items())
    root = Map.at({Text.at("flow"): blocks, Text.at("missed"): Map.at({Text.at("flow"): missed})})
    made = chart_of(root)
    Xml.fromstring(svg(made))  # noqa: S314  # our own
    assert mermaid(made).startswith("flowchart TD\n")
