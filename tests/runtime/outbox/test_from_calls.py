"""From the record of a call to the places outside: what the flow has noted arrives, once, with who called and when."""

from __future__ import annotations

import json
from collections.abc import Callable

from orchestrator.domain.inbound import CallEnd, InboundCall, MissedDecision, Note
from orchestrator.domain.plan import MissedPlan
from orchestrator.engine.call_outbox import outbox_of
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.project import Project
from tests.outside.smtp_server import SmtpServer
from tests.runtime.factories import NOON
from tests.runtime.outbox.factories import states, until

NAME = "2026/11/30/uuid-7.voicemail-1.wav"
SOUND = b"RIFF" + b"\x05" * 9000
PLAN = MissedPlan(
    when=frozenset({"closed"}),
    after_s=120,
    unless_reached=True,
    per_number=(),
    notify="office",
    notify_every_s=None,
)


def call(*notes: Note) -> InboundCall:
    return InboundCall(
        call_id="uuid-7",
        switch="main",
        scenario="shop_line",
        program="d1",
        caller="+79990000007",
        called="+74950000001",
        began_at=NOON - 90_000,
        ended_at=NOON,
        end=CallEnd.CLOSED,
        notes=notes,
    )


def test_what_a_call_left_is_brought_to_its_places(
    project: Project, mail: SmtpServer, start: Callable[..., Deliveries]
) -> None:
    path = project.settings.switches["main"].root / "recordings" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(SOUND)
    noted = call(
        Note(kind="voicemail", body={"mailbox": "office", "recording": NAME, "seconds": 9, "at": 12}),
        Note(kind="row", body={"into": "meters", "values": {"meter": "00042"}, "at": 30}),
        Note(kind="email", body={"to": "office", "text": "Заказ 42 опаздывает", "at": 31}),
    )
    decision = MissedDecision(why="closed")
    for _ in range(2):  # the second time it was recorded before
        project.store.note_call(noted, outbox_of(noted, decision, PLAN), decision, NOON)
    deliveries = start()
    until(lambda: len(mail.mails) == 3 and not deliveries.is_busy, "all is delivered")
    assert states(project) == []
    subjects = {str(letter.message["Subject"]): letter for letter in mail.mails}
    voicemail = subjects["Voicemail from +79990000007 for office, 2026-11-30 08:58 UTC"]
    (sound,) = voicemail.message.iter_attachments()
    assert sound.get_content() == SOUND
    assert subjects["shop_line: call from +79990000007, 2026-11-30 08:58 UTC"].text.startswith(
        "Заказ 42 опаздывает"
    )
    assert "Why: out of hours" in subjects["Missed call from +79990000007, 2026-11-30 08:58 UTC"].text
    (row,) = (project.settings.data / "collected" / "meters.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(row)["values"] == {"meter": "00042"}
    assert json.loads(row)["call"] == "uuid-7"
    kept = (
        project.settings.data
        / "mailboxes"
        / "office"
        / "2026-11-30T08-58-30Z_+79990000007_uuid-7.voicemail-1.wav"
    )
    assert kept.read_bytes() == SOUND
