"""SIP profiles and gateways as `sofia.conf` describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from orchestrator.simulator.configuration import Configuration
from orchestrator.simulator.xml_tree import Node

PLAIN_GATEWAY: Final = {
    "proxy": "127.0.0.1:5090",
    "realm": "127.0.0.1",
    "username": "robot",
    "password": "x",
}
PLAIN_PROFILE: Final = {"context": "prozvon_inbound", "sip-port": "5080", "codec-prefs": "PCMA"}


@dataclass(slots=True, kw_only=True)
class Profile:
    """`up_at`: when it is, or will be, up, in ms of the switch's clock; None when it was stopped."""

    name: str
    params: Mapping[str, str]
    gateways: dict[str, Gateway] = field(default_factory=dict)
    up_at: int | None = 0

    def get(self, name: str, default: str = "") -> str:
        return self.params.get(name) or default

    @property
    def address(self) -> str:
        return f"{self.get('sip-ip', '127.0.0.1')}:{self.get('sip-port', '5060')}"

    @property
    def url(self) -> str:
        return f"sip:mod_sofia@{self.address}"


@dataclass(slots=True, kw_only=True)
class Gateway:
    name: str
    params: Mapping[str, str]
    since_ms: int

    def get(self, name: str, default: str = "") -> str:
        return self.params.get(name) or default

    @property
    def proxy(self) -> str:
        return self.get("proxy", self.get("realm", self.name))

    @property
    def to(self) -> str:
        return f"sip:{self.get('username', 'FreeSWITCH')}@{self.proxy}"

    @property
    def state(self) -> str:
        """Registered at once where it registers."""
        return "REGED" if self.get("register") == "true" else "NOREG"


def configured_profiles(configuration: Configuration) -> Iterator[Node]:
    """`<profile>` of sofia.conf."""
    found = configuration.locate("configuration", tag="configuration", attribute="name", value="sofia.conf")
    for profiles in found.named("profiles") if found is not None else ():
        yield from profiles.named("profile")


def read_profile(node: Node, now_ms: int) -> Profile:
    """A profile that comes up at `now_ms`."""
    params = _params(next(node.named("settings"), Node("settings")))
    gateways = {gateway.name: gateway for gateway in read_gateways(node, now_ms)}
    return Profile(name=node.get("name"), params=params, gateways=gateways, up_at=now_ms)


def read_gateways(node: Node, now_ms: int) -> Iterator[Gateway]:
    for gateways in node.named("gateways"):
        for gateway in gateways.named("gateway"):
            yield Gateway(name=gateway.get("name"), params=_params(gateway), since_ms=now_ms)


def _params(node: Node) -> dict[str, str]:
    return {param.get("name"): param.get("value") for param in node.named("param")}
