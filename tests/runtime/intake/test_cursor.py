"""Where a source goes on from."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.runtime.intake.cursor import Cursor, after, asked_with, cursor_of
from orchestrator.runtime.settings_parts.intake_settings import IntakePart


def part(**more: Any) -> IntakePart:
    base = {"scenario": "greeting", "service": "crm", "path": "orders", "columns": {"phone": "phone"}}
    return IntakePart.model_validate({**base, **more})


def test_the_first_question_is_from_the_beginning() -> None:
    source = part(send={"limit": "10"}, cursor={"send": "since", "max": "at", "begin": "5"})
    assert asked_with(cursor_of("", source), source) == {"limit": "10", "since": "5"}
    without = part(cursor={"send": "since", "max": "at"})
    assert asked_with(cursor_of("", without), without) == {}


@pytest.mark.parametrize("kept", ["[1]", "nonsense", '{"strange": 1}', "null"])
def test_what_cannot_be_read_is_the_beginning(kept: str) -> None:
    source = part(cursor={"send": "since", "max": "at", "begin": "5"})
    assert cursor_of(kept, source) == Cursor(at="5")


def test_what_was_kept_is_read() -> None:
    cursor = Cursor(at="5", page="3", top="9")
    assert cursor_of(cursor.dumps(), part()) == cursor


def test_the_greatest_value_is_the_next_cursor_and_there_is_more_while_it_grows() -> None:
    source = part(cursor={"send": "since", "max": "at"})
    items = [{"at": "7"}, {"at": "10"}, {"no": "1"}]
    assert after(Cursor(at="8"), source, {}, items) == (Cursor(at="10"), True)
    assert after(Cursor(at="10"), source, {}, items) == (Cursor(at="10"), False)
    assert after(Cursor(at="10"), source, {}, [{"at": "3"}]) == (Cursor(at="10"), False)
    assert after(Cursor(at="10"), source, {}, []) == (Cursor(at="10"), False)


def test_the_answer_may_say_the_next_cursor() -> None:
    source = part(cursor={"send": "after", "from": "meta.next"})
    assert after(Cursor(), source, {"meta": {"next": "abc"}}, [{}]) == (Cursor(at="abc"), True)
    assert after(Cursor(at="abc"), source, {"meta": {"next": "abc"}}, [{}]) == (Cursor(at="abc"), False)
    assert after(Cursor(at="abc"), source, {"meta": {"next": None}}, [{}]) == (Cursor(at="abc"), False)
    assert after(Cursor(at="abc"), source, {"meta": {"next": "abd"}}, []) == (Cursor(at="abd"), False)


def test_pages_are_numbered_until_one_is_empty_and_only_then_the_cursor_moves() -> None:
    source = part(pages={"send": "page"}, cursor={"send": "since", "max": "at", "begin": "1"})
    cursor = cursor_of("", source)
    assert asked_with(cursor, source) == {"since": "1", "page": "1"}
    cursor, has_more = after(cursor, source, {}, [{"at": "9"}])
    assert (cursor, has_more) == (Cursor(at="1", page="2", top="9"), True)
    assert asked_with(cursor, source) == {"since": "1", "page": "2"}
    cursor, has_more = after(cursor, source, {}, [{"at": "4"}])
    assert (cursor.page, cursor.top) == ("3", "9")
    assert after(cursor, source, {}, []) == (Cursor(at="9"), False)


def test_pages_may_begin_with_nought_and_go_without_a_cursor() -> None:
    source = part(pages={"send": "page", "first": "0"})
    assert asked_with(Cursor(), source) == {"page": "0"}
    cursor, has_more = after(Cursor(), source, {}, [{}])
    assert (asked_with(cursor, source), has_more) == ({"page": "1"}, True)
    assert after(cursor, source, {}, []) == (Cursor(), False)


def test_an_answer_may_say_which_page_is_the_last() -> None:
    source = part(pages={"send": "page", "last": "meta.pages"}, cursor={"send": "since", "max": "at"})
    cursor, has_more = after(Cursor(), source, {"meta": {"pages": "2"}}, [{"at": "5"}])
    assert (cursor.page, has_more) == ("2", True)
    assert after(cursor, source, {"meta": {"pages": "2"}}, [{"at": "4"}]) == (Cursor(at="5"), False)
    for answer in ({}, {"meta": {"pages": "many"}}, {"meta": {"pages": None}}):
        assert after(Cursor(page="9"), source, answer, [{"at": "4"}])[1]


def test_a_page_may_say_what_the_next_one_is_asked_by() -> None:
    source = part(pages={"send": "token", "from": "next"}, cursor={"send": "since", "from": "now"})
    cursor, has_more = after(Cursor(), source, {"next": "t2", "now": "8"}, [{}])
    assert (asked_with(cursor, source), has_more) == ({"token": "t2"}, True)
    assert after(cursor, source, {"next": "t2", "now": "8"}, [{}]) == (Cursor(at="8"), False)  # a loop
    assert after(cursor, source, {"now": "9"}, [{}]) == (Cursor(at="9"), False)
    assert after(cursor, source, {}, [{}]) == (Cursor(at="8"), False)


def test_without_cursor_and_pages_each_question_is_the_same() -> None:
    assert after(Cursor(), part(), {}, [{}]) == (Cursor(), False)


def test_a_page_that_was_kept_by_other_settings_is_no_number() -> None:
    source = part(pages={"send": "page", "last": "pages"})
    assert asked_with(Cursor(page="token"), source) == {"page": "1"}
    assert after(Cursor(page="token"), source, {"pages": "9" * 5000}, [{}]) == (Cursor(page="2"), True)
