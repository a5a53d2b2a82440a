"""Each key of `sms:`, and of apprise: what it does."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.place import NotYet
from orchestrator.runtime.settings_parts.sms_settings import Sms
from tests.outside.http_service import HttpService, Seen, answer, http_service
from tests.runtime.outbox.factories import delivery
from tests.runtime.test_settings_act import acts
from tests.runtime.test_settings_act_notify import SMS, a_project, carry


def _sms(service: HttpService, more: str = "") -> tuple[str, str]:
    return f"services: {{gate: {{url: {service.url}, private: yes}}}}", f"sms: {{service: gate{more}}}"


@acts("sms.service", "sms.path", "sms.method", "sms.send.NAME")
def test_sms_are_sent_by_the_service_as_told(short_tmp: Path) -> None:
    with http_service() as service:
        with a_project(short_tmp / "a", *_sms(service)) as project:
            carry(project, SMS)
        more = ', path: v2/sms, method: get, send: {phone: "{digits}", msg: "{text}!", from: Shop}'
        with a_project(short_tmp / "b", *_sms(service, more)) as project:
            carry(project, SMS)
        usual, other = service.seen
        assert (usual.method, usual.path) == ("POST", "/api/send")
        assert json.loads(usual.body) == {"to": "+79990000002", "text": "Ready", "id": SMS.key}
        assert (other.method, other.path) == ("GET", "/api/v2/sms")
        assert other.query == "phone=79990000002&msg=Ready%21&from=Shop"
    with a_project(short_tmp / "c") as project, pytest.raises(Undelivered, match="no service for SMS"):
        carry(project, SMS)


@acts("sms.accepted")
def test_an_answer_without_what_it_should_hold_is_a_refusal(short_tmp: Path) -> None:
    with http_service(answer(b'{"error": "no money"}')) as service:
        with a_project(short_tmp / "a", *_sms(service)) as project:
            carry(project, SMS)
        strict = _sms(service, ", accepted: sent")
        with a_project(short_tmp / "b", *strict) as project, pytest.raises(Undelivered, match="no money"):
            carry(project, SMS)


@acts("sms.timeout_s")
def test_an_sms_service_that_hangs_is_given_up_after_the_time_out(short_tmp: Path) -> None:
    with (
        http_service(Seen.never_answer) as service,
        a_project(short_tmp / "a", *_sms(service, ", timeout_s: 0.1")) as project,
    ):
        began = time.monotonic()
        with pytest.raises(Undelivered):
            carry(project, SMS)
        assert time.monotonic() - began < 4


@acts("sms.reference")
def test_receipts_may_name_an_sms_as_its_gateway_does(short_tmp: Path) -> None:
    with http_service(answer(b'{"data": {"id": "gw-7"}}')) as service:
        for name, more, reference in (("a", "", ""), ("b", ", reference: data.id", "gw-7")):
            with a_project(short_tmp / name, *_sms(service, more)) as project:
                carry(project, SMS)
                found = project.store.messages.of(SMS.key)
                assert found is not None
                assert found.reference == reference


@acts("sms.hours")
def test_sms_of_rules_wait_for_their_hours(short_tmp: Path) -> None:
    told = replace(SMS, body={**SMS.body, "rule": "busy", "zone": "Europe/Moscow"})
    with http_service() as service:
        for name, more, is_sent in (("a", "", True), ("b", ", hours: {daily: 03:00-03:01}", False)):
            with (
                a_project(short_tmp / name, *_sms(service, more)) as project,
                nullcontext() if is_sent else pytest.raises(NotYet),
            ):
                carry(project, told)
        assert len(service.seen) == 1


@acts("sms.per_number.day", "sms.per_call")
def test_numbers_that_callers_type_get_so_many(short_tmp: Path) -> None:
    typed = [
        replace(SMS, key=f"k{n}", attempt_id=f"call-{n % 2}", body={**SMS.body, "typed": True})
        for n in range(7)
    ]
    with http_service() as service:
        for name, more, sent in (
            ("a", "", 5),
            ("b", ", per_number: {day: 2}", 2),
            ("c", ", per_call: 1", 2),
        ):
            before = len(service.seen)
            with a_project(short_tmp / name, *_sms(service, more)) as project:
                for each in typed:
                    carry(project, each)
            assert len(service.seen) - before == sent


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # a plug-in of apprise
@acts("sms.apprise_env", "mailboxes.NAME.apprise_env")
def test_apprise_sends_what_it_is_told_to(short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = delivery(
        "email", lane="apprise@office", target="apprise:office", name="2-0.0", to="office", text="Come"
    )
    with http_service() as service:
        monkeypatch.setenv("NOTICE_URL", service.url.replace("http://", "json://") + "notices/{digits}")
        lines = ("sms: {apprise_env: NOTICE_URL}", "mailboxes: {office: {apprise_env: NOTICE_URL}}")
        with a_project(short_tmp / "a", *lines) as project:
            carry(project, SMS)
            carry(project, letter)
        sms, notice = service.seen
        assert sms.path == "/api/notices/79990000002"
        assert json.loads(sms.body)["message"] == "Ready"
        assert json.loads(notice.body)["message"].startswith("Come")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"hours": {"mon": "9-17"}}, "is not a span of hours"),
        ({"hours": {"someday": "09:00-17:00"}}, "is not a day"),
        ({"hours": {"mon": "closed"}}, "never open"),
        ({"reference": "data/id"}, "names of fields with dots"),
        ({"service": "gate", "apprise_env": "URL"}, "only one of them can send"),
    ],
)
def test_sms_settings_that_cannot_be_are_a_mistake(more: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Sms(**more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("send", "why"),
    [
        ({"to": "{to}"}, r"needs \{text\}"),
        ({"text": "{text}"}, r"needs \{text\} and \{to\}"),
        ({"to": "{to}", "text": "{text} {tex}"}, r"\{tex\} means nothing"),
    ],
)
def test_an_sms_without_text_or_number_is_a_mistake(send: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Sms(send=send)
