"""The dialplan of agents: their legs, their feature codes, and callers whom other switches bring."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from orchestrator.asset_folders import folder
from orchestrator.render.dialplan import (
    AGENT_SCRIPT,
    CODES_SCRIPT,
    LINK_SCRIPT,
    render_agents,
    render_dialplan,
    render_inbound,
    render_link,
)

LEG = "5f0c1f6e-0000-4000-8000-000000000001"
HUNG_UP = ("hangup", "NORMAL_TEMPORARY_FAILURE")


def taken(made: bytes, context: str, number: str) -> tuple[str, list[tuple[str | None, str | None]]]:
    """The first extension of a context that takes a number, and what it does."""
    root = ElementTree.fromstring(made)  # noqa: S314  # our own
    for extension in root.iterfind(f"context[@name='{context}']/extension"):
        condition = extension.find("condition")
        assert condition is not None
        if re.search(condition.get("expression", ""), number):
            return str(extension.get("name")), [(a.get("application"), a.get("data")) for a in condition]
    return "", []


def test_an_agents_leg_hears_the_whisper_and_is_parked() -> None:
    assert taken(render_dialplan(), "prozvon", "agent") == (
        "agent",
        [("python", AGENT_SCRIPT), ("park", None)],
    )
    by_url = taken(render_dialplan("http://10.0.0.5/"), "prozvon", "agent")[1]
    assert by_url[0] == ("set", "prozvon_prompts=http_cache://http://10.0.0.5/")


@pytest.mark.parametrize("code", ["*20", "*21", "*213", "*22", "*24", "*25", "*29"])
def test_a_code_runs_the_script_and_ends(code: str) -> None:
    found = taken(render_agents(), "prozvon_agents", code)
    assert found == ("prozvon_code", [("python", CODES_SCRIPT), HUNG_UP])


def test_a_standing_leg_is_parked_when_the_script_did_not_hang_it_up() -> None:
    found = taken(render_agents("http://10.0.0.5/"), "prozvon_agents", "*23")
    assert found[0] == "prozvon_standing"
    assert found[1][1:] == [("python", CODES_SCRIPT), ("park", None)]


@pytest.mark.parametrize("number", ["100", "23", "+79990000001", "*30"])
def test_agents_telephones_reach_nothing_else_there(number: str) -> None:
    assert taken(render_agents(), "prozvon_agents", number) == ("", [])


def test_a_leg_is_met_over_a_link_by_its_whole_id_alone() -> None:
    met = ("prozvon_link", [("python", LINK_SCRIPT), HUNG_UP])
    inbound = render_inbound("/srv/conf/local")
    for made, context in ((render_link(), "prozvon_link"), (inbound, "prozvon_inbound")):
        assert taken(made, context, f"join-{LEG}") == met
    for number in (f"join-{LEG}1", f"xjoin-{LEG}", "join-", f"join-{LEG[:-1]}"):
        assert taken(render_link(), "prozvon_link", number) == ("", [])
        assert taken(inbound, "prozvon_inbound", number)[0] == "prozvon_ivr"


@pytest.mark.parametrize("name", [AGENT_SCRIPT, CODES_SCRIPT, LINK_SCRIPT])
def test_the_scripts_are_there(name: str) -> None:
    assert (folder("scripts") / "agents" / f"{name}.py").is_file()
