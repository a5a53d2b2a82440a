"""What a switch's configuration is made from: plain values that were checked before, and no secret among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass

# The switch's preprocessor goes by lines, before any XML is parsed (switch_xml.c, preprocess): `$${` expands, and a
# line with X-PRE-PROCESS in it is carried out or dropped, in capitals or not.
_PLAIN = re.compile(r"(?!.*x-pre-process)[A-Za-z0-9_.:/@+,~-]{0,300}\Z", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSite:
    """A SIP profile. `ip` and `public_ip` are "" where the switch finds its own, or needs none."""

    name: str
    ip: str
    port: int
    public_ip: str
    codecs: str  # PCMA,PCMU


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySite:
    """A trunk of our configuration. Its password, where it has one, is the secret `gateway_secret(name)`."""

    name: str
    profile: str
    proxy: str  # HOST or HOST:PORT
    username: str  # "" when it asks for none
    has_password: bool
    realm: str
    from_domain: str
    registers: bool
    transport: str  # udp, tcp, tls
    ping_s: int  # 0: never
    caller_id_in: str  # from, rpid, pai
    inbound: tuple[str, ...]  # networks whose calls are taken


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSite:
    """A switch: where its files are on its own machine (absolute), what it listens on, what it takes, its trunks."""

    name: str
    root: str
    cdr: str
    owner: str  # the user it runs as; "" when that is whoever deploys
    listen: str  # the event socket's address
    port: int
    allow: tuple[str, ...]  # networks that may connect to it
    sps: int
    max_sessions: int
    rtp_first: int
    rtp_last: int
    prompts_url: str  # with a / at its end; "" when prompts are files
    profiles: tuple[ProfileSite, ...]
    gateways: tuple[GatewaySite, ...]  # only those that are part of our configuration


EVENT_SOCKET_SECRET = "event_socket"  # noqa: S105  # the name of one


def gateway_secret(name: str) -> str:
    """What a gateway's password is called among the secrets."""
    return f"gateway_{name}"


def tls_port(profile: ProfileSite) -> int:
    """Where a profile with a TLS gateway listens for TLS."""
    return profile.port + 1


def require_plain(site: SwitchSite) -> None:
    """ValueError naming the first text that could be more than a value in the switch's configuration."""
    for text in _texts(astuple(site)):
        if not _PLAIN.match(text):
            raise ValueError(f"{text[:80]!r} cannot be written into a switch's configuration")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
