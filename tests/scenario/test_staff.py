"""The agents file: who takes calls, and everything that can be wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.agent import AgentSpec
from orchestrator.domain.queue import QueueRules
from orchestrator.scenario.check import check_path
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.reader import read_document
from orchestrator.scenario.reference_examples import AGENTS
from orchestrator.scenario.staff import Site, Staff, read_staff, staff_in, unknown_queues, with_assigned

from .agent_cases import AGENT_CASES, AgentCase
from .conftest import SMALLEST, codes
from .test_check import ODD, PYDANTIC, places, remake

SITE = Site(switches={"main": frozenset({"main"}), "spare": frozenset({"trunk"})})
ONE = Site(switches={"main": frozenset({"main"})})


def staff_of(folder: Path, text: str, site: Site | None = None) -> tuple[Staff, list[str]]:
    path = folder / "agents.yaml"
    path.write_text(text, encoding="utf-8")
    staff, problems = read_staff(path, site)
    return staff, [f"{problem.code} {problem}" for problem in problems]


@pytest.mark.parametrize("case", AGENT_CASES, ids=lambda case: f"{case.code} {case.told[:24]}")
def test_each_mistake_about_agents_is_told(case: AgentCase, tmp_path: Path) -> None:
    agents = tmp_path / "agents.yaml"
    agents.write_text(case.agents, encoding="utf-8")
    staff, problems = read_staff(agents, SITE)
    path = tmp_path / "scenarios" / "small.yaml"
    path.parent.mkdir()
    lines = {**SMALLEST, "queues": f"queues: {case.queues}", "flow": "flow: {start: [{queue: sales}]}"}
    lines["messages"] = ""
    path.write_text("\n".join(filter(None, lines.values())), encoding="utf-8")
    found = [*problems, *check_path(path, staff=staff)[1]]
    assert case.code in codes(found)
    [said] = [str(problem) for problem in found if problem.code == case.code]
    assert case.told in said


def test_an_agent_has_every_key(tmp_path: Path) -> None:
    staff, problems = staff_of(
        tmp_path,
        """
breaks: [lunch, training]
agents:
  anna:
    title: Anna P.
    dial: +79990000001
    gateways: [main, trunk]
    queues: {sales: 1, shop_line:support: 2}
    project: [shop, clinic]
    language: ru
    caller_id: +74951234567
    pin_env: ANNA_PIN
    user: anna@pbx
  boris: {dial: {main: user/1, spare: sofia/gateway/trunk/1}, switch: spare, standing: yes}
""",
        SITE,
    )
    assert problems == []
    assert staff == Staff(
        breaks=("lunch", "training"),
        agents=(
            AgentSpec(
                agent_id="anna",
                title="Anna P.",
                dial=(("", "+79990000001"),),
                gateways=("main", "trunk"),
                queues=(("sales", 1), ("shop_line:support", 2)),
                projects=("shop", "clinic"),
                language="ru",
                caller_id="+74951234567",
                pin_env="ANNA_PIN",
                user="anna@pbx",
            ),
            AgentSpec(
                agent_id="boris",
                title="boris",
                dial=(("main", "user/1"), ("spare", "sofia/gateway/trunk/1")),
                switch="spare",
                is_standing=True,
            ),
        ),
    )


def test_defaults_are_for_agents_who_do_not_say_it(tmp_path: Path) -> None:
    text = """
