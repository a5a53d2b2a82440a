"""The chart as a Mermaid flowchart. Names are numbers here, and labels are escaped: no text becomes syntax."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.graph.chart import ENTRIES, Chart, Place, PlaceKind

_WORDS = {
    PlaceKind.START: "calls begin here",
    PlaceKind.CLOSED: "outside hours",
    PlaceKind.MISSED: "callback of a missed call",
    PlaceKind.ABSENT: "missing",
}
_STYLES = {
    "start": "fill:#dcfce7,stroke:#15803d,stroke-width:2px,color:#0f172a",
    "closed": "fill:#fef3c7,stroke:#b45309,stroke-width:2px,color:#0f172a",
    "missed": "fill:#ede9fe,stroke:#6d28d9,stroke-width:2px,color:#0f172a",
    "block": "fill:#f8fafc,stroke:#94a3b8,color:#0f172a",
    "absent": "fill:#fef2f2,stroke:#b91c1c,stroke-width:2px,stroke-dasharray:5 4,color:#b91c1c",
    "dead": "fill:#fef2f2,stroke:#b91c1c,stroke-width:3px,color:#0f172a",
    "unreached": "fill:#f8fafc,stroke:#b91c1c,stroke-width:2px,stroke-dasharray:6 4,color:#64748b",
}


def mermaid(chart: Chart) -> str:
    """`flowchart TD`, ending with a line break."""
    return "\n".join(_lines(chart)) + "\n"


def _lines(chart: Chart) -> Iterator[str]:
    yield "flowchart TD"
    number = {place.key: f"b{index}" for index, place in enumerate(chart.places)}
    ends = False
    for place in chart.places:
        left, right = ("([", "])") if place.kind in ENTRIES else ("[", "]")
        yield f'  {number[place.key]}{left}"{_label(place)}"{right}:::{_style(place)}'
    for place in chart.places:
        for way in place.ways:
            arrow = "-.->" if way.returns else "-->"
            label = f'|"{_escaped(way.label)}"|' if way.label and way.to else ""
            ends |= way.to == ""
            yield f"  {number[place.key]} {arrow}{label} {number.get(way.to, 'over')}"
    if ends:
        yield '  over((("the call ends")))'
    for name, style in _STYLES.items():
        yield f"  classDef {name} {style}"


def _style(place: Place) -> str:
    if place.kind is PlaceKind.ABSENT:
        return "absent"
    if not place.is_reached:
        return "unreached"
    return "dead" if place.faults else place.kind.value


def _label(place: Place) -> str:
    word = _WORDS.get(place.kind, "")
    lines = [f"<b>{_escaped(place.name)}</b>" + (f" <i>{word}</i>" if word else "")]
    lines += ["&nbsp;" * (2 * line.depth) + _escaped(line.text) for line in place.lines]
    lines += [f"#9888; {_escaped(told)}" for told in (*place.warnings, *place.problems)]
    return "<br/>".join(lines)


def _escaped(text: str) -> str:
    """Whatever is neither a letter, a digit nor harmless becomes a numbered entity, in Mermaid's own writing."""
    return "".join(char if char.isalnum() or char in " _.,:+-?!/=…“”" else f"#{ord(char)};" for char in text)
