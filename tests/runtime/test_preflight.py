"""Whether calls on a switch would reach our script, asked with two questions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.doctor.dialplan import LOCATE_DIALPLAN
from orchestrator.doctor.hello import HELLO
from orchestrator.runtime.preflight import ready_fault
from orchestrator.runtime.switch_settings import Switch
from tests.doctor.facts import HELLO_SAID, OURS


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
