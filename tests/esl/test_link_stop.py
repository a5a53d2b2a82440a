"""A link stops when told to, from anywhere, in any state."""

from __future__ import annotations

import time

import gevent
import pytest

from orchestrator.esl.backoff import Backoff
from orchestrator.esl.link import Link, LinkOptions

from .ledger import SOON, Ledger, link_to
from .peer import PASSWORD, Peer, numbered, switch, wait_until
from .streams import reply


def test_stop_ends_it_in_any_state() -> None:
    ledger = Ledger()
    with switch(Peer.wait_for_the_end) as server:
        for pause in (0.0, 0.0, 0.02):
            link = Link("127.0.0.1", server.port, PASSWORD, options=SOON, on_down=ledger.told.append)
            link.start()
            link.start()
            gevent.sleep(pause)
            started = time.monotonic()
            link.stop()
            link.stop()
            assert time.monotonic() - started < 3
            assert not link.is_up
    assert set(ledger.told) <= {"stopped"}
    Link("127.0.0.1", 1, PASSWORD).stop()


def test_stop_does_not_wait_out_the_backoff() -> None:
    with switch() as server:
        port = server.port
    ledger = Ledger()
    link = Link(
        "127.0.0.1",
        port,
        PASSWORD,
        on_down=ledger.told.append,
        options=LinkOptions(backoff=Backoff(first_s=60)),
    )
    link.start()
    wait_until(lambda: ledger.told, "the first try failed")
    started = time.monotonic()
    link.stop()
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("where", ["on_up", "on_event", "on_down"])
def test_stop_may_be_called_from_within(where: str) -> None:
    ledger = Ledger()

    def stop(*_: object) -> None:
        started = time.monotonic()
        links[0].stop()
        ledger.told.append("quick" if time.monotonic() - started < 3 else "slow")

    def script(peer: Peer) -> None:
        peer.authenticate()
        peer.answer(str(peer.read()))
        peer.read()
        peer.send(reply("+OK") + numbered(1))
        if where != "on_down":
            peer.serve()

    links: list[Link] = []
    more: dict[str, object] = {where: stop}
    with switch(script) as server, link_to(server, ledger, **more) as link:
        links.append(link)
        link.start()
        wait_until(lambda: "quick" in ledger.told, "stop came back at once")
        wait_until(lambda: not link.is_up, "the link is down")
