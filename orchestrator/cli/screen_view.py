"""What an agent's screen shows of a call, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.cli.board_view import duration
from orchestrator.cli.view import instant
from orchestrator.store.screens import ScreenEvent

HISTORY_SHOWN = 5
_HEADS = {
    "rings": "a call comes",
    "talks": "talking",
    "over": "the talk is over",
    "missed": "not answered: it goes to somebody else",
    "outcome": "said",
}


def shown(event: ScreenEvent, *, with_card: bool = True) -> Iterator[str]:
    """The lines of one event. What contacts and callers sent is shown without control characters. with_card: contact,
    history and script too.
    """
    body = event.body
    who = _text(body, "number") or "number withheld"
    waited = body.get("waited_ms")
    after = f", waited {duration(waited)}" if type(waited) is int and event.kind != "over" else ""
    queue = _text(body, "queue")
    yield f"{instant(event.at)}  {_HEADS.get(event.kind, event.kind)}: {who}" + (
        f", {queue}{after}" if queue else after
    )
    if event.kind == "outcome":
        yield from (f"  {key}: {_text(body, key)}" for key in ("outcome", "next", "note") if _text(body, key))
    if with_card:
        yield from _card(body)
    outcomes = outcomes_of(event)
    if outcomes and event.kind in ("talks", "over"):
        yield "  " + "   ".join(f"{number} {word}" for number, word in enumerate(outcomes, 1))


def _card(body: Mapping[str, object]) -> Iterator[str]:
    contact = body.get("contact")
    if isinstance(contact, dict) and contact:
        width = max(len(clean(str(name))) for name in contact)
        for name, value in contact.items():
            yield f"  {clean(str(name)):{width}}  {clean(str(value))}"
    yield from _history(body)
    script = body.get("script")
    if isinstance(script, str) and script:
        yield ""
        yield from (f"  {clean(line)}" for line in script.splitlines())


def _history(body: Mapping[str, object]) -> Iterator[str]:
    past = body.get("history")
    if not isinstance(past, list) or not past:
        return
    for each in past[:HISTORY_SHOWN]:
        if isinstance(each, dict):
            at = each.get("at")
            said = (_text(each, key) for key in ("campaign", "agent", "result", "outcome", "note"))
            yield f"  {instant(at if type(at) is int else None)}  {', '.join(filter(None, said))}"
    if len(past) > HISTORY_SHOWN:
        yield f"  and {len(past) - HISTORY_SHOWN} before"


def outcomes_of(event: ScreenEvent) -> tuple[str, ...]:
    """What the call's desk may say of it."""
    found = event.body.get("outcomes")
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def clean(text: str) -> str:
    """Contact data is hostile to terminals too."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _text(body: Mapping[str, object], key: str) -> str:
    found = body.get(key)
    return clean(found) if isinstance(found, str) else ""
