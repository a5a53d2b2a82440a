"""The dialplan a switch needs for our calls: contexts of our own, nothing of contacts or scenarios in them."""

from __future__ import annotations

from orchestrator.engine.originate import (
    AGENT_EXTENSION,
    AGENTS_CONTEXT,
    CONTEXT,
    EXTENSION,
    INBOUND_CONTEXT,
    LINK_CONTEXT,
    LINK_PREFIX,
)
from orchestrator.render.xml import render_xml

ROBOCALL_SCRIPT = "prozvon_robocall"  # scripts/robocall/prozvon_robocall.py, beside callflow on the switch
IVR_SCRIPT = "prozvon_ivr"  # scripts/ivr/prozvon_ivr.py
# of scripts/agents
AGENT_SCRIPT = "prozvon_agent_leg"
CODES_SCRIPT = "prozvon_agent"
LINK_SCRIPT = "prozvon_link"
LINK_NUMBER = f"^{LINK_PREFIX}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$"
STANDING_CODE = "23"  # agent_codes.STANDING


def render_dialplan(prompts_url: str = "") -> bytes:
    """`dialplan/prozvon.xml`: the extension an originate leads to runs the entry script, which hangs up. Where it
    cannot be run, the call ends with flow `error`. And the extension that an agent's leg leads to.

    prompts_url: where the switch gets prompts, ending in /; "" when they are files.
    """
    return render_xml(
        "dialplan/prozvon.xml.j2",
        context=CONTEXT,
        extension=EXTENSION,
        script=ROBOCALL_SCRIPT,
        agent=AGENT_EXTENSION,
        agent_script=AGENT_SCRIPT,
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
        link_number=LINK_NUMBER,
        link_script=LINK_SCRIPT,
        prompts=_prompts(prompts_url),
    )


def render_agents(prompts_url: str = "") -> bytes:
    """`dialplan/prozvon_agents.xml`: the feature codes of agents. prompts_url: as in `render_dialplan`."""
    return render_xml(
        "dialplan/prozvon_agents.xml.j2",
        context=AGENTS_CONTEXT,
        script=CODES_SCRIPT,
        standing=STANDING_CODE,
        prompts=_prompts(prompts_url),
    )


def render_link() -> bytes:
    """`dialplan/prozvon_link.xml`: where other switches of ours bring callers for legs that are parked here."""
    return render_xml(
        "dialplan/prozvon_link.xml.j2", context=LINK_CONTEXT, script=LINK_SCRIPT, number=LINK_NUMBER
    )


def _prompts(prompts_url: str) -> str:
    return f"http_cache://{prompts_url}" if prompts_url else ""
