"""Small makers for the tests of deploying: sites, releases, targets, and what stands in a folder."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from orchestrator.deploy.here import Here
from orchestrator.deploy.offline import deploy_offline
from orchestrator.deploy.release import Release, build_release, release_id_of
from orchestrator.deploy.target import Place
from orchestrator.render import GatewaySite, SwitchSite
from tests.render import sites

NOW = 1_796_029_200_000


def site(root: Path, **changes: Any) -> SwitchSite:
    return sites.site(**{"root": str(root), "cdr": str(root / "cdr"), "allow": ("127.0.0.1/32",), **changes})


def gateway(name: str, **changes: Any) -> GatewaySite:
    return sites.gateway(name, **{"proxy": "127.0.0.1:5099", "ping_s": 0, **changes})


def release(root: Path, **changes: Any) -> Release:
    return _built(site(root, **changes))


_built = cache(build_release)  # the scripts are the same during a run


def small_release(root: Path, **changes: Any) -> Release:
    """One with hardly any scripts, for tests that make many."""
    made = release(root, **changes)
    files = {
        path: data
        for path, data in made.files.items()
        if path.count("/") < 2 or path.endswith(("/session.py", "switch.conf.xml", "json_cdr.conf.xml"))
    }
    return replace(made, release_id=release_id_of(files), files=files)


def place(root: Path, **changes: Any) -> Place:
    return replace(Place(root=root, cdr=root / "cdr"), **changes)


def here(root: Path, now: int = NOW) -> Here:
    return Here(place(root), lambda: now)


def files_below(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }


def make_root(root: Path) -> None:
    """A root with the release of the default switch in force, as `switch simulate` makes it."""
    deploy_offline(here(root), release(root))


def written(root: Path, made: Release, *, is_current: bool = True) -> Release:
    """Have the release in a root; in force, unless not."""
    target = here(root)
    with target.lock():
        target.upload(made)
        if is_current:
            target.switch_to(made.release_id)
            target.remember(made.release_id)
    return made