agents: {anna: {dial: user/1}, boris: {dial: user/2, language: en, queues: support}}
defaults: {language: ru, queues: [sales, support], project: shop}
"""
    anna, boris = staff_of(tmp_path, text)[0].agents
    assert (anna.language, anna.queues) == ("ru", (("sales", 1), ("support", 1)))
    assert (boris.language, boris.queues) == ("en", (("support", 1),))
    assert anna.projects == boris.projects == ("shop",)


@pytest.mark.parametrize(
    ("dial", "switch"),
    [("user/1", "main"), ("{main: user/1}", "main"), ("{main: user/1, spare: user/1}", "")],
)
def test_a_standing_leg_is_made_on_the_one_switch_there_is(dial: str, switch: str, tmp_path: Path) -> None:
    site = ONE if switch else SITE
    staff, problems = staff_of(tmp_path, f"agents: {{anna: {{dial: {dial}, standing: yes}}}}", site)
    assert [problem[:4] for problem in problems] == ([] if switch else ["S804"])
    assert staff.agents[0].switch == switch


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("agents: {anna: {}}", "S102"),
        ("agents: [anna]", "S103"),
        ("agents: {anna: x, boris: {dial: user/1}}\ndefaults: {language: ru}", "S103"),
        ("agents: {anna: user/1}", "S103"),
        ("agents: {anna: {dial: {}}}", "S111"),
        ("agents: {anna: {dial: {Main: user/1}}}", "S105"),
        ("agents: {anna: {dial: user/1, diall: x}}", "S101"),
        ("agents: {Anna: {dial: user/1}}", "S105"),
        ("agents: {anna: {dial: user/1}, anna: {dial: user/2}}", "S007"),
        ("agents: {anna: {dial: user/1, pin_env: 1234}}", "S105"),
        ("agents: {anna: {dial: user/1, caller_id: hidden}}", "S501"),
        ("agents: {anna: {dial: user/1, language: de}}", "S108"),
        ("agents: {anna: {dial: user/1, queues: {sales: 10}}}", "S107"),
        ("agents: {anna: {dial: user/1, queues: [sales, sales]}}", "S504"),
        ("agents: {anna: {dial: user/1, project: A}}", "S105"),
        ("agents: {anna: {dial: user/1}}\nbreaks: [lunch, lunch]", "S504"),
        ("agents: {anna: {dial: user/1}}\nbreaks: [a, b, c, d, e, f, g, h, i, j]", "S107"),
        ("breaks: [lunch]", "S102"),
        ("agents: {anna: {dial: user/1}}\ndefaults: lunch", "S103"),
        ("agents: {anna: {dial: user/1}", "S006"),
        ("- anna", "S012"),
        ("agents: {anna: {dial: " + "user/" + "1" * 200 + "}}", "S801"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    problems = staff_of(tmp_path, text)[1]
    assert told in {problem[:4] for problem in problems}
    assert all("agents.yaml:" in problem for problem in problems)


@pytest.mark.parametrize("text", ["", "\n", "# nobody yet\n\n  # agents: {}\n"])
def test_a_file_of_comments_is_a_file_without_agents(text: str, tmp_path: Path) -> None:
    assert staff_of(tmp_path, text) == (Staff(), [])


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path) -> None:
    staff, [problem] = read_staff(tmp_path / "nowhere.yaml")
    assert staff == Staff()
    assert problem.code == "S001"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_stands_anywhere_in_the_file_is_told_in_our_own_words(data: st.DataObject) -> None:
    written = read_document(AGENTS.encode(), "agents.yaml", Findings()).root
    tree = remake(written)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(tree)))
        if data.draw(st.booleans()):
            container[key] = data.draw(ODD)
        else:
            del container[key]
    findings = Findings()
    staff_in(tree, SITE, findings)
    for problem in findings.sorted():
        assert problem.message
        assert not PYDANTIC.search(problem.message + problem.hint), problem


def test_assigned_agents_come_by_their_own_queues_and_named_ones_stay() -> None:
    agents = (
        AgentSpec(agent_id="anna", queues=(("sales", 2), ("shop:sales", 1))),
        AgentSpec(agent_id="boris", queues=(("sales", 3),)),
        AgentSpec(agent_id="vera", queues=(("other:sales", 1),)),
    )
    rules = (
        QueueRules(queue_id="shop:sales"),
        QueueRules(queue_id="shop:support"),
        QueueRules(queue_id="named:sales", agents=(("vera", 1),)),
    )
    filled = with_assigned(rules, agents)
    assert [rule.agents for rule in filled] == [(("anna", 1), ("boris", 3)), (), (("vera", 1),)]


@pytest.mark.parametrize(
    ("queue", "told"),
    [
        ("sales", []),
        ("shop:sales", []),
        ("shop:sale", ["no queue `shop:sale` says `agents: assigned` (did you mean `shop:sales`?)"]),
        ("other:sales", ["no queue `other:sales` says `agents: assigned` (did you mean `shop:sales`?)"]),
    ],
)
def test_a_queue_that_waits_for_nobody_is_told(queue: str, told: list[str], tmp_path: Path) -> None:
    staff, _ = staff_of(tmp_path, f"agents: {{anna: {{dial: user/1, queues: {queue}}}}}")
    problems = unknown_queues(staff, ["shop:sales", "shop:help"])
    assert [str(problem).partition("S807 ")[2] for problem in problems] == told
    assert {problem.line for problem in problems} <= {1}


def test_a_queue_whose_agents_are_all_there_is_good(tmp_path: Path) -> None:
    text = "agents: {anna: {dial: user/1}, boris: {dial: user/2, queues: small:other}}"
    staff, _ = staff_of(tmp_path, text)
    lines = {
        **SMALLEST,
        "messages": "",
        "flow": "flow: {start: [{queue: sales}, {queue: other}]}",
        "queues": "queues: {sales: {agents: {anna: 1, boris: 2}}, other: {agents: assigned}}",
    }
    path = tmp_path / "scenarios" / "small.yaml"
    path.parent.mkdir()
    path.write_text("\n".join(filter(None, lines.values())), encoding="utf-8")
    assert check_path(path, staff=staff)[1] == []
