"""YAML to positioned text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.reader import DEPTH_MAX, VALUES_MAX, Document, read_document
from orchestrator.scenario.source import Map, Mark, Seq, Text, mark_of, texts_in

PARCEL = (Path(__file__).parent / "parcel.yaml").read_bytes()


def read(text: str | bytes) -> tuple[Document, list[str]]:
    findings = Findings()
    document = read_document(text if isinstance(text, bytes) else text.encode(), "f.yaml", findings)
    return document, [f"{p.line}:{p.col} {p.code}" for p in findings.sorted()]


@pytest.mark.parametrize(
    "typed",
    [
        "0501234567",
        "+7495",
        "yes",
        "No",
        "on",
        "off",
        "1:30",
        "0",
        "0x1F",
        "1e3",
        "null",
        "~",
        ".inf",
        "2026-12-01",
    ],
)
def test_text_stays_as_typed(typed: str) -> None:
    document, problems = read(f"key: {typed}\n{typed}: key\n")
    assert problems == []
    assert document.root == {"key": typed, typed: "key"}


def test_every_key_and_value_knows_its_place() -> None:
    root = read("a: x\nб: [ы, {c: 'd'}]\n")[0].root
    assert root is not None
    assert root.mark == Mark("f.yaml", 1, 1)
    assert root.key_mark("б") == Mark("f.yaml", 2, 1)
    assert root.key_mark("nothing") == root.mark
    assert mark_of(root.value("a")) == Mark("f.yaml", 1, 4)
    second = root.value("б")
    assert [mark_of(item) for item in second] == [Mark("f.yaml", 2, 5), Mark("f.yaml", 2, 8)]
    assert mark_of(second[1].value("c")) == Mark("f.yaml", 2, 12)
    assert mark_of("no part of a file").line == 0


def test_byte_order_mark_and_windows_line_ends_are_no_mistake() -> None:
    document, problems = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert problems == []
    assert document.root == {"a": "1", "b": "2"}
    assert document.root.key_mark("b") == Mark("f.yaml", 2, 1)


def test_an_alias_is_the_value_where_it_was_first_written() -> None:
    document, problems = read("a: &x [1, 2]\nb: *x\nc: &y z\n*y : *y\n")
    assert problems == []
    assert document.root == {"a": ["1", "2"], "b": ["1", "2"], "c": "z", "z": "z"}
    assert mark_of(document.root.value("b")).line == 1


def test_an_alias_that_leads_nowhere_is_left_out() -> None:
    document, problems = read("a: [1, *x, 2]\n*y : 3\nb: *z\n")
    assert problems == ["1:8 S010", "2:1 S010", "3:4 S010"]
    assert document.root == {"a": ["1", "2"]}


def test_texts_in_a_tree_are_keys_and_values() -> None:
    root = read("a: [x, {b: y}]\n")[0].root
    assert [str(text) for text in texts_in(root)] == ["a", "x", "b", "y"]
    assert list(texts_in(None)) == []


def test_the_deepest_file_that_is_allowed_is_read() -> None:
    levels = DEPTH_MAX - 1
    assert read("a: " + "[" * levels + "]" * levels)[1] == []
    assert read("a: " + "[" * (levels + 1) + "]" * (levels + 1))[1] == [f"1:{4 + levels} S014"]


def test_the_largest_file_that_is_allowed_is_read() -> None:
    items = VALUES_MAX - 3  # the mapping, its key and the list count too
    assert read(f"a: [{', '.join(['x'] * items)}]")[1] == []
    assert [problem[-4:] for problem in read(f"a: [{', '.join(['x'] * (items + 1))}]")[1]] == ["S015"]


@pytest.mark.parametrize(
    ("text", "problems", "left"),
    [
        ("a: [1, 2\nb: 3\n", ["1:4 S006"], {"b": "3"}),
        ("a: {x: 1\nb: 3\n", ["1:4 S006"], {"b": "3"}),
        ('b: 3\na: "x\n', ["2:4 S006"], {"b": "3"}),
        ("a:\n\t- b\nb: 3\n", ["2:1 S005"], {"b": "3"}),
        ("a: b: c\nb: 3\n", ["1:5 S006"], {"b": "3"}),
        ("a: @x\nb: 3\n", ["1:4 S006"], {"b": "3"}),
        ("a:\n  x: 1\n   y: 2\n  z: 3\nb: 3\n", ["3:5 S006"], {"a": {"z": "3"}, "b": "3"}),
        ("a:\n  x: [1\n  y: 2\nb: 3\n", ["2:6 S006"], {"a": {"y": "2"}, "b": "3"}),
        ("a:\n  - x\n  y: 2\nb: 3\n", ["3:3 S006"], {"a": ["x"], "b": "3"}),
        ("a:\n  x:\n    z: [1\nb: 3\n", ["3:8 S006"], {"b": "3"}),
        ("a: [1\nb: 3\nc: [2\nd: 4\n", ["1:4 S006", "3:4 S006"], {"b": "3", "d": "4"}),
        ("- a: 1\nb: 2\n", ["1:1 S012", "2:1 S006"], None),
        ("a\nb: 3\n", ["1:1 S012", "2:2 S006"], None),
        ("}\n", ["1:1 S006"], None),
        ("a: 1\n...\n{\n@\nb: 2\n", ["4:1 S006"], {"b": "2"}),
        ("a: 1\nb: 3\n  ", [], {"a": "1", "b": "3"}),
    ],
)
def test_a_syntax_error_hides_no_more_than_it_must(text: str, problems: list[str], left: object) -> None:
    document, told = read(text)
    assert told == problems
    assert document.root == left


def test_parts_with_a_syntax_error_are_named() -> None:
    assert read("a: [1\nb: 3\nc: [2\nd: 4\n")[0].lost == {"a", "c"}


def test_a_file_of_which_nothing_is_left_is_not_called_empty() -> None:
    document, told = read("a: [1\n")
    assert told == ["1:4 S006"]
    assert document.root == {}


def test_more_syntax_errors_than_anyone_mends_in_one_go_end_the_search() -> None:
    document, told = read("".join(f"a{n}: [1\n" for n in range(30)))
    assert document.root is None
    assert len(told) == 20


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_file_gives_problems_and_never_an_exception(data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(PARCEL)))
    junk = data.draw(
        st.one_of(st.binary(max_size=20), st.text("[]{}:,&*!|>'\"%@`#-? \n\tab", max_size=20).map(str.encode))
    )
    drop = data.draw(st.integers(0, 40))
    document, problems = read(PARCEL[:cut] + junk + PARCEL[cut + drop :])
    assert document.root is not None or problems


def test_trees_are_made_of_three_shapes() -> None:
    root = read(PARCEL)[0].root
    todo: list[object] = [root]
    while todo:
        value = todo.pop()
        assert type(value) in (Text, Seq, Map)
        todo += (
            value if isinstance(value, Seq) else [*value, *value.values()] if isinstance(value, Map) else []
        )
