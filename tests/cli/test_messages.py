"""`prozvon messages`: what was sent to people, and what became of it."""

from __future__ import annotations

import json
from pathlib import Path

from orchestrator.domain.message import Message, MessageState, Suppressed
from orchestrator.runtime.project import Project
from tests.cli.commands import prozvon
from tests.cli.test_outbox import parked
from tests.runtime.factories import HOUR, NOON

ANNA = "+79990000001"


def written(project: Project) -> None:
    """Three SMS: delivered, suppressed, and one of an hour ago."""
    book = project.store.messages
    now = project.clock.now_ms()
    for name, at, lead in (("t-1-0.0", now, 7), ("t-2-0.0", now, 8), ("t-3-0.0", now - 3 * HOUR, 7)):
        message = Message(
            message_id=name,
            kind="sms",
            at=at,
            to=ANNA,
            campaign_id="c-1",
            lead_id=lead,
            message="sorry",
            text="Не дозвонились",
            segments=1,
        )
        refused = Suppressed.DO_NOT_CALL if lead == 8 else None
        book.begin(message, now, keep_days=30, refused=refused)
    book.sent("t-1-0.0", now, reference="gw-7")
    book.receipt("gw-7", MessageState.DELIVERED, now)


def test_the_list_says_what_became_of_each(folder: Path, project: Project) -> None:
    written(project)
    said = prozvon(folder, "messages", "list", "--since", "2h")
    assert said.code == 0
    assert "do_not_call" in said.out
    assert "t-3-0.0" not in said.out
    assert "Не дозвонились" not in said.out, "texts are for --json and show"
    assert "2 messages: 1 delivered, 1 suppressed" in said.err
    assert "since 2026-11-30 07:00:00 UTC (`--since`)" in said.err
    few = prozvon(folder, "messages", "list", "--limit", "1")
    assert "and 2 more" in few.err
    assert "t-1-0.0" not in few.out


def test_the_list_can_be_narrowed(folder: Path, project: Project) -> None:
    written(project)

    def ids(*options: str) -> list[str]:
        lines = prozvon(folder, "messages", "list", "--json", *options).out.splitlines()
        return [json.loads(line)["id"] for line in lines]

    assert ids() == ["t-2-0.0", "t-1-0.0", "t-3-0.0"]
    assert ids("--state", "suppressed") == ["t-2-0.0"]
    assert ids("--to", "8 999 000-00-01", "--until", "1h") == ["t-3-0.0"]
    assert ids("--to", "anna@shop.example") == []
    assert ids("--campaign", "c-1", "--lead", "8") == ["t-2-0.0"]
    assert prozvon(folder, "messages", "list", "--lead", "8").code == 2


def test_one_is_shown_by_its_id_or_the_gateways(folder: Path, project: Project) -> None:
    written(project)
    for name in ("t-1-0.0", "gw-7"):
        said = prozvon(folder, "messages", "show", name)
        assert said.code == 0
        assert "Не дозвонились" in said.out
        assert "state:       delivered" in said.out
    assert json.loads(prozvon(folder, "messages", "show", "gw-7", "--json").out)["segments"] == 1
    missing = prozvon(folder, "messages", "show", "t-9-0.0")
    assert missing.code == 1
    assert "no message 't-9-0.0'" in missing.err


def test_what_is_dropped_from_the_outbox_was_not_sent(folder: Path, project: Project) -> None:
    name = parked(project)
    key = f"test-{name}"
    project.store.messages.begin(Message(message_id=key, kind="sms", at=NOON, to=ANNA), NOON, keep_days=30)
    assert prozvon(folder, "outbox", "drop", name).code == 0
    found = project.store.messages.of(key)
    assert found is not None
    assert (found.state, found.why) == (MessageState.FAILED, "dropped by hand")
