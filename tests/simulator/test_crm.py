"""The order system of demonstrations: takes what is signed, each key once, and now and then nothing."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator

import pytest

from orchestrator.simulator.crm import LONGEST, Crm, serving

SECRET = "open sesame"
SAID = {"campaign": "parcels-1", "lead": 7, "status": "confirmed"}


@pytest.fixture
def crm() -> Iterator[Crm]:
    with serving(Crm(secret=SECRET)) as made:
        yield made


def post(
    crm: Crm, path: str, said: object = None, key: str = "k1", secret: str = SECRET, **headers: str
) -> int:
    body = json.dumps(said).encode() if said is not None else b"{"
    signed = hmac.new(secret.encode(), b"1796029200." + body, hashlib.sha256).hexdigest()
    sent = {"Idempotency-Key": key, "Prozvon-Signature": f"t=1796029200,v1=0,v1={signed}"} | headers
    connection = http.client.HTTPConnection(crm.url.removeprefix("http://").rstrip("/"), timeout=5)
    try:
        connection.request("POST", path, body, {name: value for name, value in sent.items() if value})
        answer = connection.getresponse()
        assert json.loads(answer.read())["success"] is (answer.status == 200)
        return answer.status
    finally:
        connection.close()


def test_the_last_status_of_an_order_is_known_and_a_key_counts_once(crm: Crm) -> None:
    assert crm.status_of("parcels-1", 7) == ""
    assert post(crm, "/orders", {**SAID, "status": "call_back"}) == 200
    assert post(crm, "/orders", SAID, "k2") == 200
    assert post(crm, "/orders", {**SAID, "status": "call_back"}) == 200
    assert crm.status_of("parcels-1", 7) == "confirmed"
    assert crm.told == {"parcels-1": {7: ["call_back", "confirmed"]}}
    assert (crm.requests, crm.repeated, crm.faults) == (3, 1, {})


def test_short_messages_are_kept_by_number(crm: Crm) -> None:
    assert post(crm, "/sms", {"to": "+79990000001", "text": "hello"}) == 200
    assert crm.texts == {"+79990000001": ["hello"]}


@pytest.mark.parametrize(
    ("path", "said", "headers", "fault"),
    [
        ("/orders", SAID, {"secret": "guessed"}, "not signed with our secret"),
        ("/orders", SAID, {"Prozvon-Signature": ""}, "not signed with our secret"),
        ("/orders", SAID, {"key": ""}, "no key"),
        ("/orders", {"lead": 7}, {}, "without campaign, status"),
        ("/orders", None, {}, "not JSON"),
        ("/else", {}, {}, "nothing is at /else"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_remembered(
    crm: Crm, path: str, said: object, headers: dict[str, str], fault: str
) -> None:
    assert post(crm, path, said, **headers) == 400
    assert crm.faults == {fault: 1}
    assert crm.told == {}


def test_it_fails_as_often_as_it_is_told_to(crm: Crm) -> None:
    crm.fails_every = 3
    assert [post(crm, "/orders", SAID, f"k{n}") for n in range(1, 7)] == [200, 200, 503, 200, 200, 503]
    assert crm.failed == 2
    assert len(crm.told["parcels-1"][7]) == 4


def test_a_body_without_end_is_not_read(crm: Crm) -> None:
    connection = http.client.HTTPConnection(crm.url.removeprefix("http://").rstrip("/"), timeout=5)
    connection.putrequest("POST", "/orders")
    connection.putheader("Content-Length", str(LONGEST + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
