"""The folders below a switch's root, with their modes and whose they are, and whether the root may be ours."""

from __future__ import annotations

import hashlib
from typing import Final

from orchestrator.domain.problem import KnownError
from orchestrator.render.base import LOCAL_FOLDERS
from orchestrator.render.site import SwitchSite
from orchestrator.runtime.switches.ground import File, Folder, Sight

# The switch's own. log holds freeswitch.xml.fsxml, the whole configuration with all passwords in it.
_OWN: Final = ("log", "db", "run", "storage", "cache", "tmp", "certs")
# What calls leave there: voices, and who called. The switch itself hands them out (prozvon_switch).
_LEFT: Final = ("recordings", "inbound")
# Written by whoever deploys, with nothing in them that is secret
_OPEN: Final = ("releases", "programs", "prompts")
_BESIDE: Final = ("inbound", "gateways")  # what a release asks for, whatever configuration it is in
# What a root may hold before it has our mark: a simulated switch runs from one too
_KNOWN: Final = frozenset(
    (*_OPEN, *_LEFT, "spoken", "cdr", "current", "history", "secrets.xml", "scripts", "dialplan")
)


def private_folders(site: SwitchSite) -> list[Folder]:
    """What only a switch that we configure wholly needs."""
    root, local = site.root, (name for name in LOCAL_FOLDERS if name not in _BESIDE)
    return [
        *(Folder(path=f"{root}/{name}", mode=0o700, is_the_switchs=True) for name in _OWN),
        *(Folder(path=f"{root}/{name}", mode=0o755) for name in ("music", "sounds")),
        *(Folder(path=f"{root}/conf/local/{name}", mode=0o750) for name in local),
    ]


def shared_folders(site: SwitchSite) -> list[Folder]:
    """What every switch needs. Calls' words and numbers are for the switch and whoever deploys."""
    root = site.root
    return [
        Folder(path=root, mode=0o755),
        *(Folder(path=f"{root}/{name}", mode=0o755) for name in (*_OPEN, "conf")),
        Folder(path=f"{root}/spoken", mode=0o750),
        Folder(path=site.cdr, mode=0o750, is_the_switchs=True),
        *(Folder(path=f"{root}/{name}", mode=0o700, is_the_switchs=True) for name in _LEFT),
        Folder(path=f"{root}/conf/local", mode=0o750),
        *(Folder(path=f"{root}/conf/local/{name}", mode=0o750) for name in _BESIDE),
    ]


def mark_of(site: SwitchSite, project: str) -> File:
    """The file that says which project and switch a root belongs to."""
    text = f"prozvon: project {project}, switch {site.name}\n"
    return File(path=f"{site.root}/.prozvon", data=text.encode())


def require_ours(site: SwitchSite, mark: File, sight: Sight) -> None:
    """KnownError when the root is another project's or switch's, or holds what is nobody's of ours."""
    there = sight.found.get(mark.path)
    if there and there.digest != hashlib.sha256(mark.data).hexdigest():
        raise KnownError(
            f"{site.root} belongs to another project or switch ({mark.path} says which): choose another `root:`"
        )
    held = {name for name in sight.names.get(site.root, ()) if not name.startswith(".")}
    if not there and (foreign := sorted(held - _KNOWN)):
        raise KnownError(
            f"{site.root} is not empty and no switch of ours runs from it (it holds {', '.join(foreign[:3])}): "
            "choose another `root:`, or empty it"
        )


def require_user(site: SwitchSite, sight: Sight) -> None:
    """KnownError when we cannot give the switch what is to be its own."""
    if site.owner and not sight.group:
        raise KnownError(
            f"switches.{site.name}.owner: there is no user {site.owner} on the switch's machine "
            f"(useradd -r {site.owner})"
        )
    if site.owner and not sight.is_root and sight.user != site.owner:
        raise KnownError(
            f"switches.{site.name}.owner: only root can give files to {site.owner}, and this is {sight.user}: "
            "say it with sudo, or let the switch run as you (no `owner:`)"
        )
