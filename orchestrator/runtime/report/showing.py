"""How ratios look: in a table on a terminal, and on a page."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.engine.kpi.ratio import Kpi, Unit
from orchestrator.runtime.report.model import Note
from orchestrator.runtime.report.words import KPIS

NOTHING: Final = "-"


def label(name: str, language: str) -> str:
    said = KPIS[name]
    return said.ru if language == "ru" else said.en


def said(note: Note, language: str) -> str:
    return note.ru if language == "ru" else note.en


def how(name: str, language: str) -> str:
    return KPIS[name].how[language == "ru"]


def shown(kpi: Kpi | None, currency: str = "") -> str:
    """For people: `62.5 %`, `1:04`, `34 s`, `1.8`, `12.34 RUB`; a dash when there is nothing to divide."""
    if kpi is None or kpi.value is None:
        return NOTHING
    match kpi.unit:
        case Unit.SHARE:
            return f"{kpi.value * 100:.1f} %"
        case Unit.SECONDS:
            return duration(kpi.value)
        case Unit.COUNT:
            return f"{kpi.value:.2f}"
        case Unit.MONEY:
            return f"{kpi.value:.2f} {currency}".rstrip()


def parts(kpi: Kpi) -> str:
    """What it was made of: `5 / 8`."""
    return f"{_number(kpi.part)} / {_number(kpi.whole)}"


def duration(seconds: float) -> str:
    """`34.2 s` below a minute, then `1:04`, then `2:05:00`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def on_page(text: str, language: str) -> str:
    """What `shown`, `parts` or `duration` say, as a page has it: no figure is broken by a line; Russian: `22,8 с`."""
    if language == "ru":
        text = re.sub(r"(?<=\d)\.(?=\d)", ",", re.sub(r"(?<=\d) s$", " с", text))
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("\N{NO-BREAK SPACE}/", " /")


def _number(value: float) -> str:
    return (
        f"{value:,.0f}".replace(",", " ") if float(value).is_integer() else f"{value:,.1f}".replace(",", " ")
    )
