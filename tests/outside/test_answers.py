"""Answers of services: read as they stand, refused when they cannot be, and never more than a call can carry."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.outside.answers import ALL_BYTES, FIELDS, Unreadable, all_fields, fields_of, read_json

CARD = {"status": "sent", "sum": 1, "address": {"city": "Тверь"}, "items": [{"name": "tea"}, {"name": "cup"}]}


def read(text: str) -> object:
    found = read_json(text.encode())
    assert not isinstance(found, Unreadable), found
    return found


def test_fields_are_found_by_their_paths() -> None:
    paths = ["status", "address.city", "items.1.name", "items.2.name", "gone", "items", "address", "status.x"]
    assert fields_of(read(json.dumps(CARD)), paths) == {
        "status": "sent",
        "address.city": "Тверь",
        "items.1.name": "cup",
    }


@pytest.mark.parametrize("number", ["1234.50", "123456789012345678901", "-0", "1e3", "0.1", "7"])
def test_numbers_stay_as_they_were_written(number: str) -> None:
    assert fields_of(read(f'{{"sum": {number}}}'), ["sum"]) == {"sum": number}


def test_yes_no_and_nothing() -> None:
    assert fields_of(read('{"a": true, "b": false, "c": null}'), "abc") == {"a": "yes", "b": "no", "c": ""}


def test_a_list_at_the_top_is_read_by_number() -> None:
    assert fields_of(read('[{"id": 5}]'), ["0.id", "1.id", "99999999999.id", "-1.id"]) == {"0.id": "5"}


def test_what_cannot_be_spoken_is_taken_out() -> None:
    text = r'"\u0000 a\r\nX: b \ud800\u202e c\u2028"'
    assert fields_of(read(f'{{"a": {text}}}'), ["a"]) == {"a": "a X: b   c"}


def test_long_texts_are_cut() -> None:
    assert len(fields_of({"a": "ю" * 10_000}, ["a"])["a"]) == 256


def test_all_together_fit_into_one_command() -> None:
    value = {f"f{index}": "ю" * 256 for index in range(500)}
    found = fields_of(value, list(value))
    assert 0 < len(found) <= FIELDS
    assert len(json.dumps(found)) < ALL_BYTES * 1.2


@pytest.mark.parametrize("paths", [[5, None, {}, "", "x" * 65], [["status"]]])
def test_what_is_no_path_is_passed_over(paths: list[object]) -> None:
    assert fields_of(CARD, paths) == {}


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        ("application/json", "utf-8"),
        ("application/json; charset=utf-8", "utf-8-sig"),
        ('text/plain;charset="Windows-1251"', "cp1251"),
        ("application/json; charset=koi8-r", "koi8-r"),
    ],
)
def test_the_encoding_is_the_one_that_is_said(kind: str, codec: str) -> None:
    assert read_json('{"city": "Тверь"}'.encode(codec), kind) == {"city": "Тверь"}


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (b"", "", "an empty answer"),
        (b"  \n", "", "an empty answer"),
        ("Тверь".encode("cp1251"), "application/json", "not UTF-8 text"),
        (b"\xff", "a; charset=ascii", "an encoding that is not known"),
        (b"\xff", "a; charset=us-ascii", "not text in the encoding it says"),
        (b"{}", "a; charset=base64", "an encoding that is not known"),
        (b"<html>", "", "not JSON"),
        (b"{'a': 1}", "", "not JSON"),
        (b'{"a": NaN}', "", "NaN is no number"),
        (b'{"a": Infinity}', "", "Infinity is no number"),
        (b'{"a": 1} x', "", "not JSON"),
        (b'{"a": ' + b"1" * 100 + b"}", "", "too many digits"),
        (b"[" * 100_000, "", "nested too deeply"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "", "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_told(body: bytes, kind: str, why: str) -> None:
    found = read_json(body, kind)
    assert isinstance(found, Unreadable)
    assert why in found.why


@given(st.binary(max_size=60))
def test_nothing_that_comes_raises(body: bytes) -> None:
    fields_of(read_json(body), ["a", "0", "a.b"])


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_what_is_made_of_any_json_can_be_sent_to_a_switch(value: object) -> None:
    found = read_json(json.dumps(value).encode())
    for _, text in all_fields(found):
        assert text.isprintable() or any(ord(c) > 127 for c in text)
        text.encode()


def test_all_fields_are_shown_by_the_paths_to_them() -> None:
    shown = list(all_fields(read(json.dumps({**CARD, "ok": True}))))
    assert shown == [
        ("status", "sent"),
        ("sum", "1"),
        ("address.city", "Тверь"),
        ("items.0.name", "tea"),
        ("items.1.name", "cup"),
        ("ok", "yes"),
    ]
    assert len(list(all_fields([[str(n)] for n in range(1000)]))) == 200
    assert list(all_fields("just a text")) == [("", "just a text")]
