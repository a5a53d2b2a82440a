"""What rules may tell by the settings, and what would wait for nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.plan import DialPlan, Rule
from orchestrator.domain.telling import Tell, TellKind
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.told_places import outside_of, untold
from tests.engine.factories import a_plan
from tests.runtime.factories import SCENARIO

SMS, WEBHOOK = Tell(kind=TellKind.SMS, message="m"), Tell(kind=TellKind.WEBHOOK, to="crm")
TO_STAFF = Tell(kind=TellKind.EMAIL, message="m", to="office")
TO_CONTACT = Tell(kind=TellKind.EMAIL, message="m", to="email", is_column=True)


def settings(**parts: object) -> Settings:
    return Settings.model_validate(parts)


def plan(*tells: Tell) -> DialPlan:
    return a_plan(busy=Rule(tells=tells))


@pytest.mark.parametrize(
    ("tell", "word", "parts"),
    [
        (SMS, "`sms`", {"sms": {"service": "gate"}}),
        (SMS, "`sms`", {"sms": {"apprise_env": "URL"}}),
        (TO_STAFF, "`mailboxes`", {"mailboxes": {"office": {"to": "a@x.example"}}}),
        (TO_CONTACT, "`mail`", {"mail": {"server": "mail.x.example", "from": "a@x.example"}}),
        (WEBHOOK, "`services`", {"services": {"crm": {"url": "https://crm.example/"}}}),
    ],
)
def test_what_nobody_would_bring_anywhere_is_said(tell: Tell, word: str, parts: dict[str, object]) -> None:
    (line,) = untold(plan(tell), settings())
    assert word in line
    assert list(untold(plan(tell), settings(**parts))) == []


def test_a_plan_that_tells_nothing_needs_nothing() -> None:
    assert list(untold(plan(), settings())) == []


def test_names_are_looked_for_where_the_settings_have_any() -> None:
    nothing = outside_of(settings())
    assert (nothing.mailboxes, nothing.services, nothing.webhooks) == (None, None, None)
    some = outside_of(settings(services={"crm": {"url": "https://crm.example/"}}, mailboxes={"office": {}}))
    assert (some.mailboxes, some.services, some.webhooks) == ({"office"}, {"crm"}, frozenset())


def test_a_scenario_that_tells_a_place_which_is_not_there_is_not_launched(tmp_path: Path) -> None:
    text = SCENARIO.replace("agreed: {status: agreed}", "agreed: {status: agreed, webhook: cmr/orders}")
    (tmp_path / "greeting.yaml").write_text(text, encoding="utf-8")
    found, problems = find_scenario(
        settings(scenarios=tmp_path, services={"crm": {"url": "https://crm.example/"}}), "greeting"
    )
    assert found is None
    assert [problem.code for problem in problems] == ["S606"]
