"""The page of a report: one file that loads and runs nothing, whatever is in the names that it shows."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from orchestrator.engine.kpi import formulas
from orchestrator.engine.kpi.ratio import Kpi, Unit, share
from orchestrator.runtime.report import By, Report, Row, Table
from orchestrator.runtime.report.charts import Series, bars, columns, curve, heat
from orchestrator.runtime.report.model import Note
from orchestrator.runtime.report.page import MOST_SECTIONS, page
from orchestrator.runtime.report.page_words import words_of
from orchestrator.runtime.report.pictures import pictures
from orchestrator.runtime.report.showing import duration, on_page, parts, shown
from orchestrator.runtime.report.style import STYLE
from orchestrator.runtime.report.words import KPIS, MAIN
from tests.runtime.factories import DAY, NOON

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>"
TABLES = (
    Table(
        name="by_day",
        columns=("day", "attempts", "missed", "answered_in_time"),
        rows=(("2026-11-30", 4, 0, 1),),
    ),
    Table(
        name="answer_rate_by_hour",
        columns=("weekday", "hour", "attempts", "answered", "rate"),
        rows=(("mon", 12, 4, 2, 0.5), ("sun", 23, 1, 0, 0.0)),
    ),
    Table(name="by_hour", columns=("weekday", "hour", "offered"), rows=(("tue", 9, 3), ("tue", 10, 0))),
    Table(name="attempts_to_success", columns=("attempts", "leads"), rows=((1, 5), (3, 1))),
    Table(name="results", columns=("result", "calls", "share"), rows=((HOSTILE, 3, 0.75), ("", 1, None))),
    Table(name="outcomes", columns=("outcome", "calls", "share"), rows=(("sold", 1, 1.0),)),
    Table(
        name="by_gateway",
        columns=("gateway", "attempts", "attempts_taken"),
        rows=(("main", 4, 3), ("idle", 0, 0)),
    ),
    Table(name="by_zone", columns=("zone", "attempts", "attempts_taken"), rows=((HOSTILE, 4, 3),)),
    Table(name="steps", columns=("step", "calls", "ended"), rows=(("start", 4, 1),)),
    Table(name="results_by_step", columns=("step", "result", "calls"), rows=((HOSTILE, "", 2),)),
    Table(name="waits", columns=("second", "answered", "abandoned"), rows=((3, 2, 0), (19, 2, 1))),
    Table(name="time_to_callback", columns=("share", "seconds"), rows=((0.5, 60.0), (0.9, 3_700.0))),
)


def a_row(name: str = HOSTILE, tables: tuple[Table, ...] = TABLES) -> Row:
    kpis = tuple(Kpi(name=each, unit=Unit.SHARE, part=1, whole=2) for each in KPIS)
    return Row(name=name, title=HOSTILE, kpis=(*kpis[1:], share("service_level", 0, 0)), tables=tables)


def a_report(*rows: Row, by: By = By.QUEUE, level: int | None = 20) -> Report:
    return Report(
        by=by,
        since=NOON,
        until=NOON + DAY,
        made_at=NOON + DAY,
        zone="Europe/Moscow",
        service_level_s=level,
        window_days=7,
        currency="RUB",
        rows=rows,
        total=a_row("total"),
        notes=(Note(HOSTILE, f"по-русски {HOSTILE}"),),
    )


class Tags(HTMLParser):
    """Every tag with its attributes; that each one opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("by", list(By))
def test_nothing_in_a_name_is_ever_more_than_text(by: By, language: str) -> None:
    text = page(a_report(a_row(), a_row("other"), by=by), language)
    tags = Tags(text)
    assert tags.open == []
    names = {tag for tag, _ in tags.seen}
    assert names.isdisjoint({"script", "img", "link", "iframe", "a", "object"})
    attributes = {name for _, found in tags.seen for name in found}
    assert not {name for name in attributes if name.startswith("on") or name in ("href", "src")}
    assert "&lt;script&gt;" in text
    assert "url(" not in text
    assert "@import" not in text
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_picture_is_whole_svg(language: str) -> None:
    text = page(a_report(a_row(), a_row("other")), language)
    pictures = re.findall(r"<svg .*?</svg>", text, re.S)
    assert len(pictures) == 3 * len(TABLES)
    for each in pictures:
        ElementTree.fromstring(each)  # noqa: S314  # made by us


def test_a_page_speaks_one_language() -> None:
    english, russian = page(a_report(a_row()), "en"), page(a_report(a_row()), "ru")
    assert '<html lang="en">' in english
    assert not re.search("[а-яё]", english, re.I)
    assert "Среднее время обработки" in russian
    assert "по-русски" in russian
    assert "Average handling time" not in russian
    assert "уровень сервиса: N каждой очереди" in page(a_report(level=None), "ru")


