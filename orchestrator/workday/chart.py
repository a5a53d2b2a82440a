"""A simulated day, or two beside each other, as one self-contained picture (SVG)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.orders import Figure
from orchestrator.workday.ledger import QUARTER_MS, DayResult, Span

WIDTH, PANEL, GAP, MARGIN, HEAD = 560, 170, 56, 64, 92
STATES = (
    (AgentState.TALKING, "talking", "#2f6f4f"),
    (AgentState.WRAP_UP, "wrap-up", "#e0a93b"),
    (AgentState.RINGING, "rung, reserved", "#5b8fc9"),
    (AgentState.AVAILABLE, "free", "#c9d6cf"),
    (AgentState.BREAK, "break", "#a28bb5"),
)
LINES = "#444"
BAR, CAP, RATE = "#b5483a", "#7a1f14", "#2d5f8b"
DAY_MS = 86_400_000
LETTER = 6.6  # width of one, about
Legend = tuple[tuple[str, str], ...]  # what, in which colour


def chart(results: Sequence[DayResult]) -> str:
    """The picture; results of the same stretch of the day, drawn to one scale."""
    width = len(results) * (WIDTH + MARGIN) + MARGIN
    height = HEAD + 3 * (PANEL + GAP)
    most = max(_scale(results), 0.01)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    calls = max(
        (span[Figure.PLACED] + span[Figure.OFFERED] for r in results for span in r.quarters), default=0
    )
    for index, result in enumerate(results):
        parts.append(f'<g transform="translate({MARGIN + index * (WIDTH + MARGIN)} 0)">')
        parts += _head(result)
        parts += _states(result, HEAD)
        parts += _abandonment(result, HEAD + PANEL + GAP, most)
        parts += _calls(result, HEAD + 2 * (PANEL + GAP), max(1, calls))
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _scale(results: Sequence[DayResult]) -> float:
    shares = [span.abandonment or 0.0 for result in results for span in result.quarters]
    return max([*shares, *(1.4 * (result.cap or 0.0) for result in results)], default=0.0)


def _head(result: DayResult) -> Iterator[str]:
    total = result.total
    yield _text(0, 28, result.title, size=16, weight="bold")
    said = [f"{result.agents} agents", f"occupancy {percent(total.occupancy)}"]
    if total[Figure.PLACED]:
        said.append(f"abandoned {percent(total.abandonment)} (worst hour {percent(result.worst_hour)})")
    yield _text(0, 48, " · ".join(said))
    said = [f"{total[Figure.HANDLED]} talks"]
    if total[Figure.PLACED]:
        said.append(f"{total[Figure.PLACED]} calls placed, {percent(total.answer_rate)} answered by people")
    if total[Figure.OFFERED]:
        said.append(f"{total[Figure.OFFERED]} callers, {percent(total.service_level)} answered in time")
    yield _text(0, 66, " · ".join(said))


def _states(result: DayResult, top: int) -> Iterator[str]:
    yield from _panel(top, "agents", f"{result.agents}", "0", _legend())
    step = WIDTH / max(1, len(result.quarters))
    for index, span in enumerate(result.quarters):
        bottom = float(top + PANEL)
        for state, _, colour in STATES:
            height = PANEL * _share(span, state, result.agents)
            if height > 0:
                bottom -= height
                yield _rect(index * step, bottom, step + 0.3, height, colour)
    yield from _hours(result, top)


def _share(span: Span, state: AgentState, agents: int) -> float:
    """Of all agents, over the quarter."""
    both = (AgentState.RINGING, AgentState.RESERVED) if state is AgentState.RINGING else (state,)
    return sum(span.states_ms.get(each.value, 0) for each in both) / (QUARTER_MS * max(1, agents))


def _legend() -> Legend:
    return tuple((name, colour) for _, name, colour in STATES)


def _abandonment(result: DayResult, top: int, most: float) -> Iterator[str]:
    legend = (("abandoned", BAR), ("cap", CAP))
    yield from _panel(top, "abandoned, of calls answered by people", percent(most), "0 %", legend)
    step = WIDTH / max(1, len(result.quarters))
    for index, span in enumerate(result.quarters):
        height = PANEL * (span.abandonment or 0.0) / most
        if height > 0:
            yield _rect(index * step + 1, top + PANEL - height, step - 2, height, BAR)
    if result.cap is not None:
        y = top + PANEL * (1 - result.cap / most)
        yield f'<path d="M0 {y:.1f}H{WIDTH}" stroke="{CAP}" stroke-dasharray="6 4"/>'
    yield from _hours(result, top)


def _calls(result: DayResult, top: int, most: int) -> Iterator[str]:
    legend = (("placed and come in", RATE), ("talks", STATES[0][2]))
    yield from _panel(top, "calls in a quarter of an hour", str(most), "0", legend)
    step = WIDTH / max(1, len(result.quarters))
    points = []
    for index, span in enumerate(result.quarters):
        height = PANEL * span[Figure.HANDLED] / most
        yield _rect(index * step + 1, top + PANEL - height, step - 2, height, STATES[0][2])
        y = top + PANEL * (1 - (span[Figure.PLACED] + span[Figure.OFFERED]) / most)
        points.append(f"{(index + 0.5) * step:.1f},{y:.1f}")
    yield f'<polyline points="{" ".join(points)}" fill="none" stroke="{RATE}" stroke-width="1.5"/>'
    yield from _hours(result, top)


def _panel(top: int, title: str, most: str, least: str, legend: Legend) -> Iterator[str]:
    yield _text(0, top - 10, title, weight="bold")
    x = float(WIDTH)
    for name, colour in reversed(legend):
        x -= LETTER * len(name)
        yield _text(x, top - 10, name)
        yield _rect(x - 14, top - 19, 10, 10, colour)
        x -= 28
    yield f'<rect x="0" y="{top}" width="{WIDTH}" height="{PANEL}" fill="none" stroke="#ccc"/>'
    yield _text(-6, top + 10, most, anchor="end")
    yield _text(-6, top + PANEL, least, anchor="end")


def _hours(result: DayResult, top: int) -> Iterator[str]:
    """The clock below a panel."""
    count = max(1, len(result.quarters))
    begins = result.quarters[0].begins_ms if result.quarters else 0
    every = 4 if count <= 48 else 8
    for index in range(count + 1):
        at = (begins + index * QUARTER_MS) % DAY_MS
        if at % (every * QUARTER_MS) == 0:
            x = WIDTH * index / count
            yield f'<path d="M{x:.1f} {top + PANEL}v5" stroke="{LINES}"/>'
            yield _text(x, top + PANEL + 18, f"{at // 3_600_000}:00", anchor="middle")


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.5, width):.1f}" height="{height:.1f}" fill="{colour}"/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, weight: str = "normal"
) -> str:
    style = f'text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" fill="{LINES}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'


def percent(share: float | None) -> str:
    """`2.9 %`; a dash when there is nothing to divide."""
    return "-" if share is None else f"{share:.1%}".replace("%", " %")
