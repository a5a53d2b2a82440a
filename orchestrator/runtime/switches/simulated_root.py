"""The folder that a simulated switch runs from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from orchestrator.deploy.offline import deploy_offline
from orchestrator.deploy.opening import open_target
from orchestrator.deploy.release import Release, build_release
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.inbound.serving import NOTHING, Served, put
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.switches.places import place_of
from orchestrator.runtime.switches.site import site_of


def make_root(settings: Settings, name: str, now_ms: Callable[[], int], served: Served = NOTHING) -> None:
    """Have this version's release in force in a root that no real switch runs from: without secrets. KnownError.

    served: what takes the calls that come in.
    """
    with closing(open_target(place_of(settings.switches[name]), now_ms)) as target:
        put(target, served, settings)
        deploy_offline(target, _simulated_release(settings, name, served.inbound(settings, name)))


def _simulated_release(settings: Settings, name: str, inbound: bytes | None) -> Release:
    """A project may be in a folder of any name. Where that cannot stand in a real switch's configuration, which nobody
    reads here, another one does.
    """
    try:
        return build_release(site_of(settings, name), inbound=inbound)
    except KnownError:
        switch = settings.switches[name]
        plain = switch.model_copy(update={"root": Path("/simulated"), "cdr": None})
        named = settings.model_copy(update={"switches": {**settings.switches, name: plain}})
        made = build_release(site_of(named, name), inbound=inbound)
        return replace(made, cdr=str(switch.cdr_folder))
