"""What a switch reads, made from the templates of freeswitch/conf. Templates hold layout, never decisions."""

from orchestrator.render.dialplan import render_dialplan

__all__ = ["render_dialplan"]
