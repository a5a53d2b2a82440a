"""A folder where lists are dropped: whole files are taken out of it, one after another, and loaded."""

from __future__ import annotations

import time

from orchestrator.runtime.intake.campaigns import compiled_of
from orchestrator.runtime.intake.filing import STEP, Filing
from orchestrator.runtime.intake.pieces import on_disk
from orchestrator.runtime.intake.places import Places, printable
from orchestrator.runtime.intake.progress import Progress
from orchestrator.runtime.intake.watching import Listing, Seen, Watch, listing
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.intake_settings import IntakePart
from orchestrator.scenario.compile import Compiled
from orchestrator.simulator.clock import RealClock
from orchestrator.store.intake import IntakeChange, IntakeRound


class DropFolder:
    """`look` as often as one likes; `work` when something is ready, and it is our turn. step: as of Filing."""

    def __init__(
        self,
        project: Project,
        name: str,
        part: IntakePart,
        *,
        worker: str,
        aside: Aside,
        step: int = STEP,
    ) -> None:
        assert part.folder is not None  # noqa: S101  # the settings say so
        self.name = name
        self._project, self._part = project, part
        self._worker, self._aside, self._step = worker, aside, step
        self._places = Places(part.folder)
        self._watch = Watch(part.settle)
        self._what = f"the folder {part.folder}"
        self._ready: list[Seen] = []
        self._is_prepared = False
        self.loaded: list[Progress] = []  # of the last `work`

    def look(self) -> bool:
        """Whether there is something to load. KnownError: the folder cannot be read."""
        if not self._is_prepared:
            on_disk(self._aside, self._places.prepare, self._what)
            self._is_prepared = True
        found, in_hand = on_disk(self._aside, self._seen, self._what)
        now_ms = RealClock().now_ms()  # files are written in real time
        self._ready = self._watch.whole(found, monotonic_s=time.monotonic(), now_ms=now_ms)
        return bool(self._ready or in_hand)

    @property
    def unsettled(self) -> int:
        """Files of the last look that somebody may still be writing."""
        return self._watch.waiting - len(self._ready)

    @property
    def due_at(self) -> int | None:
        """Nothing here goes by the project's clock."""
        return None

    def work(self, turn: IntakeRound) -> None:
        """Load what was left in `taken`, then what is whole. KnownError: as Filing.load; the rest is for later."""
        self.loaded = []
        filing = Filing(
            self._project,
            self.name,
            self._part,
            self._places,
            turn,
            self._aside,
            worker=self._worker,
            compile_=self._compiled,
            step=self._step,
        )
        kept = dict(self._project.store.intakes.read(self.name).files)
        in_hand = on_disk(self._aside, self._places.in_hand, self._what)
        gone = tuple(file for file in kept if file not in in_hand and self._is_away(file))
        if gone:  # it was put away, and its worker ended before it could say so
            turn.write(IntakeChange(gone=gone))
        for file in in_hand:
            self.loaded.append(filing.load(file, kept.get(file)))
        for seen in self._ready:
            taken = self._take(seen)
            if taken is not None:
                self.loaded.append(filing.load(taken, None, printable(seen.name)))
        self._ready = []

    def _seen(self) -> tuple[Listing, list[str]]:
        return listing(self._places.folder), self._places.in_hand()

    def _is_away(self, file: str) -> bool:
        return on_disk(self._aside, lambda: self._places.is_away(file), self._what)

    def _take(self, seen: Seen) -> str | None:
        """Its name in `taken`; None when it is not there any more."""

        def take() -> str | None:
            try:
                return self._places.take(seen.name, self._project.clock.now_ms())
            except FileNotFoundError:
                return None

        return on_disk(self._aside, take, f"taking {seen.name} out of {self._places.folder}")

    def _compiled(self, scenario: str) -> Compiled:
        return on_disk(
            self._aside, lambda: compiled_of(self._project, scenario), f"reading the scenario {scenario}"
        )
