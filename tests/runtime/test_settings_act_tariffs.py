"""Nothing is saved but not wired: the keys about what calls cost."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.disposition import Disposition
from orchestrator.runtime.project import open_project
from orchestrator.runtime.report import By, Report, report
from orchestrator.store.figures import Scope
from orchestrator.store.floor import FloorChanges
from orchestrator.store.quarters import Count
from tests.runtime.factories import DAY, NOON, SETTINGS, claimed, launched, make_folder, settled
from tests.runtime.inbound.lines import taking_calls
from tests.runtime.inbound.test_callbacks import miss
from tests.runtime.test_settings_act import acts


def _micros(found: Report) -> tuple[int, int]:
    return found.total.sums.get("cost_calls_micros", 0), found.total.sums.get("cost_agents_micros", 0)


@acts(
    "tariffs.currency",
    "tariffs.agent_hour",
    "tariffs.gateways.NAME.attempt",
    "tariffs.gateways.NAME.minute",
    "tariffs.gateways.NAME.per",
)
def test_reports_cost_what_the_tariffs_say(short_tmp: Path) -> None:
    """One call that nobody took, and one of 90 s; an agent who handled it for two minutes."""
    made = make_folder(short_tmp / "p")
    settings = made / "prozvon.yaml"
    bare = settings.read_text("utf-8")
    with open_project(made) as project:
        taken, other = claimed(project, launched(project, 1, 2), 2)
        settled(project, taken, Disposition.ANSWERED, talk_s=90)
        settled(project, other)
        token = project.store.floor.lead("w1", 60_000)
        assert token is not None
        count = Count(at=NOON, scope=Scope.CAMPAIGN, name=taken.campaign_id, figure="talk_ms", amount=120_000)
        project.store.floor.write(token, FloorChanges(counts=(count,)))
    costs = {}
    for tariffs in (
        "{currency: EUR}",
        "{currency: EUR, agent_hour: 300}",
        "{gateways: {main: {attempt: 0.25}}}",
        "{gateways: {main: {minute: 2}}}",
        "{gateways: {main: {minute: 2, per: second}}}",
    ):
        settings.write_text(f"{bare}tariffs: {tariffs}\n", "utf-8")
        with open_project(made) as project:
            found = report(project, by=By.CAMPAIGN, since=NOON - DAY, until=NOON + DAY)
            costs[tariffs] = (found.currency, *_micros(found))
    assert list(costs.values()) == [
        ("", 0, 0),  # nothing costs anything
        ("EUR", 0, 10_000_000),
        ("RUB", 500_000, 0),
        ("RUB", 4_000_000, 0),
        ("RUB", 3_000_000, 0),
    ]


@acts("tariffs.incoming.attempt", "tariffs.incoming.minute", "tariffs.incoming.per")
def test_calls_that_come_in_have_a_tariff_of_their_own(short_tmp: Path) -> None:
    costs = []
    for part in ("attempt: 2", "minute: 3", "minute: 3, per: second"):
        text = f"{SETTINGS}tariffs: {{{{incoming: {{{{{part}}}}}}}}}\n"
        with open_project(make_folder(short_tmp / f"p{len(costs)}", settings=text)) as project:
            taking_calls(project)
            miss(project, 1)  # answered after a second, it lasted for 29
            found = report(project, by=By.PROJECT, since=NOON - DAY, until=NOON + DAY)
            costs.append(_micros(found)[0])
    assert costs == [2_000_000, 3_000_000, 1_450_000]
