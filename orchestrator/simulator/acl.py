"""Lists of networks: `acl ADDRESS LIST` (switch_core.c, switch_load_network_lists)."""

from __future__ import annotations

import ipaddress
from typing import Final

from orchestrator.simulator.configuration import Configuration

# List -> whether who is in none of its networks is let in, and its networks: let in or not
_Rules = tuple[bool, dict[str, bool]]
_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_AUTOMATIC: Final[dict[str, _Rules]] = {
    "loopback.auto": (False, {"127.0.0.0/8": True, "::1/128": True}),
    "localnet.auto": (False, {"127.0.0.0/8": True}),
    "rfc1918.auto": (False, dict.fromkeys(_PRIVATE, True)),
    "rfc6598.auto": (False, {"100.64.0.0/10": True}),
    "nat.auto": (False, dict.fromkeys((*_PRIVATE, "100.64.0.0/10"), True)),
    "wan.auto": (True, dict.fromkeys((*_PRIVATE, "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16"), False)),
    "any_v4.auto": (False, {"0.0.0.0/0": True}),
    "any_v6.auto": (False, {"::/0": True}),
}


def acl(configuration: Configuration, text: str) -> str:
    """`true` or `false`. The narrowest network that holds the address decides."""
    words = text.split(" ")
    try:
        address = ipaddress.ip_address(words[0])
    except ValueError:
        return "false"
    rules = _rules(configuration, words[1]) if len(words) > 1 else None
    if rules is None:
        return "false"
    lets_in, best = rules[0], -1
    for network, allows in rules[1].items():
        try:
            found = ipaddress.ip_network(network, strict=False)
        except ValueError:
            continue
        if found.version == address.version and address in found and found.prefixlen > best:
            lets_in, best = allows, found.prefixlen
    return str(lets_in).lower()


def _rules(configuration: Configuration, name: str) -> _Rules | None:
    """Of a list, a network in place of one, or None."""
    if name in _AUTOMATIC:
        return _AUTOMATIC[name]
    if "/" in name:
        return (False, {name: True})
    found = configuration.locate("configuration", tag="configuration", attribute="name", value="acl.conf")
    for lists in found.named("network-lists") if found is not None else ():
        wanted = lists.find("list", "name", name)
        if wanted is not None:
            nodes = {node.get("cidr"): node.get("type") == "allow" for node in wanted.named("node")}
            return (wanted.get("default") == "allow", {cidr: to for cidr, to in nodes.items() if cidr})
    return None
