"""A project opened for work: its settings, its store, its clock, its scenarios by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.simulator.clock import Clock, RealClock, SharedClock
from orchestrator.store import Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    folder: Path
    settings: Settings
    store: Store
    clock: Clock

    def campaign(self, name: str) -> Campaign:
        """The campaign with this id; or the newest one of the scenario with this name, or the one that calls back for
        it. KnownError when there is none.
        """
        found = self.store.campaign(name)
        if found is not None:
            return found
        campaigns = self.store.campaigns()
        of_scenario = [c for c in campaigns if name in (c.scenario, c.standing)]
        if of_scenario:
            return of_scenario[-1]  # in the order of creation
        known = ", ".join([c.campaign_id for c in campaigns][-5:]) or "none yet"
        raise KnownError(f"no campaign {name!r} (there are: {known}); `prozvon campaign list` shows all")


class MissingClock:
    """Stands in for a simulated clock that nobody has started: whoever needs the time is told so."""

    speed = 1.0

    def __init__(self, path: Path) -> None:
        self._path = path

    def now_ms(self) -> int:
        raise KnownError(
            f"the simulated clock {self._path} is not there: start `prozvon switch simulate` first, "
            "or say `clock: real` in prozvon.yaml"
        )

    def sleep(self, seconds: float) -> None:  # noqa: ARG002
        self.now_ms()

    def sleep_until(self, at_ms: int) -> None:  # noqa: ARG002
        self.now_ms()


def open_clock(settings: Settings) -> Clock:
    """The clock of the project's business: the real one, or the one shared with a simulated switch."""
    if settings.clock == "real":
        return RealClock()
    if not settings.clock_file.exists():
        return MissingClock(settings.clock_file)
    try:
        return SharedClock(settings.clock_file)
    except (OSError, ValueError) as error:
        raise KnownError(f"the simulated clock cannot be read: {error}; remove it to begin anew") from None


@contextmanager
def open_project(folder: Path) -> Iterator[Project]:
    """Settings, store and clock of the project in `folder`; closes the store at the end."""
    settings = load_settings(folder)
    clock = open_clock(settings)
    store = open_store(settings.store, folder=settings.data, project=settings.project, fsync=settings.fsync)
    try:
        yield Project(folder=folder.resolve(), settings=settings, store=store, clock=clock)
    finally:
        store.close()
