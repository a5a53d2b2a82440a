"""`prozvon switch init`: the folder a switch runs from, with its configuration and first release, or the include files
for a switch that has a configuration of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import dataclass

from orchestrator.deploy.offline import deploy_offline
from orchestrator.deploy.opening import open_target
from orchestrator.deploy.release import build_release
from orchestrator.deploy.target import Place, Target
from orchestrator.domain.problem import KnownError
from orchestrator.render import SwitchSite, render_base, render_secrets
from orchestrator.render.base import START, next_steps
from orchestrator.render.beside import hints_beside, render_beside
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.switches.ground import File, Folder, Shell, ShellError, Sight, bring, look, shell_of
from orchestrator.runtime.switches.root_folders import (
    mark_of,
    private_folders,
    require_ours,
    require_user,
    shared_folders,
)
from orchestrator.runtime.switches.site import secrets_of, site_of

_CONF = re.compile(r"/[A-Za-z0-9_./+-]{1,200}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was done on the switch's machine: paths of folders and files made or changed, and the release in force.

    `is_first`: it came into force now. `is_behind`: settings or passwords are newer than what is in force, which is
    for a deploy to bring about. `next_steps` is a text for a person.
    """

    folders: tuple[str, ...]
    files: tuple[str, ...]
    release: str
    is_first: bool
    is_behind: bool
    next_steps: str


def init_switch(settings: Settings, name: str, now_ms: Callable[[], int], *, beside: str = "") -> Prepared:
    """Prepare a switch. `beside`: the folder of the configuration it already has. Nothing changes the second time.

    KnownError: no such switch, no password, a folder that is somebody else's or cannot be written.
    """
    site, secrets = site_of(settings, name), render_secrets(secrets_of(settings, name))
    switch = settings.switches[name]
    where = switch.ssh or ""
    mark = mark_of(site, settings.project)
    with shell_of(where) as shell:
        if beside:
            theirs = _their_profiles(shell, site, beside)
            folders, files = shared_folders(site), _beside_files(site, beside, theirs)
        else:
            folders, files = shared_folders(site) + private_folders(site), _base_files(site)
        sight, made, written = _prepare(shell, site, folders, mark, files)
    target = open_target(Place(root=switch.root, cdr=switch.cdr_folder, ssh=where, owner=site.owner), now_ms)
    try:
        release, is_first, is_behind = _first_release(target, site, secrets, sight)
    finally:
        target.close()
    return Prepared(
        folders=tuple(made),
        files=tuple(written),
        release=release,
        is_first=is_first,
        is_behind=is_behind,
        next_steps=hints_beside(site, beside, theirs)
        if beside
        else next_steps(site, where=where, is_root=sight.is_root),
    )


def _prepare(
    shell: Shell, site: SwitchSite, folders: list[Folder], mark: File, files: list[File]
) -> tuple[Sight, list[str], list[str]]:
    """Folders and files: what was there, and which of them are new or changed now."""
    paths = [*(folder.path for folder in folders), mark.path, *(file.path for file in files), _secrets(site)]
    sight = look(shell, paths, [site.root], user=site.owner)
    require_ours(site, mark, sight)
    require_user(site, sight)
    if sight.is_root and site.owner:
        folders = [folder.given_to(site.owner, sight.group) for folder in folders]
    try:
        return sight, *bring(shell, sight, folders, [mark, *files])
    except ShellError as error:
        raise KnownError(
            f"cannot prepare {site.root}: {error} "
            f"(make it yours: sudo install -d -o {sight.user} {site.root}; or say this with sudo)"
        ) from None


def _first_release(target: Target, site: SwitchSite, secrets: bytes, sight: Sight) -> tuple[str, bool, bool]:
    """The release in force, whether it came into force now, and whether it is not what the settings say.

    One that is in force is left alone: the switch may run, and wants to be asked afterwards.
    """
    release = build_release(site)
    current = target.state().current
    if current and _secrets(site) in sight.found:
        is_behind = current != release.release_id or not target.has_secrets(secrets)
        return current, False, is_behind
    deploy_offline(target, release, secrets)
    return release.release_id, True, False


def _secrets(site: SwitchSite) -> str:
    return f"{site.root}/secrets.xml"


def _base_files(site: SwitchSite) -> list[File]:
    return [
        File(path=f"{site.root}/{path}", data=data, mode=0o755 if path == START else 0o644)
        for path, data in render_base(site).items()
    ]


def _beside_files(site: SwitchSite, conf: str, theirs: Set[str]) -> list[File]:
    return [File(path=f"{conf}/{path}", data=data) for path, data in render_beside(site, theirs).items()]


def _their_profiles(shell: Shell, site: SwitchSite, conf: str) -> frozenset[str]:
    """The SIP profiles of ours that the configuration in the folder `conf` has already. KnownError: it is none."""
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
    return frozenset(profile.name for profile in site.profiles if f"{profile.name}.xml" in names)
