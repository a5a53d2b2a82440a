"""An order that is paid before its call was placed is not called; one that rings is given up, if need be later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import gevent
import pytest

from orchestrator.domain.consent import Consent, ConsentHow
from orchestrator.domain.entry import LeadRef, Withdrawn
from orchestrator.domain.lead import Attempt, Phase
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import cancels
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.cancels import LOOKS, Cancels
from orchestrator.runtime.dialer import Dialer
from orchestrator.runtime.lead_desk import withdraw
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.prompts.prompting import Words
from orchestrator.runtime.trials import Trials
from tests.runtime.factories import NOON, SCENARIO, claimed, launched, make_folder, number


class Slow:
    """Prompts that are made when a test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[Exception | None], None]] = []

    def room(self, _: object) -> int:
        return 1

    def is_ready(self, *_: object) -> bool:
        return True

    def words(self, *_: object) -> Words:
        return Words(said={}, missing={"name": "Ann"})

    def prepare(self, _: Attempt, __: Words, then: Callable[[Exception | None], None]) -> None:
        self.waiting.append(then)


class Line:
    """A switch; `asked`: what it was told to do."""

    dials_as = "core-1"
    is_up = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def originate(self, jobs: list[tuple[str, str]], _: object) -> None:
        self.asked += [job for _, job in jobs]

    def api(self, command: str) -> str:
        self.asked.append(command)
        return "-ERR No such channel!"


@pytest.fixture
def project(short_tmp: Path) -> Any:
    with open_project(make_folder(short_tmp / "p")) as opened:
        yield opened


def dialer(project: Project, slow: Slow, line: Line) -> Dialer:
    store = project.store
    return Dialer(
        settings=project.settings,
        store=store,
        worker_id="w1",
        lines=cast(Any, {"main": line}),
        bundles=Bundles(store),
        prompting=cast(Any, slow),
        now_ms=project.clock.now_ms,
        new_id=lambda: "attempt-1",
        may_write=lambda: True,
        track=lambda *_: None,
        failed=lambda *_: None,
        impossible=lambda *_: None,
        undo=lambda attempt: bool(store.release(attempt, project.clock.now_ms())) or None,
        trials=Trials(lambda _: ()),
        heard_ms=3_000,
    )


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_a_lead_that_is_withdrawn_while_its_prompts_are_made_is_not_called(
    project: Project, is_withdrawn: bool
) -> None:
    campaign, slow, line = launched(project, 1), Slow(), Line()
    assert dialer(project, slow, line).turn(campaign, NOON).claimed == 1
    if is_withdrawn:
        assert withdraw(project, campaign.campaign_id, LeadRef(lead_id=1)) is Withdrawn.AFTER_CALL
    slow.waiting[0](None)
    lead = project.store.lead(campaign.campaign_id, 1)
    assert lead is not None
    if is_withdrawn:
        assert (line.asked, lead.phase, lead.state.status) == ([], Phase.DONE, "withdrawn")
    else:
        assert (line.asked, lead.phase) == (["attempt-1"], Phase.DIALING)


@pytest.mark.parametrize("purpose", [None, "marketing", "news"])
def test_who_asks_for_no_more_calls_while_the_prompts_are_made_is_not_called(
    short_tmp: Path, purpose: str | None
) -> None:
    scenario = SCENARIO.replace("contact:", "consent: marketing\ncontact:")
    with open_project(make_folder(short_tmp / "c", scenario=scenario)) as project:
        given = Consent(number=number(1), purpose="marketing", given_at=NOON, how=ConsentHow.WEB)
        project.store.consents.give([given], now=NOON)
        campaign, slow, line = launched(project, 1), Slow(), Line()
        assert dialer(project, slow, line).turn(campaign, NOON).claimed == 1
        project.store.consents.withdraw(
            number(1), purpose, how=ConsentHow.SMS, note="STOP", now=NOON, also_dnc=purpose is None
        )
        slow.waiting[0](None)
        assert line.asked == ([] if purpose != "news" else ["attempt-1"])


def test_without_the_store_nobody_knows_whether_it_is_to_be_called(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, slow, line = launched(project, 1), Slow(), Line()
    dialer(project, slow, line).turn(campaign, NOON)

    def away(*_: object) -> bool:
        raise KnownError("the store is away")

    monkeypatch.setattr(type(project.store), "is_withdrawn", away)
    slow.waiting[0](None)
    assert line.asked == []


def test_a_call_is_given_up_though_its_originate_is_still_on_its_way(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, line, answered = launched(project, 1, 2), Line(), set[str]()
    first, second = claimed(project, campaign, 2)
    monkeypatch.setattr(cancels, "LOOK_S", 0)
    looking = Cancels(
        project.store,
        "w1",
        cast(Any, {first.switch: line}),
        has_answered=answered.__contains__,
        live=lambda: (first, second),
    )
    assert withdraw(project, campaign.campaign_id, LeadRef(lead_id=first.lead_id), cancel=True)
    for _ in range(3):
        looking.look()
        gevent.sleep(0)
    kill = f"uuid_kill {first.attempt_id} ORIGINATOR_CANCEL"
    assert line.asked == [kill] * 3
    answered.add(first.attempt_id)
    looking.look()
    answered.clear()
    looking.look()
    assert line.asked == [kill] * 3, "whoever has answered is not cut off"


def test_a_call_that_cannot_be_given_up_is_left_alone_in_the_end(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, line = launched(project, 1), Line()
    (attempt,) = claimed(project, campaign, 1)
    monkeypatch.setattr(cancels, "LOOK_S", 0)
    lines = cast(Any, {attempt.switch: line})
    looking = Cancels(project.store, "w1", lines, has_answered=lambda _: False, live=lambda: (attempt,))
    withdraw(project, campaign.campaign_id, LeadRef(lead_id=1), cancel=True)
    for _ in range(LOOKS + 5):
        looking.look()
    assert len(line.asked) == LOOKS
