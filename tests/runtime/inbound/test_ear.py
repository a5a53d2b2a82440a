"""The ear: one connection for each switch, that comes back, and hands on what it hears and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from orchestrator.esl.backoff import Backoff
from orchestrator.esl.link import LinkOptions
from orchestrator.runtime.inbound.desk import Desk
from orchestrator.runtime.inbound.ear import Ear
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.switch_settings import Switch
from tests.esl.peer import PASSWORD, QUICK, Peer, switch, wait_until
from tests.esl.peer import Switch as PeerSwitch
from tests.esl.streams import json_event, json_frame
from tests.runtime.inbound.questions import Line, asking

SOON = LinkOptions(backoff=Backoff(first_s=0.01, most_s=0.02), timeouts=QUICK)


class Ledger:
    def __init__(self) -> None:
        self.told: list[tuple[str, str, object]] = []
        self.ups: list[str] = []

    def hear(self, kind: str):  # type: ignore[no-untyped-def]  # a callback
        def tell(name: str, event: Mapping[str, object]) -> None:
            self.told.append((kind, name, event.get("Unique-ID")))

        return tell


def bad(_: str, __: Mapping[str, object]) -> None:
    raise RuntimeError("a bug")


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EAR_TEST_PASSWORD", PASSWORD)


def main(server: PeerSwitch) -> dict[str, Switch]:
    return {"main": Switch(port=server.port, password_env="EAR_TEST_PASSWORD")}


@contextmanager
def listening(server: PeerSwitch, ledger: Ledger) -> Iterator[Ear]:
    ear = Ear(
        main(server),
        asked=[bad, ledger.hear("asked")],
        bridged=[ledger.hear("bridged")],
        ended=[ledger.hear("ended"), bad],
        came_up=[ledger.ups.append],
        options=SOON,
    )
    ear.start()
    try:
        yield ear
    finally:
        ear.stop()


def subscribed(peer: Peer) -> list[str]:
    """Authenticate, and take what a link asks for."""
    peer.authenticate()
    commands = []
    while not (commands and commands[-1].startswith("event")):
        command = peer.read()
        assert command is not None
        commands.append(command)
        peer.answer(command)
    return commands


def inbound(name: str, call: str) -> dict[str, object]:
    return {"Event-Name": name, "Unique-ID": call, "variable_prozvon_inbound": "true"}


def test_it_asks_for_what_it_hears_and_for_no_more() -> None:
    said: list[str] = []

    def script(peer: Peer) -> None:
        said.extend(subscribed(peer))
        peer.serve()

    ledger = Ledger()
    with switch(script) as server, listening(server, ledger) as ear:
        wait_until(lambda: ear.hears("main"), "it is up")
    assert said == [
        "filter variable_prozvon_inbound true",
        "filter variable_prozvon_asks true",
        "filter variable_prozvon_floor true",
        "filter Unique-ID /^a9e7/",
        "filter Bridge-B-Unique-ID /^a9e7/",
        "filter Event-Subclass prozvon::ask",
        "event json CHANNEL_PARK CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_BRIDGE CHANNEL_UNBRIDGE "
        "CHANNEL_HANGUP_COMPLETE DTMF CUSTOM prozvon::ask",
    ]
    assert ledger.ups == ["main"]


def test_each_event_goes_to_those_it_is_for_and_a_bug_in_one_stops_no_other() -> None:
    def script(peer: Peer) -> None:
        subscribed(peer)
        peer.send(json_event(asking(1, "fetch", call="a")))
        peer.send(json_event(inbound("CHANNEL_BRIDGE", "b")))
        peer.send(json_event(inbound("CHANNEL_HANGUP_COMPLETE", "c")))
        peer.send(json_event(asking(2, "fetch", call="d")))
        callback = {"Event-Name": "CHANNEL_BRIDGE", "Unique-ID": "e", "variable_prozvon_asks": "true"}
        peer.send(json_event(callback))
        peer.serve()

    ledger = Ledger()
    with switch(script) as server, listening(server, ledger):
        wait_until(lambda: len(ledger.told) == 5, "all is heard")
    assert ledger.told == [
        ("asked", "main", "a"),
        ("bridged", "main", "b"),
        ("ended", "main", "c"),
        ("asked", "main", "d"),
        ("bridged", "main", "e"),
    ]


def test_what_is_not_for_us_is_passed_over() -> None:
    def script(peer: Peer) -> None:
        subscribed(peer)
        for event in (
            {"Event-Name": "CUSTOM", "Event-Subclass": "sofia::register", "Unique-ID": "x"},
            {"Event-Name": "CUSTOM"},
            {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Unique-ID": "x"},
            {**inbound("CHANNEL_HANGUP_COMPLETE", "x"), "variable_prozvon_inbound": ["true", "true"]},
            inbound("HEARTBEAT", "x"),
            {"Event-Name": ["CUSTOM", "CUSTOM"], "Event-Subclass": "prozvon::ask"},
            {},
        ):
            peer.send(json_event(event))
        peer.send(
            json_frame(
                b'{"Event-Name": "CUSTOM", "Event-Subclass": "prozvon::ask", "Prozvon-Ask": "\xff\xfe"}'
            )
        )
        peer.send(json_event(inbound("CHANNEL_BRIDGE", "last")))
        peer.serve()

    ledger = Ledger()
    with switch(script) as server, listening(server, ledger):
        wait_until(lambda: ("bridged", "main", "last") in ledger.told, "the last one is heard")
    assert ledger.told == [("asked", "main", None), ("bridged", "main", "last")]


def test_after_a_loss_it_comes_back_and_says_so() -> None:
    turns: list[int] = []

    def script(peer: Peer) -> None:
        turns.append(1)
        subscribed(peer)
        if len(turns) < 3:
            return
        peer.send(json_event(inbound("CHANNEL_BRIDGE", "b")))
        peer.serve()

    ledger = Ledger()
    with switch(script) as server, listening(server, ledger):
        wait_until(lambda: ledger.told, "it hears again")
    assert ledger.ups == ["main"] * len(ledger.ups)
    assert 1 <= len(ledger.ups) <= 3


def test_a_question_is_heard_and_answered(project: Project) -> None:
    def script(peer: Peer) -> None:
        subscribed(peer)
        peer.send(json_frame(b'{"Event-Name": "CUSTOM", "Event-Subclass": "prozvon::ask"}'))
        peer.send(json_event(asking(1, "queue_join", queue="sales")))
        peer.serve()

    line = Line()
    desk = Desk(project, {"main": line})
    with switch(script) as server:
        ear = Ear(main(server), asked=[desk.asked], options=SOON)
        ear.start()
        wait_until(lambda: line.commands, "it is answered")
        ear.stop()
    desk.stop()
    assert line.answers == {("call-1", 1): {"ok": True, "position": 1, "wait_s": None}}
