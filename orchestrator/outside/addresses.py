"""Connections to the public network only, unless told otherwise: checked on the address that is connected to.

A name can mean another address each time it is asked (DNS rebinding), so a check of the name alone is none.
"""

from __future__ import annotations

import ipaddress
import time
from typing import Any

import gevent
from gevent import Greenlet, socket

from orchestrator.outside.meter import MeteredSocket

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
# Of no public network, though Python calls most of it global: IETF's own (some clouds answer for machines there), and
# site-local addresses, which old networks still have
_INNER = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("fec0::/10"))


Found = list[tuple[Any, Any, int, str, Any]]


class AddressRefused(OSError):  # noqa: N818  # reads as what happened
    """The name means only addresses that may not be connected to."""


def is_public(text: str) -> bool:
    """Whether this IP address is one of the public network, whatever form it hides in. False for what is none."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address.teredo is not None:
            return False  # a tunnel to an address behind somebody's NAT
    if any(address in network for network in _INNER):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    )


class Lookups:
    """Asks what names mean, each once at a time, however many wait for it: gevent looks names up in ten threads, which
    connections to switches need too, and a name server that is away keeps a thread for half a minute.
    """

    def __init__(self) -> None:
        self._under_way: dict[tuple[str, int], Greenlet[..., Found | OSError]] = {}

    def addresses(self, host: str, port: int) -> Found:
        """As getaddrinfo has them. OSError."""
        key = (host, port)
        lookup = self._under_way.get(key)
        if lookup is None:
            lookup = self._under_way[key] = gevent.spawn(_look_up, host, port)
            lookup.link(lambda _: self._under_way.pop(key, None))
        lookup.join()
        found = lookup.value
        if isinstance(found, list):
            return found
        raise found if isinstance(found, OSError) else OSError("the name cannot be looked up")


def _look_up(host: str, port: int) -> Found | OSError:
    """What went wrong is a value: nobody may be waiting for it any more."""
    try:
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError:  # a part of the name is longer than a name's may be
        return OSError("not a host's name")


def open_public(
    host: str, port: int, *, is_private: bool, deadline: float, lookups: Lookups
) -> MeteredSocket:
    """Connect to `host` (name or address) until `deadline` (time.monotonic). OSError; AddressRefused.

    Each address gets its share of the time, so that a dead one does not use up all of it.
    """
    found = lookups.addresses(host, port)
    allowed = list(
        dict.fromkeys((family, to) for family, _, _, _, to in found if is_private or is_public(str(to[0])))
    )
    if not allowed:
        raise AddressRefused(
            f"{host} is {found[0][4][0] if found else 'nowhere'}, an address of a private network: "
            "`private: yes` in the settings of the service allows it"
        )
    error: OSError = TimeoutError("no time left")
    for index, (family, to) in enumerate(allowed):
        share_s = (deadline - time.monotonic()) / (len(allowed) - index)
        if share_s <= 0:
            break
        try:
            return _connected(family, to, share_s)
        except OSError as caught:
            error = caught
    raise error


def _connected(family: int, to: Any, timeout_s: float) -> MeteredSocket:
    sock = MeteredSocket(family, socket.SOCK_STREAM)
    try:
        with gevent.Timeout(timeout_s, TimeoutError(f"no connection within {timeout_s:.1f} s")):
            sock.connect(to)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock
