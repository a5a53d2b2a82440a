"""A switch of prozvon.yaml as what its configuration is rendered from."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from orchestrator.domain.problem import KnownError
from orchestrator.render.site import (
    EVENT_SOCKET_SECRET,
    GatewaySite,
    ProfileSite,
    SwitchSite,
    gateway_secret,
    require_plain,
    tls_port,
)
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import DEFAULT_PASSWORD, Gateway, Profile, Switch

# Blanks, quotes, `$`, `*` and the like are syntax in the switch's configuration or in the shell that starts it
_PATH = re.compile(r"/[A-Za-z0-9_./+-]{1,200}\Z")


def switch_of(settings: Settings, name: str) -> Switch:
    """The switch called `name`. KnownError naming those there are."""
    if name not in settings.switches:
        raise KnownError(f"no switch {name!r} in prozvon.yaml (there are: {', '.join(settings.switches)})")
    return settings.switches[name]


def site_of(settings: Settings, name: str) -> SwitchSite:
    """What the configuration of a switch is made from. KnownError: no such switch, or a path that could be syntax."""
    switch = switch_of(settings, name)
    first, last = (int(port) for port in switch.rtp_ports.split("-"))
    if not 1024 <= first < last <= 65535:
        raise KnownError(
            f"switches.{name}.rtp_ports: {first}-{last} is no range of ports from 1024 to 65535, the lower first"
        )
    site = SwitchSite(
        name=name,
        root=_path(f"switches.{name}.root", switch.root),
        cdr=_path(f"switches.{name}.cdr", switch.cdr_folder),
        owner=switch.owner or "",
        listen=switch.listen,
        port=switch.port,
        allow=tuple(switch.allow.split(",")),
        sps=switch.sps,
        max_sessions=switch.max_sessions,
        rtp_first=first,
        rtp_last=last,
        prompts_url=f"{switch.prompts_url.rstrip('/')}/" if switch.prompts_url else "",
        profiles=tuple(_profile(key, profile) for key, profile in sorted(switch.profiles.items())),
        gateways=tuple(
            _gateway(key, gateway, gateway.proxy)
            for key, gateway in sorted(switch.gateways.items())
            if gateway.proxy
        ),
    )
    _require_own_ports(site)
    try:
        require_plain(site)
    except ValueError as error:
        raise KnownError(f"switches.{name}: {error}") from None
    return site


def secrets_of(settings: Settings, name: str) -> dict[str, str]:
    """Every password of a switch's configuration by the secret's name. KnownError when one is missing, or the event
    socket's is the one that everybody knows.
    """
    switch = switch_of(settings, name)
    password = switch.password()
    if password == DEFAULT_PASSWORD:
        raise KnownError(
            f"switches.{name}: a configuration of ours has no default password for the event socket: "
            "name one with password_env: VARIABLE or password_file: FILE in prozvon.yaml "
            "(a good one: openssl rand -hex 24)"
        )
    gateways = {
        gateway_secret(key): gateway.password()
        for key, gateway in switch.gateways.items()
        if gateway.proxy and _has_password(gateway)
    }
    return {EVENT_SOCKET_SECRET: password, **gateways}


def _require_own_ports(site: SwitchSite) -> None:
    """KnownError when two SIP profiles would listen on one port: the second one would not start."""
    taken: list[tuple[str, int, str]] = []
    for profile in site.profiles:
        has_tls = any(g.profile == profile.name and g.transport == "tls" for g in site.gateways)
        for port in (profile.port, tls_port(profile))[: 1 + has_tls]:
            for ip, other_port, other in taken:
                if port == other_port and (ip == profile.ip or not ip or not profile.ip):
                    raise KnownError(
                        f"switches.{site.name}.profiles: {other} and {profile.name} cannot both listen on port {port}: "
                        "give each an address (`ip:`) or a port of its own (TLS takes the next one)"
                    )
            taken.append((profile.ip, port, profile.name))


def _profile(name: str, profile: Profile) -> ProfileSite:
    return ProfileSite(
        name=name,
        ip=profile.ip or "",
        port=profile.port,
        public_ip=profile.public_ip or "",
        codecs=profile.codecs,
    )


def _gateway(name: str, gateway: Gateway, proxy: str) -> GatewaySite:
    return GatewaySite(
        name=name,
        profile=gateway.profile,
        proxy=proxy,
        username=gateway.username or "",
        has_password=_has_password(gateway),
        realm=gateway.realm or "",
        from_domain=gateway.from_domain or "",
        registers=gateway.registers,
        transport=gateway.transport,
        ping_s=gateway.ping_s,
        caller_id_in=gateway.caller_id_in,
        inbound=gateway.inbound_networks(),
    )


def _has_password(gateway: Gateway) -> bool:
    return bool(gateway.password_env or gateway.password_file)


def _path(key: str, path: Path) -> str:
    plain = posixpath.normpath(path)
    if not _PATH.match(plain):
        raise KnownError(
            f"{key}: {path} cannot be written into a switch's configuration: an absolute path of at most 200 "
            "letters, digits and _./+- is needed (the project folder's own name counts when it is a relative one)"
        )
    return plain
