"""Notices by apprise: what is told of a failure, and what never is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.notices import Notices
from orchestrator.runtime.outbox.sms_gateways import AppriseSms
from tests.outside.http_service import Seen, answer, http_service

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # a plug-in of apprise


@pytest.fixture
def aside() -> Iterator[Aside]:
    made = Aside()
    yield made
    made.stop()


def notices(aside: Aside, timeout_s: float = 20.0) -> Notices:
    return Notices(aside.apart(1, timeout_s, "the service"))


def test_places_of_the_url_are_filled_in_and_nothing_else_is(
    aside: Aside, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_service() as service:
        monkeypatch.setenv("URL", service.url.replace("http://", "json://") + "{digits}/{key}/{x}")
        notices(aside).send("URL", "Subject", "Text {to}", {"digits": "7999", "key": "k-1", "to": "+7999"})
        (seen,) = service.seen
        assert seen.path.startswith("/api/7999/k-1/")
        assert json.loads(seen.body)["message"] == "Text {to}"


def test_a_refusal_says_why_and_none_of_the_secrets(aside: Aside, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_service(answer(b"{}", status="401 Who")) as service:
        url = service.url.replace("http://", "json://anna:topsecret@") + "verysecretpath"
        monkeypatch.setenv("URL", url)
        with pytest.raises(Undelivered, match="401") as error:
            notices(aside).send("URL", "", "Text")
        assert not error.value.is_final
        assert "secret" not in error.value.told


@pytest.mark.parametrize(
    ("url", "why"),
    [("", "URL is not set"), ("nonsense://", "no URL that apprise knows"), ("json://", "no URL")],
)
def test_a_url_that_is_none_is_said(
    aside: Aside, monkeypatch: pytest.MonkeyPatch, url: str, why: str
) -> None:
    monkeypatch.setenv("URL", url)
    with pytest.raises(Undelivered, match=why) as error:
        notices(aside).send("URL", "", "Text")
    assert not error.value.is_final, "a person mends the environment, and it goes on"


def test_an_sms_never_goes_to_whoever_the_url_names(aside: Aside, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_service() as service:
        monkeypatch.setenv("URL", service.url.replace("http://", "json://") + "79990000009")
        with pytest.raises(Undelivered, match=r"has no \{to\} or \{digits\}"):
            AppriseSms(notices(aside), "URL").send("+79990000001", "Text", "key")
        assert service.seen == []


def test_a_service_that_hangs_is_given_up(aside: Aside, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_service(Seen.never_answer) as service:
        monkeypatch.setenv("URL", service.url.replace("http://", "json://") + "?rto=1&cto=1")
        notices_ = notices(aside, timeout_s=0.2)
        with pytest.raises(Undelivered, match="does the service hang"):
            notices_.send("URL", "", "Text")
