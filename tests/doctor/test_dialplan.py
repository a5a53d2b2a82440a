"""Where an originated call goes on a switch, told from its dialplan."""

from __future__ import annotations

import pytest

from orchestrator.doctor.dialplan import Dialplan, Route, read_dialplan
from orchestrator.render import render_dialplan
from tests.doctor.facts import OURS

TAKES = '<condition field="destination_number" expression="robocall"/>'
TAKES_NOT = '<condition field="destination_number" expression="^7"/>'


def _before(extension: str) -> Dialplan:
    """Our dialplan with another extension in front."""
    return read_dialplan(
        OURS.replace('<extension name="robocall">', f'{extension}<extension name="robocall">')
    )


def _other(conditions: str, attributes: str = 'name="theirs"') -> str:
    return f'<extension {attributes}>{conditions}<condition><action application="answer"/></condition></extension>'


def test_our_own_dialplan_leads_to_our_script() -> None:
    rendered = render_dialplan().decode()
    context = rendered[rendered.index("<context") : rendered.index("</include>")]
    for text in (OURS, context):
        assert read_dialplan(text) == Dialplan(route=Route.OURS, by="robocall")


@pytest.mark.parametrize(
    "reply",
    ["can't find anything\n", '<context name="prozvon"></context>', OURS.replace("^robocall$", "^call$")],
)
def test_no_extension_that_takes_the_call_is_missing(reply: str) -> None:
    assert read_dialplan(reply).route is Route.MISSING


@pytest.mark.parametrize("reply", ["", "-ERR xml_locate Command not found!\n", "<context", "<section/>"])
def test_what_is_no_context_is_not_read(reply: str) -> None:
    assert read_dialplan(reply).route is Route.UNREADABLE


@pytest.mark.parametrize("conditions", [TAKES, "", '<condition break="never"/>', TAKES + TAKES])
def test_an_extension_before_ours_that_takes_the_call_shadows_it(conditions: str) -> None:
    assert _before(_other(conditions)) == Dialplan(route=Route.OTHER, by="theirs")
    assert _before(_other(conditions, "")) == Dialplan(route=Route.OTHER, by="without a name")


def test_a_script_of_another_name_is_not_ours() -> None:
    for data in ("prozvon_robocall_old", "other prozvon_robocall", ""):
        changed = OURS.replace('data="prozvon_robocall"', f'data="{data}"')
        assert read_dialplan(changed) == Dialplan(route=Route.OTHER, by="robocall")
    assert read_dialplan(OURS.replace('data="prozvon_robocall"', "")).route is Route.OTHER
    assert read_dialplan(OURS.replace('_robocall"', '_robocall an argument"')).route is Route.OURS


@pytest.mark.parametrize(
    "extension",
    [
        _other(TAKES_NOT),
        _other(TAKES + TAKES_NOT),
        _other('<condition wday="1"/>' + TAKES_NOT),
        _other(TAKES, 'name="first" continue="true"'),
    ],
)
def test_an_extension_before_ours_that_lets_the_call_pass_does_no_harm(extension: str) -> None:
    assert _before(extension) == Dialplan(route=Route.OURS, by="robocall")


@pytest.mark.parametrize(
    "condition",
    [
        '<condition field="caller_id_number" expression="^7"/>',
        '<condition field="destination_number"/>',
        '<condition field="destination_number" expression="(?P>bad"/>',
        '<condition field="destination_number" expression="^7" break="never"/>',
        '<condition field="destination_number" expression="^7" break="on-true"/>',
        '<condition wday="2-6" hour="9-17"/>',
        '<condition regex="any"><regex field="destination_number" expression="robocall"/></condition>',
    ],
)
def test_what_only_a_call_can_tell_is_in_doubt(condition: str) -> None:
    assert _before(_other(condition)) == Dialplan(route=Route.IN_DOUBT, by="theirs")
    assert _before(_other(condition) + _other(TAKES, 'name="second"')) == Dialplan(
        route=Route.OTHER, by="second"
    )
    two = _before(_other(condition) + _other(condition, 'name="second"'))
    assert two == Dialplan(route=Route.IN_DOUBT, by="theirs")
