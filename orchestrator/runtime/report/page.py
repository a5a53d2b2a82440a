"""A report as one self-contained page: nothing is loaded, nothing runs; it prints, and is right by day and night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from orchestrator.runtime.report import showing
from orchestrator.runtime.report.model import Report, Row
from orchestrator.runtime.report.page_words import words_of
from orchestrator.runtime.report.pictures import pictures
from orchestrator.runtime.report.style import STYLE
from orchestrator.runtime.report.words import MAIN

MOST_SECTIONS: Final = 60  # rows with pictures of their own; all are in the table


def page(report: Report, language: str) -> str:
    """language: en or ru. Names, whatever is in them, are only ever text."""
    return "\n".join([*_head(report, language), *_body(report, language), "</main></body></html>", ""])


def _head(report: Report, language: str) -> Iterator[str]:
    words = words_of(language)
    title = words[f"by_{report.by.value}"]
    yield f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
    begin, end = _instant(report.since, report.zone), _instant(report.until, report.zone)
    yield f"<header><h1>{escape(title)}</h1><p>{begin} – {end} · {escape(report.zone)}</p>"
    yield f"<p class=dim>{words['made']} {_instant(report.made_at, report.zone)} · {_said_of(report, language)}</p>"
    yield "".join(f"<p class=note>{escape(showing.said(note, language))}</p>" for note in report.notes)
    yield "</header>"


def _body(report: Report, language: str) -> Iterator[str]:
    words = words_of(language)
    yield f"<section><h2>{words['total']}</h2>"
    yield from _cards(report, report.total, language)
    yield from pictures(report, report.total, language)
    yield "</section>"
    if not report.rows:
        yield f"<p class=note>{words['nothing']}</p>"
        return
    yield from _overview(report, language)
    for row in report.rows[:MOST_SECTIONS] if len(report.rows) > 1 else ():
        yield f"<section><h2>{escape(row.name)} <small>{escape(row.title)}</small></h2>"
        yield from _cards(report, row, language)
        yield from pictures(report, row, language)
        yield "</section>"
    if len(report.rows) > MOST_SECTIONS:
        yield f"<p class=note>{words['more']}</p>"


def _cards(report: Report, row: Row, language: str) -> Iterator[str]:
    yield "<dl>"
    for kpi in row.kpis:
        if kpi.value is None:
            continue
        value = escape(showing.on_page(showing.shown(kpi, report.currency), language))
        made_of = showing.on_page(showing.parts(kpi), language)
        how = escape(f"{showing.how(kpi.name, language)} = {made_of}")
        label = escape(showing.label(kpi.name, language))
        yield f"<div><dt>{label}</dt><dd>{value}</dd><p>{how}</p></div>"
    yield "</dl>"


def _overview(report: Report, language: str) -> Iterator[str]:
    """All rows beside each other, by the few ratios that matter most."""
    names = [name for name in MAIN[report.by.value] if any(_has(row, name) for row in report.rows)]
    heads = "".join(f"<th>{escape(showing.label(name, language))}</th>" for name in names)
    yield f"<section><table><thead><tr><th></th>{heads}</tr></thead><tbody>"
    for row in report.rows:
        figures = (showing.shown(row.kpi(name), report.currency) for name in names)
        cells = "".join(f"<td>{escape(showing.on_page(text, language))}</td>" for text in figures)
        yield f"<tr><th>{escape(row.name)} <small>{escape(row.title)}</small></th>{cells}</tr>"
    yield "</tbody></table></section>"


def _has(row: Row, name: str) -> bool:
    kpi = row.kpi(name)
    return kpi is not None and kpi.value is not None


def _said_of(report: Report, language: str) -> str:
    """How what may be said otherwise is said here: N, and the window of first calls."""
    words = words_of(language)
    seconds = report.service_level_s
    level = words["own_n"] if seconds is None else words["n"].format(seconds=seconds)
    return f"{level} · {words['window'].format(days=report.window_days)}"


def _instant(at: int, zone: str) -> str:
    return f"{dt.datetime.fromtimestamp(at / 1_000, ZoneInfo(zone)):%Y-%m-%d %H:%M}"