def test_a_page_is_for_night_and_for_paper_too() -> None:
    text = page(a_report(), "en")
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert "Nothing happened during this time." in text


def test_of_very_many_rows_all_are_in_the_table_and_the_first_have_pictures() -> None:
    rows = [a_row(f"row{index}", tables=()) for index in range(MOST_SECTIONS + 5)]
    text = page(a_report(*rows), "en")
    assert text.count("<tr><th>row") == MOST_SECTIONS + 5
    assert text.count("<h2>row") == MOST_SECTIONS
    assert "More rows are in the table above." in text


def test_every_word_is_there_in_both_languages() -> None:
    assert words_of("en").keys() == words_of("ru").keys()
    assert all(words_of("ru").values())
    assert {name for names in MAIN.values() for name in names} <= KPIS.keys()
    assert MAIN.keys() == {by.value for by in By}
    for said in KPIS.values():
        assert re.search("[а-яё]", said.ru, re.I)
        assert re.search("[а-яё]", said.how[1], re.I)
        assert not re.search("[а-яё]", said.en + said.short + said.how[0], re.I)


def test_every_ratio_is_defined_in_the_docs_and_has_words() -> None:
    page_of_docs = (Path(__file__).resolve().parents[3] / "docs" / "kpi.md").read_text("utf-8")
    made = {
        kpi.name
        for formula in (
            *(formulas.of_queues, formulas.of_handling, formulas.of_serving, formulas.of_agents),
            *(formulas.of_attempts, formulas.of_callers, formulas.of_missed, formulas.of_success_cost),
            lambda sums: formulas.of_cost(sums, 1),
        )
        for kpi in formula(Counter())
    }
    assert made == KPIS.keys() == set(re.findall(r"^\| `(\w+)` \|", page_of_docs, re.M))


def test_pictures_of_nothing_are_none() -> None:
    assert columns([], []) == ""
    assert columns(["a"], [Series("x", 1, (0.0,))]) == ""
    assert bars([]) == ""
    assert bars([("a", 0.0, "0")]) == ""
    assert bars([], whole=1) == ""
    assert heat([], ()) == ""
    assert curve([], None, "s") == ""


def test_a_curve_without_a_mark_and_names_that_are_too_long() -> None:
    assert 'class="m"' not in curve([(1.0, 0.5), (4.0, 1.0)], None, "s")
    assert 'class="m"' in curve([(1.0, 0.5)], 20, "s")
    assert "…" in bars([("x" * 100, 2.0, "2")])


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        (None, "-"),
        (share("a", 1, 0), "-"),
        (share("a", 5, 8), "62.5 %"),
        (Kpi(name="a", unit=Unit.SECONDS, part=64.4, whole=1), "1:04"),
        (Kpi(name="a", unit=Unit.COUNT, part=9, whole=5), "1.80"),
        (Kpi(name="a", unit=Unit.MONEY, part=24.68, whole=2), "12.34 RUB"),
    ],
)
def test_how_ratios_look(kpi: Kpi | None, expected: str) -> None:
    assert shown(kpi, "RUB") == expected


def test_how_times_and_parts_look() -> None:
    assert (duration(0), duration(59.94), duration(60), duration(7_325)) == (
        "0.0 s",
        "59.9 s",
        "1:00",
        "2:02:05",
    )
    assert parts(Kpi(name="a", unit=Unit.SECONDS, part=12_345.67, whole=1_000)) == "12 345.7 / 1 000"


def test_no_figure_is_broken_by_a_line_and_russian_ones_have_a_comma() -> None:
    blank = "\N{NO-BREAK SPACE}"
    assert on_page("22.8 s", "en") == f"22.8{blank}s"
    assert on_page("22.8 s", "ru") == f"22,8{blank}с"
    assert on_page("6 211.2 / 1 892", "ru") == f"6{blank}211,2 /{blank}1{blank}892"
    assert (on_page("0.75 RUB", "en"), on_page("2:05:00", "ru")) == (f"0.75{blank}RUB", "2:05:00")


def test_no_two_series_of_a_picture_have_one_colour() -> None:
    names = [
        "attempts",
        "attempts_by_people",
        "leads_settled",
        "offered",
        "answered",
        "abandoned",
        "handled",
        "calls_in",
        "missed",
    ]
    days = Table(name="by_day", columns=("day", *names), rows=(("2026-11-30", *range(1, 10)),))
    row = Row(name="shop", title="", about={}, sums={}, kpis=(), tables=(days,))
    (picture,) = [part for part in pictures(a_report(row), row, "en") if "<svg" in part]
    found = re.findall(r'<li><i class="(s\d)">', picture)
    assert len(found) == len(set(found)) == len(names)
    assert all(f".{shade}{{" in STYLE for shade in found)
