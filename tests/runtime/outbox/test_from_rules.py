"""From the end of a call to the places outside: what its rule tells arrives once, filled in, and stands in the book."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.delivery import DeliveryState
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Ending
from orchestrator.domain.message import MessageState
from orchestrator.engine.rules import decide
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.project import Project, open_project
from tests.outside.http_service import HttpService, http_service
from tests.outside.smtp_server import SmtpServer
from tests.runtime.factories import NOON, SCENARIO, SETTINGS, compiled, make_folder
from tests.runtime.outbox.factories import states, until
from tests.store.factories import claim_one, contact, gateway, launch, number, open_zone

TOLD = SCENARIO.replace("contact: {name: text}", "contact: {name: text, email: text, order: digits}").replace(
    "agreed: {status: agreed}",
    "agreed: {status: agreed, sms: ready, email: [{to: '{{ email }}', message: ready, subject: about},"
    " {to: office, message: ready}], webhook: [hook, crm/orders/done]}",
).replace(
    'messages:\n',
    'messages:\n  ready: {en: "{{ name }}, order {{ order }} is ready"}\n  about: {en: "Order {{ order }}"}\n',
)  # fmt: skip
MORE = """\
mail: {{server: 127.0.0.1, port: MAIL, from: calls@shop.example, security: none, timeout_s: 2}}
mailboxes: {{office: {{to: a@x.example}}}}
services: {{crm: {{url: "URL", private: yes}}}}
sms: {{service: crm, path: sms, hours: always}}
webhooks: {{hook: {{service: crm, path: hook}}}}
"""


@pytest.fixture
def service() -> Iterator[HttpService]:
    with http_service() as served:
        yield served


@pytest.fixture
def project(short_tmp: Path, mail: SmtpServer, service: HttpService) -> Iterator[Project]:
    more = MORE.replace("MAIL", str(mail.port)).replace("URL", service.url)
    folder = make_folder(short_tmp / "p", settings=SETTINGS + more, scenario=TOLD)
    with open_project(folder) as opened:
        yield opened


def ended(project: Project, *, email: str = "anna@shop.example") -> Attempt:
    """A contact of a running campaign has agreed; its rule has decided, and the store has it."""
    plan = compiled(project).plan
    person = replace(contact(1, language="kk", name="Анна", email=email, order="1042"), external_id="o-7")
    launch(project.store, [person], campaign_id="greeting-1", scenario="greeting")
    attempt = claim_one(
        project.store,
        campaign_id="greeting-1",
        now=NOON,
        zones=(open_zone(until=NOON + 10),),
        gateways=(gateway(),),
    )
    ending = Ending(
        attempt_id=attempt.attempt_id,
        disposition=Disposition.ANSWERED,
        cause="NORMAL_CLEARING",
        result="agreed",
        answered_at=NOON,
        ended_at=NOON,
    )
    decision = decide(plan, attempt, ending, next_day_at=lambda _, at: at)
    for _ in range(2):  # the second time it had ended before
        project.store.finish(attempt, ending, decision, NOON)
    return attempt


def test_what_a_rule_tells_is_brought_to_its_places_once(
    project: Project, mail: SmtpServer, service: HttpService, start: Callable[..., Deliveries]
) -> None:
    attempt = ended(project)
    deliveries = start()
    until(lambda: not deliveries.is_busy and len(mail.mails) == 2, "all is delivered")
    assert states(project) == []
    by_path = {seen.path: json.loads(seen.body) for seen in service.seen}
    assert len(service.seen) == len(by_path) == 3
    assert by_path["/api/sms"]["to"] == number(1)
    assert by_path["/api/sms"]["text"] == "Анна, order 1042 is ready"
    for told in (by_path["/api/hook"], by_path["/api/orders/done"]):
        assert (told["rule"], told["result"], told["status"]) == ("agreed", "agreed", "agreed")
        assert told["contact"] == {"name": "Анна", "email": "anna@shop.example", "order": "1042"}
        assert (told["external_id"], told["number"]) == ("o-7", number(1))
    book = {message.to: message for message in project.store.messages.page()[0]}
    assert set(book) == {number(1), "anna@shop.example", "a@x.example"}
    assert {message.state for message in book.values()} == {MessageState.SENT}
    sms = book[number(1)]
    assert (sms.rule, sms.message, sms.segments) == ("agreed", "ready", 1)
    assert (sms.campaign_id, sms.lead_id, sms.attempt_id) == ("greeting-1", 1, attempt.attempt_id)


def test_a_customers_letter_holds_the_message_and_nothing_of_the_call(
    project: Project, mail: SmtpServer, start: Callable[..., Deliveries]
) -> None:
    ended(project)
    start()
    until(lambda: len(mail.mails) == 2, "both letters are there")
    letters = {str(found.message["To"]): found for found in mail.mails}
    theirs, ours = letters["anna@shop.example"], letters["a@x.example"]
    assert (theirs.message["Subject"], theirs.text.strip()) == ("Order 1042", "Анна, order 1042 is ready")
    assert ours.message["Subject"] == "A greeting"
    assert ours.text.startswith("Анна, order 1042 is ready")
    assert number(1) in ours.text


def test_who_has_no_address_or_wants_no_word_gets_none(
    project: Project, mail: SmtpServer, service: HttpService, start: Callable[..., Deliveries]
) -> None:
    attempt = ended(project, email="")
    project.store.dnc_add([attempt.number], "", NOON)
    deliveries = start()
    until(lambda: not deliveries.is_busy and len(mail.mails) == 1, "the rest is delivered")
    told = {message.kind + message.to: message.why for message in project.store.messages.page()[0]}
    assert told == {f"sms{number(1)}": "do_not_call", "email": "no_address", "emaila@x.example": ""}
    assert sorted(seen.path for seen in service.seen) == ["/api/hook", "/api/orders/done"], (
        "who works with it is told"
    )


def test_an_address_that_is_none_waits_for_a_person(
    project: Project, mail: SmtpServer, start: Callable[..., Deliveries]
) -> None:
    ended(project, email="anna at shop")
    start()
    until(lambda: states(project) == [DeliveryState.PARKED], "only that letter is left, parked")
    (failed,) = project.store.messages.page(state=MessageState.FAILED)[0]
    assert failed.to == "anna at shop"
    assert "not a mail address" in failed.why
