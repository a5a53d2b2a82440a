"""What another release means for a switch that runs: which commands bring it in, and what only a restart does. Pure.

Scripts and routes need nothing: the next call takes them. The switch reads its configuration again on `reloadxml`, but
most of its modules look at theirs only when they are loaded.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final

from orchestrator.deploy.release import INBOUND

Files = Mapping[str, bytes]
Params = Mapping[str, str]

# fsctl takes these at once (mod_commands.c); all else in switch.conf is read when the switch starts.
LIVE_LIMITS: Final = {"sessions-per-second": "sps", "max-sessions": "max_sessions"}
# What a running profile keeps though it reads its settings again (sofia.c, config_sofia): what it is bound to.
BOUND: Final = frozenset(
    {
        "sip-ip",
        "sip-port",
        "rtp-ip",
        "ext-sip-ip",
        "ext-rtp-ip",
        "bind-params",
        "tls",
        "tls-sip-port",
        "tls-cert-dir",
        "tls-version",
        "tls-verify-policy",
        "tls-verify-depth",
        "dbname",
    }
)
SECRET_PARAM: Final = "password"  # noqa: S105  # the name of a parameter
# Read by the switch itself or by sofia, see below; any other autoload_configs/NAME.conf.xml is its module's.
_KNOWN_CONFIGS: Final = frozenset({"acl", "sofia", "switch", "modules"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """From one release to another: paths, and what to do on a switch that runs.

    killed: (profile, gateway) to be made anew or gone. registering: those of them that register. rescanned: profiles
    that read their settings again; started: new ones. limits: what `fsctl` sets. restarts, stops: a sentence for each
    thing that only a person may do, for it ends calls; a switch that is started anew does it by itself.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    has_new_xml: bool = False
    has_new_acl: bool = False
    killed: tuple[tuple[str, str], ...] = ()
    registering: tuple[tuple[str, str], ...] = ()
    rescanned: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    limits: Mapping[str, str] = field(default_factory=dict)
    restarts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)


def changes_between(old: Files, new: Files, *, has_new_secrets: bool = False) -> Changes:
    """What changes when `new` follows `old`. Without an old one everything is new, and nothing needs a restart."""
    differing = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    xml = {path for path in differing if path != INBOUND and not path.startswith("scripts/")}
    was, now = _gateways(old), _gateways(new)
    killed = tuple(
        sorted(
            key
            for key, gateway in was.items()
            if now.get(key) != gateway or (has_new_secrets and SECRET_PARAM in gateway)
        )
    )
    profiles, kept = _profiles(new), _profiles(new) & _profiles(old)
    rescanned = {profile for profile, _ in (*killed, *(now.keys() - was.keys()))}
    rescanned |= {name for name in kept if _profile_path(name) in differing}
    return Changes(
        added=tuple(sorted(differing - old.keys())),
        changed=tuple(sorted(differing & old.keys() & new.keys())),
        removed=tuple(sorted(differing - new.keys())),
        has_new_xml=bool(xml) or has_new_secrets,
        has_new_acl=any(path.startswith(("conf/acl/", "conf/autoload_configs/acl.")) for path in xml),
        killed=killed,
        registering=tuple(key for key in killed if now.get(key, {}).get("register") == "true"),
        rescanned=tuple(sorted(rescanned & kept)),
        started=tuple(sorted(profiles - kept)),
        limits=_limits(old, new),
        restarts=tuple(_restarts(old, new, differing)) if old else (),
        stops=tuple(
            f"profile {profile} is gone: `sofia profile {profile} stop`, which ends its calls"
            for profile in sorted(_profiles(old) - profiles)
        ),
    )


def with_all_read(changes: Changes, meanwhile: Changes, new: Files) -> Changes:
    """The same, for a switch of which nobody knows what it has read: everything is read again. `meanwhile`: from what
    it may have read to the new release.
    """
    registering = dict.fromkeys((*changes.registering, *meanwhile.registering))
    return replace(
        changes,
        has_new_xml=True,
        has_new_acl=True,
        killed=tuple(sorted({*changes.killed, *meanwhile.killed})),
        registering=tuple(registering),
        rescanned=(),
        started=tuple(sorted(_profiles(new))),  # which is a rescan for one that runs
    )


def gateways_of(files: Files) -> tuple[str, ...]:
    """Names of the gateways of a release."""
    return tuple(sorted(name for _, name in _gateways(files)))


def _restarts(old: Files, new: Files, differing: set[str]) -> Iterator[str]:
    switch = _differing_params("conf/autoload_configs/switch.conf.xml", old, new) - LIVE_LIMITS.keys()
    if switch:
        yield f"switch.conf ({', '.join(sorted(switch))}): restart the switch"
    if "conf/autoload_configs/modules.conf.xml" in differing:
        yield "modules.conf: restart the switch, or `load MODULE` what is new"
    for path in sorted(differing):
        name = path.removeprefix("conf/autoload_configs/").removesuffix(".conf.xml")
        if path.startswith("conf/autoload_configs/") and name not in _KNOWN_CONFIGS:
            yield f"{name}.conf: `reload mod_{_module(name)}` while no call is up, or restart the switch"
    for profile in sorted(_profiles(old) & _profiles(new)):
        bound = _differing_params(_profile_path(profile), old, new) & BOUND
        if bound:
            names = ", ".join(sorted(bound))
            yield f"profile {profile} ({names}): `sofia profile {profile} restart`, which ends its calls"


def _module(configuration: str) -> str:
    return "python3" if configuration == "python" else configuration


def _limits(old: Files, new: Files) -> dict[str, str]:
    """`fsctl` name -> value of what it can set at once."""
    path = "conf/autoload_configs/switch.conf.xml"
    was, now = _params(old.get(path)), _params(new.get(path))
    return {
        command: now[name]
        for name, command in LIVE_LIMITS.items()
        if old and name in now and now[name] != was.get(name)
    }


def _differing_params(path: str, old: Files, new: Files) -> set[str]:
    was, now = _params(old.get(path)), _params(new.get(path))
    return {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}


def _profile_path(profile: str) -> str:
    return f"conf/profiles/{profile}.xml"


def _profiles(files: Files) -> set[str]:
    return {PurePosixPath(path).stem for path in files if path.startswith("conf/profiles/")}


def _gateways(files: Files) -> dict[tuple[str, str], dict[str, str]]:
    """(profile, gateway) -> its parameters and variables."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for path, data in files.items():
        if path.startswith("gateways/"):
            for node in _parsed(data).iter("gateway"):
                values = {item.get("name", ""): item.get("value", "") for item in node.iter("param")}
                values |= {
                    f"${item.get('name')}": ET.tostring(item, "unicode") for item in node.iter("variable")
                }
                found[PurePosixPath(path).stem, node.get("name", "")] = values
    return found


def _params(data: bytes | None) -> Params:
    nodes = () if data is None else _parsed(data).iter("param")
    return {node.get("name", ""): node.get("value", "") for node in nodes}


def _parsed(data: bytes) -> ET.Element:
    """A file changed by hand may be anything: then it has nothing in it."""
    try:
        return ET.fromstring(data)  # noqa: S314  # made by us, or by whoever has the switch anyway
    except ET.ParseError:
        return ET.Element("broken")
