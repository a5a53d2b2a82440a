"""Which pictures a row of a report has: one for each breakdown that says something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from orchestrator.runtime.report import charts
from orchestrator.runtime.report.model import Report, Row, Table, Value
from orchestrator.runtime.report.page_words import DAYS, words_of
from orchestrator.runtime.report.showing import duration, on_page
from orchestrator.runtime.report.tables import WEEKDAYS

MOST_DAYS = 92


def pictures(report: Report, row: Row, language: str) -> Iterator[str]:
    """As figures, each with its title; nothing where there is nothing to see."""
    words = words_of(language)
    drawn = [(table.name, _DRAWN[table.name](report, table, language)) for table in row.tables]
    figures = [
        f"<figure><h3>{escape(words[name])}</h3>{picture}</figure>" for name, picture in drawn if picture
    ]
    if figures:
        yield '<div class="charts">'
        yield from figures
        yield "</div>"


def _by_day(_: Report, table: Table, language: str) -> str:
    words, rows = words_of(language), table.rows[-MOST_DAYS:]
    found: dict[int, charts.Series] = {}  # by shade: no two look the same
    for name in table.columns[1:]:
        values = tuple(_whole(row[table.columns.index(name)]) for row in rows) if name in _SHADES else ()
        if any(values):
            usual = _SHADES[name]
            shade = next(each for each in (usual, *range(charts.SHADES, 0, -1)) if each not in found)
            found[shade] = charts.Series(words[name], shade, values)
    return charts.columns([str(row[0]) for row in rows], list(found.values()))


def _answer_rate(_: Report, table: Table, language: str) -> str:
    words = words_of(language)
    return charts.heat(
        [
            (
                WEEKDAYS.index(str(day)),
                int(_whole(hour)),
                _whole(rate),
                f"{DAYS[language][WEEKDAYS.index(str(day))]} {hour}:00 — {_whole(rate):.0%} {words['of']} {attempts}",
            )
            for day, hour, attempts, _, rate in table.rows
        ],
        DAYS[language],
    )


def _by_hour(_: Report, table: Table, language: str) -> str:
    """How many come, by the hour of the week; the darker, the more."""
    most = max((_whole(row[2]) for row in table.rows), default=0)
    return charts.heat(
        [
            (
                WEEKDAYS.index(str(row[0])),
                int(_whole(row[1])),
                _whole(row[2]) / most,
                f"{DAYS[language][WEEKDAYS.index(str(row[0]))]} {row[1]}:00 — {row[2]}",
            )
            for row in table.rows
            if row[2]
        ],
        DAYS[language],
    )


def _waits(report: Report, table: Table, language: str) -> str:
    """The share of the answered who waited less than so long."""
    whole = sum(_whole(row[1]) for row in table.rows)
    points, sofar = [], 0.0
    for second, answered, _ in table.rows:
        sofar += _whole(answered)
        points.append((_whole(second) + 1, sofar / whole if whole else 0.0))
    return charts.curve(points if whole else [], report.service_level_s, words_of(language)["s"])


def _named(_: Report, table: Table, language: str) -> str:
    """(name, calls, ...): a bar each."""
    words = words_of(language)
    return charts.bars([(str(row[0]) or words["none"], _whole(row[1]), f"{row[1]}") for row in table.rows])


def _tries(_: Report, table: Table, language: str) -> str:  # noqa: ARG001  # as the others
    counts = {int(_whole(tries)): _whole(leads) for tries, leads in table.rows}
    labels = range(1, max(counts, default=0) + 1)
    values = tuple(counts.get(each, 0.0) for each in labels)
    return charts.columns([str(each) for each in labels], [charts.Series("", 1, values)])


def _answered_of(_: Report, table: Table, language: str) -> str:
    """(name, attempts, answered, ...): the share that was answered by anything."""
    words = words_of(language)
    rows = []
    for name, attempts, taken, *_rest in table.rows:
        share = _whole(taken) / (_whole(attempts) or 1)
        rows.append((str(name), share, f"{share:.0%} {words['of']} {attempts}"))
    return charts.bars(rows, whole=1)


def _results_by_step(_: Report, table: Table, language: str) -> str:
    words = words_of(language)
    return charts.bars(
        [
            (f"{step} → {result or words['none']}", _whole(calls), f"{calls}")
            for step, result, calls in table.rows
        ]
    )


def _callbacks(_: Report, table: Table, language: str) -> str:
    return charts.bars(
        [
            (f"{_whole(share):.0%}", _whole(seconds), on_page(duration(_whole(seconds)), language))
            for share, seconds in table.rows
        ]
    )


def _whole(value: Value) -> float:
    return value if isinstance(value, int | float) else 0.0


_SHADES = {
    "attempts": 2,
    "attempts_by_people": 1,
    "leads_settled": 3,
    "offered": 2,
    "answered": 1,
    "abandoned": 4,
    "handled": 1,
    "calls_in": 2,
    "missed": 4,
}

_DRAWN: dict[str, Callable[[Report, Table, str], str]] = {
    "by_day": _by_day,
    "answer_rate_by_hour": _answer_rate,
    "attempts_to_success": _tries,
    "results": _named,
    "outcomes": _named,
    "steps": _named,
    "by_gateway": _answered_of,
    "by_zone": _answered_of,
    "results_by_step": _results_by_step,
    "by_hour": _by_hour,
    "waits": _waits,
    "time_to_callback": _callbacks,
}
