"""Everything that a switch reads through ROOT/current, its scripts apart: one release's configuration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from orchestrator.engine.originate import INBOUND_CONTEXT
from orchestrator.render.dialplan import render_agents, render_dialplan, render_inbound, render_link
from orchestrator.render.secrets import variable_of
from orchestrator.render.site import (
    EVENT_SOCKET_SECRET,
    ProfileSite,
    SwitchSite,
    gateway_secret,
    require_plain,
    tls_port,
)
from orchestrator.render.xml import render_xml

# In the order in which they are loaded; each with what it is for
MODULES = (
    "mod_logfile",
    "mod_commands",  # originate, show, uuid_*
    "mod_dialplan_xml",
    "mod_dptools",
    "mod_event_socket",
    "mod_json_cdr",
    "mod_sofia",
    "mod_loopback",  # calls into the dialplan without a telephone
    "mod_sndfile",  # WAV
    "mod_tone_stream",  # beeps
    "mod_local_stream",  # music on hold
    "mod_http_cache",  # prompts by URL
    "mod_tts_commandline",  # texts that nobody prepared
    "mod_python3",  # the flow
)
CONFIGURATIONS = (
    "event_socket",
    "http_cache",
    "json_cdr",
    "local_stream",
    "logfile",
    "modules",
    "python",
    "sofia",
    "switch",
    "tts_commandline",
    "acl",
)
EVENT_SOCKET_ACL = "prozvon_event_socket"
# sip_cid_type of sofia_glue.c: which header tells the number, besides From
CID_TYPES = {"from": "none", "rpid": "rpid", "pai": "pid"}


def render_release(site: SwitchSite) -> dict[str, bytes]:
    """Path below the release -> bytes, the same for the same site. No secret is in it, and nothing of scenarios.

    ValueError: a value could be more than one (`require_plain`).
    """
    require_plain(site)
    return dict(sorted(_files(site)))


def local_of(site: SwitchSite) -> str:
    """The folder with what the switch's admin adds: no deploy touches it."""
    return f"{site.root}/conf/local"


def ram_of(site: SwitchSite) -> str:
    """The beginning of the names of the switch's databases. They are in memory: each call writes several rows, and
    none is worth anything after a restart. Two switches of one machine have two names.
    """
    return f"/dev/shm/prozvon.{site.name}.{hashlib.sha256(site.root.encode()).hexdigest()[:8]}"  # noqa: S108


def inbound_acl(profile: ProfileSite) -> str:
    """The list of networks whose calls a profile takes."""
    return f"prozvon_inbound_{profile.name}"


def _files(site: SwitchSite) -> Iterator[tuple[str, bytes]]:
    local, ram = local_of(site), ram_of(site)
    yield "dialplan/prozvon.xml", render_dialplan(site.prompts_url)
    yield "dialplan/prozvon_agents.xml", render_agents(site.prompts_url)
    yield "dialplan/prozvon_link.xml", render_link()
    yield "dialplan/prozvon_inbound.xml", render_inbound(local, site.prompts_url)
    yield "conf/freeswitch.xml", render_xml("conf/freeswitch.xml.j2", local=local)
    yield "conf/forget.xml", render_xml("conf/forget.xml.j2", secret_variables=_secret_variables(site))
    yield "conf/acl/prozvon.xml", render_xml("conf/acl/prozvon.xml.j2", lists=_lists(site))
    for name in CONFIGURATIONS:
        path = f"conf/autoload_configs/{name}.conf.xml"
        yield (
            path,
            render_xml(
                f"{path}.j2",
                site=site,
                local=local,
                ram=ram,
                modules=MODULES,
                acl=EVENT_SOCKET_ACL,
                password=variable_of(EVENT_SOCKET_SECRET),
            ),
        )
    for profile in site.profiles:
        yield from _profile_files(site, profile)


def _profile_files(site: SwitchSite, profile: ProfileSite) -> Iterator[tuple[str, bytes]]:
    gateways = [gateway for gateway in site.gateways if gateway.profile == profile.name]
    yield (
        f"conf/profiles/{profile.name}.xml",
        render_xml(
            "conf/profiles/profile.xml.j2",
            site=site,
            profile=profile,
            transports={gateway.transport for gateway in gateways},
            tls_port=tls_port(profile),
            acl=inbound_acl(profile),
            context=INBOUND_CONTEXT,
            local=local_of(site),
            ram=ram_of(site),
        ),
    )
    yield (
        f"gateways/{profile.name}.xml",
        render_xml(
            "gateways/profile.xml.j2",
            gateways=gateways,
            secrets={gateway.name: variable_of(gateway_secret(gateway.name)) for gateway in gateways},
            context=INBOUND_CONTEXT,
            cid_types=CID_TYPES,
        ),
    )


def _secret_variables(site: SwitchSite) -> list[str]:
    names = [gateway_secret(gateway.name) for gateway in site.gateways if gateway.has_password]
    return [variable_of(name) for name in (EVENT_SOCKET_SECRET, *names)]


def _lists(site: SwitchSite) -> list[tuple[str, tuple[str, ...]]]:
    """Network lists: name -> networks that are let in."""
    inbound = [
        (
            inbound_acl(profile),
            tuple(net for g in site.gateways if g.profile == profile.name for net in g.inbound),
        )
        for profile in site.profiles
    ]
    return [(EVENT_SOCKET_ACL, site.allow), *inbound]
