"""Everything that a switch reads through ROOT/current, its scripts apart: one release's configuration."""

from __future__ import annotations

from orchestrator.render.dialplan import render_dialplan
from orchestrator.render.site import SwitchSite


def render_release(site: SwitchSite) -> dict[str, bytes]:
    """Path below the release -> bytes, the same for the same site. No secret is in it, and nothing of scenarios.

    ValueError: a value holds what no XML can.
    """
    del site
    return {"dialplan/prozvon.xml": render_dialplan()}
