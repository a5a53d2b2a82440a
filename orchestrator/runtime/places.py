"""The switches of prozvon.yaml as places to deploy to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from orchestrator.deploy.offline import deploy_offline
from orchestrator.deploy.opening import open_target
from orchestrator.deploy.publish import publish
from orchestrator.deploy.release import Release, build_release
from orchestrator.deploy.target import Place
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.site import site_of
from orchestrator.runtime.switch_settings import Switch
from orchestrator.scenario.compile import Compiled


def place_of(switch: Switch) -> Place:
    return Place(root=switch.root, cdr=switch.cdr_folder, ssh=switch.ssh or "", owner=switch.owner or "")


def publish_everywhere(settings: Settings, scenarios: Iterable[Compiled], now_ms: Callable[[], int]) -> None:
    """Have the programs and their sounds on every switch. KnownError at the first that does not take them."""
    compiled = list(scenarios)
    for switch in settings.switches.values():
        with closing(open_target(place_of(switch), now_ms)) as target:
            publish(target, compiled)


def make_root(settings: Settings, name: str, now_ms: Callable[[], int]) -> None:
    """Have this version's release in force in a root that no real switch runs from: without secrets. KnownError."""
    with closing(open_target(place_of(settings.switches[name]), now_ms)) as target:
        deploy_offline(target, _simulated_release(settings, name))


def _simulated_release(settings: Settings, name: str) -> Release:
    """A project may be in a folder of any name. Where that cannot stand in a real switch's configuration, which nobody
    reads here, another one does.
    """
    try:
        return build_release(site_of(settings, name))
    except KnownError:
        switch = settings.switches[name]
        plain = switch.model_copy(update={"root": Path("/simulated"), "cdr": None})
        named = settings.model_copy(update={"switches": {**settings.switches, name: plain}})
        return replace(build_release(site_of(named, name)), cdr=str(switch.cdr_folder))
