"""What a link told and heard, for the tests of the link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.esl.backoff import Backoff
from orchestrator.esl.link import Link, LinkOptions

from .peer import PASSWORD, QUICK, Peer, Switch

SOON = LinkOptions(backoff=Backoff(first_s=0.01, most_s=0.01), timeouts=QUICK)
SUBSCRIBED = ["filter a 1", "event json CHANNEL_ANSWER"]


@dataclass
class Ledger:
    """What a link told, in order; and what the switch heard on each connection."""

    told: list[str] = field(default_factory=list)
    heard: list[list[str]] = field(default_factory=list)
    seen: list[object] = field(default_factory=list)

    def script(self, peer: Peer) -> None:
        peer.authenticate()
        heard: list[str] = []
        self.heard.append(heard)
        while (command := peer.read()) is not None:
            heard.append(command)
            peer.answer(command)

    @property
    def ups(self) -> int:
        return self.told.count("up")


@contextmanager
def link_to(server: Switch, ledger: Ledger, options: LinkOptions = SOON, **more: object) -> Iterator[Link]:
    arguments: dict[str, object] = {
        "on_up": lambda _: ledger.told.append("up"),
        "on_down": ledger.told.append,
        "on_event": lambda event: ledger.seen.append(event["n"]),
        "events": ("CHANNEL_ANSWER",),
        "filters": (("a", "1"),),
        "options": options,
    }
    link = Link("127.0.0.1", server.port, PASSWORD, **(arguments | more))  # type: ignore[arg-type]  # see above
    try:
        yield link
    finally:
        link.stop()
