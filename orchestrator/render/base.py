"""What `prozvon switch init` writes once: the folders of a switch, how it is started, and the way to its releases."""

from __future__ import annotations

from typing import Final

from orchestrator.render.release import ram_of
from orchestrator.render.site import SwitchSite, require_plain
from orchestrator.render.text import render_text
from orchestrator.render.xml import render_xml

START: Final = "start"
README: Final = "conf/local/README.md"
LOCAL_FOLDERS: Final = (
    *(
        "acl",
        "autoload_configs",
        "certs",
        "dialplan",
        "directory",
        "gateways",
        "inbound",
        "modules",
        "profiles",
    ),
    *("scripts", "vars"),
)


def render_base(site: SwitchSite) -> dict[str, bytes]:
    """Path below the root -> bytes: the root of the configuration, the start script, a unit for systemd, a page for
    engineers. ValueError: a value could be more than one (`require_plain`).
    """
    require_plain(site)
    return {
        "conf/freeswitch.xml": render_xml("base/freeswitch.xml.j2", site=site),
        README: render_text("local/README.md.j2", root=site.root),
        START: render_text("base/start.j2", site=site, ram=ram_of(site)),
        unit_of(site): render_text("base/freeswitch.service.j2", site=site, ram=ram_of(site)),
    }


def unit_of(site: SwitchSite) -> str:
    """The unit's name."""
    return f"prozvon-{site.name}.service"


def next_steps(site: SwitchSite, *, where: str, is_root: bool) -> str:
    """What a person does next. `where`: the machine, "" for this one. `is_root`: whether we are root on it."""
    sudo = "" if is_root else "sudo "
    return render_text(
        "base/next.txt.j2",
        site=site,
        where=where,
        unit=unit_of(site),
        readme=README,
        is_root=is_root,
        sudo=sudo,
        run_as=f"sudo -u {site.owner} " if site.owner else "",
    ).decode()
