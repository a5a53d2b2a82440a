"""The dialplan a switch needs for our calls: contexts of our own, nothing of contacts or scenarios in them."""

from __future__ import annotations

from orchestrator.engine.originate import CONTEXT, EXTENSION, INBOUND_CONTEXT
from orchestrator.render.xml import render_xml

ROBOCALL_SCRIPT = "prozvon_robocall"  # scripts/robocall/prozvon_robocall.py, beside callflow on the switch
IVR_SCRIPT = "prozvon_ivr"  # scripts/ivr/prozvon_ivr.py


def render_dialplan(prompts_url: str = "") -> bytes:
    """`dialplan/prozvon.xml`: the extension an originate leads to runs the entry script, which hangs up. Where it
    cannot be run, the call ends with flow `error`.

    prompts_url: where the switch gets prompts, ending in /; "" when they are files.
    """
    return render_xml(
        "dialplan/prozvon.xml.j2",
        context=CONTEXT,
        extension=EXTENSION,
        script=ROBOCALL_SCRIPT,
        prompts=_prompts(prompts_url),
    )


def render_inbound(local: str, prompts_url: str = "") -> bytes:
    """`dialplan/prozvon_inbound.xml`: extensions of the engineers' own from the folder `local`; then the entry script,
    which takes the calls that a scenario claims; for the rest a refusal. Where the script cannot be run, the carrier is
    told that it is our fault.

    prompts_url: as in `render_dialplan`.
    """
    return render_xml(
        "dialplan/prozvon_inbound.xml.j2",
        context=INBOUND_CONTEXT,
        local=local,
        script=IVR_SCRIPT,
        prompts=_prompts(prompts_url),
    )


def _prompts(prompts_url: str) -> str:
    return f"http_cache://{prompts_url}" if prompts_url else ""
