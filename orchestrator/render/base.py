"""What `prozvon switch init` writes once: the folders of a switch, how it is started, and the way to its releases."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from orchestrator.render.release import ram_of
from orchestrator.render.site import SwitchSite, require_plain
from orchestrator.render.xml import render_text, render_xml

START: Final = "start"
README: Final = "conf/local/README.md"
LOCAL_FOLDERS: Final = (
    *("acl", "autoload_configs", "dialplan", "directory", "gateways", "inbound", "modules", "profiles"),
    *("scripts", "vars"),
)
# Folder below the root -> mode. 0700: the switch's own, with passwords or the words of calls in them (log holds
# freeswitch.xml.fsxml, the configuration with all passwords in their places). 0750: calls' data, for those who share
# the switch's group too.
FOLDERS: Final = MappingProxyType(
    {
        "releases": 0o755,
        "programs": 0o755,
        "prompts": 0o755,
        "spoken": 0o750,
        "music": 0o755,
        "sounds": 0o755,
        "certs": 0o700,
        **dict.fromkeys(("log", "db", "run", "storage", "recordings", "cache", "tmp"), 0o700),
        "conf": 0o755,
        "conf/local": 0o750,
        **{f"conf/local/{name}": 0o750 for name in LOCAL_FOLDERS},
    }
)
CDR_MODE: Final = 0o750


def render_base(site: SwitchSite) -> dict[str, bytes]:
    """Path below the root -> bytes: the root of the configuration, the start script, a unit for systemd, a page for
    engineers. ValueError: a value could be more than one (`require_plain`).
    """
    require_plain(site)
    return {
        "conf/freeswitch.xml": render_xml("base/freeswitch.xml.j2", site=site),
        README: render_text("local/README.md.j2", root=site.root),
        START: render_text("base/start.j2", site=site, ram=ram_of(site)),
        unit_of(site): render_text("base/freeswitch.service.j2", site=site),
    }


def unit_of(site: SwitchSite) -> str:
    """The unit's name."""
    return f"prozvon-{site.name}.service"
