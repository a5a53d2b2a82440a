from __future__ import annotations

from orchestrator.simulator.dialplan import Action, Dialplan
from orchestrator.simulator.xml_tree import parse_xml


def plan(extensions: str) -> Dialplan:
    dialplan = Dialplan()
    dialplan.read(parse_xml(f'<section><context name="C">{extensions}</context></section>\n'))
    return dialplan


def routed(dialplan: Dialplan, number: str, **fields: str) -> list[tuple[str, str]]:
    route = dialplan.route("c", ({"destination_number": number} | fields).get)
    return [(action.application, action.data) for action in route.actions] if route else []


def test_the_first_extension_that_matches_is_taken() -> None:
    dialplan = plan(
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


def test_conditions_must_all_hold_unless_their_break_says_else() -> None:
    dialplan = plan(
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


def test_an_extension_that_continues_lets_the_next_one_add() -> None:
    dialplan = plan(
        """
        <extension name="all" continue="true"><condition><action application="set" data="a=1"/></condition></extension>
        <extension name="stop"><condition field="destination_number" expression="1" break="on-true">
          <action application="answer"/></condition>
          <condition><action application="never"/></condition></extension>
        <extension name="rest"><condition><action application="never"/></condition></extension>
        """,
    )
    assert routed(dialplan, "1") == [("set", "a=1"), ("answer", "")]


def test_a_pattern_that_is_none_never_matches() -> None:
    dialplan = plan(
        '<extension name="x"><condition field="a" expression="("><action application="never"/></condition>'
        '</extension><extension name="y"><condition><action application="answer"/></condition></extension>'
    )
    assert routed(dialplan, "1") == [("answer", "")]


def test_without_a_dialplan_nothing_is_routed() -> None:
    dialplan = plan('<extension name="x"><condition><action application="answer"/></condition></extension>')
    dialplan.read(None)
    assert dialplan.route("c", {}.get) is None


def test_the_first_context_of_a_name_holds_and_global_stands_in_for_one_that_is_missing() -> None:
    """mod_dialplan_xml.c, dialplan_hunt."""
    plain = '<extension name="{0}"><condition><action application="{0}"/></condition></extension>'
    dialplan = Dialplan()
    dialplan.read(
        parse_xml(
            f'<section><context name="c">{plain.format("answer")}</context>'
            f'<context name="c">{plain.format("never")}</context>'
            f'<context name="global">{plain.format("park")}</context></section>\n'
        )
    )
    assert routed(dialplan, "1") == [("answer", "")]
    route = dialplan.route("nosuch", {}.get)
    assert route is not None
    assert route.actions == (Action(application="park", data=""),)
