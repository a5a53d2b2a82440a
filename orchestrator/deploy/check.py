"""Whether a switch runs the release it was given: it is asked, not believed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Final, Protocol

from orchestrator.deploy.changes import gateways_of
from orchestrator.deploy.release import Release
from orchestrator.doctor.hello import Hello, NoHello
from orchestrator.engine.originate import CONTEXT

DIALPLAN: Final = "dialplan/prozvon.xml"
LOCATE: Final = f"xml_locate dialplan context name {CONTEXT}"


class Asked(Protocol):
    def ask(self, command: str) -> str: ...
    def hello(self) -> Hello | NoHello: ...
    def has_gateway(self, name: str) -> bool: ...


def check(switch: Asked, release: Release, root: str) -> str | None:
    """What is not as the release says, in one line; None when all is. `root`: as the switch sees it, "" if unknown."""
    return (
        _scripts_fault(switch.hello(), release, root)
        or _dialplan_fault(switch.ask(LOCATE), release)
        or _gateways_fault(switch, release)
    )


def _scripts_fault(hello: Hello | NoHello, release: Release, root: str) -> str | None:
    path = f"PYTHONPATH={root or 'ROOT'}/current/scripts"
    start = f"start the switch with {path} (`prozvon switch init` makes a start script)"
    if isinstance(hello, NoHello):
        if not hello.has_python:
            return "the switch has no mod_python3: load it (modules.conf.xml), and start the switch anew"
        return f"our scripts do not answer on the switch: {start}; its log says more"
    if root and hello.root != root:
        return f"the switch runs scripts from {hello.root}, not from {root}: put `root:` right, or {start}"
    if hello.release != release.release_id:
        return (
            f"the switch says it runs release {hello.release or '(none)'}, not {release.release_id}: {start}"
        )
    if hello.fault:
        return f"the switch cannot load the interpreter: {hello.fault}"
    return None


def _dialplan_fault(said: str, release: Release) -> str | None:
    try:
        theirs = _canonical(ET.fromstring(said))  # noqa: S314  # from a switch that runs what we tell it to
    except ET.ParseError:
        return f"the switch has no dialplan context {CONTEXT}: it does not read {DIALPLAN} of the release"
    ours = ET.fromstring(release.files[DIALPLAN]).find("context")  # noqa: S314  # we made it
    if ours is None or _canonical(ours) != theirs:
        return f"the dialplan context {CONTEXT} on the switch is not ours: is there another one of that name?"
    return None


def _canonical(node: ET.Element) -> object:
    """An element without comments, blanks around texts, and the order of attributes."""
    return (
        node.tag,
        sorted(node.attrib.items()),
        (node.text or "").strip(),
        [_canonical(child) for child in node],
    )


def _gateways_fault(switch: Asked, release: Release) -> str | None:
    missing = [name for name in gateways_of(release.files) if not switch.has_gateway(name)]
    if not missing:
        return None
    names = ", ".join(missing)
    return f"the switch does not know the gateway {names}: its log says why (a name that does not resolve?)"
