"""Include files for a FreeSWITCH that has a configuration of its own already, laid out as it is shipped."""

from __future__ import annotations

from collections.abc import Set

from orchestrator.render.release import EVENT_SOCKET_ACL, MODULES
from orchestrator.render.site import SwitchSite, require_plain
from orchestrator.render.text import render_text
from orchestrator.render.xml import render_xml


def render_beside(site: SwitchSite, theirs: Set[str] = frozenset()) -> dict[str, bytes]:
    """Path below the folder of its configuration -> bytes: our contexts, gateways and SIP profiles, from the release in
    force.

    theirs: names of SIP profiles that it has already; our gateways of such a profile go into it, other profiles are
    ours as a whole. ValueError: a value could be more than one (`require_plain`).
    """
    require_plain(site)
    files = {"dialplan/prozvon.xml": render_xml("beside/dialplan.xml.j2", site=site)}
    for profile in site.profiles:
        kind, path = ("gateways", "{}/prozvon") if profile.name in theirs else ("profile", "prozvon_{}")
        files[f"sip_profiles/{path.format(profile.name)}.xml"] = render_xml(
            f"beside/{kind}.xml.j2", site=site, profile=profile.name
        )
    return files


def hints_beside(site: SwitchSite, conf: str, theirs: Set[str] = frozenset()) -> str:
    """What the admin of that switch sets by hand, with the lines to write; `conf` is its configuration's folder."""
    return render_text(
        "beside/hints.txt.j2",
        site=site,
        conf=conf,
        theirs=[profile.name for profile in site.profiles if profile.name in theirs],
        modules=MODULES,
        acl=EVENT_SOCKET_ACL,
    ).decode()
