"""Whether calls on a switch would get out and reach our script, asked with few questions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.doctor.dialplan import LOCATE_DIALPLAN
from orchestrator.doctor.hello import HELLO
from orchestrator.runtime.settings_parts.switch_settings import Gateway, Switch
from orchestrator.runtime.switches.preflight import ready_fault
from tests.doctor.facts import GATEWAY, HELLO_SAID, OURS


@dataclass
class Answers:
    """A connection to a switch that gives these answers."""

    said: dict[str, str]
    asked: list[str] = field(default_factory=list)

    def api(self, command: str, timeout_s: float | None = None) -> str:
        assert timeout_s == 5.0
        self.asked.append(command)
        return self.said[command]


def _switch(root: Path, **given: str) -> tuple[Switch, Answers]:
    """One whose scripts run from `root`, through a link."""
    root = root / "root"
    root.mkdir()
    link = root.parent / "link"
    link.symlink_to(root)
    hello = json.dumps(HELLO_SAID | {"root": str(root)})
    return Switch(root=link, **given), Answers({HELLO: hello, LOCATE_DIALPLAN: OURS})


def test_a_switch_that_is_ready_is_asked_two_questions(tmp_path: Path) -> None:
    switch, answers = _switch(tmp_path)
    assert ready_fault(answers, switch) is None
    assert answers.asked == [HELLO, LOCATE_DIALPLAN]


def test_scripts_that_do_not_answer_are_told_without_asking_more(tmp_path: Path) -> None:
    switch, answers = _switch(tmp_path)
    answers.said[HELLO] = "-ERR no reply\n"
    assert "prozvon deploy" in str(ready_fault(answers, switch))
    assert answers.asked == [HELLO]


def test_a_dialplan_that_is_not_ours_is_told(tmp_path: Path) -> None:
    switch, answers = _switch(tmp_path)
    answers.said[LOCATE_DIALPLAN] = "can't find anything\n"
    assert "our dialplan is not on the switch" in str(ready_fault(answers, switch))


def test_scripts_of_another_folder_are_told_on_this_machine_only(tmp_path: Path) -> None:
    switch, answers = _switch(tmp_path)
    answers.said[HELLO] = json.dumps(HELLO_SAID)
    assert "the switch runs scripts from /srv/prozvon" in str(ready_fault(answers, switch))
    assert ready_fault(answers, switch.model_copy(update={"ssh": "fs@there"})) is None


def test_of_the_gateways_that_are_wanted_the_switch_must_know_one(tmp_path: Path) -> None:
    switch, answers = _switch(tmp_path)
    switch = switch.model_copy(update={"gateways": {"main": Gateway(), "spare": Gateway(), "own": Gateway()}})
    answers.said |= {
        f"sofia status gateway {name}": "Invalid Gateway!\n" for name in ("main", "spare", "own")
    }
    assert "the switch knows no gateway 'main'" in str(
        ready_fault(answers, switch, gateways={"main", "spare"})
    )
    answers.said["sofia status gateway spare"] = GATEWAY
    assert ready_fault(answers, switch, gateways={"main", "spare"}) is None
    assert "sofia status gateway own" not in answers.asked
