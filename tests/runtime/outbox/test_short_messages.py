"""SMS: what gateways are asked, whom nothing is sent to, and when not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.domain.delivery import Delivery, DeliveryState
from orchestrator.domain.message import Message, MessageState
from orchestrator.outside.service import Services
from orchestrator.outside.spec import ServiceSpec
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.correspondence import Correspondence
from orchestrator.runtime.outbox.notices import Notices
from orchestrator.runtime.outbox.place import NotYet
from orchestrator.runtime.outbox.short_messages import ShortMessages
from orchestrator.runtime.outbox.sms_gateways import gateway_of
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.sms_settings import Sms, SmsPerNumber
from tests.outside.http_service import HttpService, answer, http_service
from tests.runtime.factories import HOUR, NOON
from tests.runtime.outbox.factories import delivery, left_behind, until

ANNA, BORIS = "+79990000001", "+79990000002"
TEXT = delivery("sms", lane="sms", target="8 (999) 000-00-02", to="8 (999) 000-00-02", text="Счёт {to} & 50%")
HOURS = Sms.model_validate({"hours": {"daily": "09:00-20:00"}}).hours
SENT, QUEUED, FAILED = MessageState.SENT, MessageState.QUEUED, MessageState.FAILED


def told(name: str = "1-0.0", *, target: str = BORIS, **body: Any) -> Delivery:
    """As a rule leaves it."""
    body = {
        "text": "Ждём",
        "rule": "no_choice",
        "number": ANNA,
        "zone": "Europe/Moscow",
        "to_contact": True,
    } | body
    return delivery("sms", lane="sms", target=target, name=name, to=target, **body)


class Desk:
    """Sends SMS by a local service; `seen` are the texts that it was asked to send."""

    def __init__(self, project: Project, server: HttpService, **settings: Any) -> None:
        spec = ServiceSpec(name="crm", url=server.url, is_private=True)
        sms = Sms(**{"service": "crm", "hours": "always", **settings})
        self.now = NOON
        self.book = project.store.messages
        self.service = server
        self.messages = ShortMessages(
            gateway_of(sms, Services({"crm": spec}), Notices(Aside())),
            Correspondence(self.book, lambda: self.now, keep_days=30),
            sms,
            "RU",
            lambda: self.now,
        )

    def carry(self, *deliveries: Delivery) -> None:
        for each in deliveries:
            self.messages.carry((each,))

    @property
    def seen(self) -> list[str]:
        return [json.loads(seen.body)["text"] for seen in self.service.seen]

    def state(self, each: Delivery) -> tuple[MessageState, str]:
        found = self.book.of(each.key)
        assert found is not None
        return found.state, found.why


def test_an_sms_is_json_made_of_the_settings(project: Project) -> None:
    with http_service() as service:
        desk = Desk(project, service)
        desk.carry(TEXT)
        (seen,) = service.seen
        assert (seen.method, seen.path) == ("POST", "/api/send")
        assert json.loads(seen.body) == {"to": BORIS, "text": "Счёт {to} & 50%", "id": TEXT.key}
        assert desk.book.of(TEXT.key) == Message(
            message_id=TEXT.key,
            kind="sms",
            at=NOON,
            to=BORIS,
            campaign_id="shop_line",
            attempt_id="uuid-1",
            text="Счёт {to} & 50%",
            segments=1,
            state=SENT,
            state_at=NOON,
        )


def test_an_sms_can_be_a_query(project: Project) -> None:
    send = {"phone": "{digits}", "msg": "{text}", "from": "Shop"}
    with http_service() as service:
        Desk(project, service, path="sms.php", method="get", send=send).carry(TEXT)
        (seen,) = service.seen
        assert (seen.method, seen.path) == ("GET", "/api/sms.php")
        assert "phone=79990000002" in seen.query
        assert "%26%2050%25" in seen.query
        assert "&" not in seen.query.partition("msg=")[2].partition("&from=")[0]


def test_an_error_inside_a_good_answer_is_one(project: Project) -> None:
    with http_service(answer(b'{"error": "no money"}')) as service:
        desk = Desk(project, service, accepted='"ok"')
        with pytest.raises(Undelivered, match="no money") as error:
            desk.carry(TEXT)
        assert not error.value.is_final
        assert desk.state(TEXT)[0] is QUEUED
        assert "no money" in desk.state(TEXT)[1]
        service.act = answer(b'{"status": "ok"}')
        desk.carry(TEXT)
        assert desk.state(TEXT) == (SENT, "")


@pytest.mark.parametrize("to", ["office", "112", "+7999", "=1+1"])
def test_no_sms_goes_to_what_is_no_number(project: Project, to: str) -> None:
    bad = delivery("sms", target=to, text="Hi")
    with http_service() as service:
        desk = Desk(project, service)
        with pytest.raises(Undelivered, match="no number for an SMS") as error:
            desk.carry(bad)
        assert error.value.is_final
        assert to not in error.value.why  # it gets into the log
        assert desk.state(bad)[0] is FAILED
        assert service.seen == []


def test_without_a_service_sms_wait_for_a_person(project: Project) -> None:
    with http_service() as service:
        with pytest.raises(Undelivered, match="write `sms:`") as error:
            Desk(project, service, service=None).carry(TEXT)
        assert error.value.is_final


def test_what_was_sent_is_not_sent_again_though_the_outbox_does_not_know(project: Project) -> None:
    with http_service() as service:
        desk = Desk(project, service)
        desk.carry(told(), told())
        assert len(service.seen) == 1


@pytest.mark.parametrize(
    ("body", "path", "reference"),
    [
        (b'{"data": {"ids": ["a-7"]}}', "data.ids.0", "a-7"),
        (b'{"id": 12345678901234567890}', "id", "12345678901234567890"),
        (b'{"id": null}', "id", ""),
        (b'{"data": {"ids": []}}', "data.ids.0", ""),
        (b"not json", "id", ""),
        (b'{"id": "x"}', "", ""),
    ],
)
def test_the_gateways_own_id_is_kept_for_receipts(
    project: Project, body: bytes, path: str, reference: str
) -> None:
    with http_service(answer(body)) as service:
        desk = Desk(project, service, reference=path)
        desk.carry(TEXT)
        found = desk.book.of(TEXT.key)
        assert found is not None
        assert found.reference == reference
        if reference:
            assert desk.book.receipt(reference, MessageState.DELIVERED, NOON + 5) == TEXT.key


def test_whom_a_rule_writes_to_is_not_woken(project: Project) -> None:
    with http_service() as service:
        desk = Desk(project, service, hours=HOURS)
        desk.now = NOON + 9 * HOUR  # 12:00 in Moscow is NOON: nine in the evening
        with pytest.raises(NotYet) as later:
            desk.carry(told())
        assert later.value.due == NOON + 21 * HOUR, "nine in the morning there"
        assert desk.state(told()) == (QUEUED, "quiet hours")
        desk.now = later.value.due
        desk.carry(told())
        assert desk.seen == ["Ждём"]


def test_quiet_hours_are_those_of_the_number_that_is_written_to(project: Project) -> None:
    with http_service() as service:
        desk = Desk(project, service, hours=HOURS)
        desk.carry(told(zone="Asia/Yekaterinburg"))
        desk.now = NOON + 7 * HOUR  # 19:00 in Moscow, 21:00 in Yekaterinburg
        with pytest.raises(NotYet):
            desk.carry(told("2-0.0", zone="Asia/Yekaterinburg"))
        desk.carry(told("3-0.0", target="+74951234567", zone="", to_contact=False))
        assert len(service.seen) == 2


def test_who_asks_for_an_sms_in_a_call_is_awake(project: Project) -> None:
    with http_service() as service:
        desk = Desk(project, service, hours=HOURS)
        desk.now = NOON + 12 * HOUR
        desk.carry(TEXT)
        assert len(service.seen) == 1


def test_nobody_on_the_do_not_call_list_is_written_to_by_a_rule(project: Project) -> None:
    project.store.dnc_add([ANNA], "", NOON)
    with http_service() as service:
        desk = Desk(project, service)
        to_anna, to_other, to_staff = (
            told("1-0.0", target=ANNA),
            told("2-0.0", target=BORIS, number=ANNA),
            told("3-0.0", target=BORIS, number=ANNA, to_contact=False),
        )
        asked = delivery("sms", target=ANNA, to=ANNA, name="4-0.0", text="Hi")
        desk.carry(to_anna, to_other, to_staff, asked)
        suppressed = (MessageState.SUPPRESSED, "do_not_call")
        assert [desk.state(each) for each in (to_anna, to_other)] == [suppressed, suppressed]
        assert len(service.seen) == 2, "colleagues, and who asked in the call"


@pytest.mark.parametrize(
    ("target", "text", "why"),
    [("", "Ждём", "no_address"), (BORIS, " ", "no_text"), (BORIS, "ж" * 671, "too_long")],
)
def test_what_cannot_be_an_sms_is_not_tried(project: Project, target: str, text: str, why: str) -> None:
    with http_service() as service:
        desk = Desk(project, service)
        desk.carry(told(target=target, text=text))
        assert desk.state(told()) == (MessageState.SUPPRESSED, why)
        assert service.seen == []


def test_numbers_that_callers_type_get_a_few(project: Project) -> None:
    with http_service() as service:
        desk = Desk(project, service, per_number=SmsPerNumber(day=2), per_call=5)
        typed = [
            delivery("sms", target=BORIS, to=BORIS, name=f"{n}-0.0", text=f"{n}", typed=True)
            for n in range(3)
        ]
        desk.carry(*typed)
        assert desk.seen == ["0", "1"]
        assert desk.state(typed[2]) == (MessageState.SUPPRESSED, "per_number")
        desk.carry(delivery("sms", target=BORIS, to=BORIS, name="9-0.0", text="9"))
        assert desk.seen == ["0", "1", "9"], "of the caller's own number nobody counts"


def test_the_outbox_waits_for_the_opening_and_counts_no_try(
    project: Project, start: Callable[..., Deliveries]
) -> None:
    due: list[int] = []

    def carry(deliveries: tuple[Delivery, ...]) -> None:
        if not due:
            due.append(project.clock.now_ms() + HOUR)
            raise NotYet(due[0], "quiet hours")

    left_behind(project, "sms", {"to": ANNA, "text": "x"})
    start(sms=carry)
    until(lambda: due and not project.store.deliveries.has_due(project.clock.now_ms()), "it waits")
    (row,) = project.store.deliveries.rows()
    assert (row.state, row.delivery.due_at, row.delivery.tries) == (DeliveryState.WAITING, due[0], 0)
    assert row.delivery.why == "quiet hours"
    assert project.store.deliveries.figures() == {}, "nothing has failed"


def test_what_is_parked_has_failed(project: Project, start: Callable[..., Deliveries]) -> None:
    entry = left_behind(project, "sms", {"to": ANNA, "text": "x"})
    start()
    until(
        lambda: [row.state for row in project.store.deliveries.rows()] == [DeliveryState.PARKED],
        "it is parked",
    )
    found = project.store.messages.of(f"{project.settings.project}-{entry}.0")
    assert found is not None
    assert (found.state, found.to) == (FAILED, ANNA)
    assert "write `sms:`" in found.why
