"""Which target a place is."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.deploy.away import Away
from orchestrator.deploy.here import Here
from orchestrator.deploy.ssh import Ssh
from orchestrator.deploy.target import Place, Target


def open_target(place: Place, now_ms: Callable[[], int]) -> Target:
    """To be closed by the caller. `now_ms`: epoch milliseconds of this machine."""
    return Away(place, Ssh(place.ssh)) if place.ssh else Here(place, now_ms)
