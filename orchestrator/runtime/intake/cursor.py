"""Where a polled source goes on: what is kept of it, what is asked with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson

from orchestrator.runtime.intake.items import greatest, is_whole, size_of, text_at
from orchestrator.runtime.settings_parts.intake_settings import CursorPart, IntakePart, PagesPart

MOST_DIGITS: Final = 9  # of a page's number


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """at: what is sent as the cursor, "" for nothing. page: sent as the page, "" for the first. top: the greatest
    value so far, which becomes the cursor once all pages were read.
    """

    at: str = ""
    page: str = ""
    top: str = ""

    def dumps(self) -> str:
        return orjson.dumps({"at": self.at, "page": self.page, "top": self.top}).decode()


def cursor_of(text: str, part: IntakePart) -> Cursor:
    """What was kept; the beginning when nothing was."""
    try:
        kept = orjson.loads(text) if text else {}
        return Cursor(**{name: str(value) for name, value in kept.items()}) if kept else _beginning(part)
    except (ValueError, TypeError, AttributeError):
        return _beginning(part)


def _beginning(part: IntakePart) -> Cursor:
    return Cursor(at=part.cursor.begin if part.cursor else "")


def asked_with(cursor: Cursor, part: IntakePart) -> dict[str, str]:
    """All that is sent with the next question."""
    sent = dict(part.send)
    if part.cursor is not None and cursor.at:
        sent[part.cursor.send] = cursor.at
    if part.pages is not None:
        page = cursor.page if part.pages.source else str(_number(cursor, part.pages))
        if page:
            sent[part.pages.send] = page
    return sent


def after(cursor: Cursor, part: IntakePart, answer: object, items: Sequence[object]) -> tuple[Cursor, bool]:
    """The cursor after an answer was taken in, and whether there is more to ask at once."""
    if part.pages is not None:
        return _after_page(cursor, part, part.pages, answer, items)
    if part.cursor is None:
        return cursor, False
    at = _next(cursor, part.cursor, answer, items) or cursor.at
    return Cursor(at=at), bool(items) and at != cursor.at


def _after_page(
    cursor: Cursor, part: IntakePart, pages: PagesPart, answer: object, items: Sequence[object]
) -> tuple[Cursor, bool]:
    top = (part.cursor and _next(cursor, part.cursor, answer, items)) or cursor.top
    if pages.source is not None:
        page = text_at(answer, pages.source)
        has_more = bool(page) and page != cursor.page
    else:
        number = _number(cursor, pages)
        page = str(number + 1)
        has_more = bool(items) and not _is_last(answer, pages.last, number)
    if has_more:
        return replace(cursor, page=page, top=top), True
    return Cursor(at=top or cursor.at), False


def _number(cursor: Cursor, pages: PagesPart) -> int:
    """Of the page that is asked for; what was kept may be of other settings, by which pages had no numbers."""
    kept = cursor.page
    return int(kept) if is_whole(kept) and len(kept) <= MOST_DIGITS else pages.first


def _is_last(answer: object, place: str | None, number: int) -> bool:
    """Whether the answer says that there are no pages after this one; who says nothing of it is asked for the next."""
    last = text_at(answer, place) if place else ""
    return is_whole(last) and size_of(str(number)) >= size_of(last)


def _next(cursor: Cursor, part: CursorPart, answer: object, items: Sequence[object]) -> str:
    if part.source is not None:
        return text_at(answer, part.source)
    assert part.max is not None  # noqa: S101  # the settings say so
    place = part.max
    return greatest([cursor.top or cursor.at, *(text_at(item, place) for item in items)])
