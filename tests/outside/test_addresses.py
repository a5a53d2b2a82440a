"""Private addresses are refused in whatever form they come."""

from __future__ import annotations

import time

import gevent
import pytest
from gevent import socket
from gevent.event import Event

from orchestrator.outside.addresses import AddressRefused, Lookups, is_public, open_public
from tests.outside.http_service import http_service


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_public_network(text: str) -> None:
    assert is_public(text)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104  # it is refused
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "nonsense",
        "",
    ],
)
def test_addresses_that_are_not(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "::1"])
def test_loopback_is_not_connected_to_however_it_is_written(host: str) -> None:
    with http_service() as service:
        with pytest.raises(AddressRefused, match="private network"):
            open_public(
                host, service.port, is_private=False, deadline=time.monotonic() + 2, lookups=Lookups()
            )
        assert service.connections == 0


def test_a_name_that_means_public_and_private_addresses_is_used_for_the_public_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443)),
    ]
    tried: list[object] = []

    def connected(_family: int, to: object, timeout_s: float) -> socket.socket:
        tried.append(to)
        assert timeout_s > 1
        raise ConnectionRefusedError

    monkeypatch.setattr("gevent.socket.getaddrinfo", lambda *_: found)
    monkeypatch.setattr("orchestrator.outside.addresses._connected", connected)
    with pytest.raises(ConnectionRefusedError):
        open_public("both.example", 443, is_private=False, deadline=time.monotonic() + 2, lookups=Lookups())
    assert tried == [("8.8.8.8", 443)]


def test_a_dead_address_does_not_use_up_the_time_of_the_next() -> None:
    """192.0.2.1 is nobody's: packets to it are lost, or there is no way there at all."""
    with http_service() as service, pytest.MonkeyPatch.context() as patch:
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", service.port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", service.port)),
        ]
        patch.setattr("gevent.socket.getaddrinfo", lambda *_: found)
        open_public(
            "two.example", service.port, is_private=True, deadline=time.monotonic() + 0.6, lookups=Lookups()
        ).close()


def test_without_time_nothing_is_tried() -> None:
    with pytest.raises(TimeoutError):
        open_public("127.0.0.1", 9, is_private=True, deadline=time.monotonic() - 1, lookups=Lookups())


def test_a_name_server_that_is_away_costs_one_look_up_however_many_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, may_answer = [], Event()

    def look_up(host: str, port: int, *_: object) -> object:
        asked.append(host)
        may_answer.wait()
        if host == "none.example":
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]

    monkeypatch.setattr("gevent.socket.getaddrinfo", look_up)
    lookups = Lookups()
    for _ in range(20):
        with gevent.Timeout(0.001, False):  # type: ignore[arg-type]  # False: it passes in silence
            lookups.addresses("crm.example", 443)
    waiting = [gevent.spawn(lookups.addresses, "crm.example", 443) for _ in range(5)]
    gevent.sleep(0)
    assert asked == ["crm.example"]
    may_answer.set()
    gevent.joinall(waiting, raise_error=True)
    assert {str(each.get()[0][4][0]) for each in waiting} == {"8.8.8.8"}
    with pytest.raises(socket.gaierror):
        lookups.addresses("none.example", 443)
    lookups.addresses("crm.example", 443)
    assert asked == ["crm.example", "none.example", "crm.example"]


def test_a_name_that_can_be_none_is_an_error_like_others() -> None:
    with pytest.raises(OSError, match="not a host's name"):
        Lookups().addresses("x" * 70 + ".example", 443)
