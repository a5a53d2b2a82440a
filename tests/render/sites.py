"""Small makers of what configurations are rendered from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from orchestrator.render import GatewaySite, ProfileSite, SwitchSite


def profile(name: str = "prozvon", **changes: Any) -> ProfileSite:
    return replace(ProfileSite(name=name, ip="", port=5080, public_ip="", codecs="PCMA,PCMU"), **changes)


def gateway(name: str, **changes: Any) -> GatewaySite:
    made = GatewaySite(
        name=name,
        profile="prozvon",
        proxy="sip.carrier.example",
        username="",
        has_password=False,
        realm="",
        from_domain="",
        registers=False,
        transport="udp",
        ping_s=30,
        caller_id_in="from",
        inbound=(),
    )
    return replace(made, **changes)


def site(**changes: Any) -> SwitchSite:
    made = SwitchSite(
        name="main",
        root="/srv/prozvon",
        cdr="/srv/prozvon/cdr",
        owner="",
        listen="127.0.0.1",
        port=8021,
        allow=("127.0.0.1/32", "::1/128"),
        sps=100,
        max_sessions=1000,
        rtp_first=16384,
        rtp_last=32768,
        prompts_url="",
        profiles=(profile(),),
        gateways=(),
    )
    return replace(made, **changes)


def parsed(made: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(made)  # noqa: S314  # our own


def params(made: bytes, within: str = ".") -> dict[str, str]:
    """The `<param name= value=>` below the first element found by the path `within`."""
    found = parsed(made).find(within)
    assert found is not None
    return {node.get("name", ""): node.get("value", "") for node in found.iter("param")}
