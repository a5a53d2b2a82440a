"""The folders below a switch's root, with their modes and whose they are."""

from __future__ import annotations

from orchestrator.render.base import LOCAL_FOLDERS
from orchestrator.render.site import SwitchSite
from orchestrator.runtime.ground import Folder

# The switch's own. log holds freeswitch.xml.fsxml, the whole configuration with all passwords in it.
_OWN = ("log", "db", "run", "storage", "recordings", "cache", "tmp", "certs")
# Written by whoever deploys, with nothing in them that is secret
_OPEN = ("releases", "programs", "prompts")
_BESIDE = ("inbound", "gateways")  # what a release asks for, whatever configuration it is in


def private_folders(site: SwitchSite) -> list[Folder]:
    """What only a switch that we configure wholly needs."""
    root = site.root
    return [
        *(Folder(path=f"{root}/{name}", mode=0o700, is_the_switchs=True) for name in _OWN),
        *(Folder(path=f"{root}/{name}", mode=0o755) for name in ("music", "sounds")),
        *(
            Folder(path=f"{root}/conf/local/{name}", mode=0o750)
            for name in LOCAL_FOLDERS
            if name not in _BESIDE
        ),
    ]


def shared_folders(site: SwitchSite) -> list[Folder]:
    """What every switch needs. Calls' words and numbers are for the switch and whoever deploys."""
    root = site.root
    return [
        Folder(path=root, mode=0o755),
        *(Folder(path=f"{root}/{name}", mode=0o755) for name in (*_OPEN, "conf")),
        Folder(path=f"{root}/spoken", mode=0o750),
        Folder(path=site.cdr, mode=0o750, is_the_switchs=True),
        Folder(path=f"{root}/conf/local", mode=0o750),
        *(Folder(path=f"{root}/conf/local/{name}", mode=0o750) for name in _BESIDE),
    ]
