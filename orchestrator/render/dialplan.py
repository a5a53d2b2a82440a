"""The dialplan a switch needs for our calls: one context of our own, nothing of contacts or scenarios in it."""

from __future__ import annotations

from orchestrator.engine.originate import CONTEXT, EXTENSION
from orchestrator.render.xml import render_xml

ROBOCALL_SCRIPT = "prozvon_robocall"  # scripts/robocall/prozvon_robocall.py, beside callflow on the switch


def render_dialplan() -> bytes:
    """`dialplan/prozvon.xml`: the extension an originate leads to runs the entry script, which hangs up. Where it
    cannot be run, the call ends with flow `error`.
    """
    return render_xml("dialplan/prozvon.xml.j2", context=CONTEXT, extension=EXTENSION, script=ROBOCALL_SCRIPT)
