"""The switches of prozvon.yaml as places to deploy to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing

from orchestrator.deploy.opening import open_target
from orchestrator.deploy.publish import publish
from orchestrator.deploy.target import Place
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Switch
from orchestrator.scenario.compile import Compiled


def place_of(switch: Switch) -> Place:
    return Place(root=switch.root, cdr=switch.cdr_folder, ssh=switch.ssh or "", owner=switch.owner or "")


def publish_everywhere(settings: Settings, scenarios: Iterable[Compiled], now_ms: Callable[[], int]) -> None:
    """Have the programs and their sounds on every switch. KnownError at the first that does not take them."""
    compiled = list(scenarios)
    for switch in settings.switches.values():
        with closing(open_target(place_of(switch), now_ms)) as target:
            publish(target, compiled)
