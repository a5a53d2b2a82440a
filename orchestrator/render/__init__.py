"""What a switch reads, made from the templates of freeswitch/conf. Templates hold layout, never decisions."""

from orchestrator.render.base import render_base
from orchestrator.render.dialplan import render_dialplan
from orchestrator.render.release import render_release
from orchestrator.render.secrets import render_secrets
from orchestrator.render.site import GatewaySite, ProfileSite, SwitchSite

__all__ = [
    "GatewaySite",
    "ProfileSite",
    "SwitchSite",
    "render_base",
    "render_dialplan",
    "render_release",
    "render_secrets",
]
