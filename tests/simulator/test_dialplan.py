from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.simulator.dialplan import Action, Dialplan


def plan(folder: Path, extensions: str) -> Dialplan:
    folder.joinpath("a.xml").write_text(
        f'<include><context name="c">{extensions}</context></include>', "utf-8"
    )
    dialplan = Dialplan(folder)
    dialplan.load()
    return dialplan


def routed(dialplan: Dialplan, number: str, **fields: str) -> list[tuple[str, str]]:
    route = dialplan.route("c", ({"destination_number": number} | fields).get)
    return [(action.application, action.data) for action in route.actions] if route else []


def test_the_first_extension_that_matches_is_taken(tmp_path: Path) -> None:
    dialplan = plan(
        tmp_path,
        """
        <extension name="one"><condition field="destination_number" expression="^(\\d)(\\d*)$">
          <action application="set" data="first=$1 rest=$2 $3"/><action application="hangup"/>
        </condition></extension>
        <extension name="two"><condition field="destination_number" expression="^1">
          <action application="answer"/></condition></extension>
        """,
    )
    assert routed(dialplan, "123") == [("set", "first=1 rest=23 "), ("hangup", "")]
    assert routed(dialplan, "x") == []
    route = dialplan.route("c", {"destination_number": "1"}.get)
    assert route is not None
    assert route.extension == "one"
    assert dialplan.route("nosuch", {}.get) is None


def test_conditions_must_all_hold_unless_their_break_says_else(tmp_path: Path) -> None:
    dialplan = plan(
        tmp_path,
        """
        <extension name="one">
          <condition field="${language}" expression="^ru$" break="never"><action application="set" data="ru=1"/>
            <anti-action application="set" data="ru=0"/></condition>
          <condition field="destination_number" expression="^1$"><action application="answer"/></condition>
          <condition field="destination_number" expression="^2$"><action application="never"/></condition>
        </extension>
        """,
    )
    assert routed(dialplan, "1", language="ru") == [("set", "ru=1"), ("answer", "")]
    assert routed(dialplan, "1", language="en") == [("set", "ru=0"), ("answer", "")]


def test_an_extension_that_continues_lets_the_next_one_add(tmp_path: Path) -> None:
    dialplan = plan(
        tmp_path,
        """
        <extension name="all" continue="true"><condition><action application="set" data="a=1"/></condition></extension>
        <extension name="stop"><condition field="destination_number" expression="1" break="on-true">
          <action application="answer"/></condition>
          <condition><action application="never"/></condition></extension>
        <extension name="rest"><condition><action application="never"/></condition></extension>
        """,
    )
    assert routed(dialplan, "1") == [("set", "a=1"), ("answer", "")]


@pytest.mark.parametrize(
    "text",
    ["<include>", '<context name="c"><extension><condition field="a" expression="("/></extension></context>'],
)
def test_a_broken_file_is_named_and_the_old_plan_stays(tmp_path: Path, text: str) -> None:
    dialplan = plan(
        tmp_path, '<extension name="x"><condition><action application="answer"/></condition></extension>'
    )
    tmp_path.joinpath("b.xml").write_text(text, "utf-8")
    with pytest.raises(KnownError, match=r"b\.xml"):
        dialplan.load()
    assert routed(dialplan, "1") == [("answer", "")]


def test_a_folder_without_files_is_an_empty_plan(tmp_path: Path) -> None:
    dialplan = Dialplan(tmp_path / "nosuch")
    dialplan.load()
    assert dialplan.route("c", {}.get) is None


def test_a_context_at_the_top_of_a_file_is_read_too(tmp_path: Path) -> None:
    tmp_path.joinpath("a.xml").write_text(
        '<context name="c"><extension name="x"><condition>'
        '<action application="answer"/></condition></extension></context>'
    )
    dialplan = Dialplan(tmp_path)
    dialplan.load()
    route = dialplan.route("c", {}.get)
    assert route is not None
    assert route.actions == (Action(application="answer", data=""),)
