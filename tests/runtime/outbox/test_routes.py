"""What becomes of an entry: which deliveries, to which places, in whose chain."""

from __future__ import annotations

import pytest

from orchestrator.domain.delivery import Delivery
from orchestrator.runtime.outbox.carriers import carriers
from orchestrator.runtime.outbox.deliveries import pause_ms
from orchestrator.runtime.outbox.routes import ROUTES, astray, deliveries_of
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.notify_settings import Mailbox
from orchestrator.store.rows import OutboxRow
from tests.runtime.factories import NOON
from tests.runtime.outbox.factories import entry

READERS = [("mail@main", "a@x.example"), ("mail@main", "b@x.example")]
READERS_ANY = [("mail@any", address) for _, address in READERS]
BOXES = {
    "office": Mailbox(to="a@x.example,b@x.example"),
    "folder": Mailbox(),
    "chat": Mailbox(apprise_env="CHAT_URL"),
    "both": Mailbox(to="a@x.example", apprise_env="CHAT_URL"),
}


def places(made: tuple[Delivery, ...]) -> list[tuple[str, str]]:
    return [(d.lane, d.target) for d in made]


def made(row: OutboxRow) -> tuple[Delivery, ...]:
    return deliveries_of(row, "shop", BOXES)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("sms", {"to": "8 999 000-00-02", "text": "Hi"}, [("sms", "8 999 000-00-02")]),
        ("email", {"to": "office", "text": "Hi"}, [("mail", "a@x.example"), ("mail", "b@x.example")]),
        ("email", {"to": "nobody", "text": "Hi"}, [("mail", "")]),
        ("email", {"address": "anna@x.example", "text": "Hi"}, [("mail", "anna@x.example")]),
        ("email", {"address": "", "text": "Hi"}, [("mail", "")]),
        ("email", {"to": "both", "text": "Hi"}, [("mail", "a@x.example"), ("apprise@both", "apprise:both")]),
        ("voicemail", {"mailbox": "chat"}, [("recordings@main", ""), ("apprise@chat", "apprise:chat")]),
        ("missed_call", {"notify": "chat"}, [("apprise@chat", "apprise:chat")]),
        ("row", {"into": "meters", "values": {}}, [("rows", "")]),
        ("webhook", {"service": "crm", "path": "calls", "values": {}}, [("webhook@crm", "")]),
        ("webhook", {"service": "no such:place"}, [("webhook@_", "")]),
        (
            "voicemail",
            {"mailbox": "office", "recording": "x"},
            [("recordings@main", ""), ("mail@main", "a@x.example"), ("mail@main", "b@x.example")],
        ),
        ("voicemail", {"mailbox": "folder", "recording": "x"}, [("recordings@main", "")]),
        (
            "voicemail",
            {"mailbox": "office", "switch": ""},
            [("recordings@any", ""), *READERS_ANY],
        ),
        ("recording", {"recording": "x", "name": "complaint"}, []),
        (
            "recording",
            {"recording": "x", "email": "office"},
            [("mail@main", "a@x.example"), ("mail@main", "b@x.example")],
        ),
        ("missed_call", {"notify": "office"}, [("mail", "a@x.example"), ("mail", "b@x.example")]),
        ("missed_call", {"notify": ""}, []),
        ("status", {"status": "agreed"}, []),
        ("call", {}, []),
    ],
)
def test_entries_go_to_their_places(
    kind: str, body: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert places(made(entry(kind, **body))) == expected


def test_each_delivery_has_a_key_of_its_own_that_stays(project: Project) -> None:
    first, again = made(entry("email", to="office")), made(entry("email", to="office"))
    assert [d.key for d in first] == ["shop-1796029200000-0.0", "shop-1796029200000-0.1"]
    assert first == again
    assert {d.chain for d in first} == {"+79990000001"}
    assert first[0].due_at == first[0].at == NOON


@pytest.mark.parametrize(
    ("row", "chain"),
    [
        (entry("sms"), "+79990000001"),
        (entry("sms", caller=""), "uuid-1"),
        (entry("sms", caller="a b:c\n"), "a_b_c_"),
        (entry("sms", caller="", number="+79990000009"), "+79990000009"),
        (entry("sms", caller="1" * 99), "1" * 64),
    ],
)
def test_order_is_kept_for_each_caller(row: OutboxRow, chain: str) -> None:
    assert {d.chain for d in made(row)} == {chain}


def test_a_digest_collects_for_each_scenario_and_reader() -> None:
    found = made(entry("missed_call", notify="office", every_s=3600))
    others = made(entry("missed_call", notify="office", every_s=3600, caller="+79990000002"))
    assert [d.is_batch for d in found] == [True, True]
    assert [d.due_at for d in found] == [NOON + 3_600_000] * 2
    assert [d.chain for d in found] == [d.chain for d in others]
    assert len({d.chain for d in found}) == 2
    assert all(" " not in d.chain and ":" not in d.chain for d in found)


def test_what_cannot_be_understood_is_kept_whole() -> None:
    kept = astray(entry("strange", x="1"), "shop")
    assert (kept.lane, kept.kind, kept.body["kind"], kept.body["x"]) == ("astray", "astray", "strange", "1")


def test_everything_that_is_routed_can_be_carried(project: Project) -> None:
    from orchestrator.runtime.outbox.aside import Aside

    assert set(carriers(project, {}, Aside())) == {*ROUTES, "hook"}


def test_pauses_double_up_to_the_most_and_are_spread() -> None:
    settings = Settings.model_validate({"outbox": {"first_s": 10, "most_s": 100}})
    assert [pause_ms(settings, tries, 0.0) for tries in (0, 1, 2, 3, 4, 5000)] == [
        10_000,
        20_000,
        40_000,
        80_000,
        100_000,
        100_000,
    ]
    assert pause_ms(settings, 0, 1.0) == 9_000
