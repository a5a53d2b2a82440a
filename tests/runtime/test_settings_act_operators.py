"""Nothing is saved but not wired: the keys about who leads the agents."""

from __future__ import annotations

from pathlib import Path

from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.operators.operators import Operators
from orchestrator.runtime.project import Project, open_project
from orchestrator.store.figures import Scope
from orchestrator.store.floor import FloorChanges
from orchestrator.store.quarters import Count
from tests.runtime.factories import DAY, NOON, SETTINGS, make_folder
from tests.runtime.operators.bench import until
from tests.runtime.test_settings_act import acts


def _operators(project: Project) -> Operators:
    return Operators(
        project,
        {},
        worker_id="w1",
        bundles=Bundles(project.store),
        dial=None,  # type: ignore[arg-type]  # no campaign is there to dial
        broke=lambda greenlet: greenlet.get(),
    )


@acts("operators.lease_s")
def test_a_leader_is_believed_for_so_long(short_tmp: Path) -> None:
    for lease_s in (2, 50):
        text = f"{SETTINGS}operators: {{{{lease_s: {lease_s}}}}}\n"
        with open_project(make_folder(short_tmp / f"p{lease_s}", settings=text)) as project:
            operators = _operators(project)
            operators.start()
            until(project.store.floor.leader, "somebody leads")
            found = project.store.floor.leader()
            operators.stop()
        assert found is not None
        assert (lease_s - 2) * 1000 <= found.left_ms <= lease_s * 1000


@acts("operators.keep_days")
def test_figures_of_quarters_of_an_hour_are_kept_for_so_many_days(short_tmp: Path) -> None:
    kept = {}
    for days in (3, 30):
        text = f"{SETTINGS}operators: {{{{keep_days: {days}}}}}\n"
        with open_project(make_folder(short_tmp / f"p{days}", settings=text)) as project:
            token = project.store.floor.lead("w1", 10_000)
            assert token is not None
            count = Count(at=NOON - 20 * DAY, scope=Scope.QUEUE, name="shop:sales", figure="offered")
            project.store.floor.write(token, FloorChanges(counts=(count,)))
            operators = _operators(project)
            operators.start()
            until(lambda: operators.is_leading, "it leads")  # noqa: B023  # called here
            operators.stop()
            kept[days] = len(list(project.store.quarters.read(Scope.QUEUE, 0, NOON)))
    assert kept == {3: 0, 30: 1}
