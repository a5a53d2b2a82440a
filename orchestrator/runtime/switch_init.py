"""`prozvon switch init`: the folder a switch runs from, with its configuration and first release, or the include files
for a switch that has a configuration of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.deploy.offline import deploy_offline
from orchestrator.deploy.opening import open_target
from orchestrator.deploy.release import build_release
from orchestrator.deploy.target import Place
from orchestrator.domain.problem import KnownError
from orchestrator.render import SwitchSite, render_base, render_secrets
from orchestrator.render.base import START, next_steps
from orchestrator.render.beside import hints_beside, render_beside
from orchestrator.runtime.ground import File, Folder, Shell, ShellError, Sight, bring, look, shell_of
from orchestrator.runtime.root_folders import private_folders, shared_folders
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.site import secrets_of, site_of

MARK = ".prozvon"  # which project and switch a root folder belongs to
# What a root may hold before it has the mark: a simulated switch runs from one too
_KNOWN = frozenset(
    {
        "programs",
        "prompts",
        "spoken",
        "cdr",
        "releases",
        "current",
        "history",
        "secrets.xml",
        "scripts",
        "dialplan",
    }
)
_CONF = re.compile(r"/[A-Za-z0-9_./+-]{1,200}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was done on the switch's machine: paths of folders and files made or changed, whether the release or the
    passwords are new. `next_steps` is a text for a person.
    """

    folders: tuple[str, ...]
    files: tuple[str, ...]
    release: str
    is_new: bool
    next_steps: str


def init_switch(settings: Settings, name: str, now_ms: Callable[[], int], *, beside: str = "") -> Prepared:
    """Prepare a switch. `beside`: the folder of the configuration it already has. Nothing changes the second time.

    KnownError: no such switch, no password, a folder that is somebody else's or cannot be written.
    """
    site, secrets = site_of(settings, name), render_secrets(secrets_of(settings, name))
    switch = settings.switches[name]
    where = switch.ssh or ""
    with shell_of(where) as shell:
        sight, made, written = _prepare(settings, site, shell, beside)
    release = build_release(site)
    target = open_target(Place(root=switch.root, cdr=switch.cdr_folder, ssh=where, owner=site.owner), now_ms)
    try:
        is_new = deploy_offline(target, release, secrets)
    finally:
        target.close()
    steps = hints_beside(site, beside) if beside else next_steps(site, where=where, is_root=sight.is_root)
    return Prepared(
        folders=tuple(made),
        files=tuple(written),
        release=release.release_id,
        is_new=is_new,
        next_steps=steps,
    )


def _prepare(
    settings: Settings, site: SwitchSite, shell: Shell, beside: str
) -> tuple[Sight, list[str], list[str]]:
    """Folders and files, those of releases apart: what was there, and which folders and files are new or changed."""
    mark = File(
        path=f"{site.root}/{MARK}",
        data=f"prozvon: project {settings.project}, switch {site.name}\n".encode(),
    )
    files = _beside_files(shell, site, beside) if beside else _base_files(site)
    folders = shared_folders(site) + ([] if beside else private_folders(site))
    paths = [*(folder.path for folder in folders), mark.path, *(file.path for file in files)]
    sight = look(shell, paths, [site.root], user=site.owner)
    _require_ours(site, sight, mark)
    _require_user(site, sight)
    if sight.is_root and site.owner:
        folders = [folder.given_to(site.owner, sight.group) for folder in folders]
    return sight, *_brought(shell, sight, folders, [mark, *files])


def _brought(
    shell: Shell, sight: Sight, folders: list[Folder], files: list[File]
) -> tuple[list[str], list[str]]:
    root = folders[0].path
    try:
        return bring(shell, sight, folders, files)
    except ShellError as error:
        raise KnownError(
            f"cannot prepare {root}: {error} (make it yours: sudo install -d -o {sight.user} {root}; or use sudo)"
        ) from None


def _base_files(site: SwitchSite) -> list[File]:
    return [
        File(path=f"{site.root}/{path}", data=data, mode=0o755 if path == START else 0o644)
        for path, data in render_base(site).items()
    ]


def _beside_files(shell: Shell, site: SwitchSite, conf: str) -> list[File]:
    """What goes into the configuration in the folder `conf`, which must be one."""
    if not _CONF.match(conf):
        raise KnownError(f"--beside {conf}: an absolute path of letters, digits and _./+- is needed")
    profiles = f"{conf}/sip_profiles"
    needed = [f"{conf}/freeswitch.xml", f"{conf}/dialplan", profiles]
    sight = look(shell, needed, [profiles])
    if missing := [path for path in needed if path not in sight.found]:
        raise KnownError(
            f"--beside {conf}: it has no {missing[0].rpartition('/')[2]}; the configuration of a FreeSWITCH, laid out "
            "as it is shipped, is needed (without --beside, prozvon writes a whole one of its own)"
        )
    names = sight.names.get(profiles, frozenset())
    theirs = {profile.name for profile in site.profiles if f"{profile.name}.xml" in names}
    return [File(path=f"{conf}/{path}", data=data) for path, data in render_beside(site, theirs).items()]


def _require_ours(site: SwitchSite, sight: Sight, mark: File) -> None:
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


def _require_user(site: SwitchSite, sight: Sight) -> None:
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
